import { DurableObject } from "cloudflare:workers";
import { perform } from "../perform-storage.mjs";

/** Runs handlers whose storage is its own. */
export class Keeper extends DurableObject {
  #born = crypto.randomUUID();

  async fetch(request) {
    const { sources, options, restart } = await request.json();
    // Ends this instance; what is stored stays.
    if (restart) this.ctx.abort("restart");
    const outcomes = await perform(sources, { ...options, backend: this.ctx.storage });
    const keys = [...(await this.ctx.storage.list()).keys()];
    return Response.json({ outcomes, keys, born: this.#born });
  }
}

export default {
  async fetch(request, { KEEPER }) {
    const name = new URL(request.url).pathname;
    try {
      return await KEEPER.get(KEEPER.idFromName(name)).fetch(request);
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};

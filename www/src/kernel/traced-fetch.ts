// fetch that says when each request began and when its body had arrived.

import type { Ending } from "./protocol.ts";

/** Hears of a request's beginning, and by calling what it returns, of its end. */
export type RequestListener = (url: string) => (ending: Ending) => void;

/** `fetch`, telling `listen` of each request. */
export function tracedFetch(listen: RequestListener): typeof fetch {
  return async (input, init) => {
    const ended = listen(input instanceof Request ? input.url : String(input));
    let response: Response;
    try {
      response = await fetch(input, init);
    } catch (error) {
      ended(init?.signal?.aborted ? "aborted" : "failed");
      throw error;
    }
    if (!response.body) {
      ended(response.status);
      return response;
    }
    const body = response.body.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({ flush: () => ended(response.status) }),
    );
    const { status, statusText, headers, url, type, redirected } = response;
    const traced = new Response(body, { status, statusText, headers });
    // What a constructed response cannot be given, and the kernel asks for.
    return Object.defineProperties(traced, {
      url: { value: url },
      type: { value: type },
      redirected: { value: redirected },
    });
  };
}

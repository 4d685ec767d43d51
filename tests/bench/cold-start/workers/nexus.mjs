import { first } from "../nexus.mjs";

export default { fetch: async () => new Response(await first()) };

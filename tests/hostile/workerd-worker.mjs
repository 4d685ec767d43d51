import { performCase } from "./perform.mjs";

export default {
  async fetch(request) {
    return Response.json(await performCase(...(await request.json())));
  },
};

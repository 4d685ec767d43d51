// A server in a process of its own: `node server.mjs nexus|bare`. Tells its URL, and its processor time whenever it is asked.

import { COUNTER } from "./job.mjs";

const servers = {
  async nexus() {
    const [{ createKernel }, { serve }] = await Promise.all([import("nexus-kernel"), import("nexus-kernel/serve")]);
    // As many messages as the machine can do is what is measured here.
    const kernel = await createKernel({ api: { messagesPerSecond: 1_000_000, messageBurst: 1_000_000 } });
    await kernel.panels.create(COUNTER);
    const { url } = await serve(kernel, { port: 0 });
    return url;
  },

  /** The same work without a sandbox: Hono on its own adapter, and `ws`. */
  async bare() {
    const [{ Hono }, { serve }, { WebSocketServer }] = await Promise.all([import("hono"), import("@hono/node-server"), import("ws")]);
    let count = 0;
    const add = (by) => {
      count += by;
      return { status: "success", returnValue: count, stateMutations: [{ key: "count", value: count, operation: "set" }] };
    };
    const app = new Hono();
    app.get("/panels/:id/state", (context) => context.json({ panelId: context.req.param("id"), state: { count }, version: count }));
    app.post("/panels/:id/trigger/:tool", async (context) => context.json(add((await context.req.json()).by)));
    const listening = Promise.withResolvers?.() ?? withResolvers();
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => listening.resolve(`http://127.0.0.1:${port}`));
    const sockets = new WebSocketServer({ noServer: true });
    server.on("upgrade", (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (client) => {
        client.on("message", (text) => {
          const { args, requestId } = JSON.parse(text);
          const result = add(args.by);
          const patch = JSON.stringify({ type: "PATCH", version: count, mutations: result.stateMutations, computed: {} });
          for (const one of sockets.clients) one.send(patch);
          client.send(JSON.stringify({ type: "RESULT", requestId, result }));
        });
      });
    });
    return listening.promise;
  },
};

function withResolvers() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ processorMs: (user + system) / 1000 });
});
process.on("disconnect", () => process.exit());
process.send({ url: await servers[process.argv[2]]() });

// A kernel behind sockets that tests can cut, refuse and count.

import { createServer } from "node:http";
import { createKernel } from "nexus-kernel";
import { WebSocketServer } from "ws";

/**
 * Starts it on loopback.
 * @param options of the kernel
 * @returns `kernel`, `url`, `requests` (of sockets: their addresses), `cut()` (every connection, without a word), `freeze()`, `drop(drops)`
 * (whether new ones are cut before they are), `stop()`
 */
export async function startSocketServer(options = {}) {
  const kernel = await createKernel(options);
  const requests = [];
  const sockets = new Set();
  const raw = new WeakMap();
  let refused;
  const asRequest = ({ url, headers, method, socket }) => {
    const fields = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
    return new Request(`http://127.0.0.1:${socket.localPort}${url}`, { method, headers: fields });
  };
  const server = createServer(async (request, response) => {
    const answer = await kernel.fetch(asRequest(request));
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  });
  server.on("upgrade", async (request, socket, head) => {
    requests.push(request.url);
    const upgrade = refused ?? kernel.upgrade(asRequest(request));
    const answer = await upgrade;
    if (answer === "drop") return socket.destroy();
    if (answer instanceof Response) return socket.end(`HTTP/1.1 ${answer.status} No\r\nconnection: close\r\n\r\n`);
    const wss = new WebSocketServer({ noServer: true, handleProtocols: () => answer.protocol ?? false });
    wss.handleUpgrade(request, socket, head, (client) => {
      sockets.add(client);
      raw.set(client, socket);
      client.on("close", () => sockets.delete(client));
      answer.accept(client);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    kernel,
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    cut: () => sockets.forEach((socket) => socket.terminate()),
    /** As a net does that loses everything: nothing is read and nothing arrives, and nobody is told. */
    freeze: () =>
      sockets.forEach((socket) => {
        raw.get(socket).pause();
        raw.get(socket).write = () => true;
        raw.get(socket).end = () => {};
      }),
    drop: (drops) => (refused = drops ? "drop" : undefined),
    async stop() {
      await kernel.close();
      sockets.forEach((socket) => socket.terminate());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

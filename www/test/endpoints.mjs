// The Worker's sample endpoints, served by Node on loopback: the same code, without workerd.

import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const WORKER = fileURLToPath(new URL("../../worker/src/", import.meta.url));

/** @returns {Promise<{ url: string, stop(): void }>} */
export async function startEndpoints() {
  const [{ module: data }, { module: http }] = await Promise.all([
    runnerImport(`${WORKER}sample-data.ts`, { configFile: false, logLevel: "error" }),
    runnerImport(`${WORKER}http.ts`, { configFile: false, logLevel: "error" }),
  ]);
  const routes = { "/sample/weather": data.answerWeather, "/sample/news": data.answerNews };
  const server = createServer(async (incoming, outgoing) => {
    const request = new Request(new URL(incoming.url, `http://${incoming.headers.host}`), { method: incoming.method });
    const answer = routes[new URL(request.url).pathname];
    const response =
      request.method === "OPTIONS"
        ? http.preflight(["GET"])
        : await answer(request).catch((error) => error.response());
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

// The sources as a server on this machine: `node samples/servers.mjs [port]`, or start() from a program. Node.js only.

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { createSources } from "./sources.mjs";

/**
 * Starts the server, on loopback.
 *
 * @param {{ port?: number, seed?: number, now?: () => number }} [options] without a `port` the system chooses one
 * @returns {Promise<{ origin: string, close(): Promise<void>, trouble: ReturnType<typeof createSources>["trouble"] }>}
 */
export async function start({ port = 0, ...options } = {}) {
  const sources = createSources(options);
  const server = createServer((incoming, outgoing) => {
    const gone = new AbortController();
    outgoing.on("close", () => gone.abort());
    send(sources, incoming, outgoing, gone.signal).catch((error) => {
      if (!gone.signal.aborted) outgoing.writeHead(500, { "content-type": "text/plain" }).end(String(error.message));
    });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    trouble: sources.trouble,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

async function send(sources, { method, url }, outgoing, signal) {
  const response = await sources.fetch(new Request(new URL(url, "http://127.0.0.1"), { method, signal }));
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(body);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { origin } = await start({ port: Number(process.argv[2] ?? 4710) });
  console.log(`The sources of the samples are at ${origin}`);
}

// The two endpoints of the main job: a real HTTP server on loopback. Each answers a run only once the run has asked both, so
// that a handler which asks one after the other would wait for ever.

import { createServer } from "node:http";

const ANSWERS = {
  "/weather": (query) => ({ city: query.get("city"), temperature: 1, conditions: "light snow" }),
  "/news": () => [
    { id: 1, title: "Ferry timetable changes for the winter" },
    { id: 2, title: "Library extends its opening hours" },
  ],
};

/** @returns {Promise<{ url: string, host: string, stop(): Promise<void> }>} */
export async function startEndpoints() {
  const waiting = new Map();
  const server = createServer((request, response) => {
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*", "content-type": "application/json" };
    if (request.method === "OPTIONS") return void response.writeHead(204, headers).end();
    const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
    const answer = ANSWERS[pathname];
    if (!answer) return void response.writeHead(404, headers).end("null");
    const send = () => response.writeHead(200, headers).end(JSON.stringify(answer(searchParams)));
    const run = searchParams.get("run");
    const other = waiting.get(run);
    if (other && other.pathname !== pathname) {
      waiting.delete(run);
      other.send();
      send();
    } else {
      waiting.set(run, { pathname, send });
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${server.address().port}`;
  return { url: `http://${host}`, host, stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())) };
}

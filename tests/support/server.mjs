// A real HTTP server on loopback for handlers to call, open to pages of any origin.
//
// Nothing here waits for a time: an endpoint that is slow is slow until another request says so, so that tests are as
// quick as the machine and do not depend on it.

import { createServer } from "node:http";

/** Starts the server on a port that the system chooses. @returns {Promise<{ url: string, host: string, stop(): Promise<void> }>} */
export async function startServer() {
  const rooms = new Rooms();
  const server = createServer((request, response) => {
    answer(request, response, rooms).catch((error) => {
      if (!response.headersSent) response.writeHead(500, CROSS_ORIGIN);
      response.end(String(error.stack));
    });
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${server.address().port}`;
  return {
    url: `http://${host}`,
    host,
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}

const CROSS_ORIGIN = { "access-control-allow-origin": "*", "access-control-expose-headers": "*" };

const ROUTES = {
  /** `?value=` is JSON text; answers it as it is. */
  json: ({ query, send }) => send(200, { "content-type": "application/json" }, query.get("value") ?? '{"hello":"world"}'),
  /** `?type=` is the content type. */
  text: ({ query, send }) => send(200, { "content-type": query.get("type") ?? "text/plain; charset=utf-8" }, query.get("value") ?? "héllo"),
  bytes: ({ send }) => send(200, { "content-type": "application/octet-stream" }, Buffer.from([0, 1, 254, 255])),
  /** Tells what arrived. */
  echo: async ({ request, url, send }) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { method, headers } = request;
    const body = Buffer.concat(parts).toString();
    const json = JSON.stringify({ method, path: url.pathname + url.search, headers, body });
    send(200, { "content-type": "application/json", "x-method": method }, json);
  },
  status: ({ query, send }) => send(Number(query.get("code")), { "content-type": "text/plain" }, "told"),
  /** Redirects to `?to=`, or `?times=` times and then to /echo. */
  redirect: ({ query, send }) => {
    const times = Number(query.get("times") ?? 1);
    const status = Number(query.get("status") ?? 302);
    const next = times > 1 ? `/redirect?times=${times - 1}&status=${status}` : "/echo?redirected";
    send(status, { location: query.get("to") ?? next }, "");
  },
  /** A body of `?bytes=`, announced only with `?announce`. */
  big: ({ query, response }) => {
    const bytes = Number(query.get("bytes"));
    const announced = query.has("announce") ? { "content-length": bytes } : {};
    response.writeHead(200, { ...CROSS_ORIGIN, "content-type": "text/plain", ...announced });
    response.end("x".repeat(bytes));
  },
  /** Answers once `?count=` requests of the room `?room=` are here at the same time, and tells how many there were at most. */
  meet: async ({ query, response, rooms, send }) => {
    const room = rooms.enter(query.get("room"), response);
    await room.has(Number(query.get("count")));
    send(200, { "content-type": "application/json" }, JSON.stringify({ most: room.most }));
  },
  /** Never sends its head; with `?body`, never the rest of its body. */
  hold: ({ query, response, rooms }) => {
    rooms.enter(query.get("room"), response);
    if (query.has("body")) {
      response.writeHead(200, { ...CROSS_ORIGIN, "content-type": "text/plain" });
      response.write("begun");
    }
  },
  /** Answers once somebody is in the room. */
  entered: async ({ query, rooms, send }) => {
    await rooms.of(query.get("room")).has(1);
    send(200, { "content-type": "application/json" }, "true");
  },
  /** Answers once everybody who entered the room has left it. */
  left: async ({ query, rooms, send }) => {
    const room = rooms.of(query.get("room"));
    await room.isEmpty();
    send(200, { "content-type": "application/json" }, JSON.stringify({ entered: room.entered, most: room.most }));
  },
};

async function answer(request, response, rooms) {
  const url = new URL(request.url, "http://127.0.0.1");
  if (request.method === "OPTIONS" && request.headers["access-control-request-method"]) {
    const headers = request.headers["access-control-request-headers"];
    const allowed = { "access-control-allow-methods": "*", ...(headers && { "access-control-allow-headers": headers }) };
    // `*` covers every method but must be spelled out for the browsers that take it literally.
    allowed["access-control-allow-methods"] = request.headers["access-control-request-method"];
    response.writeHead(204, { ...CROSS_ORIGIN, ...allowed }).end();
    return;
  }
  const name = url.pathname.slice(1);
  const send = (status, headers, body) => response.writeHead(status, { ...CROSS_ORIGIN, ...headers }).end(body);
  if (!Object.hasOwn(ROUTES, name)) return void send(404, {}, "nothing here");
  await ROUTES[name]({ request, response, url, query: url.searchParams, rooms, send });
}

/** Requests that are under way, by the name that they gave. */
class Rooms {
  #rooms = new Map();

  of(name) {
    if (!this.#rooms.has(name)) this.#rooms.set(name, new Room());
    return this.#rooms.get(name);
  }

  enter(name, response) {
    const room = this.of(name);
    room.enter();
    response.once("close", () => room.leave());
    return room;
  }
}

class Room {
  entered = 0;
  most = 0;
  #inside = 0;
  #waiting = new Set();

  enter() {
    this.entered++;
    this.#inside++;
    this.most = Math.max(this.most, this.#inside);
    this.#tell();
  }

  leave() {
    this.#inside--;
    this.#tell();
  }

  has(count) {
    return this.#until(() => this.#inside >= count);
  }

  isEmpty() {
    return this.#until(() => this.entered > 0 && this.#inside === 0);
  }

  #until(holds) {
    return new Promise((resolve) => {
      this.#waiting.add({ holds, resolve });
      this.#tell();
    });
  }

  #tell() {
    for (const waiting of [...this.#waiting]) {
      if (!waiting.holds()) continue;
      this.#waiting.delete(waiting);
      waiting.resolve();
    }
  }
}

// Requests of Node as those of the platform, and answers the other way.

import type { IncomingMessage, RequestListener, Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Kernel } from "../types.js";
import { RequestError, getRequestListener } from "./third-party.js";

/** The global objects are the process's: they stay as they are. */
const OPTIONS = { overrideGlobalObjects: false, errorHandler: refusal } as const;

/** Answers by the kernel: bodies are streamed, and `request.signal` is aborted when the client goes away. */
export function answering(kernel: Kernel): RequestListener {
  return getRequestListener((request) => kernel.fetch(request), OPTIONS);
}

/** Answers by `answer`, which may do without a response: then it has done something else with the socket. */
export function upgrading(answer: (request: Request, incoming: IncomingMessage) => Promise<Response | undefined>): RequestListener {
  return getRequestListener(async (request, { incoming }) => (await answer(request, incoming as IncomingMessage)) ?? HANDLED, OPTIONS);
}

/** What the adapter does not send. */
const HANDLED = new Response(null, { headers: { "x-hono-already-sent": "true" } });

/** The answer to what is no request for the platform, such as one to a host that is no host name. */
function refusal(error: unknown): Response {
  if (error instanceof RequestError) return failure(400, "INVALID_ARGUMENT", error.message);
  console.error("nexus-kernel:", error);
  return failure(500, "INTERNAL_ERROR", "the server failed");
}

const failure = (status: number, code: string, message: string) => Response.json({ error: { code, message } }, { status });

/**
 * Answers a request that asks for another protocol than WebSocket as if it had not: HTTP lets a server do so, and some clients ask for
 * HTTP/2 with each request. Node has handed its connection over, and gets it back without the wish.
 */
export function serveWithoutUpgrade(server: Server, incoming: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const headers: string[] = [];
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    const [name, value] = incoming.rawHeaders.slice(i, i + 2) as [string, string];
    if (!/^(upgrade|connection|http2-settings)$/i.test(name)) headers.push(`${name}: ${value}\r\n`);
  }
  const head = `${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers.join("")}\r\n`;
  socket.unshift(Buffer.concat([Buffer.from(head, "latin1"), rest]));
  server.emit("connection", socket);
}

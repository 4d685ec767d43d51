// Requests of Node as those of the platform, and answers the other way.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { ResponseParts } from "../doors.js";
import type { Respond } from "../served.js";
import type { Kernel } from "../types.js";
import { RequestError, getRequestListener } from "./third-party.js";

/** The global objects are the process's: they stay as they are. */
const OPTIONS = { overrideGlobalObjects: false, errorHandler: refusal } as const;

/**
 * Answers by the kernel, in parts if it has `respond`. Bodies are received as they are read, and `request.signal` is aborted when the client
 * goes away.
 */
export function answering(kernel: Kernel, respond: Respond | undefined): RequestListener {
  return getRequestListener(async (request, adapted) => {
    const incoming = adapted.incoming as IncomingMessage;
    const outgoing = adapted.outgoing as ServerResponse;
    const parts = await respond?.(request);
    const response = parts ? HANDLED : await kernel.fetch(request);
    if (!incoming.complete && !(await received(incoming))) outgoing.setHeader("connection", "close");
    if (parts) send(outgoing, parts);
    return response;
  }, OPTIONS);
}

function send(outgoing: ServerResponse, [status, fields, body]: ResponseParts): void {
  outgoing.statusCode = status;
  for (let at = 0; at < fields.length; at += 2) outgoing.appendHeader(fields[at]!, fields[at + 1]!);
  outgoing.end(body);
}

/** How long the rest of a body is received that was refused, and how much of it. */
const REST_MS = 500;
const REST_BYTES = 8 << 20;

/**
 * Receives what is left of a body, and answers whether that was all. Many clients look for the answer only when they have sent
 * everything, and a connection that is closed before takes the answer with it.
 */
async function received(incoming: IncomingMessage): Promise<boolean> {
  // The stream that the kernel read from would wait until somebody does again.
  incoming.removeAllListeners("data");
  let left = REST_BYTES;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, REST_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    incoming.once("end", done).once("close", done);
    incoming.on("data", (piece: Buffer) => {
      left -= piece.length;
      if (left < 0) done();
    });
    incoming.resume();
  });
  return incoming.complete;
}

/** Answers by `answer`, which may do without a response: then it has done something else with the socket. */
export function upgrading(answer: (request: Request, incoming: IncomingMessage) => Promise<Response | undefined>): RequestListener {
  return getRequestListener(async (request, { incoming }) => (await answer(request, incoming as IncomingMessage)) ?? HANDLED, OPTIONS);
}

/** The adapter leaves it to us to answer. */
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

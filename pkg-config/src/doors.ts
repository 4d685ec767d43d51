// The HTTP API: requests in, responses out, and WebSockets where a request asks for one.

import type { glue } from "./binding.js";
import { serveSocket } from "./connection.js";
import { NexusError } from "./errors.js";
import type { SocketLike } from "./panel-types.js";
import type { Upgrade } from "./types.js";

/** What the kernel module makes of a response: status, names and values of headers, body. */
export type ResponseParts = readonly [status: number, headers: readonly string[], body?: string];

/** What Workers have: two ends of a WebSocket, of which one is the response's. */
type WebSocketPairClass = new () => { readonly 0: SocketLike; readonly 1: SocketLike & { accept(): void } };

/** Answers a request. Rejected by nothing that a client does. */
export async function answer(kernel: glue.Kernel, request: Request): Promise<Response> {
  const { WebSocketPair } = globalThis as { readonly WebSocketPair?: WebSocketPairClass };
  if (WebSocketPair && request.headers.get("upgrade")?.toLowerCase() === "websocket") {
    try {
      return openPair(upgrade(kernel, request), new WebSocketPair());
    } catch (error) {
      return responseOf(failure(error));
    }
  }
  return responseOf(await respond(kernel, request));
}

/** As {@link answer}, without WebSockets and in parts. */
export async function respond(kernel: glue.Kernel, request: Request): Promise<ResponseParts> {
  try {
    return await kernel.fetch(request);
  } catch (error) {
    return failure(error);
  }
}

/** The answer of a kernel that has failed for good. Throws again what else there is: what was given is no request. */
function failure(error: unknown): ResponseParts {
  if (!(error instanceof NexusError) || error.code !== "INTERNAL_ERROR") throw error;
  const body = { error: { code: error.code, message: error.message } };
  return [500, ["content-type", "application/json"], JSON.stringify(body)];
}

/** Lets a client in that wants a WebSocket, or says what to answer it. */
export function upgrade(kernel: glue.Kernel, request: Request): Upgrade | Response {
  const upgraded: glue.Upgrade | ResponseParts = kernel.upgrade(request);
  if (Array.isArray(upgraded)) return responseOf(upgraded as unknown as ResponseParts);
  const { protocol } = upgraded as glue.Upgrade;
  return {
    protocol,
    accept: (socket) => serveSocket(socket, (served) => (upgraded as glue.Upgrade).accept(served)),
  };
}

function openPair(upgraded: Upgrade | Response, { 0: client, 1: server }: InstanceType<WebSocketPairClass>): Response {
  if (upgraded instanceof Response) return upgraded;
  server.accept();
  // Up to compatibility date 2026-04-07 a Worker answers a close itself; who closed waits for that.
  server.addEventListener("close", ({ code, reason }: { readonly code: number; readonly reason: string }) => {
    // Not those that say why there was no close, such as 1005 and 1006.
    if (code === 1000 || code >= 3000) server.close(code, reason);
    else server.close();
  });
  upgraded.accept(server);
  const headers: HeadersInit = upgraded.protocol === undefined ? {} : { "sec-websocket-protocol": upgraded.protocol };
  return new Response(null, { status: 101, headers, webSocket: client } as ResponseInit);
}

function responseOf([status, fields, body]: ResponseParts): Response {
  const headers: [string, string][] = [];
  for (let at = 0; at < fields.length; at += 2) headers.push([fields[at]!, fields[at + 1]!]);
  return new Response(body ?? null, { status, headers });
}

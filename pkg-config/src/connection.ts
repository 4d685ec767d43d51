// Sockets of clients: whatever carries texts both ways, made alike for the kernel module.

import type { glue } from "./binding.js";
import { invalidArgument } from "./errors.js";
import type { Connection, SocketLike } from "./panel-types.js";

/** A socket as the kernel module sees it. None of the methods throws. */
export interface ServedSocket {
  send(text: string): void;
  /** Bytes that have not left; 0 where that is not known. */
  buffered(): number;
  close(code: number, reason: string): void;
}

/** Makes a session of a socket: `accept` of the kernel module. */
export type OpenSession = (socket: ServedSocket) => glue.Session;

/** What a transport without close codes says last: the code and the reason of a socket's close. */
interface CloseMessage {
  readonly type: "CLOSE";
  readonly code: number;
  readonly reason: string;
}

/** The close code for a client that went without one. */
const NO_STATUS = 1005;
const NORMAL = 1000;

/**
 * Serves a client.
 * @throws NexusError `INVALID_ARGUMENT` if that is no socket
 */
export function serveSocket(socket: SocketLike | MessagePort, open: OpenSession): Connection {
  return isPort(socket) ? servePort(socket, open) : serveWebSocket(socket, open);
}

function isPort(socket: unknown): socket is MessagePort {
  const { postMessage } = (socket ?? {}) as Partial<MessagePort>;
  return typeof postMessage === "function";
}

function serveWebSocket(socket: SocketLike, open: OpenSession): Connection {
  if (typeof socket?.send !== "function" || typeof socket.close !== "function" || typeof socket.addEventListener !== "function") {
    throw invalidArgument("a socket has send, close and addEventListener, as a WebSocket has, or is a MessagePort");
  }
  const served = new Served(open, {
    send: (text) => attempt(() => socket.send(text)),
    buffered: () => socket.bufferedAmount ?? 0,
    close: (code, reason) => attempt(() => socket.close(code, reason)),
  });
  socket.addEventListener("message", ({ data }: { readonly data?: unknown }) => served.message(data));
  socket.addEventListener("close", ({ code, reason }: { readonly code?: number; readonly reason?: string }) =>
    served.gone(code ?? NO_STATUS, reason ?? ""),
  );
  // It is followed by a close; without a listener some implementations end the process.
  socket.addEventListener("error", () => {});
  // One that a client's request was just answered with may not be open yet.
  if (socket.readyState === 0) socket.addEventListener("open", () => served.begin());
  else served.begin();
  return served;
}

function servePort(port: MessagePort, open: OpenSession): Connection {
  const served = new Served(open, {
    send: (text) => port.postMessage(text),
    buffered: () => 0,
    close: (code, reason) => {
      port.postMessage(JSON.stringify({ type: "CLOSE", code, reason } satisfies CloseMessage));
      port.close();
    },
  });
  port.addEventListener("message", ({ data }: MessageEvent) => {
    const close = closeOf(data);
    if (!close) return served.message(data);
    served.gone(close.code, close.reason);
    port.close();
  });
  // Where ports tell that the other side has gone.
  port.addEventListener("close", () => served.gone(NO_STATUS, ""));
  port.start();
  served.begin();
  return served;
}

/** The close that a message of a port tells of, if it is one. */
export function closeOf(data: unknown): CloseMessage | undefined {
  if (typeof data !== "string" || !data.startsWith('{"type":"CLOSE"')) return undefined;
  try {
    const { code, reason } = JSON.parse(data) as Partial<CloseMessage>;
    return { type: "CLOSE", code: typeof code === "number" ? code : NORMAL, reason: String(reason ?? "") };
  } catch {
    return undefined;
  }
}

/** Bytes of a binary message: a Blob, an ArrayBuffer, a view of one. */
function sizeOf(data: unknown): number {
  const { size, byteLength } = (data ?? {}) as { readonly size?: unknown; readonly byteLength?: unknown };
  return Number(byteLength ?? size ?? 0);
}

/** A socket that goes while it is being written to is no failure of the kernel's: its close is told by the event. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // See above.
  }
}

class Served implements Connection {
  readonly #open: OpenSession;
  readonly #socket: ServedSocket;
  #session: glue.Session | undefined;
  /** What came before the session was there. */
  readonly #early: unknown[] = [];
  #isGone = false;
  #tell!: (closed: { readonly code: number; readonly reason: string }) => void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;

  constructor(open: OpenSession, socket: ServedSocket) {
    this.#open = open;
    this.closed = new Promise((resolve) => (this.#tell = resolve));
    this.#socket = {
      ...socket,
      close: (code, reason) => {
        socket.close(code, reason);
        this.gone(code, reason);
      },
    };
  }

  begin(): void {
    if (this.#isGone) return;
    const session = this.#open(this.#socket);
    // The panel may have gone: then the socket is closed already.
    if (this.#isGone) return session.free();
    this.#session = session;
    for (const data of this.#early.splice(0)) this.message(data);
  }

  message(data: unknown): void {
    if (this.#isGone) return;
    if (!this.#session) this.#early.push(data);
    else if (typeof data === "string") this.#session.text(data);
    else this.#session.binary(sizeOf(data));
  }

  gone(code: number, reason: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const session = this.#session;
    this.#session = undefined;
    this.#tell({ code, reason });
    if (!session) return;
    session.closed();
    // Not within a call of its own.
    queueMicrotask(() => session.free());
  }

  close(code = NORMAL, reason = ""): void {
    if (this.#session) this.#session.close(code, reason);
    else if (!this.#isGone) this.#socket.close(code, reason);
  }

  heard(): void {
    this.#session?.heard();
  }
}

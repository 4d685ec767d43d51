// WebSockets of Node for the kernel.

import { ServerResponse, type IncomingMessage, type RequestListener } from "node:http";
import type { Duplex } from "node:stream";
import type { Kernel, Upgrade } from "../types.js";
import { upgrading } from "./requests.js";
import { WebSocketServer } from "./third-party.js";

/** Milliseconds between pings. Who has not answered one by the next is gone: proxies forget connections in silence. */
const PING_MS = 30_000;
/** Milliseconds that a client has to answer a close: one that does not read does not. Not in the types of ws yet. */
const CLOSE_TIMEOUT = { closeTimeout: 10_000 };

/** A connection that the kernel has not decided on. */
interface Waiting {
  readonly response: ServerResponse;
  /** What came after the request: the first of the WebSocket. */
  readonly rest: Buffer;
  /** What the kernel answers in `Sec-WebSocket-Protocol`. */
  protocol?: string | undefined;
}

/** The WebSockets of a server. */
export class Sockets {
  readonly #sockets: WebSocketServer;
  /** Those that were heard of since the last ping. */
  readonly #heard = new WeakSet<object>();
  readonly #pinging: NodeJS.Timeout;
  /** Connections that the kernel has not decided on. */
  readonly #waiting = new WeakMap<IncomingMessage, Waiting>();
  readonly #answer: RequestListener;
  #closing: string | undefined;

  /** @param maxMessageBytes what the kernel takes */
  constructor(kernel: Kernel, maxMessageBytes: number) {
    this.#sockets = new WebSocketServer({
      noServer: true,
      // A little more than the kernel takes: it says itself what was too large. Beyond that nothing is buffered.
      maxPayload: maxMessageBytes + 1024,
      // A window of memory for each client costs more than it saves in messages this small.
      perMessageDeflate: false,
      ...CLOSE_TIMEOUT,
      handleProtocols: (_offered, incoming) => this.#waiting.get(incoming)?.protocol ?? false,
    });
    this.#pinging = setInterval(() => this.#ping(), PING_MS).unref();
    this.#answer = upgrading(async (request, incoming) => {
      const upgrade = await kernel.upgrade(request);
      if (upgrade instanceof Response) return upgrade;
      this.#accept(incoming, upgrade);
      return undefined;
    });
  }

  /** Makes a WebSocket of a connection, or answers why not. */
  upgrade(incoming: IncomingMessage, socket: Duplex, rest: Buffer): void {
    // It may go at any time.
    socket.on("error", () => socket.destroy());
    const response = new ServerResponse(incoming);
    response.shouldKeepAlive = false;
    response.assignSocket(incoming.socket);
    response.once("finish", () => socket.end());
    this.#waiting.set(incoming, { response, rest });
    this.#answer(incoming, response);
  }

  #accept(incoming: IncomingMessage, upgrade: Upgrade): void {
    const { socket } = incoming;
    const waiting = this.#waiting.get(incoming)!;
    waiting.response.detachSocket(socket);
    waiting.protocol = upgrade.protocol;
    this.#sockets.handleUpgrade(incoming, socket, waiting.rest, (webSocket) => {
      // What goes wrong ends in a close, which the kernel is told of.
      webSocket.on("error", () => {});
      if (this.#closing !== undefined) return webSocket.close(1001, this.#closing);
      this.#heard.add(webSocket);
      const connection = upgrade.accept(webSocket);
      const heard = () => {
        this.#heard.add(webSocket);
        connection.heard();
      };
      webSocket.on("pong", heard).on("ping", heard);
    });
  }

  #ping(): void {
    for (const socket of this.#sockets.clients) {
      if (this.#heard.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }

  /** Closes all, and those that come yet. */
  close(reason: string): void {
    this.#closing = reason;
    clearInterval(this.#pinging);
    for (const socket of this.#sockets.clients) socket.close(1001, reason);
  }

  /** Ends those that have not closed. */
  terminate(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }
}

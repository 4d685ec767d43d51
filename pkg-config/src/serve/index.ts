// `nexus-kernel/serve`: the HTTP and WebSocket API of a kernel, on a port of this machine.

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import { TEXT, checked, wholeFrom, type Rule } from "../built-in.js";
import { NexusError, invalidArgument } from "../errors.js";
import { servedBy } from "../served.js";
import type { Kernel } from "../types.js";
import { isLoopback } from "./loopback.js";
import { answering, serveWithoutUpgrade } from "./requests.js";
import { Sockets } from "./sockets.js";

/** Options of {@link serve}. */
export interface ServeOptions {
  /** Default 3000; 0: one that is free. */
  readonly port?: number | undefined;
  /** The name or address to listen on. Default `127.0.0.1`: this machine alone. */
  readonly host?: string | undefined;
}

/** A server. */
export interface Server extends AsyncDisposable {
  /** Where it answers on this machine: `http://127.0.0.1:3000`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more requests, closes WebSockets with 1001, lets what is under way end, for 10 s at most, and frees the port. The kernel
   * stays open.
   */
  close(): Promise<void>;
}

const RULES: Readonly<Record<keyof ServeOptions, Rule>> = { port: wholeFrom(0, 65_535), host: TEXT };

/** Milliseconds that requests under way have to end. */
const GRACE_MS = 10_000;
/** Milliseconds between looks for connections that nothing is asked by any more. */
const LOOK_MS = 50;

/**
 * Serves a kernel.
 * @throws NexusError `INVALID_ARGUMENT` for an option that does not exist or has no such value, for a place where it cannot listen, and
 * for one that others reach while the kernel has no `auth`
 */
export async function serve(kernel: Kernel, options: ServeOptions = {}): Promise<Server> {
  const { port = 3000, host = "127.0.0.1" } = checked<ServeOptions>("serve", options, RULES);
  const { to, maxMessageBytes, respond } = servedBy(kernel);
  if (to === "loopback" && !isLoopback(host)) {
    throw invalidArgument(
      `${host} can be reached from other machines, and the kernel asks nobody who they are: give createKernel auth with a secret or a publicKey, ` +
        "or auth: false to serve everybody, or listen on 127.0.0.1",
    );
  }
  const server = createServer(answering(kernel, respond));
  const sockets = new Sockets(kernel, maxMessageBytes);
  server.on("upgrade", (incoming, socket, rest) => {
    if (incoming.headers.upgrade?.toLowerCase() === "websocket") sockets.upgrade(incoming, socket, rest);
    else serveWithoutUpgrade(server, incoming, socket, rest);
  });
  // Browsers open connections ahead of what they will ask. Node does not count these as idle.
  const silent = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    silent.add(socket);
    socket.once("close", () => silent.delete(socket));
  });
  for (const event of ["request", "upgrade"]) server.on(event, ({ socket }: IncomingMessage) => silent.delete(socket));
  await listening(server, port, host);
  const address = server.address() as AddressInfo;

  let closed: Promise<void> | undefined;
  const close = () =>
    (closed ??= new Promise<void>((resolve) => {
      const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS);
      const ending = setTimeout(() => {
        sockets.terminate();
        server.closeAllConnections();
      }, GRACE_MS);
      server.close(() => {
        clearInterval(looking);
        clearTimeout(ending);
        resolve();
      });
      sockets.close("the server is closing");
      for (const socket of silent) socket.destroy();
    }));
  return { url: urlOf(address), port: address.port, close, [asyncDispose]: close };
}

// Older platforms have no such symbol; `await using` in code compiled for them looks for this one.
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

function listening(server: NetServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const message = `cannot listen on port ${port} of ${host}: ${WHY[cause.code ?? ""] ?? cause.message}`;
      reject(new NexusError({ code: "INVALID_ARGUMENT", message }, { cause }));
    };
    server.once("error", fail);
    server.listen(port, host, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there",
  EACCES: "this user may not",
  EADDRNOTAVAIL: "it is no address of this machine",
  ENOTFOUND: "there is no such host",
};

/** Where the machine itself reaches a server that listens there. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === "0.0.0.0") return `http://127.0.0.1:${port}`;
  if (address === "::") return `http://[::1]:${port}`;
  return family === "IPv6" ? `http://[${address}]:${port}` : `http://${address}:${port}`;
}

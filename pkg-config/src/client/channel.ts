// One attempt to reach a panel: a socket, or a port that behaves like one.

import { closeOf } from "../connection.js";

/** What a channel tells. After `closed` it tells nothing more. */
export interface ChannelListener {
  opened(): void;
  message(text: string): void;
  closed(code: number, reason: string): void;
}

/** A way to a panel. */
export interface Channel {
  send(text: string): void;
  close(code: number, reason: string): void;
}

/** What a browser says of a connection that was not closed but lost. */
export const LOST = 1006;

export function overSocket(socket: WebSocket, listener: ChannelListener): Channel {
  let isOver = false;
  const end = (code: number, reason: string) => {
    if (isOver) return;
    isOver = true;
    listener.closed(code, reason);
  };
  const opened = () => isOver || listener.opened();
  socket.addEventListener("open", opened);
  socket.addEventListener("message", ({ data }) => {
    if (isOver) return;
    if (typeof data === "string") listener.message(data);
    else socket.close(4003, "text only");
  });
  socket.addEventListener("close", ({ code, reason }) => end(code, reason));
  // It is followed by a close; without a listener some implementations end the process.
  socket.addEventListener("error", () => {});
  // A maker of sockets may have waited.
  if (socket.readyState === 1) queueMicrotask(opened);
  if (socket.readyState > 1) queueMicrotask(() => end(LOST, ""));
  return {
    send: (text) => socket.send(text),
    close(code, reason) {
      // Tells of itself only after a handshake that a lost connection never answers.
      socket.close(code, reason);
      end(code, reason);
    },
  };
}

export function overPort(port: MessagePort, listener: ChannelListener): Channel {
  let isOver = false;
  const end = (code: number, reason: string) => {
    if (isOver) return;
    isOver = true;
    port.close();
    listener.closed(code, reason);
  };
  port.addEventListener("message", ({ data }) => {
    if (isOver || typeof data !== "string") return;
    const close = closeOf(data);
    if (close) end(close.code, close.reason);
    else listener.message(data);
  });
  port.start();
  queueMicrotask(() => isOver || listener.opened());
  return {
    send: (text) => port.postMessage(text),
    close(code, reason) {
      if (!isOver) port.postMessage(JSON.stringify({ type: "CLOSE", code, reason }));
      end(code, reason);
    },
  };
}

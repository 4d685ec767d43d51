// How each kind of target is reached, and what is known of one that cannot be.

import { NexusError, invalidArgument, type ErrorCode } from "../errors.js";
import type { Panel } from "../panel-types.js";
import { panelAddress, socketAddress } from "./address.js";
import { overPort, overSocket, type Channel, type ChannelListener } from "./channel.js";
import type { PanelTarget, SocketWish } from "./types.js";

/** A kind of target. */
export interface Reach {
  /** @throws what keeps it from being tried at all */
  open(wish: SocketWish, listener: ChannelListener): Channel;
  /** Whether it cannot be opened again after a close with this code. */
  isFinal(code: number): boolean;
  /** Whether the wish for topics is told by {@link open}; otherwise by messages. */
  readonly tellsTopics: boolean;
  /** Why it was refused; nothing if that is not known. */
  refusal?(token: string | undefined): Promise<NexusError | undefined>;
}

export function reach(target: PanelTarget): Reach {
  if (typeof target === "string" || target instanceof URL) return address(panelAddress(target));
  if (typeof target === "function") {
    return {
      open: (wish, listener) => overSocket(target(wish), listener),
      isFinal: () => false,
      tellsTopics: false,
    };
  }
  if (isPort(target)) return { open: (_wish, listener) => overPort(target, listener), isFinal: () => true, tellsTopics: false };
  if (typeof target?.accept === "function") return inPage(target);
  throw invalidArgument("a panel is reached by the panel itself, a MessagePort, an address or a function that makes a WebSocket");
}

function isPort(target: object): target is MessagePort {
  return typeof MessagePort === "function" && target instanceof MessagePort;
}

function inPage(panel: Panel): Reach {
  return {
    open({ topics, seen }, listener) {
      const { port1, port2 } = new MessageChannel();
      panel.accept(port2, { topics, ...seen });
      return overPort(port1, listener);
    },
    // A kernel that was closed is not opened again.
    isFinal: (code) => code === 1001,
    tellsTopics: true,
  };
}

function address(panel: URL): Reach {
  return {
    open: ({ topics, seen, protocols }, listener) =>
      overSocket(new WebSocket(socketAddress(panel, topics, seen), [...protocols]), listener),
    isFinal: () => false,
    tellsTopics: true,
    // A browser does not tell a page what a socket was refused with; the same server answers requests.
    async refusal(token) {
      const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const response = await fetch(panel, { headers, signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
      if (!response || ![400, 401, 403, 404, 410].includes(response.status)) return undefined;
      const body = await response.json().catch(() => undefined);
      const { code, message } = body?.error ?? {};
      return new NexusError({
        code: typeof code === "string" ? (code as ErrorCode) : "PERMISSION_DENIED",
        message: typeof message === "string" ? message : `the server answered ${response.status}`,
        context: { status: response.status },
      });
    },
  };
}


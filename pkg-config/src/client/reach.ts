// How each kind of target is reached, and what is known of one that cannot be.

import { NexusError, invalidArgument, type ErrorCode } from "../errors.js";
import { panelAddress, socketAddress } from "./address.js";
import { overPort, overSocket, type Channel, type ChannelListener } from "./channel.js";
import type { Topic } from "./messages.js";
import type { PanelTarget, SocketWish } from "./types.js";

/** A kind of target. */
export interface Reach {
  /** @throws what keeps it from being tried at all */
  open(wish: SocketWish, listener: ChannelListener): Channel;
  /** Whether it can be opened again. */
  readonly again: boolean;
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
      again: true,
      tellsTopics: false,
    };
  }
  if (isPort(target)) return { open: (_wish, listener) => overPort(target, listener), again: false, tellsTopics: false };
  const panel = target as unknown as Accepting | null;
  if (typeof panel?.accept === "function") return inPage(panel);
  throw invalidArgument("a panel is reached by the panel itself, a MessagePort, an address or a function that makes a WebSocket");
}

function isPort(target: object): target is MessagePort {
  return typeof MessagePort === "function" && target instanceof MessagePort;
}

/** What is needed of a panel. */
interface Accepting {
  accept(socket: MessagePort, options: { topics: readonly Topic[]; since?: number }): unknown;
}

function inPage(panel: Accepting): Reach {
  return {
    open({ since, topics }, listener) {
      const { port1, port2 } = new MessageChannel();
      panel.accept(port2, since === undefined ? { topics } : { topics, since });
      return overPort(port1, listener);
    },
    again: true,
    tellsTopics: true,
  };
}

function address(panel: URL): Reach {
  return {
    open: ({ since, topics, protocols }, listener) =>
      overSocket(new WebSocket(socketAddress(panel, topics, since), [...protocols]), listener),
    again: true,
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


// What servers have to know of a kernel that its public interface does not tell.

import type { ResponseParts } from "./doors.js";
import type { Kernel, KernelOptions } from "./types.js";

/** Answers as `fetch` does, with what a `Response` is made of: in Node making one and reading it costs as much as the answer. */
export type Respond = (request: Request) => Promise<ResponseParts>;

/** How a kernel answers requests. */
export interface Served {
  /** Whom it serves: who has a token; without `auth` whoever asks a loopback host; with `auth: false` everybody. */
  readonly to: "tokens" | "loopback" | "everybody";
  /** Bytes of a WebSocket message. */
  readonly maxMessageBytes: number;
  readonly respond?: Respond;
}

/** As the kernel has it. */
const MAX_MESSAGE_BYTES = 1 << 20;

const served = new WeakMap<Kernel, Served>();

/** Keeps how a kernel answers, by its options, which it has checked. */
export function keepServed(kernel: Kernel, { auth, api }: KernelOptions = {}, respond: Respond): void {
  const to = auth === undefined ? "loopback" : auth === false ? "everybody" : "tokens";
  served.set(kernel, { to, maxMessageBytes: api?.maxMessageBytes ?? MAX_MESSAGE_BYTES, respond });
}

/** How a kernel answers requests. One that is not of this copy of the package counts as one without `auth`. */
export function servedBy(kernel: Kernel): Served {
  return served.get(kernel) ?? { to: "loopback", maxMessageBytes: MAX_MESSAGE_BYTES };
}

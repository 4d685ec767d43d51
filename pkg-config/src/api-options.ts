// What servers have to know of a kernel that only its options tell.

import type { Kernel, KernelOptions } from "./types.js";

/** How a kernel answers requests. */
export interface Served {
  /** Whom it serves: who has a token; without `auth` whoever asks a loopback host; with `auth: false` everybody. */
  readonly to: "tokens" | "loopback" | "everybody";
  /** Bytes of a WebSocket message. */
  readonly maxMessageBytes: number;
}

/** As the kernel has it. */
const MAX_MESSAGE_BYTES = 1 << 20;

const served = new WeakMap<Kernel, Served>();

/** Keeps what the options of a kernel say, which has checked them. */
export function keepApiOptions(kernel: Kernel, { auth, api }: KernelOptions = {}): void {
  const to = auth === undefined ? "loopback" : auth === false ? "everybody" : "tokens";
  served.set(kernel, { to, maxMessageBytes: api?.maxMessageBytes ?? MAX_MESSAGE_BYTES });
}

/** How a kernel answers requests. One that is not of this copy of the package counts as one without `auth`. */
export function servedBy(kernel: Kernel): Served {
  return served.get(kernel) ?? { to: "loopback", maxMessageBytes: MAX_MESSAGE_BYTES };
}

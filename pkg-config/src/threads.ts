// Sandboxes in Workers, as the kernel module drives them: this side. The other one is worker-side.ts.

import type { FromWorker, ToWorker } from "./worker-side.js";

/** A Worker of the platform's. */
export interface Connection {
  post(message: ToWorker): void;
  /** Whether the process goes on while the Worker exists. Only Node asks. */
  keepAlive?(alive: boolean): void;
  terminate(): void;
}

/** Starts a Worker. `fail` is called when it ends by itself, with the reason; maybe more than once. */
export type Connect = (receive: (message: FromWorker) => void, fail: (reason: unknown) => void) => Connection;

/** What the kernel module is told: a reply, a call of a host function that waits for an answer, or the end. */
type Receive = (kind: FromWorker["kind"], content: unknown) => void;

/** Starts Workers for kernels. */
export interface Threads {
  readonly start: (receive: Receive, sandbox: WebAssembly.Module) => Thread;
  /** Whether a Worker can wait for this thread, as it does when a handler calls a host function. */
  readonly sharesMemory: boolean;
}

/** Bytes that a reply to a host call takes at most in one piece; longer ones come in several. */
const PIECE = 64 << 10;

/** Workers over this module and a sandbox, which are posted and not compiled again. */
export function threads(connect: Connect, kernel: WebAssembly.Module): Threads {
  // A page has such memory only where it is isolated from other origins.
  const sharesMemory = typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated !== false;
  const start: Threads["start"] = (receive, sandbox) => new Thread(connect, { kernel, sandbox }, sharesMemory, receive);
  return { start, sharesMemory };
}

/** A Worker with a sandbox in it. */
class Thread {
  readonly #connection: Connection;
  readonly #shared: SharedArrayBuffer | undefined;
  /** What is still to be told of the answer to a host call. */
  #rest = new Uint8Array();
  #receive: Receive | undefined;

  constructor(connect: Connect, modules: { kernel: WebAssembly.Module; sandbox: WebAssembly.Module }, sharesMemory: boolean, receive: Receive) {
    this.#receive = receive;
    this.#shared = sharesMemory ? new SharedArrayBuffer(HEADER + PIECE) : undefined;
    this.#connection = connect(
      ({ kind, content }) => {
        if (kind === "more") this.#feed();
        else this.#receive?.(kind, content);
      },
      (reason) => this.#receive?.("failed", reason),
    );
    this.#connection.post({ ...modules, shared: this.#shared });
  }

  post(request: Uint8Array): void {
    this.#connection.post(request);
  }

  /** Answers the host call that the Worker waits for. */
  answer(reply: Uint8Array): void {
    this.#rest = new Uint8Array(reply);
    this.#feed();
  }

  keepAlive(alive: boolean): void {
    this.#connection.keepAlive?.(alive);
  }

  terminate(): void {
    this.#receive = undefined;
    this.#connection.terminate();
  }

  #feed(): void {
    if (!this.#shared) return;
    const piece = this.#rest.subarray(0, PIECE);
    this.#rest = this.#rest.subarray(PIECE);
    new Uint8Array(this.#shared, HEADER).set(piece);
    const header = new Int32Array(this.#shared, 0, HEADER / 4);
    header[LENGTH] = piece.length;
    header[MORE] = this.#rest.length;
    Atomics.store(header, STATE, ANSWERED);
    Atomics.notify(header, STATE);
  }
}

/** Layout of the shared memory: three numbers of 32 bits, then the piece. */
export const HEADER = 12;
/** {@link WAITING} or {@link ANSWERED}. */
export const STATE = 0;
/** Bytes of the piece. */
export const LENGTH = 1;
/** Bytes that are left after it. */
export const MORE = 2;
export const WAITING = 0;
export const ANSWERED = 1;

// Sandboxes in Workers: what runs in the Worker, whatever the platform.

import { NexusError } from "./errors.js";
import * as glue from "./generated/kernel.js";
import { HEADER, LENGTH, MORE, STATE, WAITING } from "./threads.js";

/** What a Worker begins with. */
interface Beginning {
  readonly kernel: WebAssembly.Module;
  readonly sandbox: WebAssembly.Module;
  /** Where answers to host calls arrive. */
  readonly shared: SharedArrayBuffer | undefined;
}

/** First the beginning, then requests. */
export type ToWorker = Beginning | Uint8Array;

/** A reply; a call of a host function, which waits; the request for more of its answer; why the Worker cannot go on. */
export type FromWorker =
  | { readonly kind: "answer" | "call"; readonly content: Uint8Array }
  | { readonly kind: "more"; readonly content?: undefined }
  | { readonly kind: "failed"; readonly content: string };

/** What to do with each message that arrives. */
export function serve(post: (message: FromWorker) => void): (message: ToWorker) => Promise<void> {
  let side: glue.WorkerSide;
  return async (message) => {
    try {
      if (message instanceof Uint8Array) {
        const content = await side.answer(message);
        if (content) post({ kind: "answer", content });
      } else {
        glue.initSync({ module: message.kernel });
        glue.initialize(NexusError);
        side = await glue.openWorkerSide(message.sandbox, hostCalls(post, message.shared));
        post({ kind: "answer", content: side.ready() });
      }
    } catch (error) {
      post({ kind: "failed", content: error instanceof Error ? error.message : String(error) });
    }
  };
}

/** Sends a call to the kernel's thread and waits for the answer. */
function hostCalls(post: (message: FromWorker) => void, shared: SharedArrayBuffer | undefined) {
  return (content: Uint8Array): Uint8Array => {
    if (!shared) throw new Error("host functions need memory that threads share");
    const header = new Int32Array(shared, 0, HEADER / 4);
    const pieces: Uint8Array[] = [];
    post({ kind: "call", content });
    for (;;) {
      // The notification of the last piece may come only now, when that piece was seen before it was waited for: then once more.
      do Atomics.wait(header, STATE, WAITING);
      while (Atomics.load(header, STATE) === WAITING);
      pieces.push(new Uint8Array(shared, HEADER, header[LENGTH]).slice());
      const more = header[MORE];
      Atomics.store(header, STATE, WAITING);
      if (!more) return joined(pieces);
      post({ kind: "more" });
    }
  };
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let end = 0;
  for (const piece of pieces) {
    whole.set(piece, end);
    end += piece.length;
  }
  return whole;
}

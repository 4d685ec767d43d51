// One call of an extension, as the kernel module makes it.

import type { Extension } from "./types.js";

/**
 * Calls `call` of `extension`, and tells what comes of it to `complete`, with the number of the call.
 * @returns aborts the signal of the call, for a reason
 */
export function callExtension(
  extension: Extension,
  call: Extension["call"],
  method: string,
  args: unknown[],
  number: number,
  complete: (number: number, succeeded: boolean, value: unknown) => void,
  panelId: string | undefined,
  handler: string | undefined,
): (reason: unknown) => void {
  const abort = new LazyAbort();
  const options = {
    get signal() {
      return abort.signal;
    },
    panelId,
    handler,
  };
  let answer: Promise<unknown>;
  try {
    answer = Promise.resolve(call.call(extension, method, args, options));
  } catch (error) {
    complete(number, false, error);
    return () => {};
  }
  answer.then(
    (value) => complete(number, true, value),
    (error: unknown) => complete(number, false, error),
  );
  return (reason) => abort.abort(reason);
}

/** An `AbortController` that is made when somebody looks at its signal: few extensions do, and it costs more than the rest of a call. */
class LazyAbort {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}

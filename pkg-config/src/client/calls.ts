import { NexusError } from "../errors.js";
import type { RunResult } from "../types.js";
import type { ClientMessage, ProgressMessage, RequestId } from "./messages.js";

/** What a call is made with. */
export interface CallRequest {
  readonly message: ClientMessage & { requestId: RequestId };
  /** Absent: it sets a value. */
  readonly tool?: string;
  readonly onProgress?: ((progress: Omit<ProgressMessage, "type">) => void) | undefined;
}

/** A call that has no answer yet. */
export interface Call extends CallRequest {
  resolve(answer: RunResult | number): void;
  reject(error: unknown): void;
}

/** The calls of a connection: those that wait for it, and those that it has sent. */
export class Calls {
  #waiting: Call[] = [];
  readonly #sent = new Map<RequestId, Call>();

  /**
   * Makes a call.
   * @param begin puts it where it belongs: {@link wait} or {@link sent}
   */
  make(request: CallRequest, signal: AbortSignal | undefined, begin: (call: Call) => void): Promise<RunResult | number> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.forget(call);
        reject(cancelled("nobody waits for the answer any more; the run goes on"));
      };
      const settled = <Value>(settle: (value: Value) => void) => {
        return (value: Value) => {
          signal?.removeEventListener("abort", abort);
          settle(value);
        };
      };
      const call: Call = { ...request, resolve: settled(resolve), reject: settled(reject) };
      signal?.addEventListener("abort", abort, { once: true });
      begin(call);
    });
  }

  wait(call: Call): void {
    this.#waiting.push(call);
  }

  sent(call: Call): void {
    this.#sent.set(call.message.requestId, call);
  }

  forget(call: Call): void {
    this.#sent.delete(call.message.requestId);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== call);
  }

  /** The call that an answer is for. */
  find(requestId: RequestId | undefined): Call | undefined {
    return requestId === undefined ? undefined : this.#sent.get(requestId);
  }

  /** The same, which is answered by that. */
  take(requestId: RequestId | undefined): Call | undefined {
    const call = this.find(requestId);
    if (call) this.forget(call);
    return call;
  }

  /** Those that waited, in order; nobody waits any more. */
  takeWaiting(): Call[] {
    return this.#waiting.splice(0);
  }

  /** Rejects what was sent: nobody knows what became of it. */
  rejectSent(why: string, context?: unknown): void {
    for (const call of [...this.#sent.values()]) {
      this.forget(call);
      const doubt = call.tool === undefined ? "the change may have been made" : "the run may have happened, or may happen yet";
      call.reject(cancelled(`${why} before the answer came: ${doubt}`, context));
    }
  }
}

export function cancelled(message: string, context?: unknown): NexusError {
  return new NexusError({ code: "CANCELLED", message, ...(context !== undefined && { context }) });
}

// A place in a Web Worker: the page stays free, and what does not stop can be ended from outside.

import type { Declared, Finished, Inspection, Job, Place, RunEvent } from "./protocol.ts";
import type { Reply, Request } from "./worker.ts";

/** Milliseconds that an aborted run has to end by itself before its Web Worker is ended. */
const GRACE_MS = 300;

type Message = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly listen?: (event: RunEvent) => void;
}

/** Thrown for a run whose Web Worker had to be ended. */
export class Terminated extends Error {
  readonly code = "CANCELLED";
}

/** Runs handlers in a Web Worker, made when first needed and again after it was ended. */
export class WorkerPlace implements Place {
  readonly #apiBase: string;
  #worker: Worker | undefined;
  #last = 0;
  readonly #waiting = new Map<number, Waiting>();

  constructor(apiBase: string) {
    this.#apiBase = apiBase;
  }

  async run(job: Job, listen: (event: RunEvent) => void, signal: AbortSignal): Promise<Finished> {
    const { id, answer } = this.#ask<Finished>({ kind: "run", job }, listen);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const abort = () => {
      this.#worker?.postMessage({ id, kind: "abort" } satisfies Request);
      // A handler that computes keeps its thread from reading this message.
      timer = setTimeout(() => this.#end(new Terminated("stopped while computing: its Web Worker was ended")), GRACE_MS);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    }
  }

  inspect(source: string, declared: readonly Declared[]): Promise<Inspection> {
    return this.#ask<Inspection>({ kind: "inspect", source, declared }).answer;
  }

  #ask<T>(message: Message, listen?: (event: RunEvent) => void): { id: number; answer: Promise<T> } {
    const worker = (this.#worker ??= this.#start());
    const id = ++this.#last;
    const answer = new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, ...(listen && { listen }) });
    });
    worker.postMessage({ ...message, id } as Request);
    return { id, answer };
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "nexus-kernel" });
    worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => this.#hear(data));
    worker.addEventListener("error", (event) => this.#end(new Error(event.message || "the Web Worker could not be started")));
    worker.postMessage({ id: 0, kind: "open", apiBase: this.#apiBase } satisfies Request);
    return worker;
  }

  #hear(reply: Reply): void {
    if (reply.id === 0) {
      if (reply.kind === "failed") this.#end(new Error(reply.message));
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    if (reply.kind === "event") {
      waiting?.listen?.(reply.event);
      return;
    }
    this.#waiting.delete(reply.id);
    if (reply.kind === "done") waiting?.resolve(reply.value as never);
    else waiting?.reject(Object.assign(new Error(reply.message), { code: reply.code }));
  }

  #end(error: Error): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(error);
  }
}

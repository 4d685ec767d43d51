// What the playground asks of a kernel, wherever it runs, and what it hears from it.

import type { Segment } from "nexus-kernel";

/** A handler with everything it is given. */
export interface Job {
  readonly source: string;
  readonly state: Record<string, unknown>;
  readonly args: Record<string, unknown>;
  readonly capabilities: readonly string[];
  readonly limits: { readonly timeoutMs: number; readonly fuel: number };
}

/** Something that happened in a run. `at` is milliseconds since its start. */
export type RunEvent =
  | { readonly kind: "segment"; readonly at: number; readonly segment: Segment }
  | { readonly kind: "request"; readonly at: number; readonly id: number; readonly url: string }
  | { readonly kind: "response"; readonly at: number; readonly id: number; readonly ending: Ending };

/** How a request ended: with a status, without an answer, or because nobody wanted it any more. */
export type Ending = number | "failed" | "aborted";

/** The end of a run: all its segments in one. */
export interface Finished {
  readonly at: number;
  readonly result: Segment;
}

/** A token and whether runs get it. */
export interface Declared {
  readonly token: string;
  readonly enabled: boolean;
}

/** What a source needs, against what is declared. */
export interface Inspection {
  /** The tokens that the source uses, and whether an enabled one covers them. */
  readonly inferred: readonly { readonly token: string; readonly granted: boolean }[];
  readonly declared: readonly {
    readonly token: string;
    /** Why it is no token. */
    readonly problem?: string;
    /** Whether the source uses anything that it allows. */
    readonly used: boolean;
  }[];
  /** Why the source could not be read. */
  readonly problem?: { readonly message: string; readonly line?: number; readonly column?: number };
}

/** Somewhere that handlers run. */
export interface Place {
  /**
   * Runs a job to its end. Failures of the handler are a result with status `error`.
   * @param listen hears what happens while it happens
   * @throws NexusError, or an Error with a `code`, for a job that the kernel does not take
   */
  run(job: Job, listen: (event: RunEvent) => void, signal: AbortSignal): Promise<Finished>;
  /** Compares what `source` uses with the tokens in `declared`. */
  inspect(source: string, declared: readonly Declared[]): Promise<Inspection>;
}

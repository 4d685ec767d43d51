// The calls of a run: when each began, when its answer was there, how it ended.

import type { Suspension } from "nexus-kernel";
import type { RunEvent } from "../kernel/protocol.ts";

export interface Call {
  readonly suspension: Suspension;
  /** Milliseconds since the run's start. */
  readonly start: number;
  /** Absent while it waits. */
  readonly end?: number;
  readonly outcome: "waiting" | "answered" | "failed" | "aborted" | "left";
  /** The request that was made for it, and the status that answered it. */
  readonly request?: number;
  readonly status?: number;
}

/** The end of the run. Calls that still wait are aborted with a cancelled run; others the handler did not wait for. */
export interface RunEnd {
  readonly kind: "end";
  readonly at: number;
  readonly cancelled: boolean;
}

/** The calls after `event`. */
export function followCalls(calls: readonly Call[], event: RunEvent | RunEnd): readonly Call[] {
  switch (event.kind) {
    case "segment": {
      // A call without a request by the time its handler goes on was refused, or waits for a free slot of `http`; the
      // event of its request tells the two apart.
      const settled = calls.map((call) =>
        call.outcome === "waiting" && call.request === undefined
          ? { ...call, end: event.at, outcome: "failed" as const }
          : call,
      );
      const made = event.segment.suspensions.map(
        (suspension): Call => ({ suspension, start: event.at, outcome: "waiting" }),
      );
      return [...settled, ...made];
    }
    case "request":
      return replaceFirst(
        calls,
        (call) => call.request === undefined && urlOf(call.suspension) === event.url,
        ({ suspension, start }) => ({ suspension, start, outcome: "waiting", request: event.id }),
      );
    case "response":
      return replaceFirst(
        calls,
        (call) => call.outcome === "waiting" && call.request === event.id,
        (call) =>
          typeof event.ending === "number"
            ? { ...call, end: event.at, outcome: "answered", status: event.ending }
            : { ...call, end: event.at, outcome: event.ending },
      );
    case "end":
      return calls.map((call) =>
        call.outcome === "waiting" ? { ...call, end: event.at, outcome: event.cancelled ? "aborted" : "left" } : call,
      );
  }
}

/** The address that a call of `$ext.http` asks for, in the form `fetch` sees it. */
export function urlOf({ args: [first] }: Suspension): string | undefined {
  const address = typeof first === "string" ? first : (first as { url?: unknown } | undefined)?.url;
  return typeof address === "string" && URL.canParse(address) ? new URL(address).href : undefined;
}

function replaceFirst<T>(items: readonly T[], matches: (item: T) => boolean, change: (item: T) => T): readonly T[] {
  const index = items.findIndex(matches);
  return index < 0 ? items : items.with(index, change(items[index] as T));
}

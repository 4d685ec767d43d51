// The run on show: what happened in it so far, and starting and stopping it.

import { computed, effect, signal } from "@preact/signals";
import type { NexusErrorData, Segment } from "nexus-kernel";
import type { PlaceName } from "../kernel/places.ts";
import { placeOf } from "../kernel/places.ts";
import type { RunEvent } from "../kernel/protocol.ts";
import { Terminated } from "../kernel/worker-place.ts";
import { followCalls, type Call } from "./calls.ts";
import { opened, workspace, type Workspace } from "./workspace.ts";

/** A segment with the time it ended at, in milliseconds since the run's start. */
export interface TimedSegment {
  readonly at: number;
  readonly segment: Segment;
}

export interface Run {
  /** Counts the runs of this visit. */
  readonly number: number;
  readonly place: PlaceName;
  readonly job: Workspace;
  readonly phase: "running" | "suspended" | "success" | "error";
  readonly segments: readonly TimedSegment[];
  readonly calls: readonly Call[];
  /** All segments in one, once the run is over. */
  readonly result?: Segment;
  /** Why it failed, be it in the handler or before. */
  readonly error?: NexusErrorData;
  /** Milliseconds from start to end. */
  readonly elapsed?: number;
}

export const place = signal<PlaceName>("page");
export const run = signal<Run | undefined>(undefined);
export const running = computed(() => run.value?.phase === "running" || run.value?.phase === "suspended");

let controller: AbortController | undefined;
let count = 0;

// What ran before says nothing about a workspace that was just opened.
effect(() => {
  void opened.value;
  stop();
  run.value = undefined;
});

/** Runs the workspace; nothing happens while one is running or the workspace is not usable. */
export async function start(): Promise<void> {
  const job = workspace.value;
  if (!job || running.value) return;
  const number = ++count;
  const where = place.value;
  const started = performance.now();
  controller = new AbortController();
  run.value = { number, place: where, job, phase: "running", segments: [], calls: [] };
  // A handler in the page may keep the thread: let the page show first that it runs.
  await painted();
  const change = (next: (now: Run) => Partial<Run>) => {
    // Another run may be on show by now.
    if (run.value?.number === number) run.value = { ...run.value, ...next(run.value) };
  };
  const hear = (event: RunEvent) => change((now) => heard(now, event));
  try {
    const kernel = await placeOf(where);
    const { at, result } = await kernel.run(
      { ...job, capabilities: job.capabilities.filter((entry) => entry.enabled).map((entry) => entry.token) },
      hear,
      controller.signal,
    );
    change(({ calls }) => ({
      phase: result.status === "success" ? "success" : "error",
      result,
      elapsed: at,
      calls: followCalls(calls, { kind: "end", at, cancelled: result.error?.code === "CANCELLED" }),
      ...(result.error && { error: result.error }),
    }));
  } catch (error) {
    const at = performance.now() - started;
    const { message, code = "INTERNAL_ERROR", location } = error as Error & Partial<NexusErrorData>;
    change(({ calls }) => ({
      phase: "error",
      elapsed: at,
      error: { code, message, ...(location && { location }) },
      calls: followCalls(calls, { kind: "end", at, cancelled: true }),
    }));
    if (!(error instanceof Terminated)) console.error(error);
  }
}

/** Stops the run. A handler that waits ends at once; one that computes in the page ends at its limits. */
export function stop(): void {
  controller?.abort();
}

function heard({ segments, calls }: Run, event: RunEvent): Partial<Run> {
  const followed = followCalls(calls, event);
  if (event.kind !== "segment") return { calls: followed };
  const { at, segment } = event;
  return {
    calls: followed,
    segments: [...segments, { at, segment }],
    // The end itself comes with the result.
    ...(segment.status === "suspended" && { phase: "suspended" as const }),
  };
}

function painted(): Promise<void> {
  // The second frame begins when the first is on the screen; a hidden tab has no frames, hence the timer.
  return new Promise((resolve) => {
    setTimeout(resolve, 100);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}

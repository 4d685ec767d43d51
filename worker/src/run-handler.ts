// A run of this isolate's kernel, as a Worker can bear it.

import type { RunOptions, RunResult } from "nexus-kernel";
import { Gate } from "./gate.ts";
import { HttpError } from "./http.ts";
import { MAX_RUNS, kernelOf, type Environment } from "./kernel.ts";

/** Milliseconds a run may take, its calls included: less than Cloudflare lets work go on after its client has left. */
const DEADLINE_MS = 25_000;
/** Requests that wait for their turn. */
const MAX_WAITING = 200;

/** What a Worker is given beside the request. */
export interface Context {
  waitUntil(work: Promise<unknown>): void;
}

const gate = new Gate(MAX_RUNS, MAX_WAITING);

/**
 * Runs a handler to its end.
 * @throws HttpError 503 if too many requests wait
 * @throws NexusError for what the kernel does not take
 */
export async function runHandler(
  environment: Environment,
  context: Context,
  source: string,
  options: Omit<RunOptions, "signal">,
): Promise<RunResult> {
  const kernel = await kernelOf(environment);
  const passed = gate.pass(() => kernel.run(source, { ...options, signal: AbortSignal.timeout(DEADLINE_MS) }));
  // Were the run dropped together with a client who leaves, its instance would wait for ever.
  context.waitUntil(passed.catch(() => {}));
  const result = await passed;
  if (!result) throw new HttpError(503, "RESOURCE_LIMIT", "too many runs are waiting", { headers: { "retry-after": "1" } });
  return result.value;
}

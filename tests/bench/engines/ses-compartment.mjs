// Locks the process down, and runs jobs in it, each run in a compartment of its own.

import "ses";
import { EXTENSIONS, FUNCTIONS } from "./host.mjs";
import { answer, input, wrap } from "./wrap.mjs";

lockdown();

const ask = harden((name, args) => answer(EXTENSIONS, name, args));
const host = harden({ ...FUNCTIONS });
/** Left out of compartments (a NaN can hide bits), and needed by a program. */
const globals = harden({ Float64Array });

/** Runs a job once. Answers its outcome. */
export async function run(job) {
  const handler = new Compartment({ globals, __options__: true }).evaluate(wrap(job.source));
  return JSON.parse(await handler(input(job), ask, host));
}

// A process after lockdown: runs jobs, each run in a compartment of its own, and measures them.

import "ses";
import { batch } from "../measure.mjs";
import { EXTENSIONS, FUNCTIONS } from "./host.mjs";
import { answer, input, wrap } from "./wrap.mjs";

lockdown();

const ask = harden((name, args) => answer(EXTENSIONS, name, args));
const host = harden({ ...FUNCTIONS });

/** Left out of compartments (a NaN can hide bits), and needed by a program. */
const globals = harden({ Float64Array });

const batches = [];

process.on("message", async ({ job, id, times }) => {
  try {
    process.send(job ? { id: batches.push(batch(() => run(job))) - 1 } : await batches[id](times));
  } catch (error) {
    process.send({ error: String(error) });
  }
});
process.send("ready");

async function run(job) {
  const handler = new Compartment({ globals, __options__: true }).evaluate(wrap(job.source));
  return JSON.parse(await handler(input(job), ask, host));
}

// What every place does: one case, or one comparison, by its name.

import { createKernel } from "nexus-kernel";
import { testExtension, Trial } from "./trial.mjs";
import { print } from "./assert.mjs";
import { subjects } from "./cases/index.mjs";
import { comparisons } from "./comparisons.mjs";

/** A case. @returns {Promise<string | null>} why it failed */
export async function performCase(subject, name, surroundings) {
  const trial = new Trial(surroundings);
  try {
    await subjects[subject][name](trial);
    return null;
  } catch (error) {
    return error?.stack?.includes(error.message) ? error.stack : `${error?.message ?? print(error)}\n${error?.stack ?? ""}`;
  } finally {
    await trial.end();
  }
}

/**
 * A comparison: the same handler with the same clock and the same chance everywhere, by either executor.
 * @returns {Promise<string>} the whole result as text, without the two durations
 */
export async function performComparison(name, executor) {
  const { source, runs = 1, nxml, triggers, ...options } = comparisons[name];
  const kernel = await createKernel({
    executor,
    clock: { now: () => 1_750_000_000_000 },
    entropy: { fill: (bytes) => bytes.fill(42) },
    extensions: [testExtension()],
  });
  try {
    if (nxml) return print(await livePanel(kernel, nxml, triggers));
    let result;
    for (let run = 0; run < runs; run++) result = await kernel.run(source, options);
    return print(withoutDurations(result));
  } finally {
    await kernel.close();
  }
}

function withoutDurations(result) {
  const { durationUs, compilationTimeUs, ...metrics } = result.metrics;
  return { ...result, metrics };
}

/** A panel from its document to its end: everything that it answers and tells. */
async function livePanel(kernel, nxml, triggers) {
  const panel = await kernel.panels.create(nxml);
  const told = [];
  for (const name of ["patch", "event", "view", "log", "status", "error"]) panel.on(name, (event) => told.push([name, event]));
  const results = [];
  for (const [tool, args, options] of triggers) results.push(withoutDurations(await panel.trigger(tool, args, options)));
  const { id, description, state, computed, version } = panel;
  const view = panel.view();
  const destroyed = await panel.destroy();
  return { id, description, results, told, state, computed, version, view, destroyed, left: panel.state };
}

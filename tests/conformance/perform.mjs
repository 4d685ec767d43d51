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
  const { source, runs = 1, ...options } = comparisons[name];
  const kernel = await createKernel({
    executor,
    clock: { now: () => 1_750_000_000_000 },
    entropy: { fill: (bytes) => bytes.fill(42) },
    extensions: [testExtension()],
  });
  try {
    let result;
    for (let run = 0; run < runs; run++) result = await kernel.run(source, options);
    const { durationUs, compilationTimeUs, ...metrics } = result.metrics;
    return print({ ...result, metrics });
  } finally {
    await kernel.close();
  }
}

// Steps of runs that begin in one place and go on in another, each with plain data in and text out.

import { createKernel } from "nexus-kernel";
import { print } from "./assert.mjs";
import { ALL, testExtension } from "./trial.mjs";

const SOURCE = `
  class Order { #lines = $args.lines; get sum() { return this.#lines.reduce((sum, { price }) => sum + price, 0) } }
  const order = new Order(), seen = new Set(["before"]);
  $state.asked = true;
  $emit("asked", order.sum);
  const [rate, other] = await Promise.all([$ext.test.echo(2), $ext.test.later("other")]);
  seen.add(other);
  $log("rate", rate);
  $state.total = order.sum * rate;
  return { total: $state.total, seen: [...seen], chance: Math.random(), now: Date.now(), stack: new Error("here").stack };`;

const OPTIONS = { state: { total: 0 }, args: { lines: [{ price: 1.5 }, { price: 2.25 }] }, capabilities: ALL };

/** A kernel that is closed when `use` is done. */
async function withKernel(executor, use) {
  const kernel = await createKernel({
    executor,
    parkingKey: "the key of all these places",
    clock: { now: () => 1_750_000_000_000 },
    entropy: { fill: (bytes) => bytes.fill(42) },
    extensions: [testExtension()],
  });
  try {
    return await use(kernel);
  } finally {
    await kernel.close();
  }
}

const toText = (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const toBytes = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** What a result says, but for its name and what differs from time to time. */
function told({ runId, metrics: { durationUs, compilationTimeUs, cacheHit, memoryUsedBytes, memoryPeakBytes, ...counted }, ...result }) {
  return print({ ...result, counted }).replaceAll(runId, "run");
}

export const steps = {
  /** @returns {Promise<string>} a run that waits for two calls, parked */
  park: (_, executor) =>
    withKernel(executor, async (kernel) => toText(await kernel.park((await kernel.execute(SOURCE, OPTIONS)).runId))),

  /** @returns {Promise<string>} how the parked run ended */
  resume: (parked, executor) =>
    withKernel(executor, async (kernel) => {
      const { suspensions: [rate, other] } = await kernel.unpark(toBytes(parked));
      await kernel.resume(other.suspensionId, { success: true, value: "other" });
      return told(await kernel.resume(rate.suspensionId, { success: true, value: 3 }));
    }),

  /** @returns {Promise<string>} the record of a run as JSON */
  record: (_, executor) => withKernel(executor, async (kernel) => JSON.stringify((await kernel.run(SOURCE, OPTIONS)).record)),

  /** @returns {Promise<string>} what came of replaying the record */
  replay: (record, executor) =>
    withKernel(executor, async (kernel) => {
      const { status, result, divergence } = await kernel.replay(JSON.parse(record));
      return `${status} ${divergence ? print(divergence) : told(result)}`;
    }),
};

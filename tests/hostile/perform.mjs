// One hostile handler on the kernel that all of them share, and then a healthy one on the same kernel and instance.

import { createKernel } from "nexus-kernel";
import { equal, fail, ok, print } from "../conformance/assert.mjs";
import { ALL, testExtension } from "../conformance/trial.mjs";
import { classes } from "./cases/index.mjs";
import { HEALTHY, HEALTHY_VALUE, INVENTORY } from "./healthy.mjs";

/** Small enough for hundreds of runaways, large enough that what is stopped is the runaway and not the way there. */
const LIMITS = { fuel: 20_000_000, timeoutMs: 3_000 };

/** The handlers of these classes are in their loop sooner. */
const FUEL = { processor: 3_000_000, "native loops": 6_000_000 };

/** Classes whose handlers are stopped amid their work: what they did before is told, and nothing after. */
const STOPPED_AMID = new Set(["processor", "native loops", "memory"]);

/** Classes whose handlers look for what they left themselves. */
const TWICE = new Set(["leftovers"]);

/** What stops a run, as opposed to what it fails with. */
const STOPS = new Set(["TIMEOUT", "MEMORY_LIMIT", "RESOURCE_LIMIT"]);

/** What the healthy handler is given. */
const GIVEN = { args: [3, 1, 2], state: { kept: 1 }, capabilities: ALL };

let bench;

/**
 * Runs a case.
 * @returns {Promise<string | null>} why it failed
 */
export async function performCase(kind, name) {
  let failure = null;
  bench ??= await openBench();
  try {
    for (let turn = 0; turn < (TWICE.has(kind) ? 2 : 1); turn++) await attempt(kind, name);
  } catch (error) {
    failure = `${error.message}\n${error.stack}`;
  }
  try {
    await bench.proveHealthy();
  } catch (error) {
    failure = `the kernel is not healthy after it: ${error.message}\n${failure ?? error.stack}`;
    // The next case gets a fair chance.
    await bench.kernel.close();
    bench = undefined;
  }
  return failure;
}

async function attempt(kind, name) {
  const { source, options, stops, either = false, check } = classes[kind].find((one) => one.name === name);
  const amid = STOPPED_AMID.has(kind) && stops !== undefined;
  const given = { capabilities: ALL, ...options, limits: { ...LIMITS, fuel: FUEL[kind] ?? LIMITS.fuel, ...options?.limits } };
  const result = await bench.kernel.run(amid ? `$emit("before"); ${source}` : source, given);
  const told = result.status === "error" ? print(result.error) : `returned ${print(result.returnValue)?.slice(0, 300)}`;

  if (stops === undefined || (either && result.status === "success")) ok(result.status === "success", told);
  else ok([stops].flat().includes(result.error?.code), `expected ${stops}: ${told}`);
  check?.(result);

  const { fuelUsed, memoryPeakBytes } = result.metrics;
  ok(fuelUsed <= given.limits.fuel, `used ${fuelUsed} units of fuel`);
  ok(memoryPeakBytes <= (given.limits.memoryBytes ?? 32 << 20), `had ${memoryPeakBytes} bytes`);
  ok(!result.events.some(({ name }) => name === "after"), "went on after it was stopped");
  if (amid && !(either && result.status === "success")) {
    equal(result.events.map(({ name }) => name), ["before"], "what it did before it was stopped");
    if (STOPS.has(result.error.code)) ok(result.error.context?.resource, `does not say what was used up: ${told}`);
  }
}

/** A kernel with one instance, and what a healthy run on it is like. */
async function openBench() {
  const kernel = await createKernel({
    limits: LIMITS,
    pool: { minInstances: 1, maxInstances: 1 },
    // The same time and chance for each run, so that nothing but a trace of another run makes a difference.
    clock: { now: () => 1_750_000_000_000 },
    entropy: { fill: (bytes) => bytes.fill(42) },
    extensions: [testExtension()],
  });
  kernel.hostFunctions.register({ name: "echo", call: ([value]) => value ?? null });
  const observe = async () => {
    const { metrics, ...result } = await kernel.run(HEALTHY, GIVEN);
    const { durationUs, compilationTimeUs, cacheHit, ...counted } = metrics;
    return print({ ...result, counted });
  };
  const takeInventory = async () => {
    const { returnValue, error } = await kernel.run(INVENTORY, { capabilities: ALL, limits: { fuel: 200_000_000 } });
    return returnValue ?? fail(print(error));
  };
  const healthy = await observe();
  const { returnValue, error } = await kernel.run(HEALTHY, GIVEN);
  equal(returnValue?.seen, HEALTHY_VALUE, error?.message);
  const inventory = await takeInventory();
  return {
    kernel,
    async proveHealthy() {
      const observed = await observe();
      // Fuel, memory and effects included.
      if (observed !== healthy) fail(`expected ${healthy}\n     found ${observed}`);
      const found = await takeInventory();
      if (found !== inventory) fail(`left in the realm: ${difference(inventory, found)}`);
      const { activeInstances, availableInstances, activeRuns, suspendedRuns } = kernel.stats();
      equal([activeInstances, availableInstances, activeRuns, suspendedRuns], [0, 1, 0, 0], "instances and runs");
    },
  };
}

function difference(before, after) {
  const [old, now] = [before.split("\n"), after.split("\n")];
  const only = (lines, others) => lines.filter((line) => !others.includes(line)).slice(0, 5);
  return `gone ${print(only(old, now))}, new ${print(only(now, old))}`;
}

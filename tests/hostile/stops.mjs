// Runs that are stopped somewhere in the middle, and what is true of every one of them.

import { createKernel } from "nexus-kernel";
import { equal, fail, ok, print } from "../conformance/assert.mjs";
import { ALL, testExtension } from "../conformance/trial.mjs";
import { HEALTHY } from "./healthy.mjs";

/** The key of the state whose value handlers change inside, by appending to it. */
const KEPT = "kept";

/** More than any of the handlers needs, on a machine that is busy with other things too. */
const ENOUGH = { memoryBytes: 256 << 20, fuel: 2_000_000_000, timeoutMs: 60_000 };

const EFFECTS = ["events", "viewCommands", "logs", "stateMutations"];

/** A kernel with one instance, on which every run of the same handler is the same. */
export class Stops {
  /** How many stops there were, and what they told of where they were ({@link placeOf}). */
  counts = { stops: 0, known: 0, outside: 0, unknown: 0 };
  #kernel;
  #healthy;
  #wholes = new Map();
  /** For each handler, what its stops by fuel had recorded. */
  #progress = new Map();

  static async open() {
    const stops = new Stops();
    stops.#kernel = await createKernel({
      pool: { minInstances: 1, maxInstances: 1 },
      clock: { now: () => 1_750_000_000_000 },
      entropy: { fill: (bytes) => bytes.fill(42) },
      extensions: [testExtension()],
    });
    stops.#kernel.hostFunctions.register({ name: "echo", call: ([value]) => value ?? null });
    stops.#healthy = await stops.#observeHealthy();
    return stops;
  }

  close() {
    return this.#kernel.close();
  }

  /** The run of a handler that nothing stops. */
  async whole(source) {
    if (!this.#wholes.has(source)) {
      const whole = await this.#run(source, ENOUGH);
      ok(whole.status === "success", print(whole.error));
      this.#wholes.set(source, whole);
    }
    return this.#wholes.get(source);
  }

  /** Stops a handler after some fuel. */
  async byFuel(source, fuel) {
    const whole = await this.whole(source);
    const [result, again] = [await this.#run(source, { ...ENOUGH, fuel }), await this.#run(source, { ...ENOUGH, fuel })];
    this.#checkStop(result, ["TIMEOUT"], "fuel");
    ok(result.metrics.fuelUsed >= fuel, `used ${result.metrics.fuelUsed} units`);
    equal(again, result, "the same stop again");
    const left = checkEffects(result, whole);
    this.#checkProgress(source, fuel, result, left);
    await this.#proveHealthy();
  }

  /**
   * Gives a handler little memory.
   * @returns {Promise<boolean>} whether that stopped it
   */
  async byMemory(source, memoryBytes) {
    const limits = { ...ENOUGH, memoryBytes };
    const whole = await this.whole(source);
    const [result, again] = [await this.#run(source, limits), await this.#run(source, limits)];
    equal(again, result, "the same again");
    if (result.status === "success") {
      for (const part of [...EFFECTS, "returnValue"]) equal(result[part], whole[part], part);
    } else {
      this.#checkStop(result, ["MEMORY_LIMIT"], "memory");
      checkEffects(result, whole);
    }
    await this.#proveHealthy();
    return result.status !== "success";
  }

  /** Runs a handler that records `effects` and then calls itself without end. */
  async byStack(source, effects) {
    // Little memory: where calls end in it, they do sooner.
    const limits = { ...ENOUGH, memoryBytes: 12 << 20 };
    // How deep calls can go is the platform's, which has fast and slow code for the same function.
    const [result, again] = [await this.#run(source, limits), await this.#run(source, limits)];
    this.#checkStop(result, ["RESOURCE_LIMIT", "MEMORY_LIMIT"]);
    this.#checkStop(again, ["RESOURCE_LIMIT", "MEMORY_LIMIT"]);
    ok(["stack", "memory"].includes(result.error.context.resource), print(result.error.context));
    for (const part of EFFECTS) equal(again[part], result[part], `${part} of the same stop again`);
    equal(result.events.map(({ payload }) => payload), Array.from({ length: effects }, (_, i) => i), "events");
    await this.#proveHealthy();
  }

  async #run(source, limits) {
    const options = { state: { [KEPT]: [] }, capabilities: ALL, limits: { maxLogBytes: 1 << 20, ...limits } };
    const { runId, metrics, suspensions, ...result } = await this.#kernel.run(source, options);
    const { durationUs, compilationTimeUs, cacheHit, ...counted } = metrics;
    return { ...result, metrics: counted };
  }

  #checkStop({ status, error, returnValue }, codes, resource) {
    ok(status === "error" && codes.includes(error.code), `expected ${codes}, found ${status} ${print(error)}`);
    ok(returnValue === undefined, "a stopped run returned something");
    ok(resource === undefined || error.context?.resource === resource, `stopped by ${print(error.context)}`);
    this.counts.stops++;
    this.counts[placeOf(error)]++;
  }

  /** A run that is stopped later has recorded no less. */
  #checkProgress(source, fuel, { error, ...result }, left) {
    const plain = EFFECTS.flatMap((part) => result[part]).filter(({ key }) => key !== KEPT).length;
    const kept = result.stateMutations.filter(({ key }) => key === KEPT).reduce((sum, { value }) => sum + value.length, 0);
    const points = this.#progress.get(source) ?? [];
    points.push({ fuel, plain, kept: left ? undefined : kept });
    points.sort((a, b) => a.fuel - b.fuel);
    this.#progress.set(source, points);
    for (const count of ["plain", "kept"]) {
      const known = points.filter((point) => point[count] !== undefined);
      const at = known.findIndex((point, i) => i > 0 && point[count] < known[i - 1][count]);
      if (at > 0) fail(`effects are lost: ${print(known[at - 1])}, but then ${print(known[at])}`);
    }
  }

  async #observeHealthy() {
    const { runId, metrics, ...result } = await this.#kernel.run(HEALTHY, { args: [3, 1, 2], state: { kept: 1 }, capabilities: ALL });
    const { durationUs, compilationTimeUs, cacheHit, ...counted } = metrics;
    ok(result.status === "success", print(result.error));
    for (const call of result.suspensions) delete call.suspensionId;
    return print({ ...result, counted });
  }

  async #proveHealthy() {
    const observed = await this.#observeHealthy();
    if (observed !== this.#healthy) fail(`the next run is not healthy: expected ${this.#healthy}\n     found ${observed}`);
    const { activeInstances, activeRuns, suspendedRuns } = this.#kernel.stats();
    equal([activeInstances, activeRuns, suspendedRuns], [0, 0, 0], "instances and runs");
  }
}

/**
 * What a stopped run tells of where it was: a place with the functions that led there, the handler's start where none of its
 * functions was running, or nothing where not even that could be asked.
 */
function placeOf({ location, stack }) {
  if (location === undefined) return "unknown";
  const { line, column } = location;
  if (stack === undefined) ok(line === 1 && column === 1, `told ${print(location)} without a stack`);
  else ok(line >= 1 && column >= 1, `told ${print(location)}`);
  return stack === undefined ? "outside" : "known";
}

/**
 * Checks that a stopped run recorded the beginning of what the whole run records.
 * @returns {boolean} whether changes inside the state are left out, which is allowed where they can no longer be read
 */
function checkEffects(stopped, whole) {
  for (const part of EFFECTS.slice(0, 3)) equal(stopped[part], whole[part].slice(0, stopped[part].length), part);
  let left = false;
  let at = 0;
  for (const mutation of stopped.stateMutations) {
    while (whole.stateMutations[at]?.key === KEPT && mutation.key !== KEPT) {
      at++;
      left = true;
    }
    const own = whole.stateMutations[at++];
    const expected = own?.key === KEPT ? { ...own, value: own.value.slice(0, mutation.value?.length) } : own;
    equal(mutation, expected, "stateMutations");
  }
  return left || (whole.stateMutations[at]?.key === KEPT);
}

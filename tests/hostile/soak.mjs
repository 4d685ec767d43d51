// node tests/hostile/soak.mjs [RUNS]: runs on one kernel, half of them hostile, and the memory that they leave. 100 000 by default.

import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Runs until everything has been done, and the cache of compiled handlers is full if it is to be. */
export const WARM_UP = 1_000;

/** Runs that are under way at once, on fewer instances. */
const AT_ONCE = 4;
const INSTANCES = 2;

/** How long calls that nobody waits for may go on after their run. */
const suspensionTimeoutMs = 1_500;

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

/** Every instance of WebAssembly that is made from here on. */
const instances = [];
for (const name of ["instantiate", "Instance"]) {
  const made = (result) => {
    instances.push(new WeakRef((result.instance ?? result).exports));
    return result;
  };
  const original = WebAssembly[name];
  WebAssembly[name] = new Proxy(original, {
    apply: (target, self, args) => Reflect.apply(target, self, args).then(made),
    construct: (target, args) => made(Reflect.construct(target, args)),
  });
}

const { createKernel } = await import("nexus-kernel");
const { ALL, testExtension } = await import("../conformance/trial.mjs");
const { ABORTED, FULL, HEALTHY, HOSTILE } = await import("./soak-runs.mjs");

/**
 * Does the runs.
 * @param {number} runs
 * @param {{ newHandlers?: boolean, onSample?: (runs: number, sample: object) => void }} [options] whether some handlers are ones that
 * the kernel has not seen, so that its cache fills and forgets; what is called some 10 times
 * @returns {Promise<{ warm: object, end: object, stopped: number }>} the memory after {@link WARM_UP} runs and at the end, and how
 * many runs did not succeed
 */
export async function soak(runs, { newHandlers = false, onSample } = {}) {
  const kernel = await createKernel({
    limits: { suspensionTimeoutMs },
    pool: { minInstances: 1, maxInstances: INSTANCES },
    extensions: [quiet(testExtension())],
  });
  kernel.hostFunctions.register({ name: "echo", call: ([value]) => value ?? null });
  const between = Math.ceil(runs / 10 / AT_ONCE) * AT_ONCE;
  let warm;
  let stopped = 0;
  for (let done = 0; done < runs; done += AT_ONCE) {
    if (done === WARM_UP) {
      warm = await sample(kernel);
      onSample?.(done, warm);
    } else if (onSample && done % between === 0) onSample(done, await sample(kernel));
    const batch = Array.from({ length: AT_ONCE }, (_, i) => attempt(kernel, done + i, newHandlers));
    for (const succeeded of await Promise.all(batch)) if (!succeeded) stopped++;
  }
  const end = await sample(kernel);
  onSample?.(runs, end);
  await kernel.close();
  return { warm, end, stopped };
}

/** Without its notes, which grow. */
function quiet(extension) {
  extension.notes.push = () => 0;
  return extension;
}

/** The run with that number. Answers whether it succeeded; fails if that is not as it should be. */
async function attempt(kernel, number, newHandlers) {
  const turn = Math.floor(number / 2);
  const kind = number % 2 === 0 ? HEALTHY[turn % HEALTHY.length] : turn % 100 === 0 ? FULL : turn % 20 === 1 ? ABORTED : HOSTILE[turn % HOSTILE.length];
  // All until the cache is full, then some, each of which makes room for itself.
  const source = newHandlers && (number < WARM_UP || turn % 10 === 0) ? `/* ${number} */ ${kind.source}` : kind.source;
  const options = { args: [1, 2, 3], state: { list: [] }, capabilities: ALL, ...kind.options };
  if (kind === ABORTED) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    options.signal = controller.signal;
  }
  const { status, error } = await kernel.run(source, options);
  const right = kind.code === undefined ? status === "success" : kind.code.includes(error?.code);
  if (!right) throw new Error(`run ${number}: ${source.slice(0, 80)}: ended as ${status} ${error?.code} ${error?.message}`);
  return status === "success";
}

/** What is held now, in bytes; everything that can be collected has been. */
async function sample(kernel) {
  await new Promise((resolve) => setTimeout(resolve, suspensionTimeoutMs + 100));
  // What a finalizer frees is garbage of the next round.
  for (let i = 0; i < 4; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const alive = instances.map((instance) => instance.deref()).filter((exports) => exports !== undefined);
  const bytes = (exports) => exports.memory.buffer.byteLength;
  const sandboxes = alive.filter((exports) => "nexus_start" in exports);
  const kernelBytes = alive.filter((exports) => !("nexus_start" in exports)).reduce((sum, exports) => sum + bytes(exports), 0);
  const sandboxBytes = sandboxes.reduce((sum, exports) => sum + bytes(exports), 0);
  return {
    /** Of JavaScript objects, of buffers outside of them, of `kernel.wasm`. */
    heapUsed, arrayBuffers, kernelBytes,
    /** Instances that somebody still holds, and their memories; what the kernel says of them. */
    sandboxes: sandboxes.length, sandboxBytes, stated: kernel.stats().totalMemoryBytes,
    external, rss,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const runs = Number(process.argv[2] ?? 100_000);
  const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(2).padStart(8);
  console.log("    runs    heap buffers  kernel  sandboxes     stated     rss   (MiB)");
  const began = performance.now();
  const onSample = (done, { heapUsed, arrayBuffers, kernelBytes, sandboxes, sandboxBytes, stated, rss }) =>
    console.log(`${done}`.padStart(8), ...[heapUsed, arrayBuffers, kernelBytes].map(mebibytes), ` ${sandboxes}:`, ...[sandboxBytes, stated, rss].map(mebibytes));
  const { stopped } = await soak(runs, { newHandlers: true, onSample });
  console.log(`${stopped} of ${runs} runs were stopped or failed, as they should; ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

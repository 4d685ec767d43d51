import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { ALL, extension, failed, kernelFor, nexusError, returned, sleep } from "./harness.mjs";
import * as slim from "../../target/npm/nexus-kernel/dist/entry/slim.js";
import { createKernel } from "./package.mjs";

for (const [name, options, text] of [
  ["options that are no object", "x", "object"],
  ["null", null, "object"],
  ["an unknown option", { limit: {} }, '"limit"'],
  ["modules, which are slim's", { modules: {} }, '"modules"'],
  ["an unknown limit", { limits: { time: 1 } }, '"time"'],
  ["a limit that cannot be kept", { limits: { memoryBytes: 1 } }, "memoryBytes"],
  ["an unknown size of the pool", { pool: { size: 1 } }, '"size"'],
  ["no instances", { pool: { maxInstances: 0 } }, "maxInstances"],
  ["half an instance", { pool: { maxInstances: 1.5 } }, "maxInstances"],
  ["more instances ready than there may be", { pool: { minInstances: 3, maxInstances: 2 } }, "minInstances"],
  ["half a byte of parked runs", { pool: { maxParkedBytes: 0.5 } }, "maxParkedBytes"],
  ["an empty parking key", { parkingKey: "" }, "parkingKey"],
  ["a parking key that is a number", { parkingKey: 1 }, "parkingKey"],
  ["a queue that is no number", { pool: { maxQueue: "1" } }, "maxQueue"],
  ["a pause below none", { pool: { idleTimeoutMs: -1 } }, "idleTimeoutMs"],
  ["a pause beyond what timers hold", { pool: { idleTimeoutMs: 2 ** 31 } }, "idleTimeoutMs"],
  ["a cache that is no object", { cache: 64 }, "cache"],
  ["an unknown option of the cache", { cache: { size: 1 } }, '"size"'],
  ["a cache below nothing", { cache: { bytes: -1 } }, "cache.bytes"],
  ["a cache beyond memory", { cache: { bytes: 2 ** 32 } }, "cache.bytes"],
  ["a cache that persists somehow", { cache: { persistent: 1 } }, "cache.persistent"],
  ["an executor that never will be", { executor: "cloud" }, "executor"],
  ["extensions that are no array", { extensions: {} }, "extensions"],
  ["an extension that is none", { extensions: [{}] }, "name"],
  ["two extensions of one name", { extensions: [extension("a", { m() {} }), extension("a", { m() {} })] }, "a"],
  ["a clock without now", { clock: {} }, "clock.now"],
  ["entropy without fill", { entropy: {} }, "entropy.fill"],
]) {
  test(`createKernel refuses ${name}`, async () => {
    await assert.rejects(createKernel(options), nexusError("INVALID_ARGUMENT", text));
  });
}

test("executors are inline, which is the usual one, and worker", async () => {
  for (const executor of [undefined, "inline", "worker"]) {
    const kernel = await kernelFor({ executor });
    assert.equal(returned(await kernel.run("return 1")), 1);
  }
});

test("the kernel's limits hold for runs that are given none, and a run's own override them one by one", async () => {
  const kernel = await kernelFor({ limits: { maxEvents: 1, maxHostCalls: 5 } });
  const source = "$emit('a'); $emit('b'); return 1";
  failed(await kernel.run(source, { capabilities: ALL }), "RESOURCE_LIMIT");
  assert.equal(returned(await kernel.run(source, { capabilities: ALL, limits: { maxEvents: 2 } })), 1);
  failed(await kernel.run("for (let i = 0; i < 6; i++) $time.now()", { limits: { maxEvents: 2 } }), "RESOURCE_LIMIT");
});

test("clock and entropy come from the embedder", async () => {
  const kernel = () => kernelFor({ clock: { now: () => 1_234.5 }, entropy: { fill: (bytes) => bytes.fill(7) } });
  const source = "return [$time.now(), Date.now(), new Date().toISOString(), Math.random(), Math.random()]";
  const [a, b] = [await (await kernel()).run(source), await (await kernel()).run(source)];
  const [now, date, iso, first, second] = returned(a);
  assert.deepEqual([now, Math.floor(date), iso], [1_234.5, 1_234, "1970-01-01T00:00:01.234Z"]);
  assert.notEqual(first, second);
  assert.deepEqual(returned(b), returned(a));
  assert.equal(a.runId, "run_0707070707070707");
  assert.equal(a.metrics.fuelUsed, b.metrics.fuelUsed);
});

test("a clock or entropy that throws counts as not there", async () => {
  const thrower = () => { throw new Error("x"); };
  const kernel = await kernelFor({ clock: { now: thrower }, entropy: { fill: thrower } });
  const before = Date.now();
  const result = await kernel.run("return $time.now()");
  assert.ok(returned(result) >= before);
  assert.notEqual(result.runId, "run_0000000000000000");
});

test("the same run costs the same fuel and memory, compiled or not, after whatever else", async () => {
  const kernel = await kernelFor({ clock: { now: () => 0 }, entropy: { fill: (bytes) => bytes.fill(1) } });
  const source = "const all = []; for (let i = 0; i < 500; i++) all.push({ i, text: 'x'.repeat(i) }); $state.n = JSON.stringify(all).length; return all.length";
  const run = async () => {
    const { metrics: { fuelUsed, memoryUsedBytes, memoryPeakBytes }, ...rest } = await kernel.run(source, { capabilities: ALL });
    return { fuelUsed, memoryUsedBytes, memoryPeakBytes, rest };
  };
  const first = await run();
  assert.deepEqual(await run(), first);
  await kernel.run("const a = []; for (;;) a.push([a])");
  await kernel.run("for (;;);", { limits: { fuel: 1e6 } });
  await kernel.run("const a = []; for (let i = 0; i < 1e5; i++) a.push({ i }); return 1");
  assert.deepEqual(await run(), first);
});

test("nothing of one run is seen by the next", async () => {
  const kernel = await kernelFor({ pool: { maxInstances: 1 } });
  const source = "const before = globalThis.left ?? Array.prototype.left ?? null; try { globalThis.left = 1 } catch {} try { Array.prototype.left = 2 } catch {} return before";
  for (let i = 0; i < 3; i++) assert.equal(returned(await kernel.run(source)), null);
});

test("runs are compiled once: stats and metrics tell", async () => {
  const kernel = await kernelFor();
  const hits = [];
  for (let i = 0; i < 4; i++) hits.push((await kernel.run("return 'cached'")).metrics.cacheHit);
  assert.deepEqual(hits, [false, true, true, true]);
  assert.equal(kernel.stats().cacheHitRate, 0.75);
  assert.equal((await kernel.run("return 'cached'", { limits: { fuel: 1e8, timeoutMs: 100 } })).metrics.cacheHit, true, "limits that the host keeps share the compiled form");
  assert.equal((await kernel.run("return 'cached'", { limits: { maxEvents: 7 } })).metrics.cacheHit, false);
});

test("the cache keeps its bytes, the most recently used handlers, and persists silently where there is no storage", async () => {
  const one = await kernelFor({ cache: { persistent: true } });
  assert.equal(returned(await one.run("return 0")), 0);
  const { cacheBytes } = one.stats();
  const kernel = await kernelFor({ cache: { bytes: Math.floor(cacheBytes * 2.5) } });
  const hit = async (source) => (await kernel.run(source)).metrics.cacheHit;
  for (const source of ["return 1", "return 2", "return 1"]) await hit(source);
  assert.equal(kernel.stats().cacheEntries, 2);
  assert.equal(await hit("return 3"), false);
  assert.deepEqual([kernel.stats().cacheEntries, await hit("return 1"), await hit("return 3"), await hit("return 2")], [2, true, true, false]);
  const none = await kernelFor({ cache: { bytes: 0 } });
  for (let i = 0; i < 2; i++) assert.equal((await none.run("return 1")).metrics.cacheHit, false);
  assert.deepEqual([none.stats().cacheEntries, none.stats().cacheBytes], [0, 0]);
});

test("runs beyond the pool wait in turn; beyond the queue they are refused", async () => {
  const kernel = await kernelFor({ pool: { maxInstances: 1, maxQueue: 4, maxParkedBytes: 0 }, extensions: [extension("e", { wait: () => sleep(20) })] });
  const order = [];
  const runs = Array.from({ length: 6 }, (_, i) => kernel.run("await $ext.e.wait(); return $args", { args: i, capabilities: ALL }).then((result) => (order.push(i), result)));
  const results = await Promise.all(runs);
  assert.equal(results.filter((result) => result.status === "success").length, 5);
  const { context } = failed(results[5], "RESOURCE_LIMIT");
  assert.equal(context.resource, "queue");
  assert.deepEqual(order.filter((i) => i < 5), [0, 1, 2, 3, 4]);
  assert.equal(kernel.stats().activeInstances, 0);
  assert.equal(kernel.stats().availableInstances, 1);
});

test("a run that is aborted while it waits for an instance gives its place away", async () => {
  const kernel = await kernelFor({ pool: { maxInstances: 1 }, extensions: [extension("e", { wait: () => sleep(20) })] });
  const controller = new AbortController();
  const first = kernel.run("await $ext.e.wait(); return 1", { capabilities: ALL });
  const second = kernel.run("return 2", { signal: controller.signal });
  const third = kernel.run("return 3");
  controller.abort();
  failed(await second, "CANCELLED");
  assert.deepEqual([returned(await first), returned(await third)], [1, 3]);
});

test("an aborted signal gives CANCELLED before anything happens", async () => {
  const kernel = await kernelFor();
  const result = await kernel.run("$emit('x')", { capabilities: ALL, signal: AbortSignal.abort(new Error("never mind")) });
  assert.ok(failed(result, "CANCELLED").message.includes("never mind"));
  assert.deepEqual(result.events, []);
  failed(await kernel.run("await new Promise(() => {})", { signal: AbortSignal.timeout(60_000) }), "EXECUTION_ERROR");
});

test("a hundred runs at once all come right", async () => {
  const kernel = await kernelFor({ extensions: [extension("e", { twice: async (n) => n * 2 })] });
  const results = await Promise.all(Array.from({ length: 100 }, (_, i) => kernel.run("return await $ext.e.twice($args)", { args: i, capabilities: ALL })));
  assert.deepEqual(results.map(returned), Array.from({ length: 100 }, (_, i) => i * 2));
  assert.ok(kernel.stats().availableInstances <= 10);
});

const NUMBERS = {
  totalExecutions: 0, activeRuns: 0, suspendedRuns: 0, queuedRuns: 0, parkedRuns: 0, parkedBytes: 0, activeInstances: 0, availableInstances: 0, createdInstances: 0,
  replacedInstances: 0, restoredInstances: 0, cacheEntries: 0, cacheBytes: 0, cacheHits: 0, cacheMisses: 0, cacheHitRate: 0,
  avgExecutionTimeUs: 0, totalMemoryBytes: 0,
};

test("stats are numbers about the kernel", async () => {
  const kernel = await kernelFor({ pool: { minInstances: 3 } });
  assert.deepEqual({ ...kernel.stats(), totalMemoryBytes: 0 }, { ...NUMBERS, availableInstances: 3, createdInstances: 3 });
  kernel.extensions.register(extension("e", { m: () => new Promise(() => {}) }));
  const segment = await kernel.execute("await $ext.e.m()", { capabilities: ALL });
  assert.equal(segment.status, "suspended");
  const { totalExecutions, suspendedRuns, activeInstances, availableInstances, totalMemoryBytes } = kernel.stats();
  assert.deepEqual([totalExecutions, suspendedRuns, activeInstances, availableInstances], [1, 1, 1, 2]);
  assert.ok(totalMemoryBytes > 3 << 20);
});

test("stats tell instances made, brought back and given up, and what the cache holds", async () => {
  const kernel = await kernelFor({ pool: { maxInstances: 1 } });
  const now = () => {
    const { createdInstances, restoredInstances, replacedInstances, cacheEntries, cacheHits, cacheMisses } = kernel.stats();
    return { createdInstances, restoredInstances, replacedInstances, cacheEntries, cacheHits, cacheMisses };
  };
  for (let i = 0; i < 3; i++) await kernel.run("return 1");
  await kernel.run("return 2");
  failed(await kernel.run("while (true) {}", { limits: { fuel: 1e6 } }), "TIMEOUT");
  assert.deepEqual(now(), { createdInstances: 1, restoredInstances: 5, replacedInstances: 0, cacheEntries: 3, cacheHits: 2, cacheMisses: 3 }, "a stop costs no instance");
  const { cacheBytes } = kernel.stats();
  assert.ok(cacheBytes > 10_000 && cacheBytes < 10 << 20, `${cacheBytes} bytes`);
  returned(await kernel.run("const all = []; for (let i = 0; i < 20; i++) all.push(new Uint8Array(1 << 20)); return all.length"));
  returned(await kernel.run("return 1"));
  assert.deepEqual(now(), { createdInstances: 2, restoredInstances: 6, replacedInstances: 1, cacheEntries: 4, cacheHits: 3, cacheMisses: 4 }, "one that grew is given up");
});

test("the pool takes its limit of instances and its limit of waiting runs, and not one more", async () => {
  const kernel = await kernelFor({ pool: { minInstances: 2, maxInstances: 3, maxQueue: 2, maxParkedBytes: 0 }, extensions: [extension("e", { m: () => 1 })] });
  const suspend = () => kernel.execute("return await $ext.e.m()", { capabilities: ALL });
  const held = [await suspend(), await suspend(), await suspend()];
  assert.deepEqual([kernel.stats().activeInstances, kernel.stats().availableInstances, kernel.stats().createdInstances], [3, 0, 3]);
  const waiting = [kernel.run("return 1"), kernel.run("return 2")];
  await sleep(0);
  assert.equal(kernel.stats().queuedRuns, 2);
  assert.equal(failed(await kernel.run("return 3"), "RESOURCE_LIMIT").context.resource, "queue");
  for (const { suspensions: [call] } of held) returned(await kernel.resume(call.suspensionId, { success: true }));
  assert.deepEqual((await Promise.all(waiting)).map(returned), [1, 2]);
  assert.deepEqual([kernel.stats().queuedRuns, kernel.stats().createdInstances], [0, 3], "no fourth was ever made");
});

test("a pool of one without a queue serves one run and refuses the next", async () => {
  const kernel = await kernelFor({ pool: { maxInstances: 1, maxQueue: 0, maxParkedBytes: 0 }, extensions: [extension("e", { m: () => 1 })] });
  const { suspensions: [call] } = await kernel.execute("return await $ext.e.m()", { capabilities: ALL });
  assert.equal(failed(await kernel.run("return 2"), "RESOURCE_LIMIT").context.limit, 0);
  returned(await kernel.resume(call.suspensionId, { success: true }));
  assert.equal(returned(await kernel.run("return 2")), 2);
});

test("instances beyond minInstances go when they have idled long enough; the least that there may be stay", async () => {
  const kernel = await kernelFor({ pool: { minInstances: 2, maxInstances: 5, idleTimeoutMs: 400 }, extensions: [extension("e", { wait: () => sleep(5) })] });
  const burst = () => Promise.all(Array.from({ length: 5 }, () => kernel.run("await $ext.e.wait()", { capabilities: ALL })));
  await burst();
  const { availableInstances, totalMemoryBytes } = kernel.stats();
  assert.equal(availableInstances, 5);
  for (let turn = 0; kernel.stats().availableInstances > 2; turn++) {
    assert.ok(turn < 1000, "they stay for ever");
    await sleep(10);
  }
  assert.ok(kernel.stats().totalMemoryBytes < totalMemoryBytes / 2, "their memory is freed");
  await sleep(500);
  assert.equal(kernel.stats().availableInstances, 2);
  await burst();
  assert.equal(kernel.stats().createdInstances, 8, "what goes is made again when it is needed");
});

test("instances that idle keep no process alive", async () => {
  const started = performance.now();
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", `
    import { createKernel } from ${JSON.stringify(new URL("package.mjs", import.meta.url).href)};
    const kernel = await createKernel({ pool: { minInstances: 0, idleTimeoutMs: 600_000 } });
    await kernel.run("return 1");`]);
  assert.ok(performance.now() - started < 60_000);
});

test("closing ends what runs, and everything after is refused", async () => {
  const kernel = await createKernel({ extensions: [extension("e", { m: () => new Promise(() => {}) })], pool: { maxInstances: 2, maxParkedBytes: 0 } });
  const pending = kernel.run("$emit('a'); await $ext.e.m()", { capabilities: ALL });
  const suspended = await kernel.execute("await $ext.e.m()", { capabilities: ALL });
  const waiting = kernel.run("return 1");
  await sleep(10);
  assert.deepEqual(await kernel.close(), []);
  const ended = await pending;
  failed(ended, "CANCELLED");
  assert.deepEqual(ended.events.map((event) => event.name), ["a"]);
  failed(await waiting, "CANCELLED");
  assert.deepEqual(await kernel.close(), [], "closing again does nothing");
  const closed = nexusError("INVALID_ARGUMENT", "closed");
  await assert.rejects(kernel.run("return 1"), closed);
  await assert.rejects(kernel.execute("return 1"), closed);
  await assert.rejects(kernel.resume(suspended.suspensions[0].suspensionId, { success: true }), closed);
  await assert.rejects(kernel.precompile("return 1"), closed);
  await assert.rejects(kernel.inferCapabilities("return 1"), closed);
  await assert.rejects(kernel.extensions.call("e", "m"), closed);
  await assert.rejects(kernel.extensions.init(), closed);
  assert.throws(() => kernel.extensions.register(extension("f", { m() {} })), closed);
  assert.throws(() => kernel.hostFunctions.register({ name: "f", call() {} }), closed);
  assert.equal(kernel.stats().totalMemoryBytes, 0, "its instances are freed");
});

test("a kernel is closed at the end of await using", async () => {
  const kernel = await createKernel();
  await kernel[Symbol.asyncDispose]();
  await assert.rejects(kernel.run("return 1"), nexusError("INVALID_ARGUMENT", "closed"));
});

test("kernels do not share extensions, host functions or limits", async () => {
  const [a, b] = [await kernelFor({ extensions: [extension("mine", { m: () => 1 })] }), await kernelFor()];
  a.hostFunctions.register({ name: "f", call: () => 1 });
  assert.deepEqual([b.extensions.list(), b.hostFunctions.list()], [[], []]);
});

const packaged = (name) => readFile(new URL(`../../target/npm/nexus-kernel/${name}`, import.meta.url));

test("slim takes modules, bytes, responses and promises of them", async () => {
  const bytes = { kernel: await packaged("kernel.wasm"), sandbox: await packaged("sandbox.wasm") };
  for (const make of [
    (bytes) => WebAssembly.compile(bytes),
    (bytes) => bytes,
    (bytes) => new Uint8Array(bytes).buffer,
    (bytes) => new Response(bytes),
    async (bytes) => new Response(bytes, { headers: { "content-type": "application/wasm" } }),
  ]) {
    const kernel = await slim.createKernel({ modules: { kernel: make(bytes.kernel), sandbox: make(bytes.sandbox) }, limits: { maxEvents: 1 } });
    assert.equal(returned(await kernel.run("return 6 * 7")), 42);
    await kernel.close();
  }
});

test("slim refuses modules that are missing or none", async () => {
  const kernel = await packaged("kernel.wasm");
  await assert.rejects(slim.createKernel(), nexusError("INVALID_ARGUMENT", "modules"));
  await assert.rejects(slim.createKernel({}), nexusError("INVALID_ARGUMENT", "modules"));
  await assert.rejects(slim.createKernel({ modules: { kernel } }), nexusError("INVALID_ARGUMENT", "sandbox"));
  await assert.rejects(slim.createKernel({ modules: { kernel, sandbox: new Response("no", { status: 404 }) } }), nexusError("WASM_ERROR", "404"));
  await assert.rejects(slim.createKernel({ modules: { kernel, sandbox: new Uint8Array([1, 2, 3]) } }), nexusError("WASM_ERROR"));
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  await assert.rejects(slim.createKernel({ modules: { kernel, sandbox: empty } }), nexusError("WASM_ERROR", "the sandbox cannot be started"));
});

// What only the executor "worker" does: it leaves the thread free, ends what does not answer, and ends itself.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { ALL, extension, failed, nexusError, returned, sleep } from "./harness.mjs";
import * as usual from "./package.mjs";
import * as slim from "../../target/npm/nexus-kernel/dist/entry/slim.js";

const PACKAGE = fileURLToPath(new URL("../../target/npm/nexus-kernel", import.meta.url));
const LOOP = "while (true) {}";

async function inWorkers(options, { createKernel } = usual) {
  const kernel = await createKernel({ executor: "worker", ...options });
  after(() => kernel.close());
  return kernel;
}

/** The package with a line before what its Workers run: the real thing, in surroundings that it cannot have on demand. */
async function packageWhoseWorkersBeginWith(line) {
  const folder = await mkdtemp(join(tmpdir(), "nexus-kernel-workers-"));
  after(() => rm(folder, { recursive: true, force: true }));
  await cp(PACKAGE, folder, { recursive: true });
  const script = join(folder, "dist/worker/node.js");
  await writeFile(script, `${line}\n${await readFile(script, "utf8")}`);
  return import(pathToFileURL(join(folder, "dist/entry/node.js")).href);
}

/** Their clock stands still: `timeoutMs` never passes inside, and what has the fuel for it computes for days. */
const clockless = await packageWhoseWorkersBeginWith("performance.now = () => 0;");
const ENDLESS = { fuel: 2 ** 50, timeoutMs: 100 };

test("this thread is free while a handler computes", async () => {
  const kernel = await inWorkers();
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  failed(await kernel.run(LOOP, { limits: { timeoutMs: 500, fuel: 2 ** 50 } }), "TIMEOUT");
  clearInterval(timer);
  assert.ok(turns >= 10, `${turns} turns of the event loop`);
});

test("handlers compute at the same time", async () => {
  const kernel = await inWorkers({ pool: { minInstances: 2 } });
  const { promise: both, resolve } = Promise.withResolvers?.() ?? withResolvers();
  let here = 0;
  kernel.hostFunctions.register({ name: "arrive", call: () => (++here === 2 && resolve(), here) });
  // Each computes until the other one has come.
  const run = () => kernel.run("while ($host.arrive() < 2) for (let i = 0; i < 1000; i++);", { capabilities: ALL });
  await Promise.all([run(), run(), both]);
  assert.ok(here >= 2);
});

function withResolvers() {
  let resolve;
  return { promise: new Promise((done) => (resolve = done)), resolve };
}

test("a notification that comes late, when the next host call waits already, is not taken for its answer", async () => {
  // Every other wait ends at once, as one does that a notification finds which was meant for the one before.
  const kernel = await inWorkers({}, await packageWhoseWorkersBeginWith(`{
    const wait = Atomics.wait;
    let waits = 0;
    Atomics.wait = (...given) => (waits++ % 2 ? "ok" : wait(...given));
  }`));
  kernel.hostFunctions.register({ name: "echo", call: ([value]) => value });
  const source = "return Array.from({ length: 50 }, (_, i) => $host.echo(i))";
  assert.deepEqual(returned(await kernel.run(source, { capabilities: ALL })), Array.from({ length: 50 }, (_, i) => i));
});

test("a Worker that does not stop in time is ended: TIMEOUT, with the effects of completed segments, and the kernel goes on", async () => {
  const kernel = await inWorkers({ pool: { maxInstances: 1 }, extensions: [extension("e", { m: () => 1 })] }, clockless);
  const source = `$emit("before"); await $ext.e.m(); $emit("during"); ${LOOP}`;
  const started = performance.now();
  const result = await kernel.run(source, { capabilities: ALL, limits: ENDLESS });
  const took = performance.now() - started;
  const { context } = failed(result, "TIMEOUT");
  assert.deepEqual([context.resource, context.limit], ["timeoutMs", 100]);
  assert.ok(context.used >= 2_000 && took >= 2_000 && took < 20_000, `${context.used} of ${took} ms`);
  assert.deepEqual(result.events.map(({ name }) => name), ["before"]);
  assert.deepEqual([kernel.stats().activeInstances, kernel.stats().replacedInstances], [0, 1]);
  assert.equal(returned(await kernel.run("return 'healthy'")), "healthy");
  assert.equal(kernel.stats().createdInstances, 2);
});

test("a Worker that does not stop while it compiles or looks for capabilities is ended too", async () => {
  // It hears nothing after its beginning.
  const kernel = await inWorkers({ limits: { timeoutMs: 10 } }, await packageWhoseWorkersBeginWith(`{
    const { parentPort } = await import("node:worker_threads");
    const on = parentPort.on;
    let heard = 0;
    parentPort.on = (event, listener) => on.call(parentPort, event, (message) => { if (heard++ === 0) listener(message); });
  }`));
  assert.equal(failed(await kernel.run("return 1"), "TIMEOUT").context.limit, 10);
  await assert.rejects(kernel.precompile("return 1"), (error) => error.code === "TIMEOUT");
  await assert.rejects(kernel.inferCapabilities("return 1"), (error) => error.code === "TIMEOUT");
  assert.equal(kernel.stats().replacedInstances, 3);
});

test("an abort ends what computes: CANCELLED, with the effects of completed segments", async () => {
  const kernel = await inWorkers({ pool: { maxInstances: 1 }, extensions: [extension("e", { m: () => 1 })] });
  const controller = new AbortController();
  const started = performance.now();
  const run = kernel.run(`$emit("before"); await $ext.e.m(); ${LOOP}`, {
    capabilities: ALL,
    signal: controller.signal,
    limits: { fuel: 2 ** 50, timeoutMs: 600_000 },
    onSegment: () => setTimeout(() => controller.abort(new Error("never mind")), 50),
  });
  const result = await run;
  assert.ok(failed(result, "CANCELLED").message.includes("never mind"));
  assert.ok(performance.now() - started < 30_000);
  assert.deepEqual(result.events.map(({ name }) => name), ["before"]);
  assert.equal(kernel.stats().replacedInstances, 1);
  assert.equal(returned(await kernel.run("return 1")), 1);
});

test("closing ends what computes, and every Worker", async () => {
  const kernel = await inWorkers({ pool: { minInstances: 2 } });
  const run = kernel.run(LOOP, { limits: { fuel: 2 ** 50, timeoutMs: 600_000 } });
  await sleep(50);
  assert.deepEqual(await kernel.close(), []);
  failed(await run, "CANCELLED");
  assert.equal(kernel.stats().totalMemoryBytes, 0);
});

test("a Worker that dies while it computes ends its run, and is replaced", async () => {
  // Dies of a host call, of which the second is the first that it does not make for itself.
  const kernel = await inWorkers({ pool: { maxInstances: 1 }, extensions: [extension("e", { m: () => 1 })] }, await packageWhoseWorkersBeginWith(`
    const wait = Atomics.wait;
    Atomics.wait = (...args) => { const outcome = wait(...args); if (globalThis.calls = (globalThis.calls ?? 0) + 1, globalThis.calls === 2) process.exit(7); return outcome; };`));
  kernel.hostFunctions.register({ name: "f", call: () => 1 });
  const source = "$emit('before'); await $ext.e.m(); return $host.f()";
  assert.equal(returned(await kernel.run(source, { capabilities: ALL })), 1);
  const result = await kernel.run(source, { capabilities: ALL });
  assert.match(failed(result, "INTERNAL_ERROR").message, /7/);
  assert.deepEqual(result.events.map(({ name }) => name), ["before"]);
  assert.equal(returned(await kernel.run(source, { capabilities: ALL })), 1);
  assert.deepEqual([kernel.stats().createdInstances, kernel.stats().replacedInstances], [2, 1]);
});

test("a Worker that dies while nobody uses it is replaced before the next run", async () => {
  const dying = new BroadcastChannel("dying");
  after(() => dying.close());
  const kernel = await inWorkers({ pool: { maxInstances: 1 } }, await packageWhoseWorkersBeginWith("new BroadcastChannel('dying').onmessage = () => process.exit(3);"));
  assert.equal(returned(await kernel.run("return 1")), 1);
  dying.postMessage("now");
  await sleep(1_000);
  assert.equal(returned(await kernel.run("return 2")), 2);
  assert.deepEqual([kernel.stats().createdInstances, kernel.stats().replacedInstances], [2, 1]);
});

test("a Worker that cannot start is WASM_ERROR", async () => {
  const { createKernel } = await packageWhoseWorkersBeginWith("throw new Error('not today');");
  await assert.rejects(createKernel({ executor: "worker" }), (error) => error.code === "WASM_ERROR" && error.message.includes("not today"));
});

test("host functions run on this thread, whatever the size of what goes in and out", async () => {
  const kernel = await inWorkers({ limits: { maxValueBytes: 4 << 20, memoryBytes: 128 << 20 } });
  let seen;
  kernel.hostFunctions.register({ name: "repeat", call: ([text, times]) => ((seen = text.length), text.repeat(times)) });
  for (const length of [0, 1, 65_530, 65_536, 65_537, 131_072, 3 << 20]) {
    const result = await kernel.run("const text = $host.repeat('ab', $args / 2 >> 0); return [text.length, text.slice(-2)]", { args: length, capabilities: ALL });
    assert.deepEqual(returned(result), [length - (length % 2), length < 2 ? "" : "ab"]);
  }
  returned(await kernel.run("$host.repeat('x'.repeat(3 << 20), 0)", { capabilities: ALL }));
  assert.equal(seen, 3 << 20);
});

test("a host function may take longer than the Worker is waited for", async () => {
  const kernel = await inWorkers();
  kernel.hostFunctions.register({ name: "slow", call: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500) });
  // Its time counts: the run is over time when it comes back, as it would be inline, and tells what it did.
  const result = await kernel.run("$emit('before'); $host.slow(); while (true) {}", { capabilities: ALL, limits: { timeoutMs: 100 } });
  failed(result, "TIMEOUT");
  assert.deepEqual(result.events.map(({ name }) => name), ["before"]);
  assert.equal(kernel.stats().replacedInstances, 0);
});

test("Workers that idle keep no process alive; one that computes does", async () => {
  const run = (code) => promisify(execFile)(process.execPath, ["--input-type=module", "--eval", `
    import { createKernel } from ${JSON.stringify(pathToFileURL(join(PACKAGE, "dist/entry/node.js")).href)};
    const kernel = await createKernel({ executor: "worker", pool: { minInstances: 2 } });
    ${code}`]).then(({ stdout }) => stdout.trim());
  assert.equal(await run("await kernel.run('return 1');"), "");
  assert.equal(await run("kernel.run('let n = 0; for (let i = 0; i < 3e5; i++) n += i; return n').then(({ status }) => console.log(status));"), "success");
});

test("endless recursion ends at the same depth each time", async () => {
  const depths = new Set();
  for (let turn = 0; turn < 3; turn++) {
    const kernel = await inWorkers({ clock: { now: () => 0 }, entropy: { fill: (bytes) => bytes.fill(1) } });
    for (let again = 0; again < 4; again++) {
      const result = await kernel.run("let depth = 0; const f = () => { depth++; return [1].map(f) }; f()", { limits: { memoryBytes: 256 << 20 } });
      assert.equal(result.status, "error");
      depths.add(`${result.error.code} ${result.metrics.fuelUsed}`);
    }
    await kernel.close();
  }
  assert.equal(depths.size, 1, [...depths].join());
});

test("a compiled handler is shared by all Workers", async () => {
  const kernel = await inWorkers({ pool: { minInstances: 3 }, extensions: [extension("e", { m: () => sleep(20) })] });
  const source = "await $ext.e.m(); return 1";
  await kernel.precompile(source);
  const results = await Promise.all([1, 2, 3].map(() => kernel.run(source, { capabilities: ALL })));
  assert.deepEqual(results.map(({ metrics }) => metrics.cacheHit), [true, true, true]);
  assert.deepEqual([kernel.stats().cacheHits, kernel.stats().cacheEntries], [3, 1]);
});

test("slim knows of no Workers, and says so", async () => {
  const modules = { kernel: readFile(join(PACKAGE, "kernel.wasm")), sandbox: readFile(join(PACKAGE, "sandbox.wasm")) };
  await assert.rejects(slim.createKernel({ modules, executor: "worker" }), nexusError("INVALID_ARGUMENT", "Web Workers"));
});

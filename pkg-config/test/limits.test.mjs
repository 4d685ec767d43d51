import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, extension, failed, kernelFor, returned, sleep } from "./harness.mjs";

const kernel = await kernelFor({ extensions: [extension("e", { wait: () => sleep(30), back: (value) => value })] });

test("an endless loop ends with TIMEOUT where it is, keeps its effects, and the next run works", async () => {
  const error = failed(await kernel.run("let n = 0;\nfor (;;) n++;", { limits: { fuel: 5_000_000 } }), "TIMEOUT");
  assert.equal(error.location.line, 2);
  assert.deepEqual(error.context.resource, "fuel");
  const result = await kernel.run("$emit('a'); while (true) {}", { capabilities: ALL, limits: { fuel: 5_000_000 } });
  assert.deepEqual(result.events.map((event) => event.name), ["a"]);
  assert.equal(returned(await kernel.run("return 1")), 1);
});

test("native loops are stopped too", async () => {
  for (const source of ["/^(?=(a+)+$)/.test('a'.repeat(40) + 'b')", "'x'.repeat(1e9).length", "new Array(1e6).fill(0).sort(() => { while (true) {} })"]) {
    const result = await kernel.run(source, { limits: { fuel: 20_000_000 } });
    assert.equal(result.status, "error", source);
    assert.ok(["TIMEOUT", "MEMORY_LIMIT"].includes(result.error.code), `${source}: ${result.error.code} ${result.error.message}`);
    assert.equal(returned(await kernel.run("return 1")), 1);
  }
});

test("a regular expression without lookaround and back references takes time in proportion to the text", async () => {
  const result = await kernel.run("return [/^(a+)+$/, /^(a|aa)+$/, /(a*)*b$/].map((hard) => hard.test('a'.repeat(10_000) + '!'))", { limits: { fuel: 50_000_000 } });
  assert.deepEqual(returned(result), [false, false, false]);
});

test("global regular expressions take work in proportion to the text", async () => {
  const ways = {
    match: "text.match(/\\w+/g).length",
    replace: "text.replace(/a/g, (found) => found + found).length",
    template: "text.replace(/(\\w+)=(\\w+)/g, '$2=$1').length",
    split: "text.split(/,\\s*/).length",
    matchAll: "[...text.matchAll(/(\\w+)=(\\w+)/g)].length",
    sticky: "(() => { const word = /\\w+|\\W/y; let count = 0; while (word.test(text)) count += word.lastIndex; return count })()",
    lookahead: "text.match(/\\w+(?==)/g).length",
    wide: "(text + '\u4e2d').match(/\\w+/g).length",
  };
  const fuelOf = async (times, code) => {
    const result = await kernel.run(`const text = "key=value; alpha, ".repeat(${times}); return ${code};`);
    returned(result);
    return result.metrics.fuelUsed;
  };
  for (const [name, code] of Object.entries(ways)) {
    const [little, much] = [await fuelOf(250, code), await fuelOf(2000, code)];
    assert.ok(much < 8.5 * little, `${name}: ${little} for a text, ${much} for one of eight times its length`);
  }
});

test("fuel is exact: a run passes with what it used and fails with one unit less", async () => {
  const source = "let sum = 0; for (let i = 0; i < 1e5; i++) sum += i; return sum;";
  const { metrics: { fuelUsed } } = await kernel.run(source);
  assert.ok(fuelUsed > 1_000_000, "spans several grants");
  const enough = await kernel.run(source, { limits: { fuel: fuelUsed } });
  assert.equal(enough.status, "success");
  assert.equal(enough.metrics.fuelUsed, fuelUsed);
  const error = failed(await kernel.run(source, { limits: { fuel: fuelUsed - 1 } }), "TIMEOUT");
  assert.equal(error.context.limit, fuelUsed - 1);
  assert.ok(error.context.used >= fuelUsed);
});

test("fuel counts over all segments", async () => {
  // Names of runs and the time are part of what the module reads, so they are kept the same.
  const kernel = await kernelFor({
    extensions: [extension("e", { back: (value) => value })],
    clock: { now: () => 0 },
    entropy: { fill: (bytes) => bytes.fill(1) },
  });
  const source = "for (let i = 0; i < 3; i++) { for (let j = 0; j < 1e4; j++); await $ext.e.back(i); } return 1";
  const { metrics: { fuelUsed } } = await kernel.run(source, { capabilities: ALL });
  assert.equal(returned(await kernel.run(source, { capabilities: ALL, limits: { fuel: fuelUsed } })), 1);
  failed(await kernel.run(source, { capabilities: ALL, limits: { fuel: fuelUsed - 1 } }), "TIMEOUT");
});

test("the wall clock stops a run, and time spent suspended does not count", async () => {
  const started = performance.now();
  const error = failed(await kernel.run("while (true) {}", { limits: { timeoutMs: 100 } }), "TIMEOUT");
  assert.ok(performance.now() - started < 2_000);
  assert.equal(error.context.resource, "timeoutMs");
  assert.equal(error.context.limit, 100);
  assert.ok(error.context.used >= 100);
  const source = "for (let i = 0; i < 5; i++) await $ext.e.wait(); return 'patient'";
  assert.equal(returned(await kernel.run(source, { capabilities: ALL, limits: { timeoutMs: 100 } })), "patient");
});

test("a full memory is MEMORY_LIMIT with its limit, and the next run works", async () => {
  const error = failed(await kernel.run("const all = [];\nfor (;;) all.push({ a: [1, 2, 3] });", { limits: { memoryBytes: 16 << 20 } }), "MEMORY_LIMIT");
  assert.equal(error.context.limit, 16 << 20);
  assert.ok(error.context.used > 1 << 20 && error.context.used <= 16 << 20, `${error.context.used}`);
  assert.equal(returned(await kernel.run("return 1")), 1);
});

test("endless recursion ends, and the next run works", async () => {
  for (const source of ["function f() { return f() + 1 }\nreturn f()", "const o = { get x() { return this.x } }; return o.x", "const f = () => [1].map(f); f()"]) {
    const result = await kernel.run(source);
    assert.equal(result.status, "error");
    assert.ok(["MEMORY_LIMIT", "RESOURCE_LIMIT"].includes(result.error.code), result.error.message);
    if (result.error.code === "RESOURCE_LIMIT") assert.equal(result.error.context.resource, "stack");
    assert.equal(returned(await kernel.run("return 1")), 1);
  }
});

test("a source nested too deep for the parser is RESOURCE_LIMIT of the stack", async () => {
  const result = await kernel.run(`return ${"(".repeat(5_000)}1${")".repeat(5_000)}`);
  assert.equal(failed(result, "RESOURCE_LIMIT").context.resource, "stack");
  assert.equal(returned(await kernel.run("return 1")), 1);
});

// Each limit at its value, and one past it: `n` times is allowed, `n + 1` times is not.
for (const [name, resource, n, body] of [
  ["maxEvents", "events", 5, "$emit('e')"],
  ["maxViewCommands", "viewCommands", 5, "$view.focus('v')"],
  ["maxStateMutations", "stateMutations", 5, "$state['k' + i] = i"],
  ["maxHostCalls", "hostCalls", 7, "$time.now()"],
  ["maxPendingCalls", "pendingCalls", 4, "$ext.e.back(i)"],
]) {
  test(`${name} is allowed at the limit and stops the run one past it`, async () => {
    const run = (times) => kernel.run(`for (let i = 0; i < ${times}; i++) { try { ${body} } catch {} } return 'ok'`, { capabilities: ALL, limits: { [name]: n } });
    assert.equal(returned(await run(n)), "ok");
    const { context } = failed(await run(n + 1), "RESOURCE_LIMIT");
    assert.deepEqual([context.resource, context.limit], [resource, n]);
  });
}

test("log lines over the limit are dropped, and the last one kept says so", async () => {
  const result = await kernel.run("for (let i = 0; i < 9; i++) $log(i); return 'ok'", { limits: { maxLogLines: 3 } });
  assert.equal(returned(result), "ok");
  assert.ok(result.logs.length <= 4);
  assert.match(result.logs.at(-1).message, /dropped|limit|more/i);
});

test("a source is allowed at the limit and refused one past it, as a result", async () => {
  const source = `return 1;${" ".repeat(91)}`;
  assert.equal(returned(await kernel.run(source, { limits: { maxSourceBytes: 100 } })), 1);
  failed(await kernel.run(`${source} `, { limits: { maxSourceBytes: 100 } }), "RESOURCE_LIMIT");
});

test("a value that a handler returns is bounded", async () => {
  failed(await kernel.run("let v = null; for (let i = 0; i < 65; i++) v = [v]; return v"), "RESOURCE_LIMIT");
  returned(await kernel.run("let v = null; for (let i = 0; i < 64; i++) v = [v]; return v"));
});

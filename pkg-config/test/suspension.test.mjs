import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, extension, failed, kernelFor, nexusError, returned } from "./harness.mjs";

const kernel = await kernelFor({ extensions: [extension("e", { a: () => "kernel", b: () => "kernel", slow: () => new Promise(() => {}) })] });
const suspend = async (source, options) => {
  const segment = await kernel.execute(source, { capabilities: ALL, ...options });
  assert.equal(segment.status, "suspended", JSON.stringify(segment.error));
  return segment;
};

test("execute stops at the first suspension and makes no call; resume goes on", async () => {
  const first = await suspend("$emit('one'); const back = await $ext.e.a(1, { x: [2] }); $emit('two'); return back + 1");
  assert.deepEqual(first.events.map((event) => event.name), ["one"]);
  const [{ suspensionId, ...call }] = first.suspensions;
  assert.deepEqual(call, { extensionName: "e", method: "a", args: [1, { x: [2] }] });
  assert.ok(suspensionId.startsWith(first.runId));
  const second = await kernel.resume(suspensionId, { success: true, value: 41 });
  assert.equal(returned(second), 42);
  assert.equal(second.runId, first.runId);
  assert.deepEqual(second.events.map((event) => event.name), ["two"], "only what is new");
});

test("several calls are pending at once and are answered in any order", async () => {
  const { suspensions: [a, b] } = await suspend("return await Promise.all([$ext.e.a(), $ext.e.b()])");
  const between = await kernel.resume(b.suspensionId, { success: true, value: "B" });
  assert.equal(between.status, "suspended");
  assert.deepEqual(between.suspensions, []);
  assert.deepEqual(returned(await kernel.resume(a.suspensionId, { success: true, value: "A" })), ["A", "B"]);
});

test("answers that come at the same time take turns", async () => {
  const { suspensions } = await suspend("return await Promise.all(Array.from({ length: 20 }, (_, i) => $ext.e.a(i)))");
  const segments = await Promise.all(suspensions.map(({ suspensionId, args: [i] }) => kernel.resume(suspensionId, { success: true, value: i * i })));
  const last = segments.find((segment) => segment.status === "success");
  assert.deepEqual(returned(last), Array.from({ length: 20 }, (_, i) => i * i));
});

test("an answer without a value is undefined or null, and a handler that returns nothing has no value", async () => {
  const { suspensions: [call] } = await suspend("return (await $ext.e.a()) == null");
  assert.equal(returned(await kernel.resume(call.suspensionId, { success: true })), true);
});

for (const [name, error, message] of [
  ["a text", "no luck", "no luck"],
  ["an error", new Error("no luck"), "no luck"],
  ["plain data", { message: "no luck", code: "E_LUCK" }, "no luck"],
]) {
  test(`a failure given as ${name} can be caught, and uncaught ends the run`, async () => {
    const caught = await suspend("try { await $ext.e.a() } catch (error) { return [error.code, error.extension, error.method, error.message] }");
    const result = await kernel.resume(caught.suspensions[0].suspensionId, { success: false, error });
    const [code, extensionName, method, text] = returned(result);
    assert.deepEqual([code, extensionName, method], ["EXTENSION_ERROR", "e", "a"]);
    assert.ok(text.includes(message));
    const uncaught = await suspend("1;\nawait $ext.e.a()");
    const failure = failed(await kernel.resume(uncaught.suspensions[0].suspensionId, { success: false, error }), "EXTENSION_ERROR");
    assert.equal(failure.location.line, 2);
    assert.equal(failure.context.extension, "e");
    assert.equal(failure.context.method, "a");
  });
}

test("state that changed meanwhile is what the handler sees then", async () => {
  const { suspensions: [call] } = await suspend("const before = [$state.a, $state.b, $state.c]; await $ext.e.a(); return [before, [$state.a, $state.b, $state.c], $state.keys()]", { state: { a: 1, b: 2 } });
  const result = await kernel.resume(call.suspensionId, { success: true }, { state: { a: 10, b: undefined, c: { deep: true } } });
  const [before, after, keys] = returned(result);
  assert.deepEqual(before, [1, 2, null]);
  assert.deepEqual(after, [10, null, { deep: true }]);
  assert.deepEqual([...keys].sort(), ["a", "c"]);
  assert.deepEqual(result.stateMutations, [], "what others changed is not this run's doing");
});

test("a call is answered once", async () => {
  const { suspensions: [a, b] } = await suspend("return await Promise.all([$ext.e.a(), $ext.e.b()])");
  await kernel.resume(a.suspensionId, { success: true, value: 1 });
  await assert.rejects(kernel.resume(a.suspensionId, { success: true, value: 2 }), nexusError("INVALID_ARGUMENT"));
  assert.deepEqual(returned(await kernel.resume(b.suspensionId, { success: true, value: 2 })), [1, 2]);
});

test("calls of a run that is over are unknown", async () => {
  const { suspensions: [a, b] } = await suspend("return await Promise.race([$ext.e.a(), $ext.e.b()])");
  assert.equal(returned(await kernel.resume(a.suspensionId, { success: true, value: "first" })), "first");
  await assert.rejects(kernel.resume(b.suspensionId, { success: true }), nexusError("INVALID_ARGUMENT"));
});

for (const [name, args, text] of [
  ["an unknown id", ["run_0.1", { success: true }], "run_0.1"],
  ["an id that is no text", [1, { success: true }], "id"],
  ["no answer", ["x"], "answer"],
  ["an answer that is no object", ["x", "ok"], "answer"],
  ["an answer without success", ["x", { value: 1 }], "success"],
  ["an unknown field", ["x", { success: true, result: 1 }], '"result"'],
  ["a failure without an error", ["x", { success: false }], "error"],
  ["a failure with a number", ["x", { success: false, error: 1 }], "error"],
  ["unknown options", ["x", { success: true }, { states: {} }], '"states"'],
  ["state that is no object", ["x", { success: true }, { state: [] }], "state"],
]) {
  test(`resume refuses ${name}`, async () => {
    await assert.rejects(kernel.resume(...args), nexusError("INVALID_ARGUMENT", text));
  });
}

test("an answer that is no data is refused and leaves the call open", async () => {
  const { suspensions: [call] } = await suspend("return await $ext.e.a()");
  await assert.rejects(kernel.resume(call.suspensionId, { success: true, value: { f() {} } }), nexusError("SERIALIZATION_ERROR", "$.f"));
  await assert.rejects(kernel.resume(call.suspensionId, { success: true, value: "x".repeat(2 << 20) }), nexusError("RESOURCE_LIMIT"));
  assert.equal(returned(await kernel.resume(call.suspensionId, { success: true, value: 1 })), 1);
});

test("a run that is left alone is given up, and frees its instance", async () => {
  const scoped = await kernelFor({ pool: { maxInstances: 1, maxParkedBytes: 0 }, extensions: [extension("e", { a: () => 1 })] });
  const segment = await scoped.execute("await $ext.e.a()", { capabilities: ALL, limits: { suspensionTimeoutMs: 50 } });
  assert.equal(scoped.stats().activeInstances, 1);
  assert.equal(returned(await scoped.run("return 'it waited for the instance'")), "it waited for the instance");
  await assert.rejects(scoped.resume(segment.suspensions[0].suspensionId, { success: true }), nexusError("INVALID_ARGUMENT"));
});

test("the signal given to execute counts while the run is suspended", async () => {
  const controller = new AbortController();
  const { suspensions: [call] } = await suspend("await $ext.e.a(); return 1", { signal: controller.signal });
  controller.abort();
  failed(await kernel.resume(call.suspensionId, { success: true }), "CANCELLED");
});

test("1 to 100 awaits in sequence give right results", async () => {
  const scoped = await kernelFor({ extensions: [extension("math", { next: (n) => n + 1 })] });
  for (const count of [1, 2, 10, 100]) {
    const result = await scoped.run(`let n = 0; for (let i = 0; i < ${count}; i++) n = await $ext.math.next(n); return n`, { capabilities: ["ext:math.next"] });
    assert.equal(returned(result), count);
    assert.equal(result.suspensions.length, count);
  }
});

test("100 calls at once are all under way together", async () => {
  let underWay = 0;
  let most = 0;
  const scoped = await kernelFor({
    extensions: [extension("e", { async work(n) { most = Math.max(most, ++underWay); await new Promise(setImmediate); underWay--; return n * 2; } })],
  });
  const result = await scoped.run("return await Promise.all(Array.from({ length: 100 }, (_, i) => $ext.e.work(i)))", { capabilities: ["ext:e"] });
  assert.deepEqual(returned(result), Array.from({ length: 100 }, (_, i) => i * 2));
  assert.equal(most, 100);
});

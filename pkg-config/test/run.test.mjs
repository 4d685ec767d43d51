import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, extension, failed, kernelFor, nexusError, returned } from "./harness.mjs";

const kernel = await kernelFor();

test("a handler reads and writes state and returns a value", async () => {
  const result = await kernel.run("$state.count++; return $state.count;", {
    state: { count: 41 },
    capabilities: ["state:read:count", "state:write:count"],
  });
  assert.equal(returned(result), 42);
  assert.deepEqual(result.stateMutations, [{ key: "count", value: 42, operation: "set" }]);
  assert.match(result.runId, /^run_[0-9a-f]{16}$/);
});

test("a result has every field of its shape, and none that was not needed", async () => {
  const result = await kernel.run("");
  assert.deepEqual(Object.keys(result).sort(), [
    "events", "logs", "metrics", "runId", "stateMutations", "status", "suspensions", "viewCommands",
  ]);
  const { durationUs, fuelUsed, memoryUsedBytes, memoryPeakBytes, hostCalls, cacheHit } = result.metrics;
  for (const number of [durationUs, fuelUsed, memoryUsedBytes, memoryPeakBytes]) assert.ok(Number.isInteger(number) && number > 0);
  assert.deepEqual(hostCalls, {});
  assert.equal(typeof cacheHit, "boolean");
  assert.equal(Object.getPrototypeOf(result), Object.prototype);
});

test("returning undefined leaves returnValue out, returning null does not", async () => {
  assert.ok(!("returnValue" in (await kernel.run("return undefined"))));
  assert.equal((await kernel.run("return null")).returnValue, null);
});

test("every kind of effect is told once and in order, over all segments", async () => {
  const scoped = await kernelFor({ extensions: [extension("e", { m: async (value) => value })] });
  const source = `
    $emit("a", { n: 1 }); $log.warn("one"); $state.x = 1; $view.focus("f");
    const back = await $ext.e.m("answer");
    $emit.toast("b"); $log("two", back); delete $state.y; $view.setFilter("list", "q");
    return back;`;
  const segments = [];
  const result = await scoped.run(source, { state: { y: 1 }, capabilities: ALL, onSegment: (s) => segments.push(s) });
  assert.equal(returned(result), "answer");
  assert.deepEqual(result.events.map((event) => event.name), ["a", "toast"]);
  assert.deepEqual(result.logs, [{ level: "warn", message: "one" }, { level: "info", message: "two answer" }]);
  assert.deepEqual(result.stateMutations, [
    { key: "x", value: 1, operation: "set" },
    { key: "y", value: null, operation: "delete" },
  ]);
  assert.deepEqual(result.viewCommands, [
    { type: "focus", componentId: "f", args: {} },
    { type: "setFilter", componentId: "list", args: { value: "q" } },
  ]);
  assert.deepEqual(segments.map((segment) => segment.status), ["suspended", "success"]);
  assert.deepEqual(segments.flatMap((segment) => segment.events), result.events);
  assert.equal(segments[0].suspensions[0].extensionName, "e");
});

test("the context is not changed by the run", async () => {
  const state = { list: [1], deep: { a: {} } };
  const args = { items: [] };
  const before = structuredClone({ state, args });
  const result = await kernel.run("$state.list.push(2); $state.deep.a.b = 1; return $args", { state, args, capabilities: ALL });
  returned(result);
  assert.deepEqual({ state, args }, before);
});

test("the context is read when run is called: later changes of it do not count", async () => {
  const state = { a: 1 };
  const running = kernel.run("return $state.a", { state, capabilities: ALL });
  state.a = 2;
  assert.equal(returned(await running), 1);
});

test("args and scope arrive frozen", async () => {
  const source = `try { $args.x = 1 } catch (error) { return [error.name, $scope.item.id] }`;
  const result = await kernel.run(source, { args: { x: 0 }, scope: { item: { id: 7 } } });
  assert.deepEqual(returned(result), ["TypeError", 7]);
});

test("errors tell line and column of the author's source", async () => {
  const thrown = failed(await kernel.run("const a = 1;\n  throw new TypeError('no ' + a);"), "EXECUTION_ERROR");
  assert.ok(thrown.message.includes("no 1"));
  assert.equal(thrown.location.line, 2);
  const first = failed(await kernel.run("null.x"), "EXECUTION_ERROR");
  assert.equal(first.location.line, 1);
  const syntax = failed(await kernel.run("let a = 1;\nlet = ;"), "COMPILATION_ERROR");
  assert.equal(syntax.location.line, 2);
  assert.ok(syntax.snippet.code.includes("let = ;"));
});

test("what a handler does wrong resolves, and is plain data", async () => {
  const result = await kernel.run("throw new Error('x')");
  assert.ok(!(result.error instanceof Error));
  assert.equal(Object.getPrototypeOf(result.error), Object.prototype);
});

test("a denial is listed even when the handler catches it", async () => {
  const result = await kernel.run("try { $state.secret } catch (error) { return error.code }", { state: { secret: 1 } });
  assert.equal(returned(result), "PERMISSION_DENIED");
  assert.deepEqual(result.denials, [{ operation: "state.get", capability: "state:read:secret" }]);
});

for (const [name, source] of [["undefined", undefined], ["a number", 1], ["an object", {}], ["null", null]]) {
  test(`a source that is ${name} is refused`, async () => {
    await assert.rejects(kernel.run(source), nexusError("INVALID_HANDLER", "string"));
    await assert.rejects(kernel.execute(source), nexusError("INVALID_HANDLER"));
    await assert.rejects(kernel.precompile(source), nexusError("INVALID_HANDLER"));
    await assert.rejects(kernel.inferCapabilities(source), nexusError("INVALID_HANDLER"));
  });
}

test("a source with a lone surrogate is refused", async () => {
  await assert.rejects(kernel.run("return '\ud800'"), nexusError("INVALID_HANDLER", "surrogate"));
});

for (const [name, options, code, text] of [
  ["unknown fields", { capability: [] }, "INVALID_ARGUMENT", '"capability"'],
  ["options that are no object", "state", "INVALID_ARGUMENT", "object"],
  ["options that are null", null, "INVALID_ARGUMENT", "object"],
  ["state that is an array", { state: [1] }, "INVALID_ARGUMENT", "state"],
  ["state that is text", { state: "x" }, "INVALID_ARGUMENT", "state"],
  ["state that is a Map", { state: new Map() }, "SERIALIZATION_ERROR", "Map"],
  ["a malformed capability", { capabilities: ["state:read:"] }, "INVALID_CAPABILITY", "state:read:"],
  ["capabilities that are no array", { capabilities: "state:read:*" }, "INVALID_ARGUMENT", "capabilities"],
  ["a capability that is no text", { capabilities: ["state:read:*", 1] }, "INVALID_ARGUMENT", "capabilities[1]"],
  ["an unknown limit", { limits: { steps: 1 } }, "INVALID_ARGUMENT", '"steps"'],
  ["a limit that is no number", { limits: { fuel: "1" } }, "INVALID_ARGUMENT", "fuel"],
  ["a limit that cannot be kept", { limits: { maxValueDepth: 65 } }, "INVALID_ARGUMENT", "maxValueDepth"],
  ["a signal that is none", { signal: {} }, "INVALID_ARGUMENT", "signal"],
  ["an observer that is no function", { onSegment: 1 }, "INVALID_ARGUMENT", "onSegment"],
  ["args that are no data", { args: { f() {} } }, "SERIALIZATION_ERROR", "$.args.f"],
  ["state that is no data", { state: { a: { b: [1, 2n] } } }, "SERIALIZATION_ERROR", "$.state.a.b[1]"],
]) {
  test(`${name}: refused`, async () => {
    await assert.rejects(kernel.run("return 1", options), nexusError(code, text));
  });
}

test("an option that is undefined counts as left out", async () => {
  const nothing = { state: undefined, args: undefined, scope: undefined, capabilities: undefined, limits: undefined, signal: undefined };
  assert.deepEqual(returned(await kernel.run("return [$args, $scope]", { ...nothing, onSegment: undefined })), [{}, {}]);
});

test("execute takes no observer", async () => {
  await assert.rejects(kernel.execute("", { onSegment() {} }), nexusError("INVALID_ARGUMENT", "onSegment"));
});

test("an observer that throws stops nothing", async (t) => {
  const report = t.mock.method(console, "error", () => {});
  assert.equal(returned(await kernel.run("return 1", { onSegment() { throw new Error("mine"); } })), 1);
  assert.equal(report.mock.callCount(), 1);
});

test("precompile answers nothing, and says where a source is wrong", async () => {
  assert.equal(await kernel.precompile("return 'precompiled'"), undefined);
  const result = await kernel.run("return 'precompiled'");
  assert.equal(result.metrics.cacheHit, true);
  assert.ok(!("compilationTimeUs" in result.metrics));
  await assert.rejects(kernel.precompile("\n\n  )"), (error) => {
    nexusError("COMPILATION_ERROR")(error);
    assert.equal(error.location.line, 3);
    return true;
  });
  await assert.rejects(kernel.precompile("return 1", { fuel: 1 }), nexusError("INVALID_ARGUMENT", '"fuel"'));
  await assert.rejects(kernel.precompile("return 1", { signal: AbortSignal.abort() }), nexusError("CANCELLED"));
});

test("inferCapabilities reads the syntax tree", async () => {
  const source = `
    // $ext.fake.call()
    $state.a.b = 1; delete $state["c d"]; $emit("done"); await $ext.http.get("$ext.other.call()"); $view.focus("v"); $host.sum(1);`;
  assert.deepEqual((await kernel.inferCapabilities(source)).sort(), [
    "events:emit:done", "ext:http.get", "host:sum", "state:read:a", "state:write:a", "state:write:c d", "view:update:v",
  ]);
  await assert.rejects(kernel.inferCapabilities("}"), nexusError("COMPILATION_ERROR"));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, extension, failed, kernelFor, nexusError, returned } from "./harness.mjs";

const kernel = await kernelFor();

test("host functions are registered, listed and taken out", () => {
  kernel.hostFunctions.register({ name: "sum", signature: "sum(...numbers: number[]): number", call: (numbers) => numbers.reduce((a, b) => a + b, 0) });
  kernel.hostFunctions.register({ name: "plain", call: () => 1 });
  assert.deepEqual(kernel.hostFunctions.list(), [
    { name: "sum", signature: "sum(...numbers: number[]): number" },
    { name: "plain", signature: "plain(...args)" },
  ]);
  assert.equal(kernel.hostFunctions.unregister("plain"), true);
  assert.equal(kernel.hostFunctions.unregister("plain"), false);
});

test("a handler calls them at once, behind their capability", async () => {
  const result = await kernel.run("return $host.sum(1, 2, 3)", { capabilities: ["host:sum"] });
  assert.equal(returned(result), 6);
  assert.deepEqual(result.metrics.hostCalls, { sum: 1 });
  failed(await kernel.run("return $host.sum(1)"), "PERMISSION_DENIED");
  failed(await kernel.run("return $host.sum(1)", { capabilities: ["host:other"] }), "PERMISSION_DENIED");
  assert.equal(returned(await kernel.run("return $host.sum(1)", { capabilities: ["host:*"] })), 1);
});

test("an unknown one is METHOD_NOT_FOUND", async () => {
  failed(await kernel.run("$host.nothing()", { capabilities: ALL }), "METHOD_NOT_FOUND");
});

test("what it throws the handler can catch, with its message", async () => {
  kernel.hostFunctions.register({ name: "throws", call() { throw new RangeError("out of range"); } });
  const caught = returned(await kernel.run("try { $host.throws() } catch (error) { return error.message }", { capabilities: ALL }));
  assert.ok(caught.includes("out of range"), caught);
  const error = failed(await kernel.run("\n\n$host.throws()", { capabilities: ALL }), "EXECUTION_ERROR");
  assert.equal(error.location.line, 3);
});

test("what it answers has to be data, and there", async () => {
  kernel.hostFunctions.register({ name: "promises", call: async () => 1 });
  kernel.hostFunctions.register({ name: "functions", call: () => () => 1 });
  kernel.hostFunctions.register({ name: "nothing at all", call: () => undefined });
  failed(await kernel.run("$host.promises()", { capabilities: ALL }), "SERIALIZATION_ERROR");
  failed(await kernel.run("$host.functions()", { capabilities: ALL }), "SERIALIZATION_ERROR");
  assert.equal(returned(await kernel.run("return $host['nothing at all']() == null", { capabilities: ["host:nothing at all"] })), true);
});

for (const [name, object, text] of [
  ["no object", undefined, "object"],
  ["no name", { call() {} }, "name"],
  ["an empty name", { name: "", call() {} }, "name"],
  ["a name with *", { name: "a*", call() {} }, "a*"],
  ["a name that is taken", { name: "sum", call() {} }, "sum"],
  ["no call", { name: "f" }, "call"],
  ["a signature that is no text", { name: "f", signature: 1, call() {} }, "signature"],
]) {
  test(`register refuses ${name}`, () => {
    assert.throws(() => kernel.hostFunctions.register(object), nexusError("INVALID_ARGUMENT", text));
  });
}

test("a host function may call the kernel: another run starts while this one computes", async () => {
  let inner;
  kernel.hostFunctions.register({
    name: "reenter",
    call() {
      inner = kernel.run("return $host.sum(20, 22)", { capabilities: ALL });
      kernel.extensions.register(extension(`made while running ${kernel.stats().totalExecutions}`, { m: () => 1 }));
      return kernel.stats().activeRuns;
    },
  });
  const outer = await kernel.run("const a = $host.reenter(); const b = $host.sum(1, 1); return [a >= 1, b]", { capabilities: ALL });
  assert.deepEqual(returned(outer), [true, 2]);
  assert.equal(returned(await inner), 42);
});

test("a host function may close the kernel that is calling it", async () => {
  const scoped = await kernelFor();
  let closing;
  scoped.hostFunctions.register({ name: "close", call() { closing = scoped.close(); } });
  const result = await scoped.run("$emit('before'); $host.close(); while (true) {}", { capabilities: ALL });
  assert.equal(result.status, "error");
  assert.equal(result.error.code, "CANCELLED", result.error.message);
  assert.deepEqual(await closing, []);
});

test("a host function that aborts its own run stops it", async () => {
  const controller = new AbortController();
  kernel.hostFunctions.register({ name: "abort", call: () => controller.abort() });
  const result = await kernel.run("$host.abort(); while (true) {}", { capabilities: ALL, signal: controller.signal });
  failed(result, "CANCELLED");
});

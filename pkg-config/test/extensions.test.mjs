import assert from "node:assert/strict";
import { test } from "node:test";
import { ALL, extension, failed, kernelFor, nexusError, returned, sleep } from "./harness.mjs";
import { NexusError, createKernel } from "./package.mjs";

const kernel = await kernelFor();

test("extensions are registered, found, listed and taken out", async () => {
  const scoped = await kernelFor();
  const files = extension("files", { read: () => 1, write: () => 2 });
  scoped.extensions.register(files);
  scoped.extensions.register(extension("mail", { send: () => 1 }));
  assert.equal(scoped.extensions.has("files"), true);
  assert.equal(scoped.extensions.has("nothing"), false);
  assert.equal(scoped.extensions.get("files"), files);
  assert.equal(scoped.extensions.get("nothing"), undefined);
  assert.deepEqual(scoped.extensions.getMethods("files"), ["read", "write"]);
  assert.deepEqual(scoped.extensions.getMethods("nothing"), []);
  assert.deepEqual(scoped.extensions.list(), ["files", "mail"]);
  assert.equal(scoped.extensions.unregister("files"), true);
  assert.equal(scoped.extensions.unregister("files"), false);
  assert.deepEqual(scoped.extensions.list(), ["mail"]);
  assert.equal(scoped.extensions.get("files"), undefined);
});

test("a handler sees the extensions and their methods", async () => {
  const scoped = await kernelFor({ extensions: [extension("a", { x: () => 1 }), extension("b", { y: () => 1, z: () => 2 })] });
  const result = await scoped.run("return [$ext.list(), $ext.exists('a'), $ext.exists('c'), $ext.methods('b')]", { capabilities: ALL });
  assert.deepEqual(returned(result), [["a", "b"], true, false, ["y", "z"]]);
});

for (const [name, object, text] of [
  ["no object", undefined, "object"],
  ["a name that is missing", { methods: ["m"], call() {} }, "name"],
  ["an empty name", { name: "", methods: ["m"], call() {} }, "name"],
  ["a name with a dot", { name: "a.b", methods: ["m"], call() {} }, "a.b"],
  ["a name with a colon", { name: "a:b", methods: ["m"], call() {} }, "a:b"],
  ["a reserved name", { name: "list", methods: ["m"], call() {} }, "list"],
  ["no methods", { name: "a", call() {} }, "methods"],
  ["an empty list of methods", { name: "a", methods: [], call() {} }, "methods"],
  ["methods that are no texts", { name: "a", methods: [1], call() {} }, "methods"],
  ["a method twice", { name: "a", methods: ["m", "m"], call() {} }, "m"],
  ["no call", { name: "a", methods: ["m"] }, "call"],
  ["a call that is no function", { name: "a", methods: ["m"], call: 1 }, "call"],
  ["an init that is no function", { name: "a", methods: ["m"], call() {}, init: 1 }, "init"],
  ["caveats that are no functions", { name: "a", methods: ["m"], call() {}, capabilities: { path: 1 } }, "path"],
]) {
  test(`register refuses ${name}`, () => {
    assert.throws(() => kernel.extensions.register(object), nexusError("INVALID_ARGUMENT", text));
  });
}

test("a name is registered once", () => {
  kernel.extensions.register(extension("once", { m: () => 1 }));
  assert.throws(() => kernel.extensions.register(extension("once", { m: () => 1 })), nexusError("INVALID_ARGUMENT", "once"));
});

test("names have to be texts", async () => {
  for (const name of [undefined, 1, {}]) {
    assert.throws(() => kernel.extensions.unregister(name), nexusError("INVALID_ARGUMENT", "name"));
    assert.throws(() => kernel.extensions.getMethods(name), nexusError("INVALID_ARGUMENT", "name"));
    await assert.rejects(kernel.extensions.call(name, "m"), nexusError("INVALID_ARGUMENT", "name"));
    await assert.rejects(kernel.extensions.call("once", name), nexusError("INVALID_ARGUMENT", "method"));
  }
});

test("an instance of a class keeps its this", async () => {
  class Counter {
    name = "counter";
    methods = ["next"];
    #count = 0;
    async init() { this.#count = 10; }
    call() { return ++this.#count; }
  }
  const scoped = await kernelFor({ extensions: [new Counter()] });
  assert.deepEqual(returned(await scoped.run("return [await $ext.counter.next(), await $ext.counter.next()]", { capabilities: ["ext:counter.next"] })), [11, 12]);
});

test("the embedder calls methods itself", async () => {
  const scoped = await kernelFor({ extensions: [extension("e", { add: (a, b) => a + b, none: () => undefined, fail() { throw new Error("broken"); } })] });
  assert.equal(await scoped.extensions.call("e", "add", [1, 2]), 3);
  assert.equal(await scoped.extensions.call("e", "none"), null);
  await assert.rejects(scoped.extensions.call("e", "fail"), (error) => error instanceof NexusError && error.message.includes("broken"));
  await assert.rejects(scoped.extensions.call("x", "add"), nexusError("EXTENSION_NOT_FOUND", "x"));
  await assert.rejects(scoped.extensions.call("e", "x"), nexusError("METHOD_NOT_FOUND", "x"));
  await assert.rejects(scoped.extensions.call("e", "add", "x"), nexusError("INVALID_ARGUMENT", "args"));
  await assert.rejects(scoped.extensions.call("e", "add", [1n]), nexusError("SERIALIZATION_ERROR", "$[0]"));
  await assert.rejects(scoped.extensions.call("e", "add", [], { signal: AbortSignal.abort() }), nexusError("CANCELLED"));
});

test("what an extension throws or rejects with keeps its message and its code", async () => {
  for (const fail of [
    () => { throw Object.assign(new Error("no disk"), { code: "ENOSPC" }); },
    async () => { throw Object.assign(new Error("no disk"), { code: "ENOSPC" }); },
  ]) {
    const scoped = await kernelFor({ extensions: [extension("e", { fail })] });
    const error = failed(await scoped.run("\nawait $ext.e.fail()", { capabilities: ALL }), "EXTENSION_ERROR");
    assert.ok(error.message.includes("no disk"));
    assert.deepEqual(error.context, { extension: "e", method: "fail", code: "ENOSPC" });
    assert.equal(error.location.line, 2);
    const caught = await scoped.run("try { await $ext.e.fail() } catch (e) { return [e.code, e.extension, e.method] }", { capabilities: ALL });
    assert.deepEqual(returned(caught), ["EXTENSION_ERROR", "e", "fail"]);
  }
});

test("rejections that are no errors are told as they are", async () => {
  for (const [reason, text] of [["plain text", "plain text"], [undefined, "without a reason"], [{ message: "in an object" }, "in an object"], [7, "7"]]) {
    const scoped = await kernelFor({ extensions: [extension("e", { fail: () => Promise.reject(reason) })] });
    const error = failed(await scoped.run("await $ext.e.fail()", { capabilities: ALL }), "EXTENSION_ERROR");
    assert.ok(error.message.includes(text), error.message);
  }
});

test("an answer that is no data fails the call", async () => {
  const scoped = await kernelFor({ extensions: [extension("e", { bad: () => ({ f() {} }), large: () => "x".repeat(2 << 20) })] });
  const source = "try { await $ext.e[$args]() } catch (error) { return [error.code, error.message] }";
  for (const [method, text] of [["bad", "$.f"], ["large", "valueBytes"]]) {
    const [code, message] = returned(await scoped.run(source, { args: method, capabilities: ALL }));
    assert.equal(code, "EXTENSION_ERROR");
    assert.ok(message.includes(text), message);
  }
});

test("checks come in order: registered, method, capability", async () => {
  const scoped = await kernelFor({ extensions: [extension("e", { m: () => 1 })] });
  const source = "try { return await $ext[$args[0]][$args[1]]() } catch (error) { return error.code }";
  for (const [args, capabilities, expected] of [
    [["x", "m"], [], "EXTENSION_NOT_FOUND"],
    [["e", "x"], [], "METHOD_NOT_FOUND"],
    [["e", "m"], [], "PERMISSION_DENIED"],
    [["e", "m"], ["ext:e.other"], "PERMISSION_DENIED"],
    [["e", "m"], ["ext:e.m"], 1],
    [["e", "m"], ["ext:e"], 1],
    [["e", "m"], ["ext:*"], 1],
  ]) {
    assert.deepEqual(returned(await scoped.run(source, { args, capabilities })), expected, `${args} ${capabilities}`);
  }
});

test("caveats bind a token to a call's arguments", async () => {
  const files = { ...extension("files", { read: (path) => `content of ${path}` }), capabilities: { root: (method, [path]) => path.split("/")[1] } };
  const scoped = await kernelFor({ extensions: [files] });
  const read = (path, capabilities) => scoped.run("return await $ext.files.read($args)", { args: path, capabilities });
  assert.equal(returned(await read("/home/a", ["ext:files.read?root=home"])), "content of /home/a");
  assert.equal(returned(await read("/tmp/a", ["ext:files?root=home&root=tmp"])), "content of /tmp/a");
  const denied = await read("/etc/passwd", ["ext:files.read?root=home"]);
  failed(denied, "PERMISSION_DENIED");
  assert.equal(denied.denials[0].operation, "ext.files.read");
  await assert.rejects(read("/home/a", ["ext:files.read?size=1"]), nexusError("INVALID_CAPABILITY", "size"));
});

test("a caveat function that throws or answers no text grants nothing", async () => {
  for (const path of [() => { throw new Error("x"); }, () => 1, () => undefined]) {
    const scoped = await kernelFor({ extensions: [{ ...extension("f", { read: () => 1 }), capabilities: { path } }] });
    failed(await scoped.run("await $ext.f.read()", { capabilities: ["ext:f?path=1"] }), "PERMISSION_DENIED");
  }
});

test("init runs once before the first call, however many come at once", async () => {
  let inits = 0;
  const lazy = { ...extension("lazy", { m: () => inits }), async init() { await sleep(5); inits++; } };
  const scoped = await kernelFor({ extensions: [lazy] });
  assert.deepEqual(returned(await scoped.run("return await Promise.all([$ext.lazy.m(), $ext.lazy.m()])", { capabilities: ALL })), [1, 1]);
  assert.deepEqual(await scoped.extensions.init(), []);
  assert.equal(inits, 1);
});

test("a failing init or shutdown does not stop the others, and is reported", async () => {
  const log = [];
  const make = (name, init, shutdown) => ({ ...extension(name, { m: () => name }), init: () => { log.push(`init ${name}`); return init?.(); }, shutdown: () => { log.push(`shutdown ${name}`); return shutdown?.(); } });
  const broken = () => Promise.reject(new Error("broken"));
  const thrown = () => { throw new Error("thrown"); };
  const scoped = await createKernel({ extensions: [make("a", broken), make("b", undefined, thrown), make("c", undefined, broken), make("d")] });
  const failures = await scoped.extensions.init();
  assert.deepEqual(failures.map(({ extension, error }) => [extension, error instanceof NexusError, error.message]), [["a", true, "broken"]]);
  const result = await scoped.run("try { await $ext.a.m() } catch (error) { return [error.code, error.message, await $ext.d.m()] }", { capabilities: ALL });
  const [code, message, d] = returned(result);
  assert.deepEqual([code, d], ["EXTENSION_ERROR", "d"]);
  assert.ok(message.includes("broken"));
  const closing = await scoped.close();
  assert.deepEqual(closing.map(({ extension, error }) => `${extension}: ${error.message}`).sort(), ["b: thrown", "c: broken"]);
  assert.deepEqual(log.filter((line) => line.startsWith("shutdown")).sort(), ["shutdown b", "shutdown c", "shutdown d"]);
});

test("unregistering shuts down what was initialised; a failure goes to the console", async (t) => {
  const report = t.mock.method(console, "error", () => {});
  const scoped = await kernelFor({ extensions: [{ ...extension("e", { m: () => 1 }), shutdown() { throw new Error("stuck"); } }] });
  await scoped.extensions.init();
  assert.equal(scoped.extensions.unregister("e"), true);
  await sleep(5);
  assert.equal(report.mock.callCount(), 1);
  assert.ok(String(report.mock.calls[0].arguments[1]?.message).includes("stuck"));
});

test("a call gets an AbortSignal that aborts when the run does", async () => {
  let seen;
  const scoped = await kernelFor({
    extensions: [{ name: "e", methods: ["wait"], call: (_method, _args, { signal }) => { seen = signal; return new Promise(() => {}); } }],
  });
  const controller = new AbortController();
  const running = scoped.run("$emit('before'); await $ext.e.wait()", { capabilities: ALL, signal: controller.signal });
  while (!seen) await sleep(1);
  assert.ok(seen instanceof AbortSignal);
  assert.equal(seen.aborted, false);
  controller.abort(new Error("changed my mind"));
  const result = await running;
  assert.ok(failed(result, "CANCELLED").message.includes("changed my mind"));
  assert.deepEqual(result.events.map((event) => event.name), ["before"]);
  assert.equal(seen.aborted, true);
  assert.equal(seen.reason.code, "CANCELLED");
});

test("a signal that is looked at only after the abort is aborted too, and is one signal however it is looked at", async () => {
  let context;
  const scoped = await kernelFor({
    extensions: [{ name: "e", methods: ["wait"], call: (_method, _args, given) => { context = given; return new Promise(() => {}); } }],
  });
  const controller = new AbortController();
  const running = scoped.run("await $ext.e.wait()", { capabilities: ALL, signal: controller.signal });
  while (!context) await sleep(1);
  controller.abort(new Error("too late"));
  failed(await running, "CANCELLED");
  const { signal } = { ...context };
  assert.ok(signal instanceof AbortSignal && signal.aborted);
  assert.equal(signal.reason.code, "CANCELLED");
  assert.equal(context.signal, signal);
});

test("what an answer throws while it is looked at is the call's failure", async () => {
  const thenable = (then) => Object.defineProperty({}, "then", { get: then });
  const answers = {
    settles: () => ({ then: (resolve) => resolve(7) }),
    throws: () => thenable(() => { throw new Error("no then"); }),
    constructs: () => Object.defineProperty(Promise.resolve(1), "constructor", { get() { throw new Error("no constructor"); } }),
    twice: () => ({ then: (resolve, reject) => { resolve("first"); reject(new Error("second")); } }),
  };
  const scoped = await kernelFor({ extensions: [extension("e", answers)] });
  const outcome = async (method) => returned(await scoped.run(`try { return await $ext.e.${method}() } catch (error) { return error.message }`, { capabilities: ALL }));
  assert.deepEqual(await Promise.all(Object.keys(answers).map(outcome)), [7, "no then", "no constructor", "first"]);
});

test("a call of no panel's is told neither panel nor handler", async () => {
  let seen;
  const kernel = await kernelFor({ extensions: [extension("x", { tell: (context) => { seen = [context.panelId, context.handler]; } })] });
  returned(await kernel.run("await $ext.x.tell()", { capabilities: ["ext:x"] }));
  assert.deepEqual(seen, [undefined, undefined]);
});

test("the losers of a race are aborted", async () => {
  const signals = [];
  const scoped = await kernelFor({
    extensions: [{ name: "e", methods: ["fast", "slow"], call: (method, _args, { signal }) => { signals.push(signal); return method === "fast" ? 1 : new Promise(() => {}); } }],
  });
  assert.equal(returned(await scoped.run("return await Promise.race([$ext.e.slow(), $ext.e.fast()])", { capabilities: ALL })), 1);
  assert.deepEqual(signals.map((signal) => signal.aborted), [true, false]);
});

test("a call that nobody awaits is made all the same", async () => {
  let made = 0;
  const scoped = await kernelFor({ extensions: [extension("e", { m: () => ++made })] });
  assert.equal(returned(await scoped.run("$ext.e.m(); return 'gone'", { capabilities: ALL })), "gone");
  await sleep(5);
  assert.equal(made, 1);
});

test("a call out of time is aborted and can be caught", async () => {
  let seen;
  const scoped = await kernelFor({ extensions: [{ name: "e", methods: ["wait"], call: (_m, _a, { signal }) => { seen = signal; return new Promise(() => {}); } }] });
  const result = await scoped.run("try { await $ext.e.wait() } catch (error) { return error.code }", { capabilities: ALL, limits: { suspensionTimeoutMs: 30 } });
  assert.equal(returned(result), "EXTENSION_ERROR");
  assert.equal(seen.aborted, true);
});

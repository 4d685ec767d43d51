// Extensions, listeners and policies that do what they should not: nothing hangs, nothing is lost, the panel goes on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { extension, failed, kernelFor, nexusError, returned, sleep } from "./harness.mjs";
import { createKernel } from "./package.mjs";
import { assertIdle, lifecycle, nxml, tool, until, watch } from "./panel-harness.mjs";

/** Fails where a promise is never settled. */
const settled = (promise, what = "a promise") => Promise.race([promise, sleep(20_000).then(() => assert.fail(`${what} was never settled`))]);

const cycle = {};
cycle.self = cycle;
const throwing = (trap) => new Proxy({}, { [trap]() { throw new Error(`no ${trap}`); } });
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const FAULTS = {
  "throws at once": [() => { throw new Error("at once"); }, "at once"],
  "throws nothing": [() => { throw undefined; }, ""],
  "throws null": [() => { throw null; }, ""],
  "throws what throws when it is looked at": [() => { throw { get message() { throw new Error("no message"); }, toString() { throw new Error("no text"); } }; }, ""],
  "throws a Proxy that throws": [() => { throw throwing("get"); }, ""],
  "rejects": [() => Promise.reject(new Error("later")), "later"],
  "rejects with nothing": [() => Promise.reject(), ""],
  "rejects much later": [async () => { await sleep(20); throw new TypeError("much later"); }, "much later"],
  "answers a function": [() => () => 1, "function"],
  "answers a function in an object": [() => ({ a: [{ f() {} }] }), "$.a[0].f"],
  "answers a cycle": [() => cycle, "self"],
  "answers a Map": [() => new Map([[1, 2]]), "Map"],
  "answers a Set": [() => new Set([1]), "Set"],
  "answers a BigInt": [() => 1n, "BigInt"],
  "answers a symbol": [() => Symbol("x"), "symbol"],
  "answers a Proxy that throws": [() => ({ p: throwing("ownKeys") }), "no ownKeys"],
  "answers a revoked Proxy": [() => ({ p: revoked.proxy }), "revoked"],
  "answers a getter that throws": [() => ({ get x() { throw new Error("no x"); } }), "no x"],
  "answers a toJSON that throws": [() => ({ toJSON() { throw new Error("no json"); } }), "no json"],
  "answers what is too deep": [() => { let deep = 1; for (let i = 0; i < 70; i++) deep = [deep]; return deep; }, "64"],
  "answers what is too large": [() => "x".repeat(2 << 20), "valueBytes"],
  "answers a thenable whose then throws": [() => ({ then() { throw new Error("no then"); } }), "no then"],
  "answers a thenable that answers no data": [() => ({ then: (resolve) => resolve(() => 1) }), "function"],
  "never answers": [() => new Promise(() => {}), "200"],
  "answers a thenable that never settles": [() => ({ then() {} }), "200"],
  "answers after the time is over": [() => sleep(400).then(() => "too late"), "200"],
  "rejects after the time is over": [() => sleep(400).then(() => { throw new Error("too late"); }), "200"],
};

test("whatever an extension does wrong, the handler can catch, and goes on", async () => {
  const methods = Object.fromEntries(Object.values(FAULTS).map(([call], i) => [`m${i}`, call]));
  const kernel = await kernelFor({ extensions: [extension("test", methods)], limits: { suspensionTimeoutMs: 200 } });
  const code = `$state.count++;
    try { await $ext.test["m" + $args.n](); return "no error" }
    catch (error) { $state.text = error.message; return [error instanceof Error, error.code, error.extension, error.method, error.message] }`;
  const panel = await kernel.panels.create(nxml({
    data: '<State name="text"/>',
    logic: tool("caught", code, '<Arg name="n" type="number"/>') + tool("uncaught", '$state.count++; await $ext.test["m" + $args.n](); $state.count = -1', '<Arg name="n" type="number"/>'),
  }));
  const seen = watch(panel);
  const names = Object.keys(FAULTS);
  // All at once.
  const caught = await settled(Promise.all(names.map((_, n) => panel.trigger("caught", { n }))), "a run");
  for (const [i, name] of names.entries()) {
    const [isError, code, ext, method, message] = returned(caught[i]);
    assert.deepEqual([isError, code, ext, method], [true, "EXTENSION_ERROR", "test", `m${i}`], name);
    assert.ok(message.includes(FAULTS[name][1]), `${name}: ${message}`);
    assert.equal((await kernel.replay(caught[i].record)).status, "same", name);
  }
  const uncaught = await settled(Promise.all(names.map((_, n) => panel.trigger("uncaught", { n }))), "a run");
  for (const [i, name] of names.entries()) {
    const error = failed(uncaught[i], "EXTENSION_ERROR");
    assert.deepEqual([error.context.extension, error.context.method], ["test", `m${i}`], name);
  }
  assert.equal(seen.of("error").length, names.length);
  assert.equal(panel.state.count, 2 * names.length);
  assert.equal(panel.status, "running");
  await assertIdle(kernel);
  const { version } = panel;
  // For those that answer too late.
  await sleep(450);
  assert.equal(panel.version, version);
  seen.check();
});

test("of several answers the first counts", async () => {
  const kernel = await kernelFor({
    extensions: [extension("test", {
      twice: () => ({ then(resolve, reject) { resolve(1); resolve(2); reject(new Error("3")); } }),
      rejectFirst: () => ({ then(resolve, reject) { reject(new Error("first")); resolve(2); } }),
      thenThrows: () => ({ then(resolve) { resolve(1); throw new Error("after"); } }),
      later: () => ({ then(resolve) { setTimeout(() => { resolve(1); resolve(2); }, 1); setTimeout(resolve, 5, 3); } }),
      nested: () => ({ then: (resolve) => resolve({ then: (inner) => inner("in") }) }),
    })],
  });
  const panel = await kernel.panels.create(nxml({ data: '<State name="all" type="list"/>', logic: tool("t", "let x; try { x = await $ext.test[$args.m]() } catch (e) { x = e.message } $state.all.push(x); await $ext.test.nested(); $state.count++", '<Arg name="m"/>') }));
  const seen = watch(panel);
  for (const m of ["twice", "rejectFirst", "thenThrows", "later", "nested"]) returned(await settled(panel.trigger("t", { m })));
  await sleep(20);
  assert.deepEqual([panel.state.all, panel.state.count], [[1, "first", 1, 1, "in"], 5]);
  seen.check();
});

test("one that is taken out in the middle still answers what it was asked, and is not asked again", async () => {
  let answer;
  const own = extension("test", { wait: () => new Promise((resolve) => (answer = resolve)) });
  const kernel = await kernelFor({ extensions: [own] });
  const code = "const first = await $ext.test.wait(); $state.text = first; try { await $ext.test.wait() } catch (error) { return error.code } ";
  const panel = await kernel.panels.create(nxml({ data: '<State name="text"/>', logic: tool("t", code) }));
  const run = panel.trigger("t");
  await until(() => answer);
  kernel.extensions.unregister("test");
  answer("in time");
  assert.equal(returned(await settled(run)), "EXTENSION_NOT_FOUND");
  assert.equal(panel.state.text, "in time");
  failed(await panel.trigger("t"), "EXTENSION_NOT_FOUND");
  kernel.extensions.register(extension("test", { wait: () => "back" }));
  await panel.trigger("t");
  assert.equal(panel.state.text, "back");
});

/** What an extension may do to the kernel that calls it: `[what it does, how the run that called it ends]`. */
const REENTRANT = {
  "triggers another tool and waits for it": [async ({ panel }) => returned(await panel.trigger("other")), "success"],
  "triggers another tool and does not wait": [({ panel }) => { panel.trigger("other"); return 7; }, "success"],
  "sets the state and waits for that": [async ({ panel }) => panel.set("text", "set"), "success"],
  "reads whatever there is": [({ panel, kernel }) => [panel.state, panel.view(), panel.info(), panel.status, kernel.panels.list().length, kernel.stats().suspendedRuns, panel.description.title].length, "success"],
  "makes a panel": [async ({ kernel }) => (await kernel.panels.create(nxml())).state.count, "success"],
  "runs a handler": [async ({ kernel }) => returned(await kernel.run("return 1")), "success"],
  "destroys the panel and waits for that": [({ panel }) => panel.destroy(), "CANCELLED"],
  "destroys the panel by its name": [({ kernel, panel }) => kernel.panels.destroy(panel.id), "CANCELLED"],
  "closes the kernel and waits for that": [async ({ kernel }) => (await kernel.close()).length, "CANCELLED"],
  "closes the kernel and does not wait": [({ kernel }) => void kernel.close(), "CANCELLED"],
  "takes itself out": [({ kernel }) => kernel.extensions.unregister("test"), "success"],
};
for (const [name, [act, outcome]] of Object.entries(REENTRANT)) {
  test(`an extension that ${name} from inside a call ends well`, async () => {
    const scene = {};
    scene.kernel = await createKernel({ extensions: [extension("test", { act: () => act(scene), wait: () => sleep(1) })] });
    const logic = tool("t", "$state.count++; $emit('before'); const answer = await $ext.test.act(); $state.count++; return answer")
      + tool("other", "$state.text = 'other'; return $state.count", '<Trigger type="event" pattern="before"/>')
      + lifecycle("unmount", "$state.text = 'unmounted'");
    scene.panel = await scene.kernel.panels.create(nxml({ data: '<State name="text"/>', logic }));
    const seen = watch(scene.panel);
    const result = await settled(scene.panel.trigger("t"), "the run");
    if (outcome === "success") returned(result);
    else failed(result, outcome);
    assert.equal(result.stateMutations.length, outcome === "success" ? 2 : 1);
    await settled(scene.kernel.close(), "close");
    assert.equal(scene.panel.status, "stopped");
    // Of two closings the second does not wait for the first.
    await until(() => scene.panel.state.text === "unmounted");
    assert.deepEqual([scene.panel.state.count, scene.panel.state.text], [outcome === "success" ? 2 : 1, "unmounted"]);
    seen.check();
    await assertIdle(scene.kernel);
  });
}

test("a listener that throws goes to the console, and all else goes on", async (t) => {
  const report = t.mock.method(console, "error", () => {});
  const kernel = await kernelFor({ extensions: [extension("test", { wait: () => sleep(1) })] });
  const panel = await kernel.panels.create(nxml({ logic: tool("t", "$state.count++; $emit('e'); $log('x'); await $ext.test.wait(); $state.count++; null.x") }));
  for (const name of ["patch", "event", "log", "status", "error"]) panel.on(name, () => { throw new Error(`by ${name}`); });
  const seen = watch(panel);
  failed(await panel.trigger("t"), "EXECUTION_ERROR");
  assert.deepEqual(seen.told.map(([name]) => name), ["patch", "event", "log", "status", "status", "error"]);
  assert.deepEqual(report.mock.calls.map(({ arguments: [, error] }) => error.message), ["patch", "event", "log", "status", "status", "error"].map((name) => `by ${name}`));
  seen.check();
});

test("a listener that triggers the tool that it hears of is no endless loop of its own", async () => {
  const kernel = await kernelFor();
  const panel = await kernel.panels.create(nxml({ logic: tool("t", "return ++$state.count") }));
  const seen = watch(panel);
  const runs = [];
  panel.on("patch", ({ version }) => version < 30 && runs.push(panel.trigger("t")));
  assert.equal(returned(await panel.trigger("t")), 1);
  await until(() => panel.state.count === 30);
  assert.deepEqual((await Promise.all(runs)).map(returned), Array.from({ length: 29 }, (_, i) => i + 2));
  seen.check();
});

test("a listener that sets the state sees it set after what it heard of", async () => {
  const kernel = await kernelFor();
  const panel = await kernel.panels.create(nxml({ data: '<State name="text"/>', logic: tool("t", "$state.count++; return $state.text") }));
  const seen = watch(panel);
  let setting;
  panel.on("patch", ({ version }) => version === 1 && (setting = panel.set("text", `after ${panel.state.count}`)));
  assert.equal(returned(await panel.trigger("t")), "");
  assert.equal(await setting, 2);
  assert.equal(returned(await panel.trigger("t")), "after 1");
  seen.check();
});

for (const name of ["patch", "event", "view", "log", "status", "error"]) {
  test(`a listener to ${name} that destroys the panel ends it there`, async () => {
    const kernel = await kernelFor({ extensions: [extension("test", { wait: () => sleep(1) })] });
    const code = "$state.count++; $emit('e'); $view.focus('x'); $log('l'); await $ext.test.wait(); $state.count++; $emit('f'); null.x";
    const panel = await kernel.panels.create(nxml({ logic: tool("t", code) + tool("on", "$state.count += 100", '<Trigger type="event" pattern="*"/>') }));
    const seen = watch(panel);
    let destroying;
    panel.on(name, () => (destroying ??= panel.destroy()));
    const result = await settled(panel.trigger("t"));
    failed(result, name === "error" ? "EXECUTION_ERROR" : "CANCELLED");
    assert.equal(await settled(destroying), true);
    assert.equal(panel.status, "stopped");
    assert.ok(panel.state.count === 1 || panel.state.count === 101, String(panel.state.count));
    seen.check();
    const { version } = panel;
    await sleep(10);
    assert.equal(panel.version, version);
    await assertIdle(kernel);
  });

  test(`a listener to ${name} that closes the kernel ends everything there`, async () => {
    const kernel = await createKernel({ extensions: [extension("test", { wait: () => sleep(1) })] });
    const code = "$state.count++; $emit('e'); $view.focus('x'); $log('l'); await $ext.test.wait(); $state.count++; $emit('f'); null.x";
    const panel = await kernel.panels.create(nxml({ logic: tool("t", code) }));
    const seen = watch(panel);
    let closing;
    panel.on(name, () => (closing ??= kernel.close()));
    const result = await settled(panel.trigger("t"));
    failed(result, name === "error" ? "EXECUTION_ERROR" : "CANCELLED");
    assert.deepEqual(await settled(closing), []);
    assert.deepEqual([panel.status, panel.state.count], ["stopped", 1]);
    seen.check();
    await assertIdle(kernel);
  });
}

test("an observer of segments may destroy the panel, and trigger on", async () => {
  const kernel = await kernelFor({ extensions: [extension("test", { wait: () => sleep(1) })] });
  const panel = await kernel.panels.create(nxml({ logic: tool("t", "$state.count++; await $ext.test.wait(); $state.count++") }));
  const seen = watch(panel);
  const more = [];
  returned(await panel.trigger("t", {}, { onSegment: () => more.push(panel.trigger("t")) }));
  (await Promise.all(more)).forEach(returned);
  assert.equal(panel.state.count, 6);
  failed(await settled(panel.trigger("t", {}, { onSegment: () => void panel.destroy() })), "CANCELLED");
  assert.deepEqual([panel.state.count, panel.status], [7, "stopped"]);
  seen.check();
});

test("an unmount that fails, or never ends, keeps no panel alive", async () => {
  const kernel = await kernelFor({ extensions: [extension("test", { never: () => new Promise(() => {}) })] });
  const failing = await kernel.panels.create(nxml({ logic: lifecycle("unmount", "$state.count = 1; null.x") }));
  const failures = [];
  failing.on("error", ({ handler, error }) => failures.push([handler, error.code]));
  assert.equal(await failing.destroy(), true);
  assert.deepEqual([failing.state.count, failures], [0, [["unmount", "EXECUTION_ERROR"]]]);
  const endless = await kernel.panels.create(nxml({ logic: lifecycle("unmount", "$state.count = 1; await $ext.test.never()") }));
  const began = Date.now();
  assert.equal(await settled(endless.destroy()), true);
  const took = Date.now() - began;
  assert.ok(took >= 4_900 && took < 9_000, `${took} ms`);
  assert.equal(endless.state.count, 1);
  await assertIdle(kernel);
});

test("a policy may use the kernel, and hold it up only for its own panel", async () => {
  let answer;
  const kernel = await kernelFor();
  const waiting = kernel.panels.create(nxml(), { id: "waiting", policy: () => new Promise((resolve) => (answer = resolve)) });
  await until(() => answer);
  assert.equal(kernel.panels.get("waiting"), undefined, "it is not there yet");
  assert.equal(await kernel.panels.destroy("waiting"), false);
  await assert.rejects(kernel.panels.create(nxml(), { id: "waiting" }), nexusError("PANEL_EXISTS"));
  const other = await kernel.panels.create(nxml({ logic: tool("t", "return 1") }), { policy: async (panel, requested) => ((await kernel.panels.create(nxml())), requested) });
  assert.equal(returned(await other.trigger("t")), 1);
  answer([]);
  assert.equal((await waiting).id, "waiting");
});

test("a policy that never answers keeps no creation waiting when its kernel is closed, or its signal aborted", async () => {
  const policy = () => new Promise(() => {});
  const kernel = await createKernel();
  const controller = new AbortController();
  const aborted = kernel.panels.create(nxml(), { id: "a", policy, signal: controller.signal });
  const closed = kernel.panels.create(nxml(), { id: "b", policy });
  closed.catch(() => {});
  await sleep(5);
  controller.abort();
  await assert.rejects(settled(aborted), nexusError("CANCELLED"));
  await kernel.panels.create(nxml(), { id: "a" });
  await kernel.close();
  await assert.rejects(settled(closed, "the creation"), nexusError("INVALID_ARGUMENT", "closed"));
});

test("a policy that closes the kernel gets no panel", async () => {
  const kernel = await createKernel();
  await assert.rejects(settled(kernel.panels.create(nxml(), { policy: async () => (await kernel.close(), []) })), nexusError("INVALID_ARGUMENT", "closed"));
  assert.deepEqual(kernel.panels.list(), []);
});

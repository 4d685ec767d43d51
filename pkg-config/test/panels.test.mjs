// Panels as they are made, found, used and destroyed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { extension, failed, kernelFor, nexusError, returned, sleep } from "./harness.mjs";
import { createKernel } from "./package.mjs";
import { assertIdle, lifecycle, nxml, tool, until, watch } from "./panel-harness.mjs";

const wait = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms, ms));
const kernel = await kernelFor({ extensions: [extension("test", { wait, fail: () => Promise.reject(new Error("no luck")) })] });
const { panels } = kernel;

const COUNTER = nxml({ logic: tool("add", "$state.count += $args.by; return $state.count", '<Arg name="by" type="number" default="1"/><Trigger type="manual"/>') });

test("a document becomes a panel that runs its tools", async () => {
  const panel = await panels.create(COUNTER);
  assert.deepEqual([panel.title, panel.status, panel.version], ["Test", "running", 0]);
  assert.deepEqual([panel.state, panel.computed], [{ count: 0 }, { double: 0 }]);
  assert.equal(returned(await panel.trigger("add")), 1);
  assert.equal(returned(await panel.trigger("add", { by: 2 })), 3);
  assert.equal(returned(await panel.trigger("add", ["4"])), 7);
  assert.deepEqual([panel.state, panel.computed, panel.version], [{ count: 7 }, { double: 14 }, 3]);
});

test("what a panel answers is a copy", async () => {
  const panel = await panels.create(COUNTER);
  panel.state.count = 5;
  panel.computed.double = 5;
  assert.deepEqual([panel.state, panel.computed], [{ count: 0 }, { double: 0 }]);
});

test("names are given, or in the document, or made up", async () => {
  const document = nxml({ root: 'id="from.document"' });
  const named = await panels.create(document, { id: "room:7_$-.x" });
  const own = await panels.create(document);
  const madeUp = await panels.create(nxml());
  assert.deepEqual([named.id, own.id], ["room:7_$-.x", "from.document"]);
  assert.match(madeUp.id, /^panel_[0-9a-f]{8}$/);
  const longest = await panels.create(nxml(), { id: "x".repeat(64) });
  for (const panel of [named, own, madeUp, longest]) assert.equal(panels.get(panel.id), panel);
  for (const id of ["", "a/b", "a b", "é", "x".repeat(65)]) {
    await assert.rejects(panels.create(nxml(), { id }), nexusError("INVALID_ARGUMENT", JSON.stringify(id)));
  }
  for (const id of [1, null, {}]) await assert.rejects(panels.create(nxml(), { id }), nexusError("INVALID_ARGUMENT", "id"));
});

test("a name is taken once at a time, also by one that is being made", async () => {
  const all = await Promise.allSettled([1, 2, 3].map(() => panels.create(nxml(), { id: "twin" })));
  assert.deepEqual(all.map(({ status }) => status).sort(), ["fulfilled", "rejected", "rejected"]);
  for (const { reason } of all.filter(({ status }) => status === "rejected")) {
    nexusError("PANEL_EXISTS", "twin")(reason);
    assert.deepEqual(reason.context, { panel: "twin" });
  }
  const first = panels.get("twin");
  assert.equal(await panels.destroy("twin"), true);
  const second = await panels.create(nxml(), { id: "twin" });
  assert.notEqual(first, second);
  assert.deepEqual([first.status, second.status], ["stopped", "running"]);
  assert.equal(await first.destroy(), false, "one that is gone does not take its successor with it");
  assert.equal(panels.get("twin"), second);
});

test("names are made up however little chance there is", async () => {
  const scoped = await kernelFor({ entropy: { fill: (bytes) => bytes.fill(255) } });
  const made = [await scoped.panels.create(nxml()), await scoped.panels.create(nxml())];
  assert.deepEqual(made.map(({ id }) => id), ["panel_ffffffff", "panel_00000000"]);
});

test("panels are listed in the order of their creation, each as one object", async () => {
  const scoped = await kernelFor();
  const made = [];
  for (const id of ["c", "a", "b"]) made.push(await scoped.panels.create(nxml(), { id }));
  assert.ok(scoped.panels.list().every((panel, i) => panel === made[i]));
  assert.equal(scoped.panels.list().length, 3);
  await made[1].destroy();
  assert.deepEqual(scoped.panels.list().map(({ id }) => id), ["c", "b"]);
  assert.equal(scoped.panels.get("a"), undefined);
  assert.equal(scoped.panels.get("nobody"), undefined);
  assert.throws(() => scoped.panels.get(1), nexusError("INVALID_ARGUMENT", "id"));
});

test("destroying answers whether it was there, and whoever holds it still reads its state", async () => {
  const panel = await panels.create(COUNTER, { id: "goes" });
  await panel.trigger("add");
  assert.deepEqual(await Promise.all([panels.destroy("goes"), panels.destroy("goes"), panel.destroy()]), [true, false, false]);
  assert.equal(await panels.destroy("never"), false);
  assert.deepEqual([panel.status, panel.state, panel.computed, panel.version], ["stopped", { count: 1 }, { double: 2 }, 1]);
  assert.equal(panel.view().root, null);
  assert.deepEqual([panel.info().queuedRuns, panel.info().suspendedRuns], [0, 0]);
  await assert.rejects(panel.trigger("add"), nexusError("PANEL_NOT_FOUND", "goes"));
  await assert.rejects(panel.set("count", 1), nexusError("PANEL_NOT_FOUND", "goes"));
  await assert.rejects(panels.destroy(undefined), nexusError("INVALID_ARGUMENT", "id"));
});

test("a panel ends with the block that uses it", async () => {
  const panel = await panels.create(COUNTER);
  await panel[Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]();
  assert.equal(panel.status, "stopped");
});

test("the number of panels is bounded, those included that are being made", async () => {
  const scoped = await kernelFor({ panels: { maxPanels: 2 } });
  const first = await scoped.panels.create(nxml());
  const both = await Promise.allSettled([scoped.panels.create(nxml()), scoped.panels.create(nxml())]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  const { reason } = both.find(({ status }) => status === "rejected");
  nexusError("RESOURCE_LIMIT")(reason);
  assert.deepEqual(reason.context, { resource: "panels", limit: 2, used: 3 });
  await first.destroy();
  await scoped.panels.create(nxml());
  assert.equal(scoped.panels.list().length, 2);
});

test("one that could not be made leaves its place", async () => {
  const scoped = await kernelFor({ panels: { maxPanels: 1 } });
  await assert.rejects(scoped.panels.create("<x"), nexusError("INVALID_XML"));
  await assert.rejects(scoped.panels.create(nxml(), { state: { nobody: 1 } }), nexusError("INVALID_ARGUMENT", "nobody"));
  await assert.rejects(scoped.panels.create(nxml(), { id: "a", policy() { throw new Error("no"); } }), /no/);
  await assert.rejects(scoped.panels.create(nxml(), { signal: AbortSignal.abort() }), nexusError("CANCELLED"));
  await scoped.panels.create(nxml(), { id: "a" });
});

test("the options for all panels are checked by name", async () => {
  for (const [options, text] of [
    [{ maxPanels: 0 }, "maxPanels"],
    [{ maxPanels: 1.5 }, "maxPanels"],
    [{ maxPanels: NaN }, "maxPanels"],
    [{ maxQueuedRuns: "3" }, "maxQueuedRuns"],
    [{ most: 3 }, "most"],
    [7, "panels"],
  ]) {
    await assert.rejects(createKernel({ panels: options }), nexusError("INVALID_ARGUMENT", text));
  }
  await assert.rejects(createKernel({ policy: "all" }), nexusError("INVALID_ARGUMENT", "policy"));
});

test("the options of create and of trigger are checked by name", async () => {
  for (const [options, text] of [
    [{ name: "x" }, "name"],
    [{ state: 1 }, "state"],
    [{ state: [1] }, "state"],
    [{ policy: 1 }, "policy"],
    [{ signal: 1 }, "signal"],
    [null, "options"],
  ]) {
    await assert.rejects(panels.create(nxml(), options), nexusError("INVALID_ARGUMENT", text));
  }
  for (const document of [undefined, null, 1]) await assert.rejects(panels.create(document), nexusError("INVALID_ARGUMENT", "an NXML document"));
  await assert.rejects(panels.create({}), nexusError("INVALID_ARGUMENT", "tools"));
  const panel = await panels.create(COUNTER);
  for (const [options, text] of [
    [{ args: {} }, "args"],
    [{ scope: 1 }, "scope"],
    [{ actor: 1 }, "actor"],
    [{ signal: {} }, "signal"],
    [{ onSegment: 1 }, "onSegment"],
    [{ record: "yes" }, "record"],
  ]) {
    await assert.rejects(panel.trigger("add", {}, options), nexusError("INVALID_ARGUMENT", text));
  }
  assert.equal(panel.version, 0);
});

test("callers are told what they got wrong, and nothing runs", async () => {
  const panel = await panels.create(COUNTER);
  const refused = (code, text, ...call) => assert.rejects(panel.trigger(...call), nexusError(code, text));
  await refused("TOOL_NOT_FOUND", "sub", "sub");
  await refused("TOOL_NOT_FOUND", "__proto__", "__proto__");
  await refused("INVALID_ARGUMENT", "string", 7);
  await refused("INVALID_ARGUMENT", "by", "add", { by: "many" });
  await refused("INVALID_ARGUMENT", "by", "add", { by: NaN });
  await refused("INVALID_ARGUMENT", "to", "add", { by: 1, to: 2 });
  await refused("INVALID_ARGUMENT", "", "add", [1, 2]);
  await refused("INVALID_ARGUMENT", "", "add", 1);
  await refused("SERIALIZATION_ERROR", "by", "add", { by: 1n });
  assert.deepEqual([panel.version, panel.info().queuedRuns], [0, 0]);
  for (const args of [undefined, null, {}, [], { by: null }, { by: undefined }, [null]]) await panel.trigger("add", args);
  assert.equal(panel.state.count, 7);
});

test("the first state can be given, where the document has such states", async () => {
  const document = nxml({ data: '<State name="list" type="list" default="a, b"/>' });
  const panel = await panels.create(document, { state: { count: "5" } });
  assert.deepEqual([panel.state, panel.computed, panel.version], [{ count: 5, list: ["a", "b"] }, { double: 10 }, 0]);
  for (const [state, text] of [[{ cuont: 1 }, "cuont"], [{ double: 1 }, "double"], [{ count: "x" }, "count"], [{ list: {} }, "list"]]) {
    await assert.rejects(panels.create(document, { state }), nexusError("INVALID_ARGUMENT", text));
  }
  await assert.rejects(panels.create(document, { state: { list: [() => 1] } }), nexusError("SERIALIZATION_ERROR", "list[0]"));
});

test("a value is set at its place, from outside, and told of", async () => {
  const data = '<State name="todos" type="list" default=\'[{"done": false}]\'/><State name="user" type="object"/>';
  const panel = await panels.create(nxml({ data }));
  const seen = watch(panel);
  assert.equal(await panel.set("count", 3), 1);
  assert.equal(await panel.set(["count"], "4"), 2);
  assert.equal(await panel.set(["todos", 0, "done"], true), 3);
  assert.equal(await panel.set(["todos", 1], { done: false }), 4);
  assert.equal(await panel.set(["user", "address", "city"], "Oslo"), 5);
  assert.deepEqual(panel.state, { count: 4, todos: [{ done: true }, { done: false }], user: { address: { city: "Oslo" } } });
  seen.check();
  assert.deepEqual(seen.patches[0], { version: 1, mutations: [{ key: "count", value: 3, operation: "set" }], computed: { double: 6 } });
  assert.deepEqual(seen.patches[2].computed, {});
  for (const [path, value, code] of [
    ["double", 1, "STATE_ERROR"],
    ["nobody", 1, "STATE_ERROR"],
    ["__proto__", {}, "STATE_ERROR"],
    ["count", "x", "INVALID_ARGUMENT"],
    ["count", undefined, "INVALID_ARGUMENT"],
    [["todos", 9], 1, "INVALID_ARGUMENT"],
    [["todos", "x"], 1, "INVALID_ARGUMENT"],
    [["todos", -1], 1, "INVALID_ARGUMENT"],
    [["todos", 0.5], 1, "INVALID_ARGUMENT"],
    [["count", "x"], 1, "INVALID_ARGUMENT"],
    [[], 1, "INVALID_ARGUMENT"],
    [[0], 1, "INVALID_ARGUMENT"],
    [7, 1, "INVALID_ARGUMENT"],
    [undefined, 1, "INVALID_ARGUMENT"],
    ["user", new Map(), "SERIALIZATION_ERROR"],
  ]) {
    await assert.rejects(panel.set(path, value), nexusError(code), JSON.stringify(path));
  }
  assert.equal(panel.version, 5);
  seen.check();
});

test("what is set waits until no run computes, and can be given up before", async () => {
  const panel = await panels.create(nxml({ logic: tool("twice", "const seen = $state.count; for (let i = 0; i < 1e4; i++); return [seen, $state.count]") }));
  const run = panel.trigger("twice");
  const setting = panel.set("count", 9);
  assert.deepEqual(returned(await run), [0, 0]);
  assert.equal(await setting, 1);
  await assert.rejects(panel.set("count", 1, { signal: AbortSignal.abort() }), nexusError("CANCELLED"));
  await assert.rejects(panel.set("count", 1, { signal: 1 }), nexusError("INVALID_ARGUMENT", "signal"));
  assert.equal(panel.state.count, 9);
});

test("the state may hold whatever is data", async () => {
  const panel = await panels.create(nxml({ data: '<State name="o" type="object"/>', logic: tool("read", "return $state.o") }));
  const value = { nan: NaN, inf: -Infinity, zero: -0, bytes: new Uint8Array([0, 255]), nested: [{ "": null }], constructor: 1, "a\u0000é😀": "\ud83d\ude00" };
  Object.defineProperty(value, "__proto__", { value: 7, enumerable: true, writable: true, configurable: true });
  await panel.set("o", value);
  assert.deepEqual(panel.state.o, value);
  assert.deepEqual(returned(await panel.trigger("read")), value);
  assert.ok(Object.hasOwn(panel.state.o, "__proto__"));
});

test("of each segment the patch is told first, then events, commands and lines, before its run goes on", async () => {
  const code = `$log("one"); $emit("begun", 1); $view.focus("x"); $state.count = 1; $emit.toast("hi");
    await $ext.test.wait(1); $log.warn("two"); $state.count = 2; delete $state.text; $emit("ended");`;
  const panel = await panels.create(nxml({ data: '<State name="text"/>', logic: tool("act", code) }));
  const seen = watch(panel);
  const segments = [];
  const result = await panel.trigger("act", undefined, {
    onSegment(segment) {
      segments.push(segment);
      assert.equal(panel.state.count, segments.length, "its effects were taken");
    },
  });
  returned(result);
  assert.deepEqual(segments.map(({ status, runId }) => [status, runId]), [["suspended", result.runId], ["success", result.runId]]);
  assert.deepEqual(seen.told.map(([name, event]) => [name, event.name ?? event.type ?? event.message ?? event.version ?? event]), [
    ["patch", 1], ["event", "begun"], ["event", "toast"], ["view", "focus"], ["log", "one"], ["status", "suspended"],
    ["status", "running"], ["patch", 4], ["event", "ended"], ["log", "two"],
  ]);
  assert.deepEqual(seen.of("event")[1], { name: "toast", payload: { message: "hi", type: "info" } });
  assert.deepEqual(seen.of("view"), [{ type: "focus", componentId: "x", args: {} }]);
  assert.deepEqual(seen.of("log"), [{ level: "info", message: "one" }, { level: "warn", message: "two" }]);
  assert.deepEqual(seen.patches[1].mutations, [{ key: "count", value: 2, operation: "set" }, { key: "text", value: null, operation: "delete" }]);
  assert.deepEqual(result.stateMutations, seen.patches.flatMap(({ mutations }) => mutations));
  seen.check();
});

test("an observer that throws goes to the console, and the run goes on", async (t) => {
  const report = t.mock.method(console, "error", () => {});
  const panel = await panels.create(COUNTER);
  assert.equal(returned(await panel.trigger("add", {}, { onSegment() { throw new Error("mine"); } })), 1);
  assert.equal(report.mock.callCount(), 1);
});

test("listeners come and go, and each registration counts", async () => {
  const panel = await panels.create(COUNTER);
  const heard = [];
  const both = () => heard.push("both");
  const offs = [panel.on("patch", both), panel.on("patch", both)];
  const offThird = panel.on("patch", () => heard.push("third"));
  const once = panel.on("patch", () => (heard.push("once"), once(), offThird()));
  await panel.trigger("add");
  assert.deepEqual(heard.splice(0), ["both", "both", "third", "once"]);
  offs[0]();
  offs[0]();
  await panel.trigger("add");
  assert.deepEqual(heard.splice(0), ["both"]);
  offs[1]();
  await panel.trigger("add");
  panel.on("patch", () => heard.push("back"));
  await panel.trigger("add");
  assert.deepEqual(heard, ["back"]);
  assert.throws(() => panel.on("change", both), nexusError("INVALID_ARGUMENT", "change"));
  assert.throws(() => panel.on("patch"), nexusError("INVALID_ARGUMENT", "listener"));
});

test("one that a listener before it takes off is not called any more", async () => {
  const panel = await panels.create(COUNTER);
  let heard = 0;
  panel.on("patch", () => off());
  const off = panel.on("patch", () => heard++);
  await panel.trigger("add");
  assert.equal(heard, 0);
});

test("a panel of a document says what it is", async () => {
  const document = `<NexusPanel title="Orders" description="What was ordered" version="1.2" author="Ann" tags="shop, live">
  <Data><State name="rows" type="list"/><State name="query"/></Data>
  <Logic>
    <Tool name="load" description="Loads a page" capabilities="state:write:rows">
      <Arg name="page" type="number" default="1" description="Which, from 1"/>
      <Arg name="all" type="boolean" required="false"/>
      <Trigger type="manual"/><Trigger type="interval" ms="1h"/><Trigger type="cron" expression="@daily"/>
      <Trigger type="event" pattern="order.*"/><Trigger type="state_change" path="query"/>
      <Handler>$state.rows = [$args.page, $args.all]</Handler>
    </Tool>
    <Lifecycle on="mount" capabilities="state:write:rows"><Handler>$state.rows = [0]</Handler></Lifecycle>
    <Lifecycle on="unmount"><Handler>$log("bye")</Handler></Lifecycle>
  </Logic>
  <View><LogStream data="$state.rows"/></View>
</NexusPanel>`;
  const panel = await panels.create(document);
  assert.deepEqual(panel.description, {
    title: "Orders", description: "What was ordered", version: "1.2", author: "Ann", tags: ["shop", "live"],
    tools: [{
      name: "load", description: "Loads a page",
      args: [
        { name: "page", type: "number", required: false, default: 1, description: "Which, from 1" },
        { name: "all", type: "boolean", required: false },
      ],
      triggers: ["manual", "interval", "cron", "event", "state_change"],
      capabilities: ["state:write:rows"],
    }],
    lifecycles: [{ on: "mount", capabilities: ["state:write:rows"] }, { on: "unmount", capabilities: [] }],
    diagnostics: [],
  });
  assert.equal(panel.title, "Orders");
  assert.deepEqual(panel.state, { rows: [0], query: "" });
});

test("a panel counts its runs and tells when it was last used", async () => {
  let now = 1_000;
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  const scoped = await kernelFor({ clock: { now: () => now }, extensions: [extension("test", { wait: () => opened })] });
  const panel = await scoped.panels.create(nxml({ logic: tool("slow", "$state.count++; await $ext.test.wait()") }));
  assert.deepEqual(panel.info(), { createdAt: 1_000, lastActivity: 1_000, queuedRuns: 0, suspendedRuns: 0 });
  now = 2_000;
  const runs = [1, 2, 3].map(() => panel.trigger("slow"));
  assert.equal(panel.info().queuedRuns + panel.info().suspendedRuns > 0, true);
  await until(() => panel.info().suspendedRuns === 3);
  assert.deepEqual([panel.status, panel.info().queuedRuns, panel.info().lastActivity], ["suspended", 0, 2_000]);
  open(1);
  await Promise.all(runs);
  assert.deepEqual([panel.status, panel.info().suspendedRuns], ["running", 0]);
  now = 3_000;
  await panel.set("count", 0);
  assert.deepEqual([panel.info().createdAt, panel.info().lastActivity], [1_000, 3_000]);
});

test("what waits for its first turn is bounded", async () => {
  const scoped = await kernelFor({ panels: { maxQueuedRuns: 3 } });
  const panel = await scoped.panels.create(COUNTER);
  const all = await Promise.allSettled(Array.from({ length: 6 }, () => panel.trigger("add")));
  const refused = all.filter(({ status }) => status === "rejected").map(({ reason }) => reason);
  assert.ok(refused.length === 2 || refused.length === 3, "three wait, and one may compute already");
  for (const reason of refused) {
    nexusError("RESOURCE_LIMIT")(reason);
    assert.deepEqual(reason.context, { resource: "queuedRuns", limit: 3, used: 4 });
  }
  assert.equal(panel.state.count, 6 - refused.length);
  returned(await panel.trigger("add"));
});

test("a run can be given up while it waits, and while it is suspended", async () => {
  const panel = await panels.create(nxml({ logic: tool("slow", "$state.count++; await $ext.test.wait(60000); $state.count = 99") }));
  const seen = watch(panel);
  const early = await panel.trigger("slow", {}, { signal: AbortSignal.abort() });
  failed(early, "CANCELLED");
  assert.equal(panel.state.count, 0);
  const controller = new AbortController();
  const run = panel.trigger("slow", {}, { signal: controller.signal });
  await until(() => panel.status === "suspended");
  controller.abort("enough");
  const result = await run;
  assert.equal(failed(result, "CANCELLED").message, "enough");
  assert.deepEqual(result.stateMutations.length, 1, "what was done before stays");
  assert.deepEqual([panel.state.count, panel.status], [1, "running"]);
  seen.check();
  await assertIdle(kernel);
});

test("mount is over when the panel is there, and unmount when it is gone", async () => {
  const life = lifecycle("mount", "$state.count = 1; await $ext.test.wait(1); $state.count++; $emit('ready')")
    + lifecycle("unmount", "$state.count = 10; await $ext.test.wait(1); $state.count++; $emit('gone')");
  const panel = await panels.create(nxml({ logic: life }));
  assert.deepEqual([panel.state.count, panel.status, panel.version], [2, "running", 3]);
  const seen = watch(panel);
  const going = panel.destroy();
  assert.equal(panel.status, "stopped");
  assert.equal(panels.get(panel.id), undefined);
  assert.equal(await going, true);
  assert.deepEqual([panel.state.count, panel.computed.double], [11, 22]);
  assert.deepEqual(seen.of("event").map(({ name }) => name), ["gone"]);
  seen.check();
});

test("a panel whose mount fails says so and can be used", async () => {
  const life = lifecycle("mount", "$state.count = 1; await $ext.test.wait(1); $state.count = 2; await $ext.test.fail()");
  const panel = await panels.create(nxml({ logic: life + tool("add", "return ++$state.count") }));
  assert.deepEqual([panel.status, panel.state.count], ["error", 2]);
  assert.equal(returned(await panel.trigger("add")), 3);
  assert.equal(panel.status, "error");
  const partly = await panels.create(nxml({ logic: lifecycle("mount", "$state.count = 1; null.x") }));
  assert.deepEqual([partly.status, partly.state.count, partly.version], ["error", 0, 0]);
});

test("a creation that is given up while it mounts leaves nothing", async () => {
  const controller = new AbortController();
  const life = lifecycle("mount", "$state.count = 1; await $ext.test.wait(60000)") + lifecycle("unmount", "$state.count = 2");
  const creating = panels.create(nxml({ logic: life }), { id: "half", signal: controller.signal });
  await until(() => panels.get("half")?.status === "initializing" && kernel.stats().suspendedRuns === 1);
  const half = panels.get("half");
  controller.abort("never mind");
  await assert.rejects(creating, nexusError("CANCELLED", "never mind"));
  assert.deepEqual([panels.get("half"), half.status, half.state.count], [undefined, "stopped", 2]);
  await assertIdle(kernel);
});

test("one that is destroyed while it mounts is not made", async () => {
  const life = lifecycle("mount", "await $ext.test.wait(60000)");
  const creating = panels.create(nxml({ logic: life }), { id: "gone-early" });
  await until(() => panels.get("gone-early"));
  assert.equal(await panels.destroy("gone-early"), true);
  await assert.rejects(creating, nexusError("CANCELLED"));
  assert.equal(panels.get("gone-early"), undefined);
});

test("an extension goes by its alias in the document, and one that is not declared is not there", async () => {
  const document = `<NexusPanel><Logic><Extension name="nexus.test" alias="clock"/><Extension name="later.added"/>
    <Tool name="list" capabilities="ext:clock"><Handler>await $ext.clock.wait(0); return [$ext.list(), $ext.exists("test"), $ext.methods("clock")]</Handler></Tool>
    <Tool name="use" capabilities="ext:added.get"><Handler>return await $ext.added.get()</Handler></Tool></Logic></NexusPanel>`;
  const panel = await panels.create(document);
  const result = await panel.trigger("list");
  assert.deepEqual(returned(result), [["clock"], false, ["wait", "fail"]]);
  assert.equal(result.suspensions[0].extensionName, "clock");
  assert.equal((await kernel.replay(result.record)).status, "same");
  failed(await panel.trigger("use"), "EXTENSION_NOT_FOUND");
  kernel.extensions.register(extension("added", { get: () => "here" }));
  assert.equal(returned(await panel.trigger("use")), "here");
});

test("check tells everything that is wrong, and inspect what is needed", async () => {
  assert.deepEqual(await panels.check("<NexusPanel/>"), []);
  const faulty = `<NexusPanel>
  <Data><State name="a" type="numbr"/><State name="a"/></Data>
  <Logic><Tool name="t">
    <Handler>
      $state.b = 1;
    </Handler>
  </Tool></Logic>
</NexusPanel>`;
  const found = await panels.check(faulty);
  const errors = found.filter(({ severity }) => severity === "error").map(({ code, location: { line, column } }) => [code, line, column]);
  assert.deepEqual(errors, [["INVALID_TYPE", 2, 25], ["DUPLICATE_STATE", 2, 46], ["UNDEFINED_STATE_REFERENCE", 5, 7]]);
  assert.deepEqual(found.filter(({ severity }) => severity !== "error").every(({ severity }) => severity === "warning"), true);
  const rejected = await panels.create(faulty).catch((error) => error);
  nexusError("INVALID_TYPE")(rejected);
  assert.deepEqual(rejected.diagnostics, found);
  const { handlers, ...rest } = await panels.inspect(nxml({ root: 'id="seen"', logic: tool("t", "$state.count++; $emit('e'); await $ext.test.wait()") + lifecycle("mount", "return 1") }));
  assert.deepEqual([rest.id, rest.title, rest.tags], ["seen", "Test", []]);
  assert.deepEqual(handlers.map(({ name, kind, inferred }) => [name, kind, [...inferred].sort()]), [
    ["t", "tool", ["events:emit:e", "ext:test.wait", "state:read:count", "state:write:count"]],
    ["mount", "mount", []],
  ]);
  assert.equal((await panels.inspect("<NexusPanel><Logic><Tool name='t'><Handler>if (</Handler></Tool></Logic></NexusPanel>")).handlers[0].inferred, undefined);
  await assert.rejects(panels.check(7), nexusError("INVALID_ARGUMENT"));
  await assert.rejects(panels.check("<NexusPanel/>", { signal: AbortSignal.abort() }), nexusError("CANCELLED"));
});

test("a closed kernel makes no panels and says so", async () => {
  const scoped = await createKernel();
  const panel = await scoped.panels.create(COUNTER);
  await scoped.close();
  assert.deepEqual([panel.status, scoped.panels.list(), scoped.panels.get(panel.id)], ["stopped", [], undefined]);
  await assert.rejects(scoped.panels.create(COUNTER), nexusError("INVALID_ARGUMENT", "closed"));
  await assert.rejects(panel.trigger("add"), nexusError("INVALID_ARGUMENT", "closed"));
  await assert.rejects(panel.set("count", 1), nexusError("INVALID_ARGUMENT", "closed"));
  await assert.rejects(scoped.panels.check("<NexusPanel/>"), nexusError("INVALID_ARGUMENT", "closed"));
  assert.equal(await scoped.panels.destroy(panel.id), false);
});

test("a panel is made again elsewhere of its source and its state, as it is", async () => {
  const definition = {
    kind: "list", metadata: { owner: "me" }, initialState: { n: 1 },
    tools: [{ name: "odd", handler: "const put = (key, value) => { $state[key] = value; }; put('more', 5); $state.n = null;", capabilities: ["state:write:*"] }],
  };
  const { panels } = await kernelFor();
  for (const source of [definition, nxml({ logic: tool("odd", "const put = (key, value) => { $state[key] = value; }; put('more', 5); $state.count = null;") })]) {
    const panel = await panels.create(source);
    assert.deepEqual(panel.source, source);
    assert.equal((await panel.trigger("odd")).status, "success");
    const { state } = panel;
    assert.equal(state.more, 5);
    await assert.rejects(panels.create(panel.source, { state }), nexusError("INVALID_ARGUMENT"));
    const again = await panels.create(panel.source, { restored: state });
    assert.deepEqual(again.state, state);
    assert.deepEqual(again.description.tools.map(({ name }) => name), ["odd"]);
  }
  await assert.rejects(panels.create(nxml(), { restored: [] }), nexusError("INVALID_ARGUMENT", "restored"));
});

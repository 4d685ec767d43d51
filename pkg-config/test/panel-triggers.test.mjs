// What makes tools run by themselves: a clock that the test turns, and once the real one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { extension, failed, kernelFor, nexusError, returned } from "./harness.mjs";
import { FakeClock, lifecycle, nxml, tool, until, watch } from "./panel-harness.mjs";

/** A kernel by a clock of its own; its extension waits by that too. */
async function scene(options) {
  const clock = new FakeClock();
  const wait = (ms) => new Promise((resolve) => clock.setTimeout(() => resolve(ms), ms));
  const kernel = await kernelFor({ clock, extensions: [extension("test", { wait, never: () => new Promise(() => {}) })], ...options });
  const began = clock.now();
  return { clock, kernel, began, create: (document, options) => kernel.panels.create(nxml(document), options), advance: (ms) => clock.advance(ms, kernel) };
}

const every = (ms, code = "$state.count++") => tool("tick", code, `<Trigger type="interval" ms="${ms}"/>`);
const cron = (expression, code = "$state.count++; $state.due = $scope.trigger.due") => tool("tick", code, `<Trigger type="cron" expression="${expression}"/>`);
const DUE = '<State name="due" type="number"/>';

test("an interval fires on its grid, the first time when it has passed once", async () => {
  const { create, advance } = await scene();
  const panel = await create({ logic: every("1s") });
  const seen = watch(panel);
  await advance(999);
  assert.equal(panel.state.count, 0);
  await advance(1);
  assert.equal(panel.state.count, 1);
  await advance(9_000);
  assert.equal(panel.state.count, 10);
  await advance(999);
  assert.equal(panel.state.count, 10);
  seen.check();
});

test("ticks that come while the tool still runs are left out, and the grid stays", async () => {
  const { create, advance } = await scene();
  const panel = await create({ logic: every(1_000, "$state.count++; await $ext.test.wait(2_500)") });
  for (const [ms, count] of [[999, 0], [1, 1], [2_999, 1], [1, 2], [2_999, 2], [1, 3]]) {
    await advance(ms);
    assert.equal(panel.state.count, count);
  }
  assert.equal(panel.info().suspendedRuns, 1);
});

test("what an interval runs is told why, with its defaults as arguments", async () => {
  const { create, advance } = await scene();
  const logic = tool("tick", "$emit('ran', [$scope, $args])", '<Arg name="by" type="number" default="3"/><Trigger type="interval" ms="100"/>');
  const panel = await create({ logic });
  const seen = watch(panel);
  await advance(100);
  assert.deepEqual(seen.of("event"), [{ name: "ran", payload: [{ trigger: { type: "interval" } }, { by: 3 }] }]);
});

test("an interval goes on after a run that failed, and the panel says so", async () => {
  const { create, advance } = await scene();
  const panel = await create({ logic: every(100, "$state.count++; if ($state.count === 2) throw new Error('second'); ") });
  const seen = watch(panel);
  await advance(500);
  assert.equal(panel.state.count, 1, "each failed segment leaves nothing, so the count stays");
  const failures = seen.of("error");
  assert.deepEqual(failures.map(({ handler, error }) => [handler, error.code]), Array(4).fill(["tick", "EXECUTION_ERROR"]));
  assert.equal(panel.status, "running");
  seen.check();
});

test("an interval that cannot start its tool tells why, and goes on", async () => {
  const { create, advance } = await scene();
  const logic = tool("tick", "$state.count += $args.by", '<Arg name="by" type="number"/><Trigger type="interval" ms="100"/>');
  const panel = await create({ logic });
  const seen = watch(panel);
  await advance(200);
  const failures = seen.of("error");
  assert.deepEqual(failures.map(({ handler, runId }) => [handler, runId]), [["tick", undefined], ["tick", undefined]]);
  failures.forEach(({ error }) => nexusError("INVALID_ARGUMENT", "by")(error));
});

test("cron fires at its times, in UTC, and tells when it was due", async () => {
  const { create, advance, began } = await scene();
  assert.equal(new Date(began).toISOString(), "2030-01-01T12:00:00.000Z");
  const panel = await create({ data: DUE, logic: cron("*/15 * * * *") });
  await advance(899_999);
  assert.equal(panel.state.count, 0);
  await advance(1);
  assert.deepEqual([panel.state.count, panel.state.due], [1, Date.UTC(2030, 0, 1, 12, 15)]);
  await advance(3_600_000);
  assert.deepEqual([panel.state.count, panel.state.due], [5, Date.UTC(2030, 0, 1, 13, 15)]);
});

for (const [expression, due] of [
  ["0 9 * * MON-FRI", [Date.UTC(2030, 0, 2, 9), Date.UTC(2030, 0, 3, 9), Date.UTC(2030, 0, 4, 9), Date.UTC(2030, 0, 7, 9)]],
  ["30 0 12 29 2 *", [Date.UTC(2032, 1, 29, 12, 0, 30)]],
  ["@monthly", [Date.UTC(2030, 1, 1), Date.UTC(2030, 2, 1)]],
  ["@yearly", [Date.UTC(2031, 0, 1)]],
]) {
  test(`cron "${expression}" fires however far its times are`, async () => {
    const { create, advance, clock } = await scene();
    const panel = await create({ data: DUE, logic: cron(expression) });
    for (const [i, time] of due.entries()) {
      await advance(time - 1 - clock.now());
      assert.equal(panel.state.count, i);
      await advance(1);
      assert.deepEqual([panel.state.count, new Date(panel.state.due).toISOString()], [i + 1, new Date(time).toISOString()]);
    }
  });
}

test("times of cron that pass while its tool runs are left out", async () => {
  const { create, advance } = await scene();
  const panel = await create({ data: DUE, logic: cron("* * * * * *", "$state.count++; $state.due = $scope.trigger.due; await $ext.test.wait(2_500)") });
  await advance(1_000);
  assert.equal(panel.state.count, 1);
  await advance(2_999);
  assert.equal(panel.state.count, 1);
  await advance(1);
  assert.deepEqual([panel.state.count, panel.state.due], [2, Date.UTC(2030, 0, 1, 12, 0, 4)]);
});

test("a tool has several triggers, and each fires", async () => {
  const { create, advance } = await scene();
  const triggers = '<Trigger type="interval" ms="1000"/><Trigger type="cron" expression="*/10 * * * * *"/><Trigger type="event" pattern="go"/><Trigger type="state_change" path="text"/>';
  const panel = await create({ data: '<State name="text"/><State name="seen" type="list"/>', logic: tool("t", "$state.seen.push($scope.trigger.type)", triggers) + tool("go", "$emit('go')") });
  await panel.trigger("go");
  await panel.set("text", "x");
  await advance(10_000);
  const counts = {};
  for (const type of panel.state.seen) counts[type] = (counts[type] ?? 0) + 1;
  assert.deepEqual(counts, { event: 1, state_change: 1, interval: 10, cron: 1 });
});

test("an event fires what waits for it by name, by its beginning, or for any", async () => {
  const { create, advance } = await scene();
  const on = (name, pattern) => tool(name, `$state.seen.push(["${name}", $scope.trigger.name, $scope.trigger.payload])`, `<Trigger type="event" pattern="${pattern}"/>`);
  const logic = on("exact", "order.paid") + on("dots", "order.*") + on("colons", "system:*") + on("any", "*") + tool("emit", "for (const name of $args.names) $emit(name, { name })", '<Arg name="names" type="list"/>');
  const panel = await create({ data: '<State name="seen" type="list"/>', logic });
  for (const [name, expected] of [
    ["order.paid", ["exact", "dots", "any"]],
    ["order.sent", ["dots", "any"]],
    ["order", ["any"]],
    ["orders.paid", ["any"]],
    ["system:up", ["colons", "any"]],
    ["Order.paid", ["any"]],
  ]) {
    await panel.set("seen", []);
    await panel.trigger("emit", { names: [name] });
    await advance(0);
    assert.deepEqual(panel.state.seen, expected.map((tool) => [tool, name, { name }]), name);
  }
  await panel.set("seen", []);
  await panel.trigger("emit", { names: ["order.a", "order.b"] });
  await advance(0);
  assert.deepEqual(panel.state.seen.filter(([tool]) => tool === "dots").map(([, name]) => name), ["order.a", "order.b"], "in the order of the events");
});

test("an event's payload gives the arguments that the tool declares", async () => {
  const { create, advance } = await scene();
  const logic = tool("on", "$state.count += $args.by", '<Arg name="by" type="number"/><Trigger type="event" pattern="add"/>') + tool("emit", "$emit('add', $args.payload)", '<Arg name="payload" type="object" required="false"/>');
  const panel = await create({ logic });
  const seen = watch(panel);
  await panel.trigger("emit", { payload: { by: "3", more: true } });
  await advance(0);
  assert.equal(panel.state.count, 3);
  await panel.trigger("emit");
  await advance(0);
  assert.deepEqual([panel.state.count, seen.of("error").map(({ handler, error }) => [handler, error.code])], [3, [["on", "INVALID_ARGUMENT"]]]);
});

test("a change of the state fires what watches that place, with what was there before", async () => {
  const { create, advance } = await scene();
  const on = (name, path) => tool(name, `$state.seen.push(["${name}", $scope.trigger.previous, $scope.trigger.value])`, `<Trigger type="state_change" path="${path}"/>`);
  const data = '<State name="seen" type="list"/><State name="cart" type="object" default=\'{"items": [{"n": 1}]}\'/>';
  const panel = await create({ data, logic: on("n", "cart.items[0].n") + on("items", "cart.items") + on("twice", "double") + tool("same", "$state.cart = { items: [{ n: 1 }] }; $state.count = $state.count") + tool("there_and_back", "$state.count = 9; $state.count = 0") });
  const after = async (change) => {
    await panel.set("seen", []);
    await change();
    await advance(0);
    return panel.state.seen;
  };
  assert.deepEqual(await after(() => panel.set(["cart", "items", 0, "n"], 2)), [["n", 1, 2], ["items", [{ n: 1 }], [{ n: 2 }]]]);
  assert.deepEqual(await after(() => panel.set(["cart", "items", 0, "n"], 1)), [["n", 2, 1], ["items", [{ n: 2 }], [{ n: 1 }]]]);
  assert.deepEqual(await after(() => panel.trigger("same")), [], "what is the same did not change");
  assert.deepEqual(await after(() => panel.trigger("there_and_back")), []);
  assert.deepEqual(await after(() => panel.set(["cart", "items"], [])), [["n", 1, null], ["items", [{ n: 1 }], []]]);
  assert.deepEqual(await after(() => panel.set(["cart", "other"], 1)), []);
  assert.deepEqual(await after(() => panel.set("count", 2)), [["twice", 0, 4]]);
});

test("each segment fires for itself, and a failed one for nothing", async () => {
  const { create, advance } = await scene();
  const logic = tool("on", "$state.seen.push($scope.trigger.value)", '<Trigger type="state_change" path="count"/>')
    + tool("act", "$state.count = 1; await $ext.test.wait(10); $state.count = 2; await $ext.test.wait(10); $state.count = 3; $emit('x'); null.x")
    + tool("onX", "$state.seen.push('x')", '<Trigger type="event" pattern="x"/>');
  const panel = await create({ data: '<State name="seen" type="list"/>', logic });
  const run = panel.trigger("act");
  await advance(5);
  assert.deepEqual(panel.state.seen, [1]);
  await advance(100);
  failed(await run, "EXECUTION_ERROR");
  assert.deepEqual([panel.state.seen, panel.state.count], [[1, 2], 2]);
});

test("triggers that fire each other end, and the panel says why", async () => {
  const { create, advance } = await scene();
  for (const logic of [
    tool("ping", "$state.count++; $emit('ping')", '<Trigger type="event" pattern="ping"/>'),
    tool("ping", "$state.count++", '<Trigger type="state_change" path="count"/>'),
    tool("ping", "$state.count++; $emit('pong')", '<Trigger type="event" pattern="ping"/>') + tool("pong", "await $ext.test.wait(1); $emit('ping')", '<Trigger type="event" pattern="pong"/>'),
  ]) {
    const panel = await create({ logic });
    const seen = watch(panel);
    await panel.trigger("ping");
    await advance(1_000);
    const [{ error }, ...more] = seen.of("error");
    assert.deepEqual([error.code, error.context, more], ["RESOURCE_LIMIT", { resource: "triggerDepth", limit: 50, used: 51 }, []]);
    const before = panel.state.count;
    await advance(1_000);
    assert.equal(panel.state.count, before);
    returned(await panel.trigger("ping"));
    seen.check();
  }
});

test("mount fires triggers of events and changes; the clock's begin after it", async () => {
  const { create, advance, kernel } = await scene();
  const logic = lifecycle("mount", "$state.count = 1; $emit('go'); await $ext.test.wait(5_000)") + tool("on", "$state.seen.push('event')", '<Trigger type="event" pattern="go"/>') + tool("tick", "$state.seen.push('tick')", '<Trigger type="interval" ms="1000"/>');
  const creating = create({ data: '<State name="seen" type="list"/>', logic }, { id: "mounting" });
  await until(() => kernel.panels.get("mounting")?.state.seen.length === 1);
  await advance(4_999);
  assert.deepEqual(kernel.panels.get("mounting").state.seen, ["event"]);
  await advance(1);
  const panel = await creating;
  await advance(1_000);
  assert.deepEqual(panel.state.seen, ["event", "tick"]);
});

test("nothing fires for a panel that is gone, whatever it had under way, and none of its timers is left", async () => {
  const { create, advance, clock, kernel } = await scene();
  await advance(0);
  const before = clock.waiting;
  const logic = every(100) + tool("cron", "$state.count++", '<Trigger type="cron" expression="* * * * * *"/>')
    + tool("on", "$state.count++", '<Trigger type="event" pattern="*"/>') + tool("change", "$state.text += 'x'", '<Trigger type="state_change" path="count"/>')
    + tool("slow", "$state.count = 100; $emit('slow'); await $ext.test.wait(5_000); $state.count = 200; $emit('late')");
  const panel = await create({ data: '<State name="text"/>', logic });
  const other = await create({ logic: every(100) });
  const seen = watch(panel);
  await advance(1_050);
  const slow = panel.trigger("slow");
  await advance(120);
  assert.equal(panel.info().suspendedRuns, 1);
  const waiting = panel.trigger("slow");
  const setting = panel.set("count", 5).catch((error) => error.code);
  assert.equal(await panel.destroy(), true);
  failed(await slow, "CANCELLED");
  failed(await waiting, "CANCELLED");
  await setting;
  const { state, version, computed } = panel;
  const told = seen.told.length;
  const ticks = other.state.count;
  await advance(20_000);
  assert.deepEqual([panel.state, panel.version, panel.computed, seen.told.length], [state, version, computed, told]);
  assert.equal(other.state.count, ticks + 200, "others go on");
  seen.check();
  await other.destroy();
  // The extension's own timer of the run that was given up has fired by now.
  assert.equal(clock.waiting, before);
  assert.deepEqual([kernel.stats().activeRuns, kernel.stats().suspendedRuns], [0, 0]);
});

test("a panel that is destroyed by the tool that a trigger runs does not run it again", async () => {
  const clock = new FakeClock();
  let panel;
  const kernel = await kernelFor({ clock, extensions: [extension("test", { end: () => panel.destroy() })] });
  panel = await kernel.panels.create(nxml({ logic: every(100, "$state.count++; await $ext.test.end(); $state.count = 50") }));
  const seen = watch(panel);
  await clock.advance(1_000, kernel);
  assert.deepEqual([panel.status, panel.state.count], ["stopped", 1]);
  seen.check();
});

test("a call that takes too long is answered by an error, and the handler goes on", async () => {
  const { create, advance, kernel } = await scene({ limits: { suspensionTimeoutMs: 2_000 } });
  const code = `try { await $ext.test.never() } catch (error) { $state.text = error.code + " " + error.extension + "." + error.method }
    await $ext.test.wait(10);
    return ++$state.count;`;
  const panel = await create({ data: '<State name="text"/>', logic: tool("t", code) + tool("uncaught", "$state.count = 9; await $ext.test.never()") });
  const seen = watch(panel);
  const run = panel.trigger("t");
  await advance(1_999);
  assert.deepEqual([panel.status, panel.state.text], ["suspended", ""]);
  await advance(1);
  assert.equal(panel.state.text, "EXTENSION_ERROR test.never");
  await advance(10);
  const result = await run;
  assert.deepEqual([returned(result), panel.state.count, panel.status], [1, 1, "running"]);
  assert.equal((await kernel.replay(result.record)).status, "same");
  const uncaught = panel.trigger("uncaught");
  await advance(2_000);
  const error = failed(await uncaught, "EXTENSION_ERROR");
  assert.match(error.message, /2000/);
  assert.equal(panel.state.count, 9, "the segment before the wait was complete");
  seen.check();
  assert.deepEqual([kernel.stats().suspendedRuns, kernel.stats().activeInstances], [0, 0]);
});

test("by the real clock an interval, a cron, an event and a change fire too", async () => {
  const kernel = await kernelFor({ extensions: [extension("test", { now: () => Date.now() })] });
  const note = (name, trigger) => tool(name, `$state.seen.push(["${name}", $time.now(), $scope.trigger.due ?? 0])`, `<Trigger type="${name}" ${trigger}/>`);
  const logic = note("interval", 'ms="150"') + note("cron", 'expression="* * * * * *"') + note("event", 'pattern="go"') + note("state_change", 'path="count"') + tool("go", "$emit('go'); $state.count++");
  const began = Date.now();
  const panel = await kernel.panels.create(nxml({ data: '<State name="seen" type="list"/>', logic }));
  const made = Date.now();
  await panel.trigger("go");
  const of = (name) => panel.state.seen.filter(([type]) => type === name);
  await until(() => of("cron").length >= 2 && of("interval").length >= 3);
  assert.deepEqual([of("event").length, of("state_change").length], [1, 1]);
  assert.ok(of("interval")[0][1] >= began + 150, "not before it has passed");
  assert.ok(of("interval")[1][1] >= began + 300);
  for (const [, at, due] of of("cron")) {
    assert.equal(due % 1_000, 0);
    assert.ok(at >= due && due > began - 1_000, `due ${due}, ran ${at}`);
  }
  assert.ok(of("cron")[1][2] > of("cron")[0][2]);
  assert.ok(made <= Date.now());
  await panel.destroy();
  const { version } = panel;
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(panel.version, version);
});

test("a clock that throws or stands still keeps nothing from running", async () => {
  const kernel = await kernelFor({ clock: { now: () => 1_000 } });
  const panel = await kernel.panels.create(nxml({ logic: every(100) }));
  await until(() => panel.state.count >= 2);
  await panel.destroy();
  const broken = await kernelFor({ clock: { now() { throw new Error("no clock"); } } });
  assert.equal(returned(await (await broken.panels.create(nxml({ logic: tool("t", "return 1") }))).trigger("t")), 1);
});

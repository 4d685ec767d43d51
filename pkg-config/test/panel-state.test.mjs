// The state of a panel that several runs change at once, its computed values and its view.

import assert from "node:assert/strict";
import { test } from "node:test";
import { randomNumbers } from "../../tests/support/mulberry32.mjs";
import { extension, failed, kernelFor, nexusError, returned } from "./harness.mjs";
import { assertIdle, nxml, tool, until, watch } from "./panel-harness.mjs";

const wait = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms, ms));
const gates = new Map();
/** Answers when the test says so. */
const gate = (name) => new Promise((resolve) => gates.set(name, resolve));
const open = async (name, value) => {
  await until(() => gates.has(name), `a call of the gate ${name}`);
  gates.get(name)(value);
  gates.delete(name);
};
const kernel = await kernelFor({ extensions: [extension("test", { wait, gate })] });
const { panels } = kernel;

for (const seed of [1, 2, 3]) {
  test(`50 triggers at once lose no update and reorder none, with waits of random length (seed ${seed})`, async () => {
    const code = `const { n, waits } = $args;
      $state.order.push("begin " + n);
      for (const ms of waits) {
        $state.count += 1;
        await $ext.test.wait(ms);
      }
      $state.order.push("end " + n);
      $state["own" + n] = $state.count;
      return n;`;
    const bump = tool("bump", code, '<Arg name="n" type="number"/><Arg name="waits" type="list"/>');
    const panel = await panels.create(nxml({ data: '<State name="order" type="list"/>', logic: bump }));
    const seen = watch(panel);
    const random = randomNumbers(seed);
    const below = (n) => Math.floor(random() * n);
    const plans = Array.from({ length: 50 }, (_, n) => ({ n, waits: Array.from({ length: below(5) }, () => below(8)) }));
    const results = await Promise.all(plans.map((args) => panel.trigger("bump", args)));
    assert.deepEqual(results.map(returned), plans.map(({ n }) => n));
    const suspensions = plans.reduce((sum, { waits }) => sum + waits.length, 0);
    assert.equal(panel.state.count, suspensions);
    assert.deepEqual(panel.computed, { double: 2 * suspensions });
    assert.equal(panel.version, 50 + suspensions, "every segment changed something");
    const { order } = panel.state;
    assert.deepEqual(order.filter((line) => line.startsWith("begin")), plans.map(({ n }) => `begin ${n}`), "first turns come in the order of the calls");
    assert.deepEqual(order.filter((line) => line.startsWith("end")).sort(), plans.map(({ n }) => `end ${n}`).sort());
    seen.check();
    // Each run's own view of what it changed is what the panel told of it.
    const told = seen.patches.flatMap(({ mutations }) => mutations).length;
    assert.equal(results.reduce((sum, { stateMutations }) => sum + stateMutations.length, 0), told);
    for (const { record } of results) assert.equal((await kernel.replay(record)).status, "same");
    assert.deepEqual([panel.status, panel.info().queuedRuns, panel.info().suspendedRuns], ["running", 0, 0]);
  });
}

test("a resumed handler sees what others changed, added, deleted and what was computed of it", async () => {
  const slow = `const before = [$state.count, $state.double, $state.list.length];
    $state.mine = "kept";
    await $ext.test.gate("slow");
    return { before, after: [$state.count, $state.double, $state.list, "text" in $state, $state["ex" + "tra"], $state.mine], keys: $state.keys() };`;
  const quick = `$state.count = 21; $state.list.push({ a: 1 }); delete $state.text; $state["ex" + "tra"] = null;`;
  const panel = await panels.create(nxml({
    data: '<State name="list" type="list"/><State name="text"/><State name="mine"/>',
    logic: tool("slow", slow) + tool("quick", quick),
  }));
  const seen = watch(panel);
  const run = panel.trigger("slow");
  await until(() => panel.status === "suspended");
  assert.equal(panel.state.mine, "kept", "what was done before the wait is done");
  returned(await panel.trigger("quick"));
  await panel.set(["list", 1], "from outside");
  await open("slow");
  const result = await run;
  const { before, after, keys } = returned(result);
  assert.deepEqual(before, [0, 0, 0]);
  assert.deepEqual(after, [21, 42, [{ a: 1 }, "from outside"], false, null, "kept"]);
  assert.deepEqual(keys.toSorted(), ["count", "double", "extra", "list", "mine"]);
  seen.check();
  const replayed = await kernel.replay(result.record);
  assert.equal(replayed.status, "same", JSON.stringify(replayed.divergence));
});

test("what was read before a wait cannot be written once others changed it, and says so", async () => {
  const code = `const list = $state.list; const other = $state.other;
    await $ext.test.gate("stale");
    other.push("kept");
    let refused; try { list.push("lost") } catch (error) { refused = error.code }
    $state.list.push("read again");
    return [refused, list.length, $state.list.length]`;
  const panel = await panels.create(nxml({ data: '<State name="list" type="list"/><State name="other" type="list"/>', logic: tool("slow", code) }));
  const seen = watch(panel);
  const run = panel.trigger("slow");
  await until(() => panel.status === "suspended");
  await panel.set("list", ["theirs"]);
  await open("stale");
  assert.deepEqual(returned(await run), ["STATE_ERROR", 0, 2]);
  assert.deepEqual([panel.state.list, panel.state.other], [["theirs", "read again"], ["kept"]]);
  seen.check();
});

test("the last writer wins, whoever waited longer", async () => {
  const panel = await panels.create(nxml({ logic: tool("write", "$state.count = -$args.n; await $ext.test.gate('w' + $args.n); const seen = $state.count; $state.count = $args.n; return seen", '<Arg name="n" type="number"/>') }));
  const seen = watch(panel);
  const runs = [1, 2, 3].map((n) => panel.trigger("write", { n }));
  await until(() => panel.info().suspendedRuns === 3);
  assert.equal(panel.state.count, -3);
  for (const n of [3, 1, 2]) {
    await open(`w${n}`);
    await runs[n - 1];
  }
  assert.deepEqual((await Promise.all(runs)).map(returned), [3, 1, -3]);
  assert.deepEqual(seen.patches.map(({ mutations }) => mutations[0].value), [-1, -2, -3, 3, 1, 2]);
  seen.check();
});

test("a failed segment leaves nothing, those before it stay, and the error says what was thrown away", async () => {
  const code = `
    $state.count = 1; $emit("first"); $log("one");
    await $ext.test.wait(1);
    $state.count = 2; $emit("second"); $emit("third"); $view.focus("x"); $log("two");
    null.x;`;
  const panel = await panels.create(nxml({ logic: tool("fail", code) }));
  const seen = watch(panel);
  const result = await panel.trigger("fail");
  const error = failed(result, "EXECUTION_ERROR");
  assert.deepEqual(error.context.discarded, { stateMutations: 1, events: 2, viewCommands: 1 });
  assert.deepEqual(result.stateMutations, [{ key: "count", value: 1, operation: "set" }]);
  assert.deepEqual([result.events.map(({ name }) => name), result.viewCommands], [["first"], []]);
  assert.deepEqual([panel.state.count, panel.computed.double, panel.version], [1, 2, 2]);
  assert.deepEqual(seen.of("event").map(({ name }) => name), ["first"]);
  assert.deepEqual(seen.of("log").map(({ message }) => message), ["one", "two"], "what was logged helps to find out why");
  assert.deepEqual(result.logs.map(({ message }) => message), ["one", "two"]);
  const [failure, ...more] = seen.of("error");
  assert.deepEqual([failure.handler, failure.runId, more], ["fail", result.runId, []]);
  nexusError("EXECUTION_ERROR")(failure.error);
  assert.equal((await kernel.replay(result.record)).status, "same");
  seen.check();
});

test("every way to fail leaves the state of the completed segments", async () => {
  const ways = {
    EXECUTION_ERROR: "throw new Error('x')",
    PERMISSION_DENIED: "$host.anything()",
    TIMEOUT: "for (;;);",
    RESOURCE_LIMIT: "for (let i = 0; i < 101; i++) $emit('e')",
    MEMORY_LIMIT: "const all = []; for (;;) all.push('x'.repeat(100000) + all.length)",
    SERIALIZATION_ERROR: "$state.count = () => 1",
    STATE_ERROR: "$state['dou' + 'ble'] = 1",
  };
  const scoped = await kernelFor({ extensions: [extension("test", { wait })], limits: { fuel: 50_000_000 } });
  scoped.hostFunctions.register({ name: "anything", call: () => 1 });
  const logic = Object.entries(ways).map(([name, code]) => tool(name, `$state.count++; await $ext.test.wait(0); $state.count = 1000; ${code}`)).join("");
  const panel = await scoped.panels.create(nxml({ logic: logic + tool("good", "return ++$state.count") }));
  const seen = watch(panel);
  let count = 0;
  for (const code of Object.keys(ways)) {
    const result = await panel.trigger(code);
    failed(result, code);
    assert.equal(panel.state.count, ++count, code);
    assert.equal(result.stateMutations.length, 1, code);
    assert.equal(seen.of("error").length, count, code);
    const replayed = await scoped.replay(result.record);
    assert.equal(replayed.status, "same", `${code}: ${JSON.stringify(replayed.divergence)}`);
  }
  assert.equal(returned(await panel.trigger("good")), count + 1);
  seen.check();
  await assertIdle(scoped);
});

test("lines of errors are the document's, in the stack too", async () => {
  const document = `<NexusPanel title="Lines">
  <Data>
    <State name="count" type="number"/>
  </Data>
  <Logic>
    <Tool name="deep" capabilities="state:read:*, state:write:*"><Handler>
        const inner = () => { null.x };
      function outer() {
        inner();
      }
      outer();
    </Handler></Tool>
    <Tool name="cdata"><Handler><![CDATA[throw new Error("a < b")]]></Handler></Tool>
    <Tool name="entities"><Handler>const a = 1 &lt; 2; const b = 3; throw new Error("late")</Handler></Tool>
    <Tool name="denied"><Handler>

      $state.count = 1;</Handler></Tool>
    <Tool name="endless"><Handler>
      const spin = () => {
        for (;;);
      };
      spin();
    </Handler></Tool>
  </Logic>
</NexusPanel>`;
  const lines = document.split("\n");
  const scoped = await kernelFor({ limits: { fuel: 5_000_000 } });
  const panel = await scoped.panels.create(document);
  /** Where a text stands in the document. */
  const at = (text) => {
    const line = lines.findIndex((one) => one.includes(text));
    return { line: line + 1, column: lines[line].indexOf(text) + 1 };
  };
  const error = async (name, code) => failed(await panel.trigger(name), code);
  const deep = await error("deep", "EXECUTION_ERROR");
  assert.equal(deep.location.line, at("null.x").line);
  const places = [...deep.stack.matchAll(/at (\w+) \(handler\.js:(\d+):(\d+)\)/g)].map(([, name, line]) => [name, Number(line)]);
  assert.deepEqual(places, [["inner", at("null.x").line], ["outer", at("inner();").line], ["handler", at("      outer();").line]]);
  assert.deepEqual((await error("cdata", "EXECUTION_ERROR")).location.line, at('throw new Error("a < b")').line);
  const late = await error("entities", "EXECUTION_ERROR");
  const [from, to] = [at('throw new Error("late")').column, at('throw new Error("late")').column + 'throw new Error("late")'.length];
  assert.equal(late.location.line, at('throw new Error("late")').line);
  assert.ok(late.location.column >= from && late.location.column < to, `column ${late.location.column} is in ${from}..${to}`);
  const denied = await error("denied", "PERMISSION_DENIED");
  assert.deepEqual([denied.location.line, denied.context.capability], [at("$state.count = 1").line, "state:write:count"]);
  const endless = await error("endless", "TIMEOUT");
  assert.equal(endless.location.line, at("for (;;)").line);
  assert.match(endless.stack, new RegExp(`handler\\.js:${at("spin();").line}:`));
});

test("$scope is what the caller says, and the record of a run can be left out", async () => {
  const panel = await panels.create(nxml({ logic: tool("t", "return $scope") }));
  const result = await panel.trigger("t", {}, { scope: { todo: { id: 7 } }, actor: "ann", record: false });
  assert.deepEqual([returned(result), result.record], [{ todo: { id: 7 } }, undefined]);
  assert.deepEqual(returned(await panel.trigger("t")), {});
});

test("computed values follow what they read, and are told only when they become others", async () => {
  const data = `<State name="items" type="list" default='[{"n": 1}, {"n": 2}]'/><State name="key" default="count"/>
    <Computed name="sum" value="$state.items.reduce((sum, item) => sum + item.n, 0)"/>
    <Computed name="big" value="{$state.sum > 10}"/>
    <Computed name="label" value="$state.sum + ' of ' + $state.double"/>
    <Computed name="any" value="$state[$state.key]"/>
    <Computed name="broken" value="$state.items[0].n - 'x'"/>`;
  const panel = await panels.create(nxml({ data, logic: tool("set", "$state.items = $args.items", '<Arg name="items" type="list"/>') + tool("read", "return [$state.sum, $state.big, $state.label, $state.any, $state.broken]") }));
  const seen = watch(panel);
  assert.deepEqual(panel.computed, { double: 0, sum: 3, big: false, label: "3 of 0", any: 0, broken: null });
  await panel.trigger("set", { items: [{ n: 3 }] });
  assert.deepEqual(seen.patches.at(-1).computed, {}, "the sum is the same");
  await panel.trigger("set", { items: [{ n: 30 }] });
  assert.deepEqual(seen.patches.at(-1).computed, { sum: 30, big: true, label: "30 of 0" });
  await panel.set("count", 2);
  assert.deepEqual(seen.patches.at(-1).computed, { double: 4, label: "30 of 4", any: 2 });
  await panel.set("key", "items");
  assert.deepEqual(seen.patches.at(-1).computed, { any: [{ n: 30 }] });
  assert.deepEqual(returned(await panel.trigger("read")), [30, true, "30 of 4", [{ n: 30 }], null]);
  seen.check();
});

test("a computed value that is too large is null, and the tools go on", async () => {
  const copies = Array.from({ length: 20 }, (_, i) => `<Computed name="copy${i}" value="$state.text + '${i}'"/>`).join("");
  const data = `<State name="text"/><Computed name="twice" value="$state.text + $state.text"/>${copies}`;
  const logic = tool("fill", "$state.text = 'x'.repeat(600_000)") + tool("clear", "$state.text = ''; return [$state.twice, $state.copy0.length]");
  const panel = await panels.create(nxml({ data, logic }));
  const seen = watch(panel);
  returned(await panel.trigger("fill"));
  assert.equal(panel.computed.twice, null);
  const kept = Object.entries(panel.computed).filter(([name, value]) => name.startsWith("copy") && value !== null);
  assert.equal(kept.length, 13, "8 MiB of all");
  assert.deepEqual(returned(await panel.trigger("clear")), [null, 600_001]);
  assert.deepEqual([panel.computed.twice, panel.computed.copy19], ["", "19"]);
  seen.check();
});

test("a kernel's smaller limits of values keep no panel from running", async () => {
  const scoped = await kernelFor({ limits: { maxValueBytes: 1_000, maxValueDepth: 3 } });
  const panel = await scoped.panels.create(nxml({ data: '<State name="text"/><State name="o" type="object"/>', logic: tool("clear", "$state.text = ''; $state.o = {}") }));
  await panel.set("text", "x".repeat(2_000));
  await panel.set("o", { a: { a: { a: { a: 1 } } } });
  returned(await panel.trigger("clear"));
  assert.deepEqual(panel.state, { count: 0, text: "", o: {} });
});

test("the view is that of the moment, through If and Iterate, with what its elements change and run", async () => {
  const data = `<State name="rows" type="list" default='[{"title": "A", "cells": [1, 2]}]'/><State name="show" type="boolean" default="true"/>`;
  const view = `<Layout strategy="stack">
    <Switch bind="$state.show" label="Show {$state.rows.length} rows"/>
    <If condition="{$state.show}">
      <Iterate items="{$state.rows}" as="row" key="{$scope.row.title}">
        <Text id="title" variant="h3" content="{$scope.rowIndex + 1}. {$scope.row.title}"/>
        <Iterate items="{$scope.row.cells}" as="cell"><Input bind="$scope.cell" inputType="number"/></Iterate>
        <Button label="Remove" trigger="remove" args="[$scope.rowIndex]" disabled="{$state.count === 0}"/>
      </Iterate>
    </If>
  </Layout>`;
  const panel = await panels.create(nxml({ data, view, logic: tool("remove", "$state.rows.splice($args.index, 1); $state.count++", '<Arg name="index" type="number"/>') }));
  const brief = () => {
    const lines = [];
    const walk = ({ type, key, props, bind, on, args, children }) => {
      const { label, content, value, disabled } = props;
      lines.push([type, key, label ?? content ?? value, disabled, bind && Object.values(bind)[0], on?.trigger, args].filter((part) => part !== undefined));
      children.forEach(walk);
    };
    walk(panel.view().root);
    return lines;
  };
  const { root, columns, breakpoints, errors } = panel.view();
  assert.deepEqual([columns, breakpoints, errors], [12, [{ below: 640, columns: 4 }, { below: 1024, columns: 8 }], []]);
  assert.deepEqual([root.type, root.props], ["Layout", { strategy: "stack", gap: "md" }]);
  assert.deepEqual(root.layout, { colSpan: 12, className: "col-span-12", newRow: false });
  const first = brief();
  assert.deepEqual(first[0], ["Layout"]);
  assert.deepEqual(first[1].slice(0, 2), ["Switch", "Show 1 rows"]);
  const text = first.find(([type]) => type === "Text");
  assert.deepEqual(text, ["Text", "A", "1. A"]);
  const inputs = first.filter(([type]) => type === "Input");
  assert.deepEqual(inputs.map((line) => line.at(-1)), [["rows", 0, "cells", 0], ["rows", 0, "cells", 1]]);
  const button = first.find(([type]) => type === "Button");
  assert.deepEqual(button.slice(-4), ["Remove", true, "remove", [0]]);
  // What a page does: writes where a component is bound, runs what it triggers.
  await panel.set(inputs[1].at(-1), 20);
  assert.deepEqual(panel.state.rows[0].cells, [1, 20]);
  await panel.set(["rows", 1], { title: "B", cells: [] });
  assert.deepEqual(brief().filter(([type]) => type === "Text").map((line) => line.at(-1)), ["1. A", "2. B"]);
  returned(await panel.trigger(button.at(-2), button.at(-1)));
  assert.deepEqual(brief().filter(([type]) => type === "Text").map((line) => line.at(-1)), ["1. B"]);
  await panel.set("show", false);
  assert.deepEqual(brief().map(([type]) => type), ["Layout", "Switch"]);
  await panel.set("show", "yes");
  assert.deepEqual(brief().map(([type]) => type), ["Layout", "Switch", "If", "Iterate", "Text", "Iterate", "Button"]);
});

test("a binding that fails shows nothing and is told beside the view", async () => {
  const panel = await panels.create(nxml({ data: '<State name="o" type="object"/>', view: '<Container title="{$state.o.n - 1}"><Text content="{$state.count}"/></Container>' }));
  const broken = panel.view();
  assert.equal(broken.root.props.title, null);
  assert.deepEqual(broken.errors.map(({ code, severity, location: { line } }) => [code, severity, line]), [["VIEW_ERROR", "error", 4]]);
  await panel.set(["o", "n"], 3);
  assert.deepEqual([panel.view().root.props.title, panel.view().errors], [2, []]);
});

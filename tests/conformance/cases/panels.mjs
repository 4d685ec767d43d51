// kernel.panels: documents that become live panels.

import { httpExtension } from "nexus-kernel";
import { equal, match, ok, rejects } from "../assert.mjs";
import { errorOf, testExtension, until, valueOf } from "../trial.mjs";

const EVERYTHING = "state:read:*, state:write:*, events:emit:*, ext:test, ext:http";

const tool = (name, code, parts = "") =>
  `<Tool name="${name}" capabilities="${EVERYTHING}">${parts}<Handler><![CDATA[${code}]]></Handler></Tool>`;

const lifecycle = (on, code) => `<Lifecycle on="${on}" capabilities="${EVERYTHING}"><Handler><![CDATA[${code}]]></Handler></Lifecycle>`;

const document = ({ data = "", logic = "", view = "" }) => `<NexusPanel title="Panel">
<Data><State name="count" type="number"/><Computed name="double" value="$state.count * 2"/>${data}</Data>
<Logic><Extension name="nexus.test"/><Extension name="nexus.http"/>${logic}</Logic>
${view && `<View>${view}</View>`}
</NexusPanel>`;

/** Writes down what a panel tells; `check` fails unless its state is what its patches made of the state it had. */
function watch(panel) {
  const told = [];
  const folded = panel.state;
  let version = panel.version;
  for (const name of ["patch", "event", "log", "status", "error"]) {
    panel.on(name, (event) => {
      told.push([name, event]);
      if (name !== "patch" && name !== "event") return;
      version += 1;
      if (name === "event") return;
      equal(event.version, version, "the version of a patch");
      for (const { key, value, operation } of event.mutations) {
        if (operation === "set") folded[key] = value;
        else delete folded[key];
      }
    });
  }
  return { told, of: (name) => told.filter(([kind]) => kind === name).map(([, event]) => event), check: () => equal([panel.state, panel.version], [folded, version]) };
}

const create = async (t, parts, options) => (await t.kernel()).panels.create(document(parts), options);

export default {
  "a document's tools run through real http, with computed values, state and view after each segment": async (t) => {
    const http = httpExtension({ allowedDomains: [t.server.host], allowPrivateNetworks: true });
    const kernel = await t.open({ extensions: [http] });
    const data = '<State name="base"/><State name="rows" type="list"/><Computed name="label" value="$state.rows.length + \' rows\'"/>';
    const code = `
      for (const n of [1, 2]) {
        const { data } = await $ext.http.get($state.base + "/json?value=" + encodeURIComponent(JSON.stringify([n, n * 10])));
        $state.rows = [...$state.rows, ...data];
        $emit("loaded", data);
      }
      const { status } = await $ext.http.post($state.base + "/echo", { rows: $state.rows });
      return status`;
    const panel = await kernel.panels.create(document({ data, logic: tool("load", code), view: '<Text content="{$state.label}"/>' }), { state: { base: t.server.url } });
    const seen = watch(panel);
    const moments = [];
    const result = await panel.trigger("load", {}, {
      onSegment: ({ status }) => moments.push([status, panel.state.rows, panel.computed.label, panel.view().root.props.content]),
    });
    equal(valueOf(result), 200);
    equal(moments, [
      ["suspended", [], "0 rows", "0 rows"],
      ["suspended", [1, 10], "2 rows", "2 rows"],
      ["suspended", [1, 10, 2, 20], "4 rows", "4 rows"],
      ["success", [1, 10, 2, 20], "4 rows", "4 rows"],
    ]);
    equal(seen.of("event"), [{ name: "loaded", payload: [1, 10] }, { name: "loaded", payload: [2, 20] }]);
    equal((await kernel.replay(result.record)).status, "same");
    seen.check();
  },

  "50 triggers at once lose and reorder no update": async (t) => {
    const code = "$state.order.push($args.n); for (let i = 0; i < $args.n % 4; i++) { $state.count++; await (i % 2 ? $ext.test.later() : $ext.test.echo()) } $state['own' + $args.n] = $state.count;";
    const panel = await create(t, { data: '<State name="order" type="list"/>', logic: tool("bump", code, '<Arg name="n" type="number"/>') });
    const seen = watch(panel);
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    (await Promise.all(numbers.map((n) => panel.trigger("bump", { n })))).forEach((result) => valueOf(result));
    const steps = numbers.reduce((sum, n) => sum + (n % 4), 0);
    equal([panel.state.count, panel.computed.double, panel.version], [steps, 2 * steps, 50 + steps]);
    equal(panel.state.order, numbers);
    seen.check();
  },

  "a resumed handler sees what others changed": async (t) => {
    const logic = tool("slow", "const before = $state.count; await $ext.test.hold('x').catch(() => {}); return [before, $state.count, $state.double, 'text' in $state]") + tool("quick", "$state.count = 21; delete $state.text");
    const kernel = await t.open({ extensions: [t.extension], limits: { suspensionTimeoutMs: 300 } });
    const panel = await kernel.panels.create(document({ data: '<State name="text"/>', logic }));
    const run = panel.trigger("slow");
    await until(() => panel.status === "suspended");
    valueOf(await panel.trigger("quick"));
    await panel.set("count", 22);
    equal(valueOf(await run), [0, 22, 44, false]);
    equal(panel.status, "running");
  },

  "a failed segment leaves nothing, and its error has the lines of the document": async (t) => {
    const panel = await create(t, { logic: tool("fail", "\n$state.count = 1;\nawait $ext.test.echo();\n$state.count = 2; $emit('e');\n  null.x") });
    const seen = watch(panel);
    const result = await panel.trigger("fail");
    const error = errorOf(result);
    equal([error.code, error.location.line, error.context.discarded], ["EXECUTION_ERROR", 7, { stateMutations: 1, events: 1, viewCommands: 0 }]);
    match(error.stack, /handler\.js:7:/);
    equal([panel.state.count, result.stateMutations.length, seen.of("error").length, seen.of("event").length], [1, 1, 1, 0]);
    seen.check();
  },

  "intervals, times, events and changes fire": async (t) => {
    const on = (name, trigger, more = "") => tool(name, `$state.seen.push($scope.trigger.type);${more}`, `<Trigger ${trigger}/>`);
    const logic = on("tick", 'type="interval" ms="100"') + on("second", 'type="cron" expression="* * * * * *"') + on("heard", 'type="event" pattern="go.*"') + on("changed", 'type="state_change" path="count"') + tool("act", "$emit('go.now'); $state.count++");
    const kernel = await t.open();
    const panel = await kernel.panels.create(document({ data: '<State name="seen" type="list"/>', logic }));
    const seen = watch(panel);
    valueOf(await panel.trigger("act"));
    const types = () => [...new Set(panel.state.seen)].toSorted();
    await until(() => types().length === 4 && panel.state.seen.filter((type) => type === "interval").length > 2);
    equal(types(), ["cron", "event", "interval", "state_change"]);
    equal(panel.state.seen.filter((type) => type === "event" || type === "state_change").toSorted(), ["event", "state_change"]);
    ok(await panel.destroy());
    const { version } = panel;
    await new Promise((resolve) => setTimeout(resolve, 250));
    equal(panel.version, version, "what is gone does nothing");
    seen.check();
  },

  "a clock of the embedder's drives triggers and suspensions": async (t) => {
    const timers = new Map();
    let now = 1_750_000_000_000;
    let next = 1;
    const clock = { now: () => now, setTimeout: (callback, ms) => (timers.set(next, { due: now + ms, callback }), next++), clearTimeout: (timer) => timers.delete(timer) };
    const pass = (ms) => {
      now += ms;
      for (const [timer, { due, callback }] of [...timers]) if (due <= now && timers.delete(timer)) callback();
    };
    const kernel = await t.open({ clock, extensions: [t.extension], limits: { suspensionTimeoutMs: 30_000 } });
    const panel = await kernel.panels.create(document({ data: '<State name="text"/>', logic: tool("hour", "$state.count++", '<Trigger type="interval" ms="1h"/>') + tool("slow", "try { await $ext.test.hold('y') } catch (error) { $state.text = error.code }") }));
    pass(3_599_999);
    const run = panel.trigger("slow");
    await until(() => panel.status === "suspended");
    equal(panel.state.count, 0);
    pass(1);
    await until(() => panel.state.count === 1);
    pass(30_000);
    valueOf(await run);
    equal(panel.state.text, "EXTENSION_ERROR");
  },

  "a panel lives from mount to unmount": async (t) => {
    const kernel = await t.kernel();
    const life = lifecycle("mount", "$state.count = 1; await $ext.test.later(); $state.count++") + lifecycle("unmount", "$state.count = 10; await $ext.test.later(); $state.count++");
    const panel = await kernel.panels.create(document({ logic: life + tool("hold", "await $ext.test.hold('z')") }), { id: "life" });
    equal([panel.status, panel.state.count, kernel.panels.list().length, kernel.panels.get("life") === panel], ["running", 2, 1, true]);
    await rejects(kernel.panels.create(document({}), { id: "life" }), "PANEL_EXISTS");
    const run = panel.trigger("hold");
    await until(() => panel.status === "suspended");
    equal(await kernel.panels.destroy("life"), true);
    equal(errorOf(await run).code, "CANCELLED");
    equal([panel.status, panel.state.count, kernel.panels.get("life")], ["stopped", 11, undefined]);
    await rejects(panel.trigger("hold"), "PANEL_NOT_FOUND");
    equal([kernel.stats().suspendedRuns, kernel.stats().activeRuns], [0, 0]);
  },

  "a document that is not valid makes no panel and tells all that is wrong": async (t) => {
    const kernel = await t.kernel();
    const faulty = '<NexusPanel>\n<Data><State name="a" type="numbr"/><State name="a"/></Data>\n<Logic><Tool name="t"><Handler>return fetch(</Handler></Tool></Logic></NexusPanel>';
    const error = await rejects(kernel.panels.create(faulty), "INVALID_TYPE");
    const found = error.diagnostics.filter(({ severity }) => severity === "error");
    equal(found.map(({ code, location }) => [code, location.line]), [["INVALID_TYPE", 2], ["DUPLICATE_STATE", 2], ["COMPILATION_ERROR", 3]]);
    equal(await kernel.panels.check(faulty), error.diagnostics);
    equal(kernel.panels.list(), []);
  },

  "capabilities are those declared, as far as the policy agrees": async (t) => {
    const kernel = await t.open({ extensions: [testExtension()], policy: (_panel, requested) => requested.filter((token) => token !== "state:write:*") });
    const panel = await kernel.panels.create(document({ logic: tool("read", "return $state.count") + tool("write", "$state.count = 1") }));
    equal(valueOf(await panel.trigger("read")), 0);
    equal(errorOf(await panel.trigger("write")).code, "PERMISSION_DENIED");
    equal(panel.state.count, 0);
  },

  "a kernel that closes ends its panels and keeps what was told of": async (t) => {
    const kernel = await t.open({ extensions: [testExtension()] });
    const panel = await kernel.panels.create(document({ data: '<State name="bye"/>', logic: tool("slow", "$state.count = 1; await $ext.test.hold('w'); $state.count = 2") + lifecycle("unmount", "await $ext.test.later(); $state.bye = 'yes'") }));
    const seen = watch(panel);
    const runs = [1, 2, 3].map(() => panel.trigger("slow"));
    await until(() => panel.info().suspendedRuns === 3);
    await kernel.close();
    equal((await Promise.all(runs)).map((result) => errorOf(result).code), ["CANCELLED", "CANCELLED", "CANCELLED"]);
    equal([panel.status, panel.state.count, panel.state.bye], ["stopped", 1, "yes"]);
    const { activeRuns, suspendedRuns, activeInstances } = kernel.stats();
    equal([activeRuns, suspendedRuns, activeInstances], [0, 0, 0]);
    seen.check();
  },
};

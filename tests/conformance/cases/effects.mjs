// Events, view commands, log lines, time.

import { equal, ok } from "../assert.mjs";

export default {
  "events and toasts are recorded in order": async (t) => {
    const { events } = await t.run("$emit('saved', { id: 1 }); $emit.toast('hi'); $emit('bare'); $emit.toast('bad', 'error')");
    equal(events, [
      { name: "saved", payload: { id: 1 } },
      { name: "toast", payload: { message: "hi", type: "info" } },
      { name: "bare", payload: null },
      { name: "toast", payload: { message: "bad", type: "error" } },
    ]);
  },

  "view commands have their stated shape": async (t) => {
    const { viewCommands } = await t.run(`
      $view.setFilter('list', 'x'); $view.scrollTo('list', 3); $view.focus('input');
      $view.command('chart', 'flash', { n: 1 }); $view.command(null, 'reload');
      const element = $view.getElementById('label'); element.setProp('text', 'Hi'); element.call('open', 1, 'two')`);
    equal(viewCommands, [
      { type: "setFilter", componentId: "list", args: { value: "x" } },
      { type: "scrollTo", componentId: "list", args: { position: 3 } },
      { type: "focus", componentId: "input", args: {} },
      { type: "custom", componentId: "chart", args: { command: "flash", params: { n: 1 } } },
      { type: "custom", args: { command: "reload", params: {} } },
      { type: "custom", componentId: "label", args: { command: "setProp", params: { name: "text", value: "Hi" } } },
      { type: "custom", componentId: "label", args: { command: "call", params: { method: "open", args: [1, "two"] } } },
    ]);
  },

  "log lines have levels, and console is the same log": async (t) => {
    const { logs } = await t.run("$log('a', 1, { b: [2] }, null); $log.debug('d'); $log.info('i'); $log.warn('w'); $log.error('e'); console.log('c'); console.error('ce')");
    equal(logs, [
      { level: "info", message: 'a 1 {"b":[2]} null' },
      { level: "debug", message: "d" },
      { level: "info", message: "i" },
      { level: "warn", message: "w" },
      { level: "error", message: "e" },
      { level: "info", message: "c" },
      { level: "error", message: "ce" },
    ]);
  },

  "effects of all segments are told once and in order": async (t) => {
    const result = await t.run("for (let i = 0; i < 3; i++) { $emit('e', i); $state.i = i; $log(i); $view.focus('v' + i); await $ext.test.later(i) } $emit('end')");
    equal(result.events.map(({ payload }) => payload), [0, 1, 2, null]);
    equal(result.stateMutations.map(({ value }) => value), [0, 1, 2]);
    equal(result.logs.map(({ message }) => message), ["0", "1", "2"]);
    equal(result.viewCommands.map(({ componentId }) => componentId), ["v0", "v1", "v2"]);
    equal(result.suspensions.map(({ args }) => args), [[0], [1], [2]]);
  },

  "time is the embedder's clock and stands still between suspensions": async (t) => {
    let now = 1_000;
    const kernel = await t.open({ clock: { now: () => now } });
    kernel.extensions.register({ name: "wait", methods: ["on"], call: () => void (now += 500) });
    const source = "const before = [Date.now(), $time.now(), new Date().toISOString()]; for (let i = 0; i < 1e5; i++); const same = Date.now(); await $ext.wait.on(); return [before, same, Date.now(), $time.now()]";
    const { returnValue } = await kernel.run(source, { capabilities: ["ext:wait"] });
    equal(returnValue, [[1000, 1000, "1970-01-01T00:00:01.000Z"], 1000, 1500, 1500]);
  },

  "without a clock of the embedder's the time is the real one": async (t) => {
    const before = Date.now();
    const inside = await t.value("return Date.now()");
    ok(inside >= before - 1 && inside <= Date.now() + 1, `${inside}`);
  },

  "chance comes from the embedder's entropy": async (t) => {
    const source = "return [Math.random(), Math.random(), Math.random()]";
    const numbers = async (entropy) => (await (await t.open({ entropy })).run(source)).returnValue;
    const fixed = { fill: (bytes) => bytes.fill(7) };
    const [first, second] = [await numbers(fixed), await numbers(fixed)];
    equal(first, second);
    ok(first.every((number) => number >= 0 && number < 1) && new Set(first).size === 3, `${first}`);
    ok(`${await numbers(undefined)}` !== `${await numbers(undefined)}`, "real runs differ");
  },
};

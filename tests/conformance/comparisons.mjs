// Handlers whose whole result, fuel and memory included, is the same wherever they run.

import { ALL } from "./trial.mjs";

const capabilities = ALL;

export const comparisons = {
  "every kind of effect": {
    source: `
      $state.count += 1; $state.items.push({ n: $state.count }); delete $state.old;
      const [a, b] = await Promise.all([$ext.test.echo('a'), $ext.test.later('b')]);
      $emit('done', { a, b }); $emit.toast('Done'); $view.focus('list'); $view.getElementById('x').setProp('p', [1, NaN, -0]);
      $log('finished', { a, b }); $log.warn('late');
      return { a, b, count: $state.count, args: $args, bytes: new Uint8Array([1, 2]) }`,
    state: { count: 1, items: [], old: true },
    args: { city: "Tromsø", n: 0.1 },
    capabilities,
  },
  "numbers": {
    source: `
      const list = []; let x = 0.1;
      for (let i = 0; i < 400; i++) { x = Math.sin(x * 12.9898 + i) * 43758.5453; x -= Math.floor(x); list.push(x) }
      return [list.at(-1), Math.exp(1), Math.pow(1.1, 50), Math.cbrt(3), Math.tanh(0.3), (0.1).toFixed(20), (123.456).toExponential(3), (255).toString(36), 1 / 3, 2 ** 0.5,
        list.reduce((a, b) => a + b), Math.hypot(...list), Math.log10(7), Math.atan2(1, 3), parseFloat('1e-7') + '', 0.1 + 0.2]`,
  },
  "chance and time": {
    source: "return [Array.from({ length: 20 }, () => Math.random()), Date.now(), new Date().toString(), new Date(2024, 1, 29).toLocaleDateString(), Date.parse('2024-03-01')]",
  },
  "text": {
    source: `
      const text = 'The quick brown fox — дом, Straße, ﬁ, İ, 👩‍👩‍👧 '.repeat(20);
      return [text.toUpperCase().length, text.toLowerCase(), text.normalize('NFKD').length, [...text].length, text.split(/\\s+/u).length,
        text.replace(/(\\p{Lu})(\\p{Ll}*)/gu, '$2$1').slice(0, 60), text.match(/o./g).join(), 'ä'.localeCompare('z'), encodeURIComponent(text.slice(0, 40)), ['é', 'e', 'z', 'ä'].sort()]`,
  },
  "order": {
    source: `
      const seen = []; const o = { b: 1, 2: 1, a: 1, 1: 1 };
      for (const key in o) seen.push(key);
      const m = new Map([[NaN, 1], [0, 2]]); m.delete(NaN); m.set(NaN, 3);
      setOf(seen);
      await Promise.all([1, 2, 3].map(async (i) => { seen.push('s' + i); await $ext.test.echo(i); seen.push('e' + i) }));
      return [seen, [...m], Object.keys({ ...o, __proto__: null })];
      function setOf(list) { for (const x of new Set([3, 1, 2, 3])) list.push(x) }`,
    capabilities,
  },
  "a thrown error": { source: "function inner() {\n  return $args.missing.deep;\n}\n\ninner();", args: {} },
  "a syntax error": { source: "const a = 1;\nconst b = (;\n" },
  "a denial": { source: "try { $state.a } catch (e) { $log(e.message) }\n$state.b = 1", capabilities: ["state:read:b"] },
  "a failed call": { source: "$state.a = 1;\nawait $ext.test.fail('gone')", capabilities },
  "out of fuel": { source: "$emit('before');\nlet n = 0;\nwhile (true) n++", capabilities, limits: { fuel: 3_000_000 } },
  "a regular expression in linear time": { source: "return /^(a+)+$/.test('a'.repeat(4000) + 'b')" },
  "out of fuel in a regular expression": { source: "return /^(?=(a+)+$)/.test('a'.repeat(40) + 'b')", limits: { fuel: 3_000_000 } },
  "out of memory": { source: "const all = []; for (;;) all.push(new Array(500).fill(all.length))", limits: { memoryBytes: 8 << 20 } },
  "over a limit": { source: "for (;;) $emit('again')", capabilities },
  "garbage collection": {
    source: "let kept = []; for (let i = 0; i < 3000; i++) { const o = { i, list: new Array(50).fill(i) }; o.self = o; if (i % 100 === 0) kept.push(o.i) } return kept.length",
  },
  "sorting and JSON": {
    source: `
      const list = Array.from({ length: 300 }, (_, i) => ({ id: (i * 7919) % 1009, name: 'n' + (i % 17) }));
      list.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id);
      return JSON.stringify(JSON.parse(JSON.stringify(list)).map(({ id }) => id))`,
  },
  "a hundred calls": {
    source: "let sum = 0; for (let i = 0; i < 100; i++) sum += await $ext.test.echo(i); return sum",
    capabilities,
  },
  "a live panel": {
    nxml: `<NexusPanel title="Orders" tags="a, b">
  <Data>
    <State name="orders" type="list" default='[{"id": 1, "total": 0.1}]'/>
    <State name="log" type="list"/>
    <Computed name="sum" value="$state.orders.reduce((sum, order) => sum + order.total, 0)"/>
    <Computed name="label" value="$state.orders.length + ' for ' + $state.sum.toFixed(2)"/>
  </Data>
  <Logic>
    <Extension name="nexus.test"/>
    <Tool name="add" capabilities="state:read:*, state:write:orders, events:emit:*, view:update:*, ext:test.later">
      <Arg name="total" type="number"/><Arg name="note" default="none"/>
      <Handler>
        const id = $state.orders.length + 1;
        $emit("adding", { id });
        const total = await $ext.test.later($args.total);
        $state.orders.push({ id, total, chance: Math.random(), at: $time.now() });
        $view.scrollTo("list", id);
        $log("added", id, $args.note, $scope);
        return [$state.orders.length, $state.sum];
      </Handler>
    </Tool>
    <Tool name="note" capabilities="state:read:log, state:write:log">
      <Trigger type="event" pattern="*"/><Trigger type="state_change" path="sum"/>
      <Handler>$state.log.push($scope.trigger);</Handler>
    </Tool>
    <Tool name="fail" capabilities="state:write:orders">
      <Trigger type="manual"/>
      <Handler>
        $state.orders = [];
        (function inner() { null.x })();
      </Handler>
    </Tool>
    <Lifecycle on="mount" capabilities="state:read:log, state:write:log"><Handler>$state.log.push("mount")</Handler></Lifecycle>
    <Lifecycle on="unmount" capabilities="state:read:log, state:write:log"><Handler>$state.log.push("unmount")</Handler></Lifecycle>
  </Logic>
  <View>
    <Container title="{$state.label}">
      <Iterate items="{$state.orders}" as="order"><Metric id="list" label="#{$scope.order.id}" value="{$scope.order.total}"/></Iterate>
      <Action label="Add" trigger="add" args="[1, 'one']"/>
    </Container>
  </View>
</NexusPanel>`,
    triggers: [["add", [0.2]], ["add", { total: "1e3", note: "é😀" }, { scope: { by: "hand" } }], ["fail"], ["note", {}, { scope: { trigger: null } }], ["add", [3]], ["note", {}, { scope: { trigger: "last" } }]],
  },
  "a handler that was compiled before": {
    source: "const f = (n) => n < 2 ? n : f(n - 1) + f(n - 2); return f(14)",
    runs: 3,
  },
};

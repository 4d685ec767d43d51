// $state: reads see own writes, every change is recorded once.

import { equal, ok } from "../assert.mjs";
import { mutations } from "../trial.mjs";

export default {
  "reads see own writes, by property and by method": async (t) => {
    const result = await t.run("$state.count++; $state.set('count', $state.get('count') + 1); $state.count += 2; return $state.count", { state: { count: 1 } });
    equal(result.returnValue, 5);
    equal(mutations(result), ["count=2", "count=3", "count=5"]);
  },

  "delete, has, keys and in follow the writes": async (t) => {
    const source = `
      const before = ['a' in $state, $state.has('b'), $state.keys()];
      const was = [$state.delete('a'), $state.delete('a')];
      delete $state.b; $state.c = null; $state.d = 1; $state.d = undefined;
      return [before, was, 'a' in $state, $state.keys(), $state.a === undefined]`;
    const result = await t.run(source, { state: { a: 1, b: 2 } });
    equal(result.returnValue, [[true, true, ["a", "b"]], [true, false], false, ["c"], true]);
    equal(mutations(result), ["-a", "-b", "c=null", "d=1", "-d"]);
    for (const { operation, value } of result.stateMutations) ok(operation !== "delete" || value === null);
  },

  "update changes a value by a function": async (t) => {
    const result = await t.run("return [$state.update('n', (n) => n + 1), $state.update('new', (n) => n ?? 'first')]", { state: { n: 1 } });
    equal(result.returnValue, [2, "first"]);
    equal(mutations(result), ["n=2", 'new="first"']);
  },

  "nested changes are recorded": async (t) => {
    const source = `
      $state.items.push({ n: 1 }); $state.items[0].done = true; delete $state.items[0].old;
      Object.assign($state.items[1], { x: [1] }); $state.items[1].x.push(2);
      return $state.items`;
    const result = await t.run(source, { state: { items: [{ old: 1 }] } });
    const items = [{ done: true }, { n: 1, x: [1, 2] }];
    equal(result.returnValue, items);
    equal(result.stateMutations, [{ key: "items", value: items, operation: "set" }]);
  },

  "nested values behave like the arrays and objects they are": async (t) => {
    const source = `
      const s = $state.list;
      return [Array.isArray(s), s.map((x) => x * 2), [...s], s.toSorted(), s.includes(3), JSON.stringify($state.o), { ...$state.o },
        Object.entries($state.o.p)];`;
    const value = await t.value(source, { state: { list: [1, 3, 2], o: { p: { q: 1 } } } });
    equal(value, [true, [2, 6, 4], [1, 3, 2], [1, 2, 3], true, '{"p":{"q":1}}', { p: { q: 1 } }, [["q", 1]]]);
  },

  "a value is copied when it is written": async (t) => {
    const result = await t.run("const mine = { n: 1 }; $state.a = mine; mine.n = 2; return $state.a.n");
    equal(result.returnValue, 1);
    equal(mutations(result), ['a={"n":1}']);
  },

  "only applied mutations lead from the old state to the new one": async (t) => {
    const state = { a: 1, b: { c: [1] }, gone: true };
    const result = await t.run("$state.a++; $state.b.c.push(2); delete $state.gone; $state.d = 'new'; return Object.fromEntries($state.keys().map((k) => [k, $state[k]]))", { state });
    const applied = { ...state };
    for (const { key, value, operation } of result.stateMutations) {
      if (operation === "set") applied[key] = value;
      else delete applied[key];
    }
    equal(applied, result.returnValue);
    equal(applied, { a: 2, b: { c: [1, 2] }, d: "new" });
  },

  "what was written before a failure is told": async (t) => {
    const result = await t.run("$state.a = 1; throw new Error('late')");
    equal([result.status, mutations(result)], ["error", ["a=1"]]);
  },

  "names of its methods are no keys, but can be set by method": async (t) => {
    equal((await t.error("$state.get = 1")).code, "INVALID_ARGUMENT");
    equal(await t.value("$state.set('get', 1); return $state.get('get')"), 1);
  },
};

// What a run answers.

import { equal, ok, print } from "../assert.mjs";
import { ALL } from "../trial.mjs";

export default {
  "a handler returns what it computed": async (t) => {
    equal(await t.value("return [1 + 1, 'a' + 'b', { c: [true, null] }]"), [2, "ab", { c: [true, null] }]);
  },

  "one that returns nothing has no returnValue, and null is a value": async (t) => {
    for (const source of ["", "1 + 1", "return", "return undefined", "await null"]) {
      const result = await t.run(source);
      equal([result.status, "returnValue" in result], ["success", false], source);
    }
    equal((await t.run("return null")).returnValue, null);
  },

  "state, args and scope arrive, and are empty objects when left out": async (t) => {
    const source = "return [$state.get('n') ?? null, $args, $scope]";
    equal(await t.value(source, { state: { n: 1 }, args: { a: 2 }, scope: { b: 3 } }), [1, { a: 2 }, { b: 3 }]);
    equal(await t.value(source), [null, {}, {}]);
    equal(await t.value("return [$args, $scope]", { args: [1], scope: "row" }), [[1], "row"]);
  },

  "a result holds every field, and plain data only": async (t) => {
    const result = await t.run("$log('x'); return 1");
    const expected = ["events", "logs", "metrics", "returnValue", "runId", "stateMutations", "status", "suspensions", "viewCommands"];
    equal(Object.keys(result).sort(), expected);
    equal(structuredClone(result), result);
    equal(JSON.parse(JSON.stringify(result)), result);
    ok(typeof result.runId === "string" && result.runId !== (await t.run("return 1")).runId, "each run has its own id");
  },

  "metrics tell time, fuel, memory and host calls": async (t) => {
    const { metrics } = await t.run("$state.a = 1; $state.a; $emit('e'); await $ext.test.echo(1); $log(1)");
    for (const name of ["fuelUsed", "memoryUsedBytes", "memoryPeakBytes"]) {
      ok(Number.isSafeInteger(metrics[name]) && metrics[name] > 0, `${name}: ${metrics[name]}`);
    }
    // 0 where the clock is too coarse to see anything.
    ok(Number.isSafeInteger(metrics.durationUs) && metrics.durationUs >= 0, `durationUs: ${metrics.durationUs}`);
    ok(metrics.memoryPeakBytes >= metrics.memoryUsedBytes);
    const { hostCalls } = metrics;
    equal([hostCalls["state.set"], hostCalls["state.get"], hostCalls["ext.test.echo"]], [1, 1, 1], print(hostCalls));
  },

  "the same handler with the same input uses the same fuel and memory, run after run": async (t) => {
    const sources = [
      "let sum = 0; for (let i = 0; i < 20000; i++) sum += i % 7; return sum",
      "return JSON.stringify(Array.from({ length: 500 }, (_, i) => ({ i, s: 'x'.repeat(i % 9) }))).length",
      "const parts = []; for (let i = 0; i < 20; i++) parts.push(await $ext.test.echo(i)); return parts.map(String).sort().join()",
      "return 'aaaaaaaaaaaaaaab'.replace(/(a+)+$/, '')",
    ];
    for (const source of sources) {
      const spent = [];
      for (let turn = 0; turn < 4; turn++) {
        const { metrics } = await t.run(source);
        spent.push([metrics.fuelUsed, metrics.memoryPeakBytes]);
      }
      for (const one of spent) equal(one, spent[0], source);
    }
  },

  "a run changes nothing of what it was given": async (t) => {
    const given = {
      state: { list: [1, { deep: [2] }], bytes: new Uint8Array([1, 2]) },
      args: { a: { b: [1] } },
      scope: { row: { id: 1 } },
      capabilities: [...ALL],
      limits: { fuel: 1_000_000 },
    };
    const before = print(given);
    freeze(given);
    const source = `
      $state.list[1].deep.push(3); $state.list.push(4); $state.extra = 1; $state.bytes = new Uint8Array([9]); delete $state.list;
      try { $args.a.b.push(2) } catch {}
      try { $scope.row.id = 2 } catch {}
      return [$args, $scope]`;
    equal(await t.value(source, given), [{ a: { b: [1] } }, { row: { id: 1 } }]);
    equal(print(given), before);
  },

  "what one run leaves behind no other run sees": async (t) => {
    await t.run("globalThis.leak = 1; Array.prototype.leak = 2; Object.prototype.leak = 3; $state.leak = 4; this.leak = 5");
    await t.run("JSON.parse = () => 'changed'; String.prototype.trim = 1; Promise.prototype.then = null").catch(() => {});
    const seen = "return [typeof leak, [].leak ?? 0, ({}).leak ?? 0, 'leak' in $state, JSON.parse('1'), ' a '.trim(), await $ext.test.echo(1)]";
    equal(await t.value(seen), ["undefined", 0, 0, false, 1, "a", 1]);
  },

  "thirty runs at once on one kernel do not see each other": async (t) => {
    const source = `
      $state.mine = $args.index;
      const twice = await $ext.test.later($args.index * 2);
      $emit('seen', $state.mine);
      await $ext.test.later(1);
      return [$state.mine, twice, $scope.index]`;
    const runs = Array.from({ length: 30 }, (_, index) => t.run(source, { args: { index }, scope: { index } }));
    const results = await Promise.all(runs);
    for (const [index, result] of results.entries()) {
      equal(result.returnValue, [index, index * 2, index], print(result.error));
      equal(result.events, [{ name: "seen", payload: index }]);
    }
    equal(new Set(results.map(({ runId }) => runId)).size, 30);
  },
};

function freeze(value) {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freeze(item);
}

// Every limit holds, at the limit and one past it.

import { equal, match, ok, rejects } from "../assert.mjs";

const COUNTED = [
  ["maxHostCalls", "hostCalls", "for (let i = 0; i < N; i++) $time.now()"],
  ["maxStateMutations", "stateMutations", "for (let i = 0; i < N; i++) $state.x = i"],
  ["maxEvents", "events", "for (let i = 0; i < N; i++) $emit('e', i)"],
  ["maxViewCommands", "viewCommands", "for (let i = 0; i < N; i++) $view.focus('v')"],
  ["maxPendingCalls", "pendingCalls", "await Promise.all(Array.from({ length: N }, (_, i) => $ext.test.echo(i)))"],
];

export default {
  "counted limits stop the run one past them, and nothing can catch that": async (t) => {
    for (const [limit, resource, statement] of COUNTED) {
      const source = (count) => `try { ${statement.replace("N", count)} } catch { return 'caught' } finally { $log('finally') } return 'done'`;
      // The line in `finally` is a host call as well.
      const slack = limit === "maxHostCalls" ? 1 : 0;
      equal(await t.value(source(20), { limits: { [limit]: 20 + slack } }), "done", limit);
      const result = await t.run(source(21), { limits: { [limit]: 20 } });
      equal([result.error?.code, result.error?.context], ["RESOURCE_LIMIT", { resource, limit: 20, used: 21 }], limit);
      equal(result.logs, [], `${limit}: finally ran`);
    }
  },

  "a limit holds over all segments": async (t) => {
    const source = "for (let i = 0; i < 6; i++) { $emit('e', i); await $ext.test.echo(i) }";
    equal((await t.run(source, { limits: { maxEvents: 6 } })).events.length, 6);
    const result = await t.run(source, { limits: { maxEvents: 5 } });
    equal([result.error.code, result.events.length], ["RESOURCE_LIMIT", 5]);
  },

  "log lines over the limit are dropped and the last one kept says so": async (t) => {
    const { status, logs } = await t.run("for (let i = 0; i < 10; i++) $log(i)", { limits: { maxLogLines: 5 } });
    equal([status, logs.length], ["success", 5]);
    match(logs[4].message, /dropped/);
    equal((await t.run("for (let i = 0; i < 5; i++) $log(i)", { limits: { maxLogLines: 5 } })).logs[4].message, "4");
    const bytes = await t.run("$log('x'.repeat(50)); $log('y'.repeat(60)); $log('z')", { limits: { maxLogBytes: 100 } });
    match(bytes.logs.at(-1).message, /dropped/);
  },

  "a source over its limit is refused": async (t) => {
    const source = `return 1 //${"é".repeat(50)}`;
    const bytes = new TextEncoder().encode(source).length;
    equal(await t.value(source, { limits: { maxSourceBytes: bytes } }), 1);
    const error = await t.error(source, { limits: { maxSourceBytes: bytes - 1 } });
    equal([error.code, error.context.resource], ["RESOURCE_LIMIT", "sourceBytes"]);
    const usual = await t.error(`//${"x".repeat(1 << 20)}`);
    equal(usual.code, "RESOURCE_LIMIT");
  },

  "values over depth or size stop the run": async (t) => {
    const large = (size) => `$emit('e', 'x'.repeat(${size}))`;
    equal((await t.run(large(997), { limits: { maxValueBytes: 1000 } })).status, "success");
    const error = await t.error(large(998), { limits: { maxValueBytes: 1000 } });
    equal([error.code, error.context], ["RESOURCE_LIMIT", { resource: "valueBytes", limit: 1000, used: 1001 }]);
    equal((await t.error("$state.a = [[[[1]]]]", { limits: { maxValueDepth: 3 } })).context.resource, "valueDepth");
  },

  "fuel ends a run with TIMEOUT, exactly where it says": async (t) => {
    const source = "let sum = 0;\nfor (let i = 0; i < 5000; i++) sum += i;\nreturn sum";
    const { metrics } = await t.run(source);
    equal(await t.value(source, { limits: { fuel: metrics.fuelUsed } }), 12_497_500);
    const short = await t.run(source, { limits: { fuel: metrics.fuelUsed - 1 } });
    equal([short.error?.code, short.error?.context?.resource], ["TIMEOUT", "fuel"]);
    const half = await t.run(source, { limits: { fuel: Math.floor(metrics.fuelUsed / 2) } });
    equal([half.error.code, half.error.location?.line], ["TIMEOUT", 2]);
    ok(half.metrics.fuelUsed <= metrics.fuelUsed && half.metrics.fuelUsed >= metrics.fuelUsed / 2 - 1, `${half.metrics.fuelUsed}`);
  },

  "fuel is counted over all segments": async (t) => {
    const work = "for (let i = 0; i < 2000; i++);";
    const once = await t.run(work);
    const source = `for (let turn = 0; turn < 10; turn++) { ${work} await $ext.test.echo(turn) } return 'all'`;
    equal((await t.error(source, { limits: { fuel: once.metrics.fuelUsed * 5 } })).code, "TIMEOUT");
    equal(await t.value(source), "all");
  },

  "time spent waiting does not count": async (t) => {
    const kernel = await t.kernel();
    kernel.extensions.register({ name: "slow", methods: ["wait"], call: () => new Promise((resolve) => setTimeout(resolve, 1_300)) });
    equal(await t.value("await $ext.slow.wait(); return 1", { limits: { timeoutMs: 1_000 } }), 1);
  },

  "limits that cannot be kept are refused by name": async (t) => {
    const kernel = await t.kernel();
    for (const [name, value] of [
      ["timeoutMs", 0], ["timeoutMs", -1], ["timeoutMs", NaN], ["timeoutMs", Infinity], ["timeoutMs", 1.5], ["timeoutMs", "5"], ["timeoutMs", null], ["timeoutMs", 2 ** 31],
      ["fuel", 0], ["fuel", 1n], ["fuel", {}], ["fuel", 2 ** 60],
      ["memoryBytes", 1024], ["memoryBytes", 2 ** 40], ["stackBytes", 1024], ["maxValueDepth", 65], ["maxValueDepth", 0], ["maxEvents", -1], ["maxHostCalls", 0.5],
      ["suspensionTimeoutMs", 0], ["nonsense", 1], ["timeoutMS", 1],
    ]) {
      const pattern = new RegExp(name);
      await rejects(kernel.run("return 1", { limits: { [name]: value } }), "INVALID_ARGUMENT", pattern);
      await rejects(t.open({ limits: { [name]: value } }), "INVALID_ARGUMENT", pattern);
    }
    for (const limits of [1, "x", [], null]) await rejects(kernel.run("return 1", { limits }), "INVALID_ARGUMENT", /limits/);
    equal((await kernel.run("return 1", { limits: { fuel: undefined } })).returnValue, 1);
  },

  "limits of the kernel hold where a run gives none": async (t) => {
    const kernel = await t.open({ limits: { maxEvents: 2, fuel: 50_000_000 } });
    const source = "$emit('a'); $emit('b'); $emit('c')";
    const capabilities = ["events:emit:*"];
    equal((await kernel.run(source, { capabilities })).error.code, "RESOURCE_LIMIT");
    equal((await kernel.run(source, { capabilities, limits: { maxEvents: 3 } })).error, undefined);
    equal((await kernel.run(source, { capabilities, limits: { fuel: 40_000_000 } })).error.code, "RESOURCE_LIMIT");
  },
};

// Whatever a handler does, it ends, and the next run on the same kernel works.

import { equal, ok, print } from "../assert.mjs";
import { ALL, valueOf } from "../trial.mjs";

const FUEL = { fuel: 20_000_000 };

/** Handlers that would never end, or take everything. */
const RUNAWAYS = {
  "while": "while (true) {}",
  "for": "for (;;) {}",
  "do": "let i = 0; do { i++ } while (i)",
  "in an async continuation": "await $ext.test.echo(1); while (true) {}",
  "in a microtask": "Promise.resolve().then(() => { while (true) {} }); await $ext.test.echo(1)",
  "microtasks without end": "const again = () => Promise.resolve().then(again); await again()",
  "an async function that awaits itself": "const f = async () => { await null; return f() }; await f()",
  "caught": "while (true) { try { while (true) {} } catch {} }",
  "in finally": "try { while (true) {} } finally { while (true) {} }",
  "in finally after return": "try { return 1 } finally { while (true) {} }",
  "in a generator": "function* g() { while (true) yield 1 } for (const x of g());",
  "spread of a generator": "function* g() { while (true) yield 1 } return [...g()]",
  "in a getter": "const o = { get x() { return this.x } }; return o.x",
  "in toString": "const o = { toString() { while (true) {} } }; return `${o}`",
  "in toJSON": "return { toJSON() { while (true) {} } }",
  "in a getter of the result": "return { get x() { while (true) {} } }",
  "in a proxy": "const p = new Proxy({}, { get() { while (true) {} } }); return p.x",
  "in a comparator": "return [3, 1, 2].sort(() => { while (true) {} })",
  "in a callback of update": "$state.update('x', () => { while (true) {} })",
  "a regular expression that backtracks": "return /^(?=(a+)+$)/.test('a'.repeat(64) + 'b')",
  "a sparse array": "return new Array(2 ** 32 - 1).indexOf(1)",
  "a sparse array joined": "return new Array(2 ** 32 - 1).join()",
  "a sparse array sorted": "const a = []; a[2 ** 32 - 2] = 1; return a.sort().length",
  "numbers without end": "let n = 3n; while (true) n *= n",
  "endless recursion": "function f() { return 1 + f() } return f()",
  "mutual recursion": "const f = () => g(), g = () => 1 + f(); return f()",
  "recursion through sort": "const f = () => [2, 1].sort(f); return f()",
  "recursion through JSON": "const o = { toJSON() { return JSON.stringify(o) } }; return JSON.stringify(o)",
  "recursion in a constructor": "class A { constructor() { new A() } } new A()",
  "caught recursion": "const f = () => { try { return f() } catch { return f() } }; return f()",
  "an array that grows": "const a = []; while (true) a.push(new Array(1000).fill(1))",
  "text that grows": "let s = 'x'; while (true) s += s",
  "an object that grows": "const o = {}; for (let i = 0; ; i++) o['key' + i] = { i }",
  "a map that grows": "const m = new Map(); for (let i = 0; ; i++) m.set(i, [i])",
  "promises that pile up": "const all = []; while (true) all.push(new Promise(() => {}))",
  "closures that pile up": "let f = () => 0; for (;;) { const g = f; f = () => g() + 1 }",
  "a huge buffer": "const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1))",
};

const STOPS = ["TIMEOUT", "MEMORY_LIMIT", "RESOURCE_LIMIT"];
const HEALTHY = "let sum = 0; for (const n of $args) sum += await $ext.test.echo(n); $state.sum = sum; return [sum, JSON.parse('[1]'), 'ab'.replace(/b/, 'c')]";

async function isHealthy(t, after) {
  const result = await t.run(HEALTHY, { args: [1, 2, 3] });
  equal(result.returnValue, [6, [1], "ac"], `after ${after}: ${print(result.error)}`);
}

export default {
  "while (true) {} ends with TIMEOUT under the default limits, and the next run works": async (t) => {
    const result = await t.run("$emit('before');\n\nwhile (true) {}");
    equal([result.status, result.error.code, result.events.length], ["error", "TIMEOUT", 1]);
    await isHealthy(t, "while (true) {}");
  },

  "a regular expression takes time in proportion to the text, unless it looks around or back": async (t) => {
    for (const pattern of ["^(a+)+$", "^(a|aa)+$", "(a*)*b$"]) {
      const options = { limits: FUEL };
      const result = await t.run(`return /${pattern}/.test('a'.repeat(5_000) + '!')`, options);
      equal([result.status, result.returnValue], ["success", false], `${pattern}: ${print(result.error)}`);
      const error = await t.error(`$emit('before');\n\n/(?=${pattern})/.test('a'.repeat(5_000) + '!')`, options);
      equal([error.code, error.location?.line], ["TIMEOUT", 3], pattern);
    }
  },

  "a stop tells the line of the loop, wherever in it it falls": async (t) => {
    const seen = {};
    for (const loop of ["while (true) {}", "while (true) n++", "do { n++ } while (true)", "for (const x = 1; ; ) n += x"]) {
      const lines = (seen[loop] = new Set());
      for (let fuel = 200_000; fuel < 200_060; fuel += 2) {
        const { code, location } = await t.error(`let n = 0; $emit('before');\n\n${loop}`, { limits: { fuel } });
        equal(code, "TIMEOUT");
        lines.add(location?.line);
      }
    }
    for (const [loop, lines] of Object.entries(seen)) equal([...lines], [3], loop);
  },

  "the wall clock ends what fuel would allow": async (t) => {
    const error = await t.error("while (true) {}", { limits: { timeoutMs: 50, fuel: 2 ** 50 } });
    equal([error.code, error.context.resource], ["TIMEOUT", "timeoutMs"]);
    await isHealthy(t, "the wall clock");
  },

  ...Object.fromEntries(
    Object.entries(RUNAWAYS).map(([name, source]) => [
      `runaway ends, and the next run works: ${name}`,
      async (t) => {
        const result = await t.run(`$emit('before');\n${source}`, { limits: FUEL });
        equal(result.status, "error", print(result.returnValue));
        ok(STOPS.includes(result.error.code), print(result.error));
        equal(result.events.length, 1, "what it did before is told");
        ok(result.metrics.fuelUsed > 0 && result.metrics.fuelUsed <= FUEL.fuel + 1, `fuel ${result.metrics.fuelUsed}`);
        await isHealthy(t, source);
      },
    ]),
  ),

  "twenty runaways in a row leave a kernel that works": async (t) => {
    for (let turn = 0; turn < 20; turn++) {
      equal((await t.error("while (true) {}", { limits: { fuel: 1_000_000 } })).code, "TIMEOUT");
      await isHealthy(t, `runaway ${turn}`);
    }
    const kernel = await t.kernel();
    const { activeInstances, availableInstances, activeRuns, suspendedRuns } = kernel.stats();
    equal([activeInstances, activeRuns, suspendedRuns], [0, 0, 0]);
    ok(availableInstances >= 1 && availableInstances <= 10, `${availableInstances} instances`);
  },

  "twenty runs that exhaust memory or stack leave a kernel that works": async (t) => {
    for (let turn = 0; turn < 10; turn++) {
      equal((await t.error("const a = []; while (true) a.push(new Array(1000).fill(1))", { limits: { memoryBytes: 8 << 20 } })).code, "MEMORY_LIMIT");
      const { code } = await t.error("const f = () => 1 + f(); f()");
      ok(["RESOURCE_LIMIT", "MEMORY_LIMIT"].includes(code), code);
      await isHealthy(t, `exhaustion ${turn}`);
    }
    const kernel = await t.kernel();
    ok(kernel.stats().totalMemoryBytes < 256 << 20, `${kernel.stats().totalMemoryBytes} bytes`);
  },

  "the memory limit tells what was used, and a larger one allows more": async (t) => {
    const source = "const all = []; for (let i = 0; i < 12; i++) all.push(new Uint8Array(1 << 20)); return all.length";
    const error = await t.error(source, { limits: { memoryBytes: 10 << 20 } });
    equal([error.code, error.context.limit], ["MEMORY_LIMIT", 10 << 20]);
    ok(error.context.used <= 10 << 20, `${error.context.used}`);
    equal(await t.value(source, { limits: { memoryBytes: 64 << 20 } }), 12);
    // A hard limit is none that a handler can catch.
    for (const asks of ["new Uint8Array(1 << 30)", "new ArrayBuffer(1 << 30)", "'x'.repeat(2 ** 30)"]) {
      equal((await t.error(`try { ${asks} } catch { return 'caught' } return 'had'`)).code, "MEMORY_LIMIT", asks);
    }
  },

  "nesting too deep for the parser is an error, and the next run works": async (t) => {
    for (const source of [`return ${"(".repeat(20_000)}1${")".repeat(20_000)}`, "[".repeat(50_000), "{".repeat(50_000), `return ${"-".repeat(20_000).replaceAll("--", "- -")}1`, `x${".a".repeat(20_000)}`, "`${".repeat(10_000)]) {
      const { code } = await t.error(source);
      ok(["RESOURCE_LIMIT", "COMPILATION_ERROR", "MEMORY_LIMIT", "EXECUTION_ERROR", "TIMEOUT"].includes(code), `${source.slice(0, 20)}: ${code}`);
      await isHealthy(t, source.slice(0, 20));
    }
  },

  "a runaway does not disturb runs that are suspended": async (t) => {
    const kernel = await t.kernel();
    const waiting = [];
    for (let index = 0; index < 4; index++) {
      waiting.push(await kernel.execute("$state.n = $args; const got = await $ext.test.echo(1); return [$state.n, got]", { args: index, capabilities: ALL }));
    }
    equal((await t.error("while (true) {}", { limits: FUEL })).code, "TIMEOUT");
    const small = { memoryBytes: 12 * 2 ** 20, timeoutMs: 60_000 };
    equal((await t.error("const a = []; while (true) a.push('x'.repeat(1000) + a.length)", { limits: small })).code, "MEMORY_LIMIT");
    for (const [index, { suspensions }] of waiting.entries()) {
      const result = await kernel.resume(suspensions[0].suspensionId, { success: true, value: `answer ${index}` });
      equal(valueOf(result), [index, `answer ${index}`]);
    }
  },

  "runaways among thirty runs at once stop alone": async (t) => {
    const source = "await $ext.test.later(1); if ($args % 6 === 0) while (true) {} return $args";
    const results = await Promise.all(Array.from({ length: 30 }, (_, index) => t.run(source, { args: index, limits: { fuel: 2_000_000 } })));
    for (const [index, result] of results.entries()) {
      if (index % 6 === 0) equal(result.error?.code, "TIMEOUT");
      else equal(result.returnValue, index, print(result.error));
    }
  },

  "a runaway in a continuation keeps the effects of earlier segments": async (t) => {
    const result = await t.run("$state.a = 1; $emit('one'); await $ext.test.echo(1); $state.a = 2; $emit('two'); await $ext.test.echo(2);\nwhile (true) {}", { limits: FUEL });
    equal([result.error.code, result.error.location?.line], ["TIMEOUT", 2]);
    equal(result.stateMutations.map(({ value }) => value), [1, 2]);
    equal(result.events.map(({ name }) => name), ["one", "two"]);
  },

  "calls of a run that was stopped are aborted": async (t) => {
    const result = await t.run("const held = $ext.test.hold('x'); held.catch(() => {}); await $ext.test.later(1); while (true) {}", { limits: FUEL });
    equal(result.error.code, "TIMEOUT");
    equal((await t.kernel()).stats().suspendedRuns, 0);
  },
};

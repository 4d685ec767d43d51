// What JavaScript a handler is, and what is missing from it.

import { equal } from "../assert.mjs";

export default {
  "a handler is the body of an async function in strict mode": async (t) => {
    equal(await t.value("return [typeof this, (function () { return this })() === undefined, await Promise.resolve(2)]"), ["undefined", true, 2]);
    equal((await t.error("undeclared = 1")).code, "EXECUTION_ERROR");
    equal((await t.error("with ({}) {}")).code, "COMPILATION_ERROR");
  },

  "today's JavaScript works": async (t) => {
    const source = `
      class Counter { static #made = 0; #n = 0; static make() { Counter.#made++; return new Counter() } get next() { return ++this.#n } static { this.ready = true } }
      const { a = 1, ...rest } = { b: 2, c: 3 }; const counter = Counter.make(); counter.next;
      function* numbers() { yield* [1, 2]; } async function* later() { yield 3; yield 4 }
      const all = []; for await (const n of later()) all.push(n);
      label: for (const x of [1, 2]) for (const y of [1, 2]) { if (y === 2) continue label; all.push(x * 10 + y) }
      return [a, rest, counter.next, Counter.ready, [...numbers()], all, null ?? 'd', undefined?.x ?? 'o', 2n ** 64n + '', \`t\${1}\`,
        'a-b-c'.replaceAll('-', '+'), [3, 1, 2].toSorted(), Object.groupBy([1, 2, 3], (n) => n % 2 ? 'odd' : 'even').odd, [1, [2, [3]]].flat(Infinity),
        'x1y22'.match(/(?<digits>\\d+)$/).groups.digits, [1, 2, 3].at(-1), Object.fromEntries(new Map([['k', 1]])), new Set([1, 1]).size,
        (() => { try { throw new Error('x', { cause: 1 }) } catch ({ cause }) { return cause } finally { all.length } })()]`;
    equal(await t.value(source), [
      1, { b: 2, c: 3 }, 2, true, [1, 2], [3, 4, 11, 21], "d", "o", "18446744073709551616", "t1",
      "a+b+c", [1, 2, 3], [1, 3], [1, 2, 3], "22", 3, { k: 1 }, 1, 1,
    ]);
  },

  "time is UTC": async (t) => {
    equal(await t.value("return [new Date(0).getTimezoneOffset(), new Date(2020, 0, 1).toISOString()]"), [0, "2020-01-01T00:00:00.000Z"]);
  },

  "nothing of the host is there": async (t) => {
    const names = ["eval", "Function", "setTimeout", "setInterval", "queueMicrotask", "fetch", "XMLHttpRequest", "WebSocket", "require", "process",
      "Buffer", "WebAssembly", "importScripts", "postMessage", "performance", "crypto", "window", "document", "self", "navigator", "localStorage",
      "caches", "Deno", "Bun", "structuredClone"];
    const source = `return [${names.map((name) => `typeof ${name}`).join()}]`;
    equal(await t.value(source), names.map(() => "undefined"));
  },

  "code from text is refused however it is reached": async (t) => {
    for (const source of [
      "(() => {}).constructor('return 1')()",
      "(async () => {}).constructor('return 1')",
      "(function* () {}).constructor('yield 1')",
      "Object.getPrototypeOf(async function* () {}).constructor('1')",
      "Reflect.construct((() => {}).constructor, ['return this'])",
      "[].map.constructor('return 1')",
      "$state.constructor.constructor('return 1')()",
      "$log.constructor('return 1')",
    ]) {
      const outcome = await t.value(`try { ${source}; return 'ran' } catch (e) { return e.name }`);
      equal(outcome === "ran" ? "ran" : "refused", "refused", source);
    }
    equal(await t.value("try { await import('x'); return 'ran' } catch (e) { return 'refused' }"), "refused");
  },

  "globals cannot be replaced or changed": async (t) => {
    const tries = ["$state = 1", "$emit = 1", "$emit.toast = 1", "$log.info = 1", "$ext.test = 1", "$ext.test.echo = 1", "$view.focus = 1", "$time.now = 1",
      "$args.a = 1", "$args.list.push(1)", "$args = 1", "$scope.x = 1", "globalThis.console = 1", "delete globalThis.$state", "Object.setPrototypeOf($ext, {})"];
    const source = `const t = (f) => { try { f(); return 'ok' } catch { return 'no' } }; return [${tries.map((one) => `t(() => { ${one} })`).join()}]`;
    equal(await t.value(source, { args: { list: [] } }), tries.map(() => "no"));
  },

  "source that closes the wrapper is a syntax error where it does": async (t) => {
    for (const [source, line, column] of [
      ["}); globalThis.pwn = 1; (async function(){", 1, 1],
      ["let a = 1;\n  }); globalThis.pwn = 1; (async function(){ return 5", 2, 3],
      ["}, async function(){", 1, 1],
      ["} + function() {", 1, 1],
    ]) {
      const error = await t.error(source);
      equal([error.code, error.location], ["COMPILATION_ERROR", { line, column }], source);
    }
    for (const source of ["//\u2028}); globalThis.pwn = 1; (async function(){", "/* */ }\n); (function(){", "}) //", "<!-- \n}); (async function(){"]) {
      equal((await t.error(source)).code, "COMPILATION_ERROR", source);
    }
    equal(await t.value("return '}); (' // }"), "}); (");
    equal(await t.value("return typeof pwn"), "undefined");
  },
};

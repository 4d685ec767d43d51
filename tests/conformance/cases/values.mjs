// What crosses the wall, and how it comes back.

import { decode, encode } from "nexus-kernel";
import { equal, ok, print, rejects, throws } from "../assert.mjs";

const OWN_PROTO = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "toString": 3, "hasOwnProperty": 4}');

/** Data that has to come back as it went. */
const DATA = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.1,
  1e21,
  -1.5e-300,
  5e-324,
  Number.MAX_VALUE,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 31,
  2 ** 32,
  2 ** 53 + 2,
  NaN,
  Infinity,
  -Infinity,
  "",
  "text",
  "ünïcödé 漢字 👩‍👩‍👧 \u0000 \u2028 \ufeff \u{10ffff}",
  "x".repeat(70_000),
  [],
  {},
  [[], [[]], {}],
  { b: 1, a: 2, 10: 3, 2: 4, "": 5, "a.b": 6, "a b": 7 },
  OWN_PROTO,
  new Uint8Array(0),
  new Uint8Array([0, 1, 127, 128, 255]),
  { deep: [{ er: new Uint8Array([1]) }] },
  Array.from({ length: 1000 }, (_, index) => index),
];

/** What is not data, with the path of the culprit below where it was put. */
function refusals() {
  const cycle = { inner: {} };
  cycle.inner.back = cycle;
  const list = [];
  list.push(list);
  return [
    [new Map([[1, 2]]), ""],
    [new Set([1]), ""],
    [1n, ""],
    [() => 1, ""],
    [class {}, ""],
    [Symbol("s"), ""],
    [{ [Symbol("s")]: 1 }, ""],
    [cycle, ".inner.back"],
    [list, "[0]"],
    [new Uint16Array(1), ""],
    [new Float64Array(1), ""],
    [new Uint8ClampedArray(1), ""],
    [new ArrayBuffer(1), ""],
    [new DataView(new ArrayBuffer(1)), ""],
    [/x/, ""],
    [Promise.resolve(1), ""],
    [new WeakMap(), ""],
    [new Error("x"), ""],
    ["half \ud800 of a pair", ""],
    [{ "\udc00": 1 }, ""],
    [{ a: [1, { b: new Map() }] }, ".a[1].b"],
    [[undefined, [() => 1]], "[1][0]"],
  ];
}

export default {
  "data comes back as it went, by every way in and out": async (t) => {
    for (const value of DATA) {
      const result = await t.run(
        `$state.out = $args.value; $emit('out', $scope.value); $view.command('v', 'c', { value: $state.given });
         return [$args.value, $scope.value, $state.given, $state.out, await $ext.test.echo($args.value)]`,
        { args: { value }, scope: { value }, state: { given: value } },
      );
      const expected = print(value);
      ok(result.status === "success", print(result.error));
      for (const returned of result.returnValue) equal(print(returned), expected);
      equal(print(result.stateMutations[0].value), expected);
      equal(print(result.events[0].payload), expected);
      equal(print(result.viewCommands[0].args.params.value), expected);
      equal(print(result.suspensions[0].args[0]), expected);
    }
  },

  "a state whose keys are odd names keeps them": async (t) => {
    const state = { ...DATA.find((value) => value?.["a.b"]), constructor: 1, "漢": 2 };
    Object.defineProperty(state, "__proto__", { value: { x: 1 }, enumerable: true, configurable: true, writable: true });
    const result = await t.value("return [$state.keys(), $state.get('__proto__').x, $state.constructor, $state['a b'], $state.get('')]", { state });
    equal(result, [Object.keys(state), 1, 1, 7, 5]);
    equal({}.x, undefined);
  },

  "special keys are ordinary members, and no prototype is touched": async (t) => {
    const value = await t.value("const o = JSON.parse('{\"__proto__\": {\"polluted\": 1}}'); $state.o = o; return o");
    equal(Object.getPrototypeOf(value), Object.prototype);
    equal(Object.keys(value), ["__proto__"]);
    equal(value.polluted, undefined);
    equal({}.polluted, undefined);
  },

  "undefined members are dropped, undefined items are null": async (t) => {
    const value = { a: undefined, b: [undefined, , 1], c: { d: undefined } };
    equal(await t.value("return $args", { args: value }), { b: [null, null, 1], c: {} });
    equal(await t.value("return { a: undefined, b: [undefined, , 1], c: { d: undefined } }"), { b: [null, null, 1], c: {} });
  },

  "an object with toJSON goes through it, and a Date is its ISO text": async (t) => {
    const date = new Date(86_400_000);
    const value = { date, own: { toJSON: (key) => `${key}!` }, list: [{ toJSON: (key) => key }], none: { toJSON: () => undefined } };
    equal(await t.value("return $args", { args: value }), { date: "1970-01-02T00:00:00.000Z", own: "own!", list: ["0"] });
    const inside = "return { date: new Date(86400000), own: { toJSON: (key) => key + '!' }, list: [{ toJSON: (key) => key }] }";
    equal(await t.value(inside), { date: "1970-01-02T00:00:00.000Z", own: "own!", list: ["0"] });
  },

  "instances of classes and objects without prototype are their members": async (t) => {
    class Point {
      x = 1;
      #secret = 2;
      get secret() {
        return this.#secret;
      }
    }
    const value = { point: new Point(), bare: Object.assign(Object.create(null), { y: 2 }) };
    equal(await t.value("return $args", { args: value }), { point: { x: 1 }, bare: { y: 2 } });
  },

  "what the embedder gives and is no data is refused with its path": async (t) => {
    const kernel = await t.kernel();
    for (const [value, path] of refusals()) {
      for (const name of ["args", "scope", "state"]) {
        const options = name === "state" ? { state: { key: value } } : { [name]: { key: value } };
        const error = await rejects(kernel.run("return 1", options), "SERIALIZATION_ERROR");
        equal(error.context.path, `$.${name}.key${path}`, print(error));
      }
    }
  },

  "what a handler hands out and is no data is refused with its path": async (t) => {
    const culprits = [
      ["new Map()", ""],
      ["new Set()", ""],
      ["1n", ""],
      ["() => 1", ""],
      ["Symbol('s')", ""],
      ["{ [Symbol('s')]: 1 }", ""],
      ["(() => { const o = { inner: {} }; o.inner.back = o; return o })()", ".inner.back"],
      ["new Uint16Array(1)", ""],
      ["new ArrayBuffer(1)", ""],
      ["/x/", ""],
      ["Promise.resolve(1)", ""],
      ["new Error('x')", ""],
      ["'half \\ud800'", ""],
      ["{ a: [1, { b: new Map() }] }", ".a[1].b"],
    ];
    for (const [source, path] of culprits) {
      // What an async function returns is awaited, so a promise is no culprit there unless it is inside something.
      for (const way of [`return [(${source})][0]`, `return { x: (${source}) }`, `$state.x = (${source})`, `$emit('e', (${source}))`, `await $ext.test.echo((${source}))`]) {
        if (source.startsWith("Promise") && way.startsWith("return [")) continue;
        const error = await t.error(`const before = 1;\n${way}`);
        equal(error.code, "SERIALIZATION_ERROR", way);
        ok(error.context.path.endsWith(path) && error.context.path.startsWith("$"), `${way}: ${error.context.path}`);
        if (!way.startsWith("return")) equal(error.location.line, 2, way);
      }
    }
  },

  "what an extension or a host function answers is held to the same": async (t) => {
    const kernel = await t.kernel();
    let answer;
    kernel.extensions.register({ name: "odd", methods: ["get"], call: () => answer });
    kernel.hostFunctions.register({ name: "odd", signature: "odd()", call: () => answer });
    for (const [index, [value, path]] of refusals().entries()) {
      // A promise is an answer of an extension, and no value.
      if (value instanceof Promise) continue;
      answer = value;
      const caught = await t.value("try { return await $ext.odd.get() } catch (e) { return [e.code, e.message] }");
      equal(caught[0], "EXTENSION_ERROR", `refusal ${index}`);
      equal(await t.value("try { return $host.odd() } catch (e) { return e.code }"), "SERIALIZATION_ERROR", `refusal ${index}`);
      if (path) ok(caught[1].includes(path), `${caught[1]} does not name ${path}`);
    }
    for (const value of DATA) {
      answer = value;
      equal(print(await t.value("return [await $ext.odd.get(), $host.odd()]")), print([value, value]));
    }
  },

  "a getter or toJSON that throws is the embedder's own error": async (t) => {
    const kernel = await t.kernel();
    const mine = new RangeError("mine");
    for (const args of [
      { get a() { throw mine; } },
      { a: { toJSON() { throw mine; } } },
      new Proxy({}, { ownKeys() { throw mine; } }),
    ]) {
      const thrown = await kernel.run("return 1", { args }).then(print, (error) => error);
      ok(thrown === mine || thrown.message === "mine", print(thrown));
    }
  },

  "one object in two places is no cycle": async (t) => {
    const shared = { n: 1 };
    equal(await t.value("return $args", { args: { a: shared, b: [shared, shared] } }), { a: { n: 1 }, b: [{ n: 1 }, { n: 1 }] });
    equal(await t.value("const s = { n: 1 }; return [s, s]"), [{ n: 1 }, { n: 1 }]);
  },

  "bytes are copied both ways": async (t) => {
    const whole = new Uint8Array([1, 2, 3, 4, 5, 6]);
    const given = whole.subarray(2, 4);
    const returned = await t.value("const b = $args.bytes; return [b, b.length, b.byteOffset, b.buffer.byteLength, b instanceof Uint8Array]", { args: { bytes: given } });
    equal(returned, [new Uint8Array([3, 4]), 2, 0, 2, true]);
    returned[0][0] = 9;
    equal(whole, new Uint8Array([1, 2, 3, 4, 5, 6]));
    equal(await t.value("return new Uint8Array([1, 2, 3, 4]).subarray(1, 3)"), new Uint8Array([2, 3]));
  },

  "a value is bounded in depth and size": async (t) => {
    const kernel = await t.kernel();
    const nested = (levels) => {
      let value = 1;
      for (let level = 0; level < levels; level++) value = [value];
      return value;
    };
    equal((await kernel.run("return 1", { scope: nested(64) })).returnValue, 1);
    await rejects(kernel.run("return 1", { scope: nested(65) }), "RESOURCE_LIMIT", /depth/i);
    await rejects(kernel.run("return 1", { scope: nested(100_000) }), "RESOURCE_LIMIT", /depth/i);
    await rejects(kernel.run("return 1", { scope: "x".repeat((1 << 20) + 1) }), "RESOURCE_LIMIT", /scope|value/);
    await rejects(kernel.run("return 1", { state: { a: new Uint8Array(1 << 20) } }), "RESOURCE_LIMIT", /state|value/);
    // 2^40 items, if each mention counted; it has to be refused and not read.
    let many = [1];
    for (let level = 0; level < 40; level++) many = [many, many];
    await rejects(kernel.run("return 1", { args: many }), "RESOURCE_LIMIT");
    const error = await t.error("let v = 1; for (let i = 0; i < 65; i++) v = [v]; return v");
    equal([error.code, error.context.resource], ["RESOURCE_LIMIT", "valueDepth"]);
  },

  "encode and decode are each other's inverse": async (t) => {
    await t.kernel();
    for (const value of DATA) equal(print(decode(encode(value))), print(value));
    ok(encode(1) instanceof Uint8Array);
    equal([...encode({ a: [1, true, null] })], [0x81, 0xa1, 0x61, 0x93, 0x01, 0xc3, 0xc0]);
    for (const [value] of refusals()) throws(() => encode(value), "SERIALIZATION_ERROR");
    for (const bytes of [[], [0xc1], [0x92, 0x01], [0x01, 0x01], [0xa2, 0xff, 0xff], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xd4, 1, 1]]) {
      throws(() => decode(new Uint8Array(bytes)), "SERIALIZATION_ERROR");
    }
  },
};

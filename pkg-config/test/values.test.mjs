import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { ALL, extension, kernelFor, nexusError, returned } from "./harness.mjs";
import { decode, encode } from "./package.mjs";

const kernel = await kernelFor({ extensions: [extension("echo", { back: (value) => value })] });
kernel.hostFunctions.register({ name: "back", call: ([value]) => value });

const DATA = {
  null: null,
  true: true,
  false: false,
  zero: 0,
  "negative zero": -0,
  "an integer": 42,
  "a negative": -1,
  "the largest safe integer": Number.MAX_SAFE_INTEGER,
  "beyond it": 2 ** 60,
  "a fraction": 0.1,
  NaN,
  infinity: Infinity,
  "-infinity": -Infinity,
  "an empty text": "",
  "text of every plane": "a\u00e9\u20ac\u{1f600}\0\ufffd",
  "an empty array": [],
  "an empty object": {},
  nested: { a: [{ b: [[]] }] },
  "keys in order": { z: 1, a: 2, m: 3 },
  "keys with meaning": JSON.parse('{"__proto__": {"x": 1}, "constructor": 2, "toString": 3, "": 4, "a b": 5}'),
};

for (const [name, value] of Object.entries(DATA)) {
  test(`${name} survives every way in and out`, async () => {
    const same = (got) => {
      assert.deepEqual(got, value);
      if (typeof value === "object" && value !== null) assert.deepEqual(Object.keys(got), Object.keys(value));
    };
    same(decode(encode(value)));
    const options = { args: { value }, state: { value }, scope: { value }, capabilities: ALL };
    const source = "$state.copy = $args.value; return [$args.value, $scope.value, $state.value, await $ext.echo.back($args.value), $host.back($args.value)]";
    const result = await kernel.run(source, options);
    returned(result).forEach(same);
    same(result.stateMutations[0].value);
  });
}

test("__proto__ comes back as a member, and sets no prototype", async () => {
  const value = JSON.parse('{"__proto__": {"polluted": true}}');
  for (const got of [decode(encode(value)), returned(await kernel.run("return $args", { args: value }))]) {
    assert.equal(Object.getPrototypeOf(got), Object.prototype);
    assert.ok(Object.hasOwn(got, "__proto__"));
    assert.equal(got.polluted, undefined);
  }
});

test("bytes are Uint8Arrays on both sides", async () => {
  const bytes = new Uint8Array([0, 127, 128, 255]);
  assert.deepEqual(decode(encode(bytes)), bytes);
  const result = await kernel.run("return { bytes: $args.bytes, is: $args.bytes instanceof Uint8Array, made: new Uint8Array([1, 2]) }", { args: { bytes } });
  assert.deepEqual(returned(result), { bytes, is: true, made: new Uint8Array([1, 2]) });
  assert.deepEqual(decode(encode(Buffer.from("hi"))), new Uint8Array([104, 105]), "a Buffer is bytes, whatever its toJSON");
});

test("members that are undefined are dropped; in an array undefined is null", () => {
  assert.deepEqual(decode(encode({ a: undefined, b: [undefined, 1, ,] })), { b: [null, 1, null] });
  assert.equal(decode(encode(undefined)), null);
});

test("toJSON is honoured, once", () => {
  const date = new Date(0);
  assert.equal(decode(encode(date)), "1970-01-01T00:00:00.000Z");
  assert.deepEqual(decode(encode({ when: date, url: new URL("http://a.b/c") })), { when: "1970-01-01T00:00:00.000Z", url: "http://a.b/c" });
  assert.equal(decode(encode(new Date(NaN))), null);
  const keys = [];
  const spy = { toJSON(key) { keys.push(key); return { toJSON: 1, again: true }; } };
  assert.deepEqual(decode(encode({ a: spy, b: [spy] })), { a: { toJSON: 1, again: true }, b: [{ toJSON: 1, again: true }] });
  assert.deepEqual(keys, ["a", "0"]);
  assert.deepEqual(decode(encode({ gone: { toJSON() {} } })), {});
});

test("instances are their own enumerable members; objects of other realms are as good as ours", () => {
  class Point { x = 1; #hidden = 2; get sum() { return this.x + this.#hidden; } }
  assert.deepEqual(decode(encode(new Point())), { x: 1 });
  assert.deepEqual(decode(encode(Object.assign(Object.create(null), { a: 1 }))), { a: 1 });
  assert.deepEqual(decode(encode(vm.runInNewContext("({ a: [1, { b: 2 }] })"))), { a: [1, { b: 2 }] });
  assert.deepEqual(decode(encode(vm.runInNewContext("new Uint8Array([1])"))), new Uint8Array([1]));
});

test("what is referred to twice is there twice", () => {
  const shared = { a: 1 };
  assert.deepEqual(decode(encode([shared, shared])), [{ a: 1 }, { a: 1 }]);
});

const cycle = { a: [] };
cycle.a.push(cycle);
for (const [name, value, path] of [
  ["a function", { f: () => 1 }, "$.f"],
  ["a class", [class {}], "$[0]"],
  ["a symbol", { s: Symbol("x") }, "$.s"],
  ["a symbol key", { a: { [Symbol("x")]: 1 } }, "$.a"],
  ["a BigInt", { n: 1n }, "$.n"],
  ["a Map", { m: new Map() }, "$.m"],
  ["a Set", { m: new Set() }, "$.m"],
  ["a WeakMap", { m: new WeakMap() }, "$.m"],
  ["a RegExp", [/x/], "$[0]"],
  ["a promise", { p: Promise.resolve(1) }, "$.p"],
  ["an error", { e: new Error("x") }, "$.e"],
  ["an ArrayBuffer", { b: new ArrayBuffer(1) }, "$.b"],
  ["a DataView", { b: new DataView(new ArrayBuffer(1)) }, "$.b"],
  ["a Uint16Array", { b: new Uint16Array(1) }, "$.b"],
  ["a Uint8ClampedArray", { b: new Uint8ClampedArray(1) }, "$.b"],
  ["boxed text", { b: new String("x") }, "$.b"],
  ["a cycle", cycle, "$.a[0]"],
  ["a lone surrogate", { t: "a\ud800b" }, "$.t"],
  ["a lone surrogate beside U+FFFD", ["\ufffd\udc00"], "$[0]"],
  ["a lone surrogate in a key", { "\ud800": 1 }, "$"],
  ["a key that has to be quoted", { "a b": { c: 1n } }, '$["a b"].c'],
  ["a generator", { g: (function* () {})() }, "$.g"],
]) {
  test(`${name} is refused with its path`, async () => {
    const refused = (error) => {
      nexusError("SERIALIZATION_ERROR", path)(error);
      assert.equal(error.context.path, path);
      return true;
    };
    assert.throws(() => encode(value), refused);
    await assert.rejects(kernel.run("return 1", { args: { value } }), nexusError("SERIALIZATION_ERROR", path.replace("$", "$.args.value")));
  });
}

test("what a getter, a toJSON or a proxy throws comes out as it is", async () => {
  const mine = new RangeError("mine");
  const thrower = () => { throw mine; };
  for (const value of [
    { get a() { return thrower(); } },
    { toJSON: thrower },
    new Proxy({}, { ownKeys: thrower }),
    new Proxy({}, { get: thrower }),
    new Proxy([1], { get: thrower }),
  ]) {
    assert.throws(() => encode(value), (error) => error === mine);
    await assert.rejects(kernel.run("", { args: value }), (error) => error === mine);
  }
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  assert.throws(() => encode(proxy), TypeError);
});

const nested = (depth) => Array.from({ length: depth }).reduce((inner) => [inner], null);

test("depth is allowed at the limit and refused one past it", async () => {
  assert.deepEqual(decode(encode(nested(64))), nested(64));
  assert.throws(() => encode(nested(65)), nexusError("RESOURCE_LIMIT"));
  assert.throws(() => encode(nested(100_000)), nexusError("RESOURCE_LIMIT"));
  returned(await kernel.run("", { args: nested(64), state: { key: nested(64) } }));
  await assert.rejects(kernel.run("", { args: nested(65) }), nexusError("RESOURCE_LIMIT"));
  await assert.rejects(kernel.run("", { state: { key: nested(65) } }), nexusError("RESOURCE_LIMIT"));
  returned(await kernel.run("", { args: nested(3), limits: { maxValueDepth: 3 } }));
  await assert.rejects(kernel.run("", { args: nested(4), limits: { maxValueDepth: 3 } }), nexusError("RESOURCE_LIMIT"));
});

test("size is allowed at the limit and refused one past it", async () => {
  const text = (bytes) => "x".repeat(bytes - 5);
  assert.equal(encode(text(1 << 20)).length, 1 << 20);
  assert.throws(() => encode(text((1 << 20) + 1)), nexusError("RESOURCE_LIMIT"));
  returned(await kernel.run("", { args: "x".repeat(98), limits: { maxValueBytes: 100 } }));
  await assert.rejects(kernel.run("", { args: "x".repeat(99), limits: { maxValueBytes: 100 } }), nexusError("RESOURCE_LIMIT"));
});

test("an object that is small in memory and endless on the wire is refused in no time", () => {
  let value = [];
  for (let level = 0; level < 60; level++) value = [value, value];
  assert.throws(() => encode(value), nexusError("RESOURCE_LIMIT"));
});

for (const [name, bytes] of [
  ["an extension type", [0xd4, 1, 0]],
  ["an integer beyond the safe ones", [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0]],
  ["a key that is no text", [0x81, 1, 1]],
  ["a key that stands twice", [0x82, 0xa1, 97, 1, 0xa1, 97, 2]],
  ["bytes after the end", [0xc0, 0xc0]],
  ["an end in the middle", [0x92, 1]],
  ["nothing", []],
]) {
  test(`decode refuses ${name}`, () => {
    assert.throws(() => decode(new Uint8Array(bytes)), nexusError("SERIALIZATION_ERROR"));
  });
}

test("decode takes a Uint8Array alone", () => {
  for (const bytes of [undefined, null, "x", [0xc0], new ArrayBuffer(1)]) {
    assert.throws(() => decode(bytes), nexusError("INVALID_ARGUMENT", "Uint8Array"));
  }
});

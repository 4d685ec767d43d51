import assert from "node:assert/strict";
import { test } from "node:test";
import { failed, kernelFor, nexusError, returned } from "./harness.mjs";
import { createKernel, storageExtension } from "./package.mjs";

const ANY = { capabilities: ["ext:storage"] };

/** What Durable Object storage answers to, over a map; each operation takes a while. */
function backend() {
  const values = new Map();
  const later = () => new Promise((resolve) => setTimeout(resolve, 1));
  return {
    values,
    async get(key) { await later(); return structuredClone(values.get(key)); },
    async put(key, value) { await later(); values.set(key, structuredClone(value)); },
    async delete(key) { await later(); return values.delete(key); },
    async list({ prefix = "", limit = Infinity, startAfter }) {
      await later();
      const keys = [...values.keys()].filter((key) => key.startsWith(prefix) && (startAfter === undefined || key > startAfter)).sort();
      return new Map(keys.slice(0, limit).map((key) => [key, structuredClone(values.get(key))]));
    },
  };
}

const kernelOver = (options) => kernelFor({ extensions: [storageExtension(options)] });

test("a handler keeps values, finds them again and lists their keys", async () => {
  const kernel = await kernelOver();
  assert.deepEqual(kernel.extensions.getMethods("storage"), ["get", "put", "delete", "list"]);
  const source = `
    const { storage } = $ext;
    const value = { list: [null, 1.5, "é"], at: { deep: true } };
    await storage.put("cart/1", value);
    await storage.put("cart/2", NaN);
    await storage.put("other", null);
    return [await storage.get("cart/1"), await storage.get("cart/2"), await storage.get("nothing"),
      await storage.list({ prefix: "cart/" }), await storage.list({ limit: 1, after: "cart/1" }), await storage.delete("cart/1"),
      await storage.delete("cart/1"), await storage.list()];`;
  assert.deepEqual(returned(await kernel.run(source, ANY)), [
    { list: [null, 1.5, "é"], at: { deep: true } }, NaN, null, ["cart/1", "cart/2"], ["cart/2"], true, false, ["cart/2", "other"],
  ]);
  assert.deepEqual(await kernel.extensions.call("storage", "get", ["cart/2"]), NaN, "the embedder shares what has no panel");
  const next = await kernelOver();
  assert.deepEqual(await next.extensions.call("storage", "list"), [], "memory is forgotten with its kernel");
});

test("tokens allow a method, a key, or keys that begin alike", async () => {
  const kernel = await kernelOver();
  await kernel.extensions.call("storage", "put", ["cart/1", 1]);
  const can = async (capability, call) => {
    const result = await kernel.run(`return await $ext.storage.${call}`, { capabilities: [capability] });
    if (result.status === "error") assert.equal(result.error.code, "PERMISSION_DENIED", result.error.message);
    return result.status === "success";
  };
  for (const [capability, call, expected] of [
    ["ext:storage.get", "get('cart/1')", true],
    ["ext:storage.get", "put('cart/1', 2)", false],
    ["ext:storage?key=cart/1", "get('cart/1')", true],
    ["ext:storage?key=cart/1", "get('cart/2')", false],
    ["ext:storage?key=cart/1", "list({ prefix: 'cart/1' })", false],
    ["ext:storage?prefix=cart/", "get('cart/1')", true],
    ["ext:storage?prefix=cart/", "put('cart/2', 2)", true],
    ["ext:storage?prefix=cart/", "delete('cart')", false],
    ["ext:storage?prefix=cart/", "list({ prefix: 'cart/' })", true],
    ["ext:storage?prefix=cart/", "list()", false],
    ["ext:storage?prefix=cart/&prefix=wish/", "list({ prefix: 'wish/old/' })", true],
    ["ext:storage.get?prefix=cart/", "delete('cart/1')", false],
  ]) assert.equal(await can(capability, call), expected, `${capability} ${call}`);
  const denied = await kernel.run("await $ext.storage.get('wish/1')", { capabilities: ["ext:storage?prefix=cart/"] });
  assert.equal(denied.denials[0].capability, "ext:storage.get?prefix=wish/1");
  await assert.rejects(kernel.run("", { capabilities: ["ext:storage?path=a"] }), nexusError("INVALID_CAPABILITY", "path"));
});

test("a quota that is passed is an error that a handler can tell from others", async () => {
  const kernel = await kernelOver({ maxKeys: 2, maxKeyBytes: 8, maxValueBytes: 16, maxBytes: 20 });
  const source = `
    const told = [];
    for (const [key, value] of $args) {
      try { await $ext.storage.put(key, value); told.push("kept"); } catch (error) { told.push(error.message); }
    }
    return told;`;
  const args = [["a", "1234567"], ["b", "1234567"], ["c", 1], ["b", "123456789"], ["a", "x".repeat(15)], ["123456789", 1], ["a", "x".repeat(16)]];
  assert.deepEqual(returned(await kernel.run(source, { ...ANY, args })), [
    "kept", "kept", "limit of storageKeys passed: 3 of 2", "kept", "limit of storageBytes passed: 28 of 20",
    "limit of storageKeyBytes passed: 9 of 8", "limit of storageValueBytes passed: 17 of 16",
  ]);
  const { code, context } = failed(await kernel.run("await $ext.storage.put('c', 1)", ANY), "EXTENSION_ERROR");
  assert.deepEqual([code, context], ["EXTENSION_ERROR", { extension: "storage", method: "put", code: "RESOURCE_LIMIT" }]);
  await assert.rejects(kernel.extensions.call("storage", "put", ["c", 1]), (error) => {
    nexusError("RESOURCE_LIMIT")(error);
    const { resource, limit, used } = error.context;
    assert.deepEqual({ resource, limit, used }, { resource: "storageKeys", limit: 2, used: 3 });
    return true;
  });
});

test("what is in a backend outlives the kernel, and counts in the next one", async () => {
  const store = backend();
  const options = { backend: store, maxKeys: 2 };
  const first = await kernelOver(options);
  returned(await first.run("await $ext.storage.put('a', 1); await $ext.storage.put('b', [2])", ANY));
  await first.close();
  const second = await kernelOver(options);
  assert.deepEqual(returned(await second.run("return [await $ext.storage.get('b'), await $ext.storage.list()]", ANY)), [[2], ["a", "b"]]);
  failed(await second.run("await $ext.storage.put('c', 1)", ANY), "EXTENSION_ERROR");
  assert.ok([...store.values.keys()].every((key) => key.startsWith("nexus-kernel/storage/")));
});

test("writes at once do not slip past a quota, from two kernels neither", async () => {
  const options = { backend: backend(), maxKeys: 5 };
  const kernels = [await kernelOver(options), await kernelOver(options)];
  const source = `
    const puts = Array.from({ length: 10 }, (_, index) => $ext.storage.put($args + index, index));
    return (await Promise.allSettled(puts)).filter(({ status }) => status === "fulfilled").length;`;
  const kept = await Promise.all(kernels.flatMap((kernel, index) => ["a", "b"].map((name) => kernel.run(source, { ...ANY, args: name + index }))));
  assert.equal(kept.reduce((sum, result) => sum + returned(result), 0), 5);
  assert.equal((await kernels[0].extensions.call("storage", "list")).length, 5);
});

test("a backend that fails, or answers nonsense, fails the call and nothing else", async () => {
  const broken = { ...backend(), get: () => { throw new Error("no disk") } };
  const kernel = await kernelOver({ backend: broken });
  assert.match(failed(await kernel.run("await $ext.storage.get('a')", ANY), "EXTENSION_ERROR").message, /^storage failed: no disk$/);
  failed(await kernel.run("await $ext.storage.put('a', 1)", ANY), "EXTENSION_ERROR");
  for (const get of [() => 7, () => "text", () => Promise.reject("odd")]) {
    const odd = await kernelOver({ backend: { ...backend(), get } });
    failed(await odd.run("await $ext.storage.get('a')", ANY), "EXTENSION_ERROR");
  }
  const noMap = await kernelOver({ backend: { ...backend(), list: () => 7 } });
  failed(await noMap.run("await $ext.storage.list()", ANY), "EXTENSION_ERROR");
  failed(await noMap.run("await $ext.storage.put('a', 1)", ANY), "EXTENSION_ERROR");
});

test("a call that is given up does not hold the others up", async () => {
  const slow = backend();
  const kernel = await kernelOver({ backend: slow });
  const aborted = kernel.run("await $ext.storage.put('a', 1)", { ...ANY, signal: AbortSignal.timeout(2) });
  failed(await aborted, "CANCELLED");
  assert.equal(returned(await kernel.run("await $ext.storage.put('b', 2); return await $ext.storage.get('b')", ANY)), 2);
});

test("options are checked at once, by name", async () => {
  for (const [options, text] of [
    [{ maxkeys: 1 }, "maxkeys"], [{ backend: {} }, "backend"], [{ backend: { ...backend(), lock: 1 } }, "backend"], [{ backend: "disk" }, "backend"],
    [{ namespace: "" }, "namespace"], [{ maxKeys: 0 }, "maxKeys"], [{ maxKeyBytes: 513 }, "maxKeyBytes"], [{ maxValueBytes: 2 ** 20 + 1 }, "maxValueBytes"],
    [{ maxBytes: 1.5 }, "maxBytes"], [null, "object"],
  ]) assert.throws(() => storageExtension(options), nexusError("INVALID_ARGUMENT", text));
  const storage = storageExtension();
  await assert.rejects(createKernel({ extensions: [storage, storage] }), nexusError("INVALID_ARGUMENT", "storage"));
});

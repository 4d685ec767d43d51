// The extension `storage` over what really keeps: IndexedDB in Chromium, Durable Object storage in workerd.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../support/chromium.mjs";
import { startWorkerd } from "../support/workerd.mjs";

const VALUE = { list: [null, 1.5, "é"], bytes: "below" };
const PUT = `await $ext.storage.put("a/1", ${JSON.stringify(VALUE)}); await $ext.storage.put("a/2", 2)`;
const LIST = "return await $ext.storage.list()";
const get = (key) => `return await $ext.storage.get(${JSON.stringify(key)})`;
const remove = (key) => `return await $ext.storage.delete(${JSON.stringify(key)})`;
/** Puts so many keys at once, and tells how many were kept. */
const put = (prefix, count) => `
  const puts = Array.from({ length: ${count} }, (_, index) => $ext.storage.put("${prefix}" + index, index));
  return (await Promise.allSettled(puts)).filter(({ status }) => status === "fulfilled").length`;
/** From the one that UTF-16 puts last to the one that UTF-8 puts last. */
const ORDERED = ["a", "a/1", "a/10", "a/2", "a0", "\uffee", "\u{1f600}"];
const ORDER = `for (const key of ${JSON.stringify([...ORDERED].reverse())}) await $ext.storage.put(key, 0);
  const { list } = $ext.storage;
  return [await list(), await list({ prefix: "a/" }), await list({ prefix: "a/", after: "a/10" }), await list({ after: "a/2", limit: 2 })]`;
const IN_ORDER = [ORDERED, ["a/1", "a/10", "a/2"], ["a/2"], ["a0", "\uffee"]];

describe("IndexedDB in Chromium", () => {
  let opened;
  before(async () => {
    opened = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
  });
  after(() => opened?.stop());

  const call = (name, ...args) => opened.page.evaluate(([name, args]) => globalThis.places[name](...args), [name, args]);
  const storage = (sources, options) => call("storage", sources, options);

  async function reload() {
    await opened.page.reload();
    await opened.page.waitForFunction(() => globalThis.places);
  }

  async function afresh() {
    await reload();
    await call("forgetStorage");
  }

  test("is where a page keeps values unless it is told, and the next page and its Workers find them", async () => {
    await afresh();
    await storage([PUT]);
    await reload();
    assert.deepEqual(await storage([get("a/1"), LIST, remove("a/1"), remove("a/1")]), [VALUE, ["a/1", "a/2"], true, false]);
    assert.deepEqual(await call("storageInWorker", [get("a/2"), "await $ext.storage.put('from', 'worker')", LIST]), [2, null, ["a/2", "from"]]);
    assert.deepEqual(await storage([get("from")]), ["worker"]);
    assert.deepEqual(await storage([LIST], { backend: "memory" }), [[]]);
  });

  test("lists keys in the order of all places", async () => {
    await afresh();
    assert.deepEqual(await storage([ORDER]), [IN_ORDER]);
  });

  test("keeps its quota over pages, and when a page and a Worker write at once", async () => {
    await afresh();
    const options = { maxKeys: 10 };
    const kept = await Promise.all([
      storage([put("page", 8)], options),
      call("storageInWorker", [put("worker", 8)], options),
      storage([put("other", 8)], options),
    ]);
    assert.equal(kept.flat().reduce((sum, count) => sum + count, 0), 10);
    await reload();
    const [full, listed] = await storage(["await $ext.storage.put('one more', 1)", LIST], options);
    assert.equal(full, "limit of storageKeys passed: 11 of 10");
    assert.equal(listed.length, 10);
  });

  test("that is deleted under a kernel is opened again", async () => {
    await afresh();
    await storage([PUT]);
    await call("forgetStorage");
    assert.deepEqual(await storage([LIST, PUT, get("a/2")]), [[], null, 2]);
  });

  test("that is denied fails the call, and says so", async () => {
    await reload();
    await call("denyStorage");
    const [message] = await storage([PUT]);
    assert.match(message, /^storage failed: denied/);
  });
});

describe("Durable Object storage in workerd", () => {
  let worker;
  before(async () => {
    worker = await startWorkerd({ config: fileURLToPath(new URL("durable-object/wrangler.jsonc", import.meta.url)) });
  });
  after(() => worker?.stop());

  async function ask(name, body) {
    const response = await fetch(`${worker.url}/${name}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  }

  test("is a backend as it is, and outlives its object", async () => {
    const first = await ask("kept", { sources: [PUT] });
    await assert.rejects(ask("kept", { restart: true }));
    const second = await ask("kept", { sources: [get("a/1"), LIST, remove("a/1")] });
    assert.notEqual(second.born, first.born, "it is another object");
    assert.deepEqual(second.outcomes, [VALUE, ["a/1", "a/2"], true]);
    assert.ok(second.keys.every((key) => key.startsWith("nexus-kernel/storage/")), second.keys.join());
    assert.deepEqual((await ask("other", { sources: [LIST] })).outcomes, [[]]);
  });

  test("lists keys in the order of all places", async () => {
    assert.deepEqual((await ask("order", { sources: [ORDER] })).outcomes, [IN_ORDER]);
  });

  test("keeps its quota when two requests write at once, and over a restart", async () => {
    const options = { maxKeys: 10 };
    const kept = await Promise.all(["a", "b"].map((prefix) => ask("quota", { sources: [put(prefix, 8)], options })));
    assert.equal(kept.reduce((sum, { outcomes }) => sum + outcomes[0], 0), 10);
    await assert.rejects(ask("quota", { restart: true }));
    const { outcomes } = await ask("quota", { sources: ["await $ext.storage.put('one more', 1)", LIST], options });
    assert.equal(outcomes[0], "limit of storageKeys passed: 11 of 10");
    assert.equal(outcomes[1].length, 10);
  });

  test("takes the largest value that the default allows", async () => {
    const source = "await $ext.storage.put('k'.repeat(128), 'x'.repeat(127 * 1024 - 5)); return (await $ext.storage.get('k'.repeat(128))).length";
    assert.deepEqual((await ask("large", { sources: [source] })).outcomes, [127 * 1024 - 5]);
  });
});

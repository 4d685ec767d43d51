// Compiled handlers outlive the page in Chromium, and nothing that becomes of them there fails a run.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openBuiltPage } from "../support/chromium.mjs";

const SOURCE = "const f = (n) => (n < 2 ? n : f(n - 1) + f(n - 2)); return f(10)";
const PERSISTENT = { cache: { persistent: true } };

let opened;
before(async () => {
  opened = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
});
after(() => opened?.stop());
beforeEach(async () => {
  await reload();
  await call("forget");
});

const call = (name, ...args) => opened.page.evaluate(([name, args]) => globalThis.places[name](...args), [name, args]);

/** Another page of the same origin, as far as memory goes. */
async function reload() {
  await opened.page.reload();
  await opened.page.waitForFunction(() => globalThis.places);
}

async function runOnce(source = SOURCE, options = PERSISTENT) {
  const [result] = await call("run", [source], options);
  assert.deepEqual([result.status, result.returnValue], ["success", 55], JSON.stringify(result));
  return result;
}

for (const executor of ["inline", "worker"]) {
  test(`the first run of the next page finds its handler compiled, and costs the same: executor ${executor}`, async () => {
    const first = await runOnce(SOURCE, { ...PERSISTENT, executor });
    assert.equal(first.cacheHit, false);
    await call("entries", 1);
    await reload();
    assert.deepEqual(await runOnce(SOURCE, { ...PERSISTENT, executor }), { ...first, cacheHit: true });
  });
}

test("nothing is kept unless it is asked for", async () => {
  await runOnce(SOURCE, {});
  assert.equal(await call("has"), false);
});

test("other limits that are compiled in are another handler", async () => {
  await runOnce();
  await call("entries", 1);
  await reload();
  assert.equal((await runOnce(SOURCE, { ...PERSISTENT, limits: { maxEvents: 7 } })).cacheHit, false);
});

const flipped = (at) => (bytes) => bytes.map((byte, index) => (index === at(bytes.length) ? byte ^ 0x10 : byte));

for (const [name, damaged] of Object.entries({
  "is empty": () => [],
  "is cut off": (bytes) => bytes.slice(0, -1),
  "is cut off at its beginning": (bytes) => bytes.slice(1),
  "is half of itself": (bytes) => bytes.slice(0, bytes.length / 2),
  "goes on after its end": (bytes) => [...bytes, 0],
  "has a bit flipped in its version": flipped(() => 3),
  "has a bit flipped in its checksum": flipped(() => 20),
  "has a bit flipped in its first number": flipped(() => 42),
  "has a bit flipped in the middle": flipped((length) => length >> 1),
  "has its last bit flipped": flipped((length) => length - 1),
  "is something else": () => [...new TextEncoder().encode("<!doctype html><title>Not found</title>")],
  "is all zeros": (bytes) => bytes.map(() => 0),
})) {
  test(`an entry that ${name} is dropped, rebuilt, and fails no run`, async () => {
    const first = await runOnce();
    const [entry] = await call("entries", 1);
    await call("replace", 0, damaged(entry));
    await reload();
    assert.deepEqual(await runOnce(), first, "compiled again");
    await opened.page.waitForFunction(async (length) => (await globalThis.places.entries())[0]?.length === length, entry.length);
    assert.deepEqual(await call("entries", 1), [entry], "as it was");
    await reload();
    assert.equal((await runOnce()).cacheHit, true);
  });
}

test("the image of another handler, or another module's, is not taken for this one", async () => {
  await call("run", ["return 'other'"], PERSISTENT);
  const [other] = await call("entries", 1);
  await call("forget");
  const first = await runOnce();
  const [entry] = await call("entries", 1);
  // Whole and well-formed, but made for another key: a key holds source, limits and the module's hash.
  await call("replace", 0, other);
  await reload();
  assert.deepEqual(await runOnce(), first);
  assert.deepEqual(await call("entries", 1), [entry]);
});

test("the budget holds, and the oldest go first", async () => {
  await call("run", ["return 9"], PERSISTENT);
  const [{ length }] = await call("entries", 1);
  await call("forget");
  const cache = { persistent: true, bytes: Math.floor(length * 3.5) };
  const sources = Array.from({ length: 6 }, (_, i) => `return ${i}`);
  const written = await call("written");
  await call("run", sources, { cache });
  await opened.page.waitForFunction((count) => globalThis.places.written() === count, written + sources.length);
  assert.equal((await call("entries")).length, 3);
  await reload();
  const again = await call("run", sources.slice(3), { cache });
  assert.deepEqual(again.map(({ cacheHit }) => cacheHit), [true, true, true]);
  await reload();
  assert.deepEqual((await call("run", [sources[0]], { cache })).map(({ cacheHit }) => cacheHit), [false]);
});

for (const [name, disturb] of Object.entries({
  "is denied": () => call("deny"),
  "cannot be written": () => call("break", "put"),
  "cannot be read": () => call("break", "match"),
  "cannot be listed": () => call("break", "keys"),
})) {
  test(`where storage ${name}, memory is all there is`, async () => {
    await disturb();
    const results = await call("run", [SOURCE, SOURCE], PERSISTENT);
    assert.deepEqual(results.map(({ returnValue, cacheHit }) => [returnValue, cacheHit]), [[55, false], [55, true]]);
  });
}

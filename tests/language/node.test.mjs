// The language inside the sandbox is the language of the standard, but for the known failures, which fail still.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createKernel } from "nexus-kernel";
import { readCases } from "./cases.mjs";
import { expectedText, outcomeOf } from "./outcome.mjs";
import { runHere } from "./own-engine.mjs";

const cases = readCases();
const { engine, hardening } = JSON.parse(readFileSync(new URL("./known-failures.json", import.meta.url), "utf8"));
const known = new Map([...Object.entries(engine), ...Object.entries(hardening)]);

/** More than any case needs, and soon used up by one that does not end. */
const LIMITS = { fuel: 100_000_000 };

let kernel;
before(async () => {
  kernel = await createKernel();
});
after(() => kernel.close());

test("the cases are many, and each has a name of its own", () => {
  const names = new Set(cases.map(({ name }) => name));
  assert.equal(names.size, cases.length, cases.find(({ name }, index) => cases.findIndex((other) => other.name === name) < index)?.name);
  assert.ok(cases.length >= 1800, String(cases.length));
});

test("known failures are of cases that there are, each with one reason", () => {
  const names = new Set(cases.map(({ name }) => name));
  assert.deepEqual([...known.keys()].filter((name) => !names.has(name)), []);
  assert.equal(known.size, Object.keys(engine).length + Object.keys(hardening).length);
});

for (const { name, source, expected, newer } of cases) {
  test(name, async () => {
    const text = expectedText(expected);
    if (!newer) assert.equal(await runHere(source), text, "the case itself is wrong: this Node says otherwise");
    const outcome = outcomeOf(await kernel.run(source, { limits: LIMITS }));
    if (known.has(name)) assert.notEqual(outcome, text, "this works now: take it off the list of known failures");
    else assert.equal(outcome, text);
  });
}

// Every piece of JavaScript in docs/ runs and prints what its comments say.
// (handlers.md holds handlers, which a test of crate/sandbox runs.)

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const docs = new URL("../../docs/", import.meta.url);
const api = await import("nexus-kernel");
const slim = await import("nexus-kernel/slim");
const serving = await import("nexus-kernel/serve");
const AsyncFunction = (async () => {}).constructor;

const pages = readdirSync(docs, { recursive: true }).filter((page) => page.endsWith(".md") && page !== "handlers.md");
for (const page of pages.sort()) {
  const text = readFileSync(new URL(page, docs), "utf8");
  for (const [index, [, code]] of [...text.matchAll(/```js\n(.*?)```/gs)].entries()) {
    test(`${page}, example ${index + 1}`, async () => {
      const printed = [];
      const console = { log: (...values) => printed.push(values.join(" ")) };
      const expected = [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said);
      assert.ok(expected.length > 0, "the example tells nothing");
      const body = code.replaceAll(/^import (\{[^}]*\}) from "nexus-kernel";$/gm, "const $1 = api;")
        .replaceAll(/^import \{ (\w+) as (\w+) \} from "nexus-kernel\/slim";$/gm, "const { $1: $2 } = slim;")
        .replaceAll(/^import (\{[^}]*\}) from "nexus-kernel\/serve";$/gm, "const $1 = serving;");
      const kernel = /\bconst kernel =/.test(body) ? undefined : await api.createKernel();
      const names = { api, slim, serving, console, ...(kernel && { kernel }) };
      await new AsyncFunction(...Object.keys(names), body)(...Object.values(names));
      await kernel?.close();
      assert.deepEqual(printed, expected);
    });
  }
}

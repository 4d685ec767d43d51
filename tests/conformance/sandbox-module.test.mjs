// What sandbox.wasm asks of its host and what it offers is what docs/architecture.md lists, and nothing else.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

let module;
let page;

before(async () => {
  module = await WebAssembly.compile(await readFile(fileURLToPath(import.meta.resolve("nexus-kernel/sandbox.wasm"))));
  page = await readFile(new URL("../../docs/architecture.md", import.meta.url), "utf8");
});

/** The rows of the table that begins with `header`, as `kind name`, sorted. */
function documented(header) {
  const [, rest] = page.split(`| ${header} | kind | |\n`);
  assert.ok(rest, `docs/architecture.md has no table "${header}"`);
  const rows = rest.split("\n").slice(1);
  const table = rows.slice(0, rows.findIndex((row) => !row.startsWith("|")));
  return table
    .map((row) => {
      const cells = /^\| `([\w.]+)(?:\([^`]*)?` \| (\w+) \| /.exec(row);
      assert.ok(cells, `not a row of a name and its kind: ${row}`);
      return `${cells[2]} ${cells[1]}`;
    })
    .sort();
}

test("the module imports the two functions of the wall and nothing else", () => {
  const imports = WebAssembly.Module.imports(module).map(({ module, name, kind }) => `${kind} ${module}.${name}`).sort();
  assert.deepEqual(imports, ["function nexus.host_call", "function nexus.tick"]);
  assert.deepEqual(imports, documented("import of `sandbox.wasm`"));
});

test("the module exports what is documented and nothing else", () => {
  const exports = WebAssembly.Module.exports(module).map(({ name, kind }) => `${kind} ${name}`).sort();
  assert.deepEqual(exports, documented("export of `sandbox.wasm`"));
});

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { after, test } from "node:test";
import { createKernel } from "nexus-kernel";
import { samples } from "../../samples/samples.mjs";
import { documentOf } from "./harness.mjs";

const kernel = await createKernel();
after(() => kernel.close());

for (const sample of samples) {
  test(`${sample.id}: nothing is wrong with the document`, async () => {
    const inspection = await kernel.panels.inspect(await documentOf(sample));
    assert.deepEqual(inspection.diagnostics, []);
    assert.equal(inspection.title, sample.title);
    assert.equal(inspection.id, sample.id);
    assert.ok(inspection.description?.length > 40, "the description says what it is");
  });

  test(`${sample.id}: each handler declares what it needs and no more`, async () => {
    const { handlers } = await kernel.panels.inspect(await documentOf(sample));
    for (const { name, declared, inferred } of handlers) {
      // Caveats narrow: what is inferred never has any.
      const tokens = declared.map((token) => token.replace(/\?.*/, ""));
      assert.deepEqual([...tokens].sort(), [...inferred].sort(), name);
      assert.ok(!tokens.some((token) => token.endsWith("*")), `${name} has no wildcard`);
    }
  });

  test(`${sample.id}: what people use has names`, async () => {
    const nxml = await documentOf(sample);
    const tags = [...nxml.matchAll(/<(Input|Switch|Button|Action|Metric|StatusBadge|Tool)\s((?:"[^"]*"|'[^']*'|[^>"'])*)>/g)];
    const NAMES = { Input: "placeholder", Tool: "description" };
    for (const [tag, name, attributes] of tags) assert.match(attributes, new RegExp(`\\b${NAMES[name] ?? "label"}="[^"]+"`), tag);
    assert.ok(tags.length > 5);
  });
}

test("every folder with a panel is in the list", async () => {
  const folder = new URL("../../samples/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith("panel.nxml"));
  assert.deepEqual(files.sort(), samples.map(({ nxml }) => nxml).sort());
});

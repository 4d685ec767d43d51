// What extensions are told of the panel that calls, and what they keep apart by it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { extension, kernelFor, returned } from "./harness.mjs";
import { storageExtension } from "./package.mjs";

const document = (id) => `
  <NexusPanel id="${id}">
    <Logic>
      <Extension name="told"/>
      <Extension name="storage" alias="kept"/>
      <Tool name="tell" capabilities="ext:told"><Handler>return await $ext.told.who()</Handler></Tool>
      <Tool name="keep" capabilities="ext:kept.put"><Arg name="value"/><Handler>await $ext.kept.put("key", $args.value)</Handler></Tool>
      <Tool name="find" capabilities="ext:kept.get"><Handler>return await $ext.kept.get("key")</Handler></Tool>
    </Logic>
  </NexusPanel>`;

test("an extension is told panel and tool, and storage gives each panel its own keys", async () => {
  const told = extension("told", { who: ({ panelId, handler }) => [panelId, handler] });
  const kernel = await kernelFor({ extensions: [told, storageExtension()] });
  const [one, two] = [await kernel.panels.create(document("one")), await kernel.panels.create(document("two"))];
  assert.deepEqual(returned(await one.trigger("tell")), ["one", "tell"]);
  assert.deepEqual(returned(await two.trigger("tell")), ["two", "tell"]);
  returned(await one.trigger("keep", { value: "of one" }));
  assert.equal(returned(await two.trigger("find")), null);
  assert.equal(returned(await one.trigger("find")), "of one");
  assert.deepEqual(returned(await kernel.run("return await $ext.storage.list()", { capabilities: ["ext:storage"] })), []);
  const again = await kernelFor({ extensions: [storageExtension({ namespace: "shared" }), told] });
  const [first, second] = [await again.panels.create(document("one")), await again.panels.create(document("two"))];
  returned(await first.trigger("keep", { value: "of all" }));
  assert.equal(returned(await second.trigger("find")), "of all");
});

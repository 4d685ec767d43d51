// What a panel may do: what its handlers declare, as far as the embedder's policy agrees.

import assert from "node:assert/strict";
import { test } from "node:test";
import { extension, failed, kernelFor, nexusError, returned } from "./harness.mjs";
import { createKernel } from "./package.mjs";

const methods = { read: (path) => `content of ${path}`, write: () => true };
const files = { ...extension("files", methods), capabilities: { root: (_method, [path]) => path.split("/")[1] } };
const kernel = await kernelFor({ extensions: [files] });
kernel.hostFunctions.register({ name: "sum", call: (numbers) => numbers.reduce((a, b) => a + b, 0) });

/** A document with one tool per entry: its tokens, and its code. */
const document = (tools, root = "") => `<NexusPanel${root}>
  <Data><State name="a" type="number"/><State name="b" type="number"/></Data>
  <Logic><Extension name="nexus.files"/>${Object.entries(tools).map(([name, [tokens, code]]) =>
    `<Tool name="${name}"><Capabilities>${tokens.map((token) => {
      const [family, kind] = token.split(":");
      const type = ["ext", "host"].includes(family) ? family : `${family}:${kind}`;
      return `<Capability type="${type}" scope="${token.slice(type.length + 1)}"/>`;
    }).join("")}</Capabilities><Trigger type="manual"/><Handler><![CDATA[${code}]]></Handler></Tool>`).join("\n")}</Logic></NexusPanel>`;

const granted = (panel) => Object.fromEntries(panel.description.tools.map(({ name, capabilities }) => [name, capabilities]));

const EVERYTHING_CODE = {
  stateRead: ["state:read:a", "return $state.a"],
  stateWrite: ["state:write:a", "$state.a = 1"],
  emit: ["events:emit:e", "$emit('e')"],
  view: ["view:update:x", "$view.focus('x')"],
  ext: ["ext:files.read", "return await $ext.files.read('/home/a')"],
  host: ["host:sum", "return $host.sum(1, 2)"],
};

test("without a declaration nothing is allowed, with it just that", async () => {
  const bare = await kernel.panels.create(document(Object.fromEntries(Object.entries(EVERYTHING_CODE).map(([name, [, code]]) => [name, [[], code]]))));
  const declared = await kernel.panels.create(document(Object.fromEntries(Object.entries(EVERYTHING_CODE).map(([name, [token, code]]) => [name, [[token], code]]))));
  for (const [name, [token]] of Object.entries(EVERYTHING_CODE)) {
    const error = failed(await bare.trigger(name), "PERMISSION_DENIED");
    assert.equal(error.context.capability, token);
    returned(await declared.trigger(name));
  }
  assert.deepEqual(granted(declared), Object.fromEntries(Object.entries(EVERYTHING_CODE).map(([name, [token]]) => [name, [token]])));
  // What a document lacks is a warning of its check.
  assert.deepEqual(bare.description.diagnostics.filter(({ code }) => code === "MISSING_CAPABILITY").length, 6);
});

test("each handler has its own", async () => {
  const panel = await kernel.panels.create(document({ one: [["state:write:a"], "$state.a = 1"], two: [["state:read:a"], "$state.a = 2"] }));
  returned(await panel.trigger("one"));
  failed(await panel.trigger("two"), "PERMISSION_DENIED");
  assert.equal(panel.state.a, 1);
});

test("a policy is asked with what the document says of itself and wants, each token once", async () => {
  const asked = [];
  const policy = (panel, requested) => (asked.push([panel, requested]), requested);
  const tools = { one: [["state:read:a", "ext:files.read?root=home"], "return $state.a"], two: [["state:read:a", "state:write:*"], "$state.a = 1"] };
  const panel = await kernel.panels.create(document(tools, ' title="T" description="D" version="1" author="A" tags="x, y"'), { id: "asked", policy });
  assert.deepEqual(asked, [[
    { id: "asked", title: "T", description: "D", version: "1", author: "A", tags: ["x", "y"], tools: ["one", "two"] },
    ["state:read:a", "ext:files.read?root=home", "state:write:*"],
  ]]);
  assert.deepEqual(granted(panel), { one: tools.one[0], two: tools.two[0] });
});

for (const [name, answer] of [["at once", (tokens) => tokens], ["by a promise", async (tokens) => tokens]]) {
  test(`what a policy answers ${name} narrows what is declared, and never widens it`, async () => {
    const tools = {
      star: [["state:read:*", "state:write:*"], "$state.a = 1; return $state.a"],
      file: [["ext:files"], "return await $ext.files.read($args?.path ?? '/home/a')"],
      none: [[], "return $state.a"],
    };
    const policy = () => answer(["state:read:a", "state:write:*", "ext:files.read?root=home", "ext:*", "host:*", "events:emit:*"].filter((token) => token !== "ext:*"));
    const panel = await kernel.panels.create(document(tools), { policy });
    assert.deepEqual(granted(panel), { star: ["state:read:a", "state:write:*"], file: ["ext:files.read?root=home"], none: [] });
    assert.equal(returned(await panel.trigger("star")), 1);
    assert.equal(returned(await panel.trigger("file")), "content of /home/a");
    failed(await panel.trigger("none"), "PERMISSION_DENIED");
  });
}

test("a policy that grants more than was asked for grants what was asked for", async () => {
  const panel = await kernel.panels.create(document({ t: [["state:read:a"], "return $state.a"] }), { policy: () => ["state:read:*", "state:write:*", "ext:*"] });
  assert.deepEqual(granted(panel), { t: ["state:read:a"] });
});

test("a policy that grants nothing leaves a panel that may do nothing", async () => {
  const panel = await kernel.panels.create(document({ t: [["state:write:a"], "$state.a = 1"] }), { policy: () => [] });
  assert.deepEqual(granted(panel), { t: [] });
  failed(await panel.trigger("t"), "PERMISSION_DENIED");
});

test("lifecycles are asked about too", async () => {
  const policy = (_panel, requested) => requested.filter((token) => !token.startsWith("state:write"));
  const panel = await kernel.panels.create(`<NexusPanel><Data><State name="a" type="number"/></Data><Logic>
    <Lifecycle on="mount" capabilities="state:write:a, state:read:a"><Handler>$state.a = $state.a + 1</Handler></Lifecycle></Logic></NexusPanel>`, { policy });
  assert.deepEqual([panel.status, panel.state.a, panel.description.lifecycles], ["error", 0, [{ on: "mount", capabilities: ["state:read:a"] }]]);
});

const POLICIES = {
  "throws": [() => { throw new Error("not today"); }, /not today/],
  "rejects": [() => Promise.reject(new Error("not ever")), /not ever/],
  "throws nothing": [() => { throw undefined; }, /./],
  "answers nothing": [() => undefined, nexusError("INVALID_ARGUMENT", "policy")],
  "answers true": [() => true, nexusError("INVALID_ARGUMENT", "policy")],
  "answers a text": [() => "state:read:a", nexusError("INVALID_ARGUMENT", "policy")],
  "answers an object": [() => ({ a: 1 }), nexusError("INVALID_ARGUMENT", "policy")],
  "answers numbers": [() => [1], nexusError("INVALID_ARGUMENT", "policy")],
  "answers what is no token": [() => ["everything"], nexusError("INVALID_CAPABILITY", "everything")],
  "answers a token that nobody can have": [() => ["state:read:"], nexusError("INVALID_CAPABILITY", "state:read:")],
};
for (const [name, [policy, error]] of Object.entries(POLICIES)) {
  test(`a policy that ${name} keeps the panel from being made`, async () => {
    await assert.rejects(kernel.panels.create(document({ t: [["state:read:a"], "return $state.a"] }), { id: "refused", policy }), error);
    assert.equal(kernel.panels.get("refused"), undefined);
    await (await kernel.panels.create(document({}), { id: "refused" })).destroy();
  });
}

test("the kernel's policy holds for every panel, and one for a panel takes its place", async () => {
  const scoped = await kernelFor({ policy: (_panel, requested) => requested.filter((token) => token.startsWith("state:read")) });
  const tools = { t: [["state:read:a", "state:write:a"], "$state.a = 1; return $state.a"] };
  assert.deepEqual(granted(await scoped.panels.create(document(tools))), { t: ["state:read:a"] });
  assert.deepEqual(granted(await scoped.panels.create(document(tools), { policy: (_panel, requested) => requested })), { t: tools.t[0] });
});

test("tokens name extensions as the document does", async () => {
  const aliased = `<NexusPanel><Logic><Extension name="nexus.files" alias="disk"/>
    <Tool name="own" capabilities="ext:disk.read"><Trigger type="manual"/><Handler>return await $ext.disk.read("/home/a")</Handler></Tool>
    <Tool name="scoped"><Capabilities><Capability type="ext" scope="disk.read?root=home"/></Capabilities><Arg name="path"/><Trigger type="manual"/>
      <Handler>return await $ext.disk.read($args.path)</Handler></Tool></Logic></NexusPanel>`;
  const requested = [];
  const panel = await kernel.panels.create(aliased, { policy: (_panel, tokens) => (requested.push(...tokens), tokens) });
  assert.deepEqual(requested, ["ext:disk.read", "ext:disk.read?root=home"]);
  assert.equal(returned(await panel.trigger("own")), "content of /home/a");
  assert.equal(returned(await panel.trigger("scoped", ["/home/b"])), "content of /home/b");
  const denied = failed(await panel.trigger("scoped", ["/etc/passwd"]), "PERMISSION_DENIED");
  assert.equal(denied.location.line, 4);
  const result = await panel.trigger("scoped", ["/home/c"]);
  assert.equal((await kernel.replay(result.record)).status, "same");
});

test("a caveat that the extension does not know makes no panel, and tells where it stands", async () => {
  const error = await kernel.panels.create(document({ t: [["ext:files.read?size=1"], "return await $ext.files.read('/a')"] })).catch((error) => error);
  nexusError("INVALID_CAPABILITY", "size")(error);
  assert.equal(error.location.line, 3);
});

test("malformed tokens are mistakes of the document", async () => {
  for (const tokens of ["state:read", "state:read:", "state:*", "net:all", "ext:files.*", "state:read:a*"]) {
    const found = await kernel.panels.check(`<NexusPanel><Data><State name="a"/></Data><Logic><Tool name="t" capabilities="${tokens}"><Trigger type="manual"/><Handler>return 1</Handler></Tool></Logic></NexusPanel>`);
    assert.deepEqual(found.filter(({ severity }) => severity === "error").map(({ code }) => code), ["INVALID_CAPABILITY"], tokens);
  }
});

test("a signal ends the wait for a policy", async () => {
  const scoped = await createKernel();
  const controller = new AbortController();
  const creating = scoped.panels.create(document({}), { signal: controller.signal, policy: () => new Promise(() => controller.abort("long enough")) });
  await assert.rejects(creating, nexusError("CANCELLED", "long enough"));
  await scoped.close();
});

// A panel whose tools reach real servers.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createServer } from "node:http";
import { failed, kernelFor, nexusError, returned } from "./harness.mjs";
import { httpExtension } from "./package.mjs";
import { assertIdle, until, watch } from "./panel-harness.mjs";

/** A shop: pages of orders, an endpoint that keeps what it is sent, one that never answers. */
const kept = [];
const held = new Set();
const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://shop");
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const json = (status, data) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(data));
  if (url.pathname === "/orders") {
    const page = Number(url.searchParams.get("page"));
    if (page > 3) return json(404, { message: "no such page" });
    return setTimeout(json, 7 - 2 * page, 200, { orders: [1, 2].map((n) => ({ id: page * 10 + n, total: page * 100 + n })), pages: 3 });
  }
  if (url.pathname === "/paid" && request.method === "POST") return json(201, { number: kept.push(JSON.parse(Buffer.concat(chunks))) });
  if (url.pathname === "/hold") {
    held.add(response);
    return response.on("close", () => held.delete(response));
  }
  if (url.pathname === "/elsewhere") return response.writeHead(302, { location: "http://localhost:1/orders" }).end();
  response.writeHead(500).end("broken");
});
let base;
let host;
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => {
  host = `127.0.0.1:${server.address().port}`;
  base = `http://${host}`;
  resolve();
})));
after(() => { server.closeAllConnections(); server.close(); });

const SHOP = `<NexusPanel title="Shop" id="shop">
  <Data>
    <State name="base"/>
    <State name="orders" type="list"/>
    <State name="paid" type="list"/>
    <State name="status" default="empty"/>
    <Computed name="total" value="$state.orders.reduce((sum, order) => sum + order.total, 0)"/>
    <Computed name="open" value="$state.orders.filter(order => !$state.paid.includes(order.id)).length"/>
    <Computed name="label" value="$state.open + ' of ' + $state.orders.length + ' open, ' + $state.total + ' in all'"/>
  </Data>
  <Logic>
    <Extension name="nexus.http"/>
    <Tool name="load" description="Loads all pages, one after the other" capabilities="state:read:*, state:write:*, events:emit:*, ext:http.get">
      <Trigger type="manual"/>
      <Handler>
        $state.status = "loading";
        $state.orders = [];
        for (let page = 1, pages = 1; page <= pages; page++) {
          const { data } = await $ext.http.get(\`\${$state.base}/orders?page=\${page}\`);
          pages = data.pages;
          $state.orders = [...$state.orders, ...data.orders];
          $emit("page", page);
        }
        $state.status = "loaded";
      </Handler>
    </Tool>
    <Tool name="loadAtOnce" capabilities="state:read:*, state:write:*, ext:http.get">
      <Trigger type="manual"/>
      <Handler>
        const pages = await Promise.all([1, 2, 3].map((page) => $ext.http.get(\`\${$state.base}/orders?page=\${page}\`)));
        $state.orders = pages.flatMap(({ data }) => data.orders);
        return pages.map(({ status }) => status);
      </Handler>
    </Tool>
    <Tool name="pay" capabilities="state:read:*, state:write:*, ext:http.post">
      <Arg name="id" type="number"/>
      <Handler>
        const { data, status } = await $ext.http.post(\`\${$state.base}/paid\`, { id: $args.id });
        $state.paid.push($args.id);
        return [status, data.number];
      </Handler>
    </Tool>
    <Tool name="missing" capabilities="state:read:*, state:write:status, ext:http.get">
      <Trigger type="manual"/>
      <Handler>
        const { ok, status, data } = await $ext.http.get(\`\${$state.base}/orders?page=9\`);
        $state.status = ok ? "found" : \`\${status}: \${data.message}\`;
      </Handler>
    </Tool>
    <Tool name="hold" capabilities="state:read:*, state:write:status, ext:http.get">
      <Arg name="timeout" type="number" required="false"/>
      <Trigger type="manual"/>
      <Handler>
        $state.status = "holding";
        await $ext.http.get(\`\${$state.base}/hold\`, { timeout: $args.timeout ?? 20000 });
        $state.status = "answered";
      </Handler>
    </Tool>
    <Tool name="follow" capabilities="state:read:*, ext:http.get">
      <Trigger type="manual"/>
      <Handler>await $ext.http.get(\`\${$state.base}/elsewhere\`)</Handler>
    </Tool>
    <Tool name="send" capabilities="state:read:*, ext:http.get">
      <Trigger type="manual"/>
      <Handler>await $ext.http.post($state.base, {})</Handler>
    </Tool>
  </Logic>
  <View>
    <Container title="{$state.label}">
      <Iterate items="{$state.orders}" as="order" key="{$scope.order.id}">
        <Text content="#{$scope.order.id}: {$scope.order.total}"/>
        <Button label="Pay" trigger="pay" args="[$scope.order.id]" disabled="{$state.paid.includes($scope.order.id)}"/>
      </Iterate>
    </Container>
  </View>
</NexusPanel>`;

async function shop() {
  const kernel = await kernelFor({ extensions: [httpExtension({ allowedDomains: [host], allowPrivateNetworks: true })] });
  const panel = await kernel.panels.create(SHOP, { state: { base } });
  return { kernel, panel, seen: watch(panel) };
}

test("after each answer the state, what is computed of it and the view are those of that moment", async () => {
  const { kernel, panel, seen } = await shop();
  assert.deepEqual(panel.description.diagnostics.filter(({ severity }) => severity === "error"), []);
  const moments = [];
  const result = await panel.trigger("load", {}, {
    onSegment: ({ status }) => moments.push([status, panel.state.status, panel.state.orders.length, panel.computed.total, panel.computed.label, panel.view().root.props.title]),
  });
  returned(result);
  const label = (n, total) => [`${n} of ${n} open, ${total} in all`, `${n} of ${n} open, ${total} in all`];
  assert.deepEqual(moments, [
    ["suspended", "loading", 0, 0, ...label(0, 0)],
    ["suspended", "loading", 2, 203, ...label(2, 203)],
    ["suspended", "loading", 4, 606, ...label(4, 606)],
    ["success", "loaded", 6, 1209, ...label(6, 1209)],
  ]);
  assert.deepEqual(seen.of("event").map(({ payload }) => payload), [1, 2, 3]);
  assert.deepEqual(seen.patches.map(({ computed }) => computed.total), [undefined, 203, 606, 1209]);
  assert.deepEqual(result.suspensions.map(({ extensionName, method, args }) => [extensionName, method, args[0]]), [1, 2, 3].map((page) => ["http", "get", `${base}/orders?page=${page}`]));
  seen.check();
  // Without the server: everything from outside is in the record.
  assert.equal((await kernel.replay(result.record)).status, "same");
});

test("calls at once are answered in any order, and the view's buttons work", async () => {
  const { panel, seen } = await shop();
  assert.deepEqual(returned(await panel.trigger("loadAtOnce")), [200, 200, 200]);
  assert.deepEqual(panel.state.orders.map(({ id }) => id), [11, 12, 21, 22, 31, 32]);
  const buttons = () => panel.view().root.children.flatMap(function all(element) { return element.type === "Button" ? [element] : element.children.flatMap(all); });
  kept.length = 0;
  const [first, second] = buttons();
  const answers = await Promise.all([first, second].map(({ on, args }) => panel.trigger(on.trigger, args)));
  assert.deepEqual(answers.map(returned).map(([status]) => status), [201, 201]);
  assert.deepEqual(kept.map(({ id }) => id).sort(), [11, 12]);
  assert.deepEqual(panel.state.paid.toSorted(), [11, 12]);
  assert.deepEqual(buttons().map(({ props }) => props.disabled), [true, true, false, false, false, false]);
  assert.equal(panel.view().root.props.title, "4 of 6 open, 1209 in all");
  seen.check();
});

test("fifty at once over http lose nothing", async () => {
  const { kernel, panel, seen } = await shop();
  kept.length = 0;
  const results = await Promise.all(Array.from({ length: 50 }, (_, id) => panel.trigger("pay", { id })));
  assert.deepEqual(results.map((result) => returned(result)[0]), Array(50).fill(201));
  assert.deepEqual(panel.state.paid.toSorted((a, b) => a - b), Array.from({ length: 50 }, (_, id) => id));
  assert.deepEqual(kept.map(({ id }) => id).sort((a, b) => a - b), Array.from({ length: 50 }, (_, id) => id));
  assert.equal(panel.version, 50);
  seen.check();
  await assertIdle(kernel);
});

test("what the server says is data, and what goes wrong on the way is an error at the line of the document", async () => {
  const { panel, seen } = await shop();
  returned(await panel.trigger("missing"));
  assert.equal(panel.state.status, "404: no such page");
  const lineOf = (text) => SHOP.split("\n").findIndex((line) => line.includes(text)) + 1;
  const redirected = failed(await panel.trigger("follow"), "EXTENSION_ERROR");
  assert.deepEqual([redirected.location.line, redirected.context.extension, redirected.context.method], [lineOf("/elsewhere"), "http", "get"]);
  const denied = await panel.trigger("send");
  assert.equal(failed(denied, "PERMISSION_DENIED").location.line, lineOf("$ext.http.post($state.base"));
  assert.deepEqual(denied.denials, [{ operation: "ext.http.post", capability: "ext:http.post" }]);
  const late = failed(await panel.trigger("hold", { timeout: 50 }), "EXTENSION_ERROR");
  assert.equal(late.location.line, lineOf("/hold"));
  assert.equal(panel.state.status, "holding");
  assert.equal(seen.of("error").length, 3);
  seen.check();
});

test("a panel that goes takes its requests with it", async () => {
  const { kernel, panel } = await shop();
  const run = panel.trigger("hold");
  await until(() => held.size === 1);
  await panel.destroy();
  failed(await run, "CANCELLED");
  await until(() => held.size === 0);
  assert.equal(panel.state.status, "holding");
  await assertIdle(kernel);
  await assert.rejects(panel.trigger("load"), nexusError("PANEL_NOT_FOUND"));
});

test("a caveat in a document's token binds its calls, and one that nobody knows makes no panel", async () => {
  const kernel = await kernelFor({ extensions: [httpExtension({ allowedDomains: [host], allowPrivateNetworks: true })] });
  const document = (caveat) => `<NexusPanel><Data><State name="base"/></Data><Logic><Extension name="nexus.http"/>
    <Tool name="get"><Capabilities><Capability type="ext" scope="http.get?${caveat}"/><Capability type="state:read" scope="base"/></Capabilities>
    <Arg name="path"/><Trigger type="manual"/><Handler>return (await $ext.http.get($state.base + $args.path)).status</Handler></Tool></Logic></NexusPanel>`;
  const mine = await kernel.panels.create(document(`host=${host}`), { state: { base } });
  assert.equal(returned(await mine.trigger("get", ["/orders?page=1"])), 200);
  const others = await kernel.panels.create(document("host=example.com"), { state: { base } });
  failed(await others.trigger("get", ["/orders?page=1"]), "PERMISSION_DENIED");
  await assert.rejects(kernel.panels.create(document("planet=mars")), nexusError("INVALID_CAPABILITY", "planet"));
  assert.equal(kernel.panels.list().length, 2);
});

// The same element for a panel of this page, of a Web Worker and of a server; and what it shows while it has none.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { nxml, openPanels, tool } from "./open.mjs";
import { startSocketServer } from "./socket-server.mjs";

const DOCUMENT = nxml({
  title: "Everywhere",
  data: `<State name="n" type="number"/><State name="draft"/><State name="said" type="list"/>`,
  logic: tool("add", `$state.n += $args.by; $emit("toast", { message: "now " + $state.n, type: "success" }); $view.focus("field"); return $state.n;`, `<Arg name="by" type="number"/>`)
    + tool("say", `$state.said.push($state.draft); $state.draft = "";`),
  view: `<Container title="Counter"><Text id="text" content="n is {$state.n}"/><Button label="Add three" trigger="add" args="[3]"/><Input id="field" bind="$state.draft" placeholder="Say" trigger="say"/>
    <Iterate items="{$state.said}" as="line"><Text variant="caption" content="said {$scope.line}"/></Iterate></Container>`,
});

let panels;
let page;
let server;
before(async () => {
  [panels, server] = await Promise.all([openPanels(), startSocketServer()]);
  ({ page } = panels);
  await server.kernel.panels.create(DOCUMENT, { id: "everywhere" });
});
after(async () => {
  await panels?.stop();
  await server?.stop();
});

/** What somebody who uses the panel does and sees. */
async function useIt() {
  await page.getByText("n is 0").waitFor();
  await page.getByRole("button", { name: "Add three" }).click();
  await page.getByText("n is 3").waitFor();
  await page.locator(".toast").getByText("now 3").waitFor();
  await page.waitForFunction(() => globalThis.places.element.shadowRoot.activeElement?.matches("input"));
  await page.keyboard.type("hello");
  await page.keyboard.press("Enter");
  await page.getByText("said hello").waitFor();
  await page.waitForFunction(() => globalThis.places.element.shadowRoot.querySelector("input").value === "");
  assert.deepEqual((await panels.heard("nexus-error")), []);
  assert.deepEqual((await panels.heard("nexus-event")).map(({ payload }) => payload.message), ["now 3"]);
  assert.equal(await page.locator("nexus-panel .connection").count(), 0);
}

test("a panel of a kernel in this page", async () => {
  await panels.show(DOCUMENT);
  await useIt();
});

test("a panel of a kernel in a Web Worker", async () => {
  await page.evaluate((nxml) => {
    const { place, inWorker } = globalThis.places;
    return place((element) => (element.port = inWorker(nxml)));
  }, DOCUMENT);
  await useIt();
});

const showRemote = (url, token) => page.evaluate(([url, token]) => globalThis.places.place((element) => {
  element.token = token;
  element.setAttribute("src", url);
}), [url, token]);

test("a panel of a server", async () => {
  await showRemote(`${server.url}/panels/everywhere`);
  await useIt();
});

test("a connection that is lost is told, what is typed stays, and the panel goes on when it is back", async () => {
  const panel = server.kernel.panels.get("everywhere");
  await showRemote(`${server.url}/panels/everywhere`);
  await page.getByRole("textbox").pressSequentially("half");
  await page.waitForFunction(() => globalThis.places.element.shadowRoot.querySelector("input").value === "half");
  server.drop(true);
  server.cut();
  const told = page.getByText("The connection was lost. Reconnecting…");
  await told.waitFor();
  assert.equal(await page.getByText("n is 3").count(), 1, "what was shown stays");
  await page.getByRole("button", { name: "Add three" }).click();
  await page.locator(".problem").getByText("CANCELLED").waitFor();
  await panel.trigger("add", [1]);
  server.drop(false);
  await page.getByText("n is 4").waitFor();
  await told.waitFor({ state: "detached" });
  assert.equal(await page.getByRole("textbox").inputValue(), "half");
  await page.locator(".toast").getByText("now 4").waitFor();
  assert.deepEqual((await panels.heard("nexus-status")).map(({ status }) => status).filter((status, index, all) => status !== all[index - 1]), ["connecting", "connected", "reconnecting", "connected"]);
});

test("a panel that is not there is told with the server's reason", async () => {
  await page.evaluate((url) => {
    const { element } = globalThis.places;
    element.src = url;
  }, `${server.url}/panels/nobody`);
  await page.locator(".problem").getByText("PANEL_NOT_FOUND").waitFor();
  await page.getByText("Not connected.").waitFor();
  assert.equal(await page.locator("nexus-panel .view > *").count(), 0);
});

test("a panel that is destroyed stays to be looked at, and says that it is gone", async () => {
  await panels.show(DOCUMENT);
  await page.evaluate(() => globalThis.places.panel.destroy());
  await page.getByText("Not connected.").waitFor();
  assert.equal(await page.getByText("n is 0").count(), 1);
});

test("an element that is moved in its page keeps its connection and its text; one that is taken out gives it up", async () => {
  await panels.show(DOCUMENT);
  const clients = () => page.evaluate(() => globalThis.places.panel.info().clientCount ?? -1);
  await page.getByRole("textbox").fill("typed");
  await page.evaluate(() => {
    const { element } = globalThis.places;
    const section = document.createElement("section");
    document.querySelector("main").append(section);
    globalThis.kept = element.connection;
    section.append(element);
  });
  await page.getByRole("button", { name: "Add three" }).click();
  await page.getByText("n is 3").waitFor();
  assert.ok(await page.evaluate(() => globalThis.places.element.connection === globalThis.kept));
  await page.evaluate(() => globalThis.places.element.remove());
  assert.deepEqual(await page.evaluate(async () => [await globalThis.kept.closed, globalThis.places.element.connection]), [{ code: 1000, reason: "" }, undefined]);
  await page.waitForFunction(() => (globalThis.places.panel.info().clientCount ?? 0) <= 0);
  await page.evaluate(() => document.querySelector("main").append(globalThis.places.element));
  await page.getByText("n is 3").waitFor();
  assert.ok((await clients()) !== 0);
});

test("another panel in the same element begins anew", async () => {
  await panels.show(DOCUMENT);
  await page.evaluate(async (nxml) => {
    const { kernel, element } = globalThis.places;
    globalThis.second = await kernel.panels.create(nxml, { id: "second" });
    element.panel = globalThis.second;
  }, nxml({ title: "Second", view: `<Text content="the second"/>` }));
  await page.getByText("the second").waitFor();
  assert.equal(await page.getByRole("region", { name: "Second" }).count(), 1);
  assert.equal(await page.getByText("n is").count(), 0);
  await page.evaluate(() => {
    globalThis.places.element.panel = undefined;
  });
  await page.getByText("the second").waitFor({ state: "detached" });
  await page.evaluate(() => globalThis.second.destroy());
});

test("two elements show one panel", async () => {
  await panels.show(DOCUMENT);
  await page.evaluate(() => {
    const other = document.createElement("nexus-panel");
    other.id = "other";
    other.panel = globalThis.places.panel;
    document.querySelector("main").append(other);
  });
  await page.locator("#other").getByRole("button", { name: "Add three" }).click();
  await page.waitForFunction(() => [...document.querySelectorAll("nexus-panel")].every(({ shadowRoot }) => shadowRoot.querySelector("p.body")?.textContent === "n is 3"));
  await page.evaluate(() => document.querySelector("#other").remove());
});

test("what goes wrong is the page's to show if it wants", async () => {
  await panels.show(nxml({ logic: tool("fail", `throw new Error("on purpose");`), view: `<Button label="Fail" trigger="fail"/>` }));
  await page.evaluate(() => globalThis.places.element.addEventListener("nexus-error", (event) => event.preventDefault()));
  await page.getByRole("button", { name: "Fail" }).click();
  await page.waitForFunction(() => globalThis.places.heard("nexus-result").length === 1);
  assert.equal(await page.locator(".problem").count(), 0);
  assert.deepEqual(panels.errors, []);
});

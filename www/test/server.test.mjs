// The page with servers: the samples' sources over HTTP, and their panels on a kernel in Node, which several windows share.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import * as nexus from "nexus-kernel";
import { serve } from "nexus-kernel/serve";
import { start as startSources } from "../../samples/servers.mjs";
import { openSamplePanels } from "../../tests/demo/sample-panels.mjs";
import { startSite } from "./site.mjs";
import { openWorkspace } from "./workspace.mjs";

let sources;
let kernel;
let server;
let site;
before(async () => {
  sources = await startSources();
  kernel = await openSamplePanels(nexus, sources.origin);
  server = await serve(kernel, { port: 0 });
  site = await startSite({ samples: sources.origin, panels: server.url });
});
after(async () => {
  await site?.stop();
  await server?.close();
  await kernel?.close();
  await sources?.close();
});

test("a sample asks its sources over HTTP", async () => {
  const workspace = await openWorkspace(site, { hash: "#panel=weather" });
  try {
    await workspace.panel.getByText(/^They (dis)?agree: /).waitFor();
    await workspace.leaf("origin").filter({ hasText: sources.origin }).waitFor();
    assert.deepEqual(workspace.problems, []);
  } finally {
    await workspace.close();
  }
});

test("a source that is out of order is told by the panel, and the page goes on", async () => {
  sources.trouble("/weather/almanac", "error");
  const workspace = await openWorkspace(site, { hash: "#panel=weather" });
  try {
    await workspace.panel.getByText("One service only: nothing to compare with").waitFor();
  } finally {
    sources.trouble("/weather/almanac");
    await workspace.close();
  }
});

test("the server's panel is live in two windows, and each sees what the other does", async () => {
  const first = await openWorkspace(site, { hash: "#panel=todo" });
  await first.page.getByRole("radio", { name: "Server" }).check();
  await first.page.waitForURL(/#server=todo$/);
  const link = first.page.getByRole("link", { name: "Open in a second window" });
  const [page] = await Promise.all([first.page.context().waitForEvent("page"), link.click()]);
  try {
    const second = page.locator("nexus-panel");
    const box = first.panel.getByRole("textbox", { name: "What is next?" });
    await box.fill("Water the fern");
    await first.panel.getByRole("button", { name: "Add", exact: true }).click();
    await second.getByRole("switch", { name: "Water the fern" }).click();
    await first.panel.getByRole("switch", { name: "Water the fern", checked: true }).waitFor();
    // What the first is told beside its panel is what the second did.
    await first.page.locator('[data-path="todos.3.done"].changed', { hasText: "true" }).waitFor();
    assert.equal(kernel.panels.get("todo").state.todos.at(-1).done, true);
    assert.deepEqual(first.problems, []);
  } finally {
    await first.close();
  }
});

test("edits stay with the panels of the page: the server's is what it is", async () => {
  const workspace = await openWorkspace(site, { hash: "#server=todo" });
  try {
    await workspace.panel.getByRole("heading", { name: "To-do list" }).waitFor();
    await workspace.try("Rename it");
    await workspace.page.getByText("your edits are for the Web Worker and the page").waitFor();
    await workspace.panel.getByRole("heading", { name: "To-do list" }).waitFor();
    await workspace.page.getByRole("radio", { name: "Web Worker" }).check();
    await workspace.panel.getByRole("heading", { name: "2 to go" }).waitFor();
  } finally {
    await workspace.close();
  }
});

test("a server that is gone is missed in the gallery, and the rest of the page works", async () => {
  const gone = await startSite({ samples: "http://127.0.0.1:9", panels: "http://127.0.0.1:9" });
  const workspace = await openWorkspace(gone);
  try {
    const { page } = workspace;
    await page.getByRole("button", { name: /Weather, twice.*needs .cargo xtask demo/ }).waitFor();
    assert.equal(await page.getByRole("radio", { name: "Server" }).count(), 0);
    await workspace.panel.getByRole("button", { name: "20 %" }).click();
    await workspace.panel.getByText("33.60").waitFor();
    const link = await openWorkspace(gone, { hash: "#server=todo" });
    await link.panel.getByRole("heading", { name: "To-do list" }).waitFor();
    assert.deepEqual(await link.address(), { panel: "todo" }, "what the link means is made here");
    await link.close();
  } finally {
    await workspace.close();
    await gone.stop();
  }
});

for (const hash of ["#server=nothere", "#server=../../x"]) {
  test(`a link to a panel that the server cannot have opens the first sample (${hash})`, async () => {
    const workspace = await openWorkspace(site, { hash });
    try {
      await workspace.panel.getByRole("heading", { name: "Dinner for 3" }).waitFor();
    } finally {
      await workspace.close();
    }
  });
}

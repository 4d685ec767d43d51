// The live panel and what stands beside it.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { onPages } from "./pages.mjs";
import { openWorkspace } from "./workspace.mjs";

const on = onPages(openWorkspace);

const each = (workspace, value) => workspace.panel.getByText(value, { exact: true }).waitFor();

for (const place of ["Web Worker", "In the page"]) {
  describe(`the live panel (${place})`, () => {
    on("can be used, and its state and events are told beside it", {}, async (workspace, page) => {
      await page.getByRole("radio", { name: place }).check();
      await each(workspace, "30.80");
      await workspace.panel.getByRole("button", { name: "20 %" }).click();
      await each(workspace, "33.60");
      await workspace.panel.getByText("How generous!").waitFor();
      await page.locator('[data-path="tip"].changed', { hasText: "20" }).waitFor();
      await page.locator('[data-path="each"].changed', { hasText: '"33.60"' }).waitFor();
      assert.equal(await page.locator('[data-path="bill"].changed').count(), 0);
      await page.getByText("Version 1. Marked is what changed last.").waitFor();
      await workspace.tab("Activity");
      await page.locator(".activity-line.state", { hasText: "tip = 20" }).waitFor();
      await page.locator(".activity-line.event", { hasText: "How generous!" }).waitFor();
    });
  });
}

describe("the live panel", () => {
  on("changes with the document, and keeps the values whose declarations stay", {}, async (workspace, page) => {
    const bill = workspace.panel.getByRole("spinbutton", { name: "Bill" });
    await bill.fill("300");
    await bill.blur();
    await each(workspace, "110.00");
    await workspace.try("Pay in dollars");
    await workspace.panel.getByText("$", { exact: true }).waitFor();
    await each(workspace, "110.00");
    // A new default is what its author wants to see.
    const { nxml } = await workspace.address();
    await workspace.write(nxml.replace('name="bill" type="number" default="84"', 'name="bill" type="number" default="30"'));
    await each(workspace, "11.00");
    await workspace.tab("Activity");
    await page.locator(".activity-line.panel", { hasText: "split.2, with bill, people, tip as they were" }).waitFor();
    await page.locator(".activity-line.panel", { hasText: "split.3, with people, tip as they were" }).waitFor();
  });

  on("forgets the values of states that are commented out", {}, async (workspace) => {
    const view = `<View><Button label="Go" trigger="go"/></View>`;
    const logic = `<Logic><Tool name="go" capabilities="state:write:a"><Handler>$state.a = "gone";</Handler></Tool></Logic>`;
    const data = (b) => `<Data><State name="a"/>${b}</Data>`;
    await workspace.write(`<NexusPanel>${data('<State name="b" default="two"/>')}${logic}${view}</NexusPanel>`);
    await workspace.leaf("b").waitFor();
    await workspace.panel.getByRole("button", { name: "Go" }).click();
    await workspace.leaf("a").filter({ hasText: "gone" }).waitFor();
    await workspace.write(`<NexusPanel>${data('<!-- <State name="b" default="two"/> -->')}${logic}${view}</NexusPanel>`);
    await workspace.leaf("b").waitFor({ state: "detached" });
    await workspace.leaf("a").filter({ hasText: "gone" }).waitFor();
  });

  on("stays as it is while the document has errors, and comes back with its state", {}, async (workspace, page) => {
    await workspace.panel.getByRole("button", { name: "No tip" }).click();
    await each(workspace, "28.00");
    await workspace.try("Misspell something");
    await page.getByText("The document has errors: this is its last version without any.").waitFor();
    await each(workspace, "28.00");
    await workspace.panel.getByRole("button", { name: "10 %" }).click();
    await each(workspace, "30.80");
    await workspace.try("Misspell something");
    await page.getByText("The document has errors").waitFor({ state: "detached" });
    await each(workspace, "30.80");
  });

  on("begins anew when asked to", {}, async (workspace, page) => {
    await workspace.panel.getByRole("button", { name: "No tip" }).click();
    await each(workspace, "28.00");
    await page.getByRole("button", { name: "Restart" }).click();
    await each(workspace, "30.80");
  });

  on("shows a stranger's words as text, never as markup", {}, async (workspace, page) => {
    const markup = "&lt;img src=x onerror='document.title=1'&gt;";
    await workspace.write(
      `<NexusPanel title="${markup}"><Data><State name="a" default="${markup}"/></Data><View><Text content="{$state.a}"/></View></NexusPanel>`,
    );
    await workspace.leaf("a").filter({ hasText: "<img" }).waitFor();
    await workspace.panel.getByText("<img src=x").waitFor();
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.title(), "nexus-kernel");
  });

  on("that fails to mount says so, and why", {}, async (workspace, page) => {
    await workspace.write(
      `<NexusPanel><Logic><Lifecycle on="mount"><Handler>throw new Error("no luck")</Handler></Lifecycle></Logic><View><Text content="here"/></View></NexusPanel>`,
    );
    await workspace.status.filter({ hasText: "Mount failed" }).waitFor();
    await workspace.tab("Activity");
    await page.locator(".activity-line.fault", { hasText: "mount: Error: no luck" }).or(page.locator(".activity-line.fault", { hasText: "no luck" })).first().waitFor();
  });
});

describe("activity", () => {
  on("can be narrowed to one kind", {}, async (workspace, page) => {
    await workspace.panel.getByRole("button", { name: "20 %" }).click();
    await workspace.tab("Activity");
    await page.locator(".activity-line.event").waitFor();
    await page.getByRole("group", { name: "Show only" }).getByRole("button", { name: /^Events/ }).click();
    assert.equal(await page.locator(".activity-line.state").count(), 0);
    assert.equal(await page.locator(".activity-line.event").count(), 1);
  });
});

describe("capabilities", () => {
  on("that are switched off are refused at once, and given back", {}, async (workspace, page) => {
    await workspace.tab("Capabilities");
    await page.getByRole("switch", { name: /state:write:tip/ }).uncheck();
    await page.getByText("taken away", { exact: true }).waitFor();
    await workspace.tab("Activity");
    await page.locator(".activity-line.panel", { hasText: "split.2" }).waitFor();
    await workspace.panel.getByRole("button", { name: "20 %" }).click();
    await page.locator(".activity-line.fault", { hasText: /PERMISSION_DENIED.*setTip: .*state:write:tip/ }).waitFor();
    await each(workspace, "30.80");
    await workspace.tab("Audit");
    await page.locator(".audit-entry.denied", { hasText: /stateWrite.*tip.*needs state:write:tip/ }).waitFor();
    await workspace.tab("Capabilities");
    await page.getByRole("switch", { name: /state:write:tip/ }).check();
    await workspace.tab("Activity");
    await page.locator(".activity-line.panel", { hasText: "split.3" }).waitFor();
    await workspace.panel.getByRole("button", { name: "20 %" }).click();
    await each(workspace, "33.60");
  });

  on("are told as declared, needed, missing and unused, handler by handler", {}, async (workspace, page) => {
    await workspace.write(`<NexusPanel><Data><State name="n" type="number"/></Data><Logic>
      <Tool name="count" capabilities="state:write:n, events:emit:toast"><Handler>$state.n += 1;</Handler></Tool>
      <Tool name="exact" capabilities="state:write:n"><Handler>$state.n = 1;</Handler></Tool>
      </Logic><View><Button label="Go" trigger="count"/></View></NexusPanel>`);
    await workspace.tab("Capabilities");
    const count = page.locator('[data-handler="count"]');
    await count.getByText("1 missing, 1 unused").waitFor();
    assert.deepEqual(await count.locator(".chip").allTextContents(), [
      "state:write:n (declared and needed)",
      "events:emit:toast (declared, not needed)",
      "state:read:n (needed, not declared)",
    ]);
    await page.locator('[data-handler="exact"]').getByText("declares what it needs").waitFor();
    await count.getByRole("button", { name: "count" }).click();
    await page.locator(".document .cm-activeLine", { hasText: 'name="count"' }).waitFor();
  });
});

describe("the audit console", () => {
  on("filters by action, outcome, panel and text", {}, async (workspace, page) => {
    await workspace.tab("Audit");
    await workspace.panel.getByRole("button", { name: "20 %" }).click();
    await page.locator(".audit-entry", { hasText: "panelRun" }).waitFor();
    await workspace.try("Pay in dollars");
    await page.locator(".audit-entry", { hasText: /panelCreate.*split\.2/ }).waitFor();
    await page.getByLabel("By action").selectOption("stateWrite");
    assert.equal(await page.locator(".audit-entry").count(), 1);
    await page.getByLabel("By panel").selectOption("split.2");
    assert.equal(await page.locator(".audit-entry").count(), 0);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByLabel("By outcome").selectOption("denied");
    assert.equal(await page.locator(".audit-entry").count(), 0);
    await page.getByLabel("By outcome").selectOption("");
    await page.getByLabel("Text in an entry").fill("TOAST");
    assert.deepEqual(await page.locator(".audit-entry .audit-action").allTextContents(), ["eventEmit"]);
  });

  on("shows that the chain holds, and that a changed entry is found", {}, async (workspace, page) => {
    await workspace.tab("Audit");
    await workspace.panel.getByRole("button", { name: "20 %" }).click();
    await page.locator(".audit-entry", { hasText: "panelRun" }).waitFor();
    await workspace.chain.filter({ hasText: /Chain intact.*entries 1 to \d/ }).waitFor();
    await page.getByRole("button", { name: "Change an entry in a copy and check that" }).click();
    await workspace.chain.filter({ hasText: /A changed copy is found out.*Line \d+: changed/ }).waitFor();
    await page.getByRole("button", { name: "Check the log itself" }).click();
    await workspace.chain.filter({ hasText: "Chain intact" }).waitFor();
  });
});

// The samples in the gallery: each lives, and each change that is offered can be made.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startSite } from "./site.mjs";
import { openWorkspace } from "./workspace.mjs";

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

/** Something that each panel shows only when it is alive and, if it has any, its sources have answered. */
const SAMPLES = [
  ["Split the bill", (panel) => panel.getByText("30.80", { exact: true })],
  ["To-do list", (panel) => panel.getByRole("switch", { name: "Repot the lemon tree" })],
  ["Weather, twice", (panel) => panel.getByText(/^They (dis)?agree: /)],
  ["Log viewer", (panel) => panel.getByText(/^9\s?[5-9]\d\d$|^10\s?000$/).first()],
  ["Shop dashboard", (panel) => panel.getByText("All is well").or(panel.getByText(/errors|slow/i)).first()],
  ["Expense approval", (panel) => panel.getByText("796.95")],
  ["Feed reader", (panel) => panel.getByRole("button", { name: "Mark all as read" })],
];

for (const [title, sign] of SAMPLES) {
  describe(title, () => {
    test("lives, and takes each change that is offered", async () => {
      const workspace = await openWorkspace(site);
      try {
        await workspace.sample(title);
        await sign(workspace.panel).waitFor({ timeout: 15_000 });
        await workspace.tab("Activity");
        assert.deepEqual(await workspace.page.locator(".activity-line.fault").allTextContents(), []);
        const tries = workspace.page.getByRole("group", { name: "Changes to try" }).getByRole("button");
        assert.ok((await tries.count()) >= 2);
        for (const change of await tries.all()) {
          const name = await change.textContent();
          await change.click();
          assert.equal(await change.getAttribute("aria-pressed"), "true", name);
          await workspace.page.waitForTimeout(400);
          const wrong = name === "Misspell something";
          await workspace.page.getByText(wrong ? "1 error" : "No problems", { exact: true }).waitFor();
          await change.click();
          assert.equal(await change.getAttribute("aria-pressed"), "false", name);
        }
        assert.deepEqual(Object.keys(await workspace.address()), ["panel"]);
        assert.deepEqual(workspace.problems, []);
      } finally {
        await workspace.close();
      }
    });
  });
}

test("who the panel is made for decides what it may do", async () => {
  const workspace = await openWorkspace(site, { hash: "#panel=expenses" });
  try {
    const { panel, page } = workspace;
    await panel.getByText("Ann Lund").first().waitFor();
    await workspace.tab("Audit");
    // Carl's claim: about her own the document does not let her decide, about his the kernel does not.
    const approve = panel.getByRole("button", { name: "Approve", exact: true, disabled: false });
    await approve.click();
    await panel.getByText("PERMISSION_DENIED: only managers and directors decide").waitFor();
    await page.locator(".audit-entry.denied", { hasText: "storage.put" }).first().waitFor();
    await page.getByLabel("As whom").selectOption("Dora Quist, director");
    await panel.getByText("Dora Quist").first().waitFor();
    await approve.first().click();
    await panel.getByText(/^Approved “/).first().waitFor();
    await page.locator(".audit-entry.allowed", { hasText: "storage.put" }).first().waitFor();
    assert.deepEqual(workspace.problems, []);
  } finally {
    await workspace.close();
  }
});

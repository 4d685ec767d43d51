// The document of a panel: what is wrong with it, where it is kept, how it gets back.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { onPages } from "./pages.mjs";
import { openWorkspace } from "./workspace.mjs";

const on = onPages(openWorkspace);

const panel = (view, logic = "", data = "") =>
  `<NexusPanel title="Mine"><Data>${data}</Data><Logic>${logic}</Logic><View>${view}</View></NexusPanel>`;

describe("diagnostics", () => {
  on("stand in a list, under the text, and in the gutter", {}, async (workspace, page) => {
    await workspace.try("Misspell something");
    const problem = workspace.problemList.getByRole("button");
    await problem.waitFor();
    assert.match(await problem.textContent(), /^14:\d+ErrorUNDEFINED_STATE_REFERENCEthere is no state eechdid you mean "each"\?$/);
    assert.equal(await page.locator(".cm-lintRange-error").textContent(), "eech");
    assert.equal(await page.locator(".cm-lint-marker-error").count(), 1);
    await page.getByText("1 error", { exact: true }).waitFor();
    await page.locator(".cm-lintRange-error").hover();
    await page.locator(".cm-tooltip .cm-diagnostic", { hasText: /there is no state eech\s+did you mean "each"\?/ }).waitFor();
  });

  on("take the cursor to their place, by click and by key", {}, async (workspace, page) => {
    await workspace.write(panel(`<Layout>\n<Text/>${"\n".repeat(60)}<Metric label="far away"/>\n</Layout>`));
    await workspace.problemList.getByRole("button", { name: "value" }).click();
    await page.locator(".document .cm-activeLine", { hasText: "far away" }).waitFor();
    // First the one that the cursor stands on, then the next, which is the first.
    await page.keyboard.press("F8");
    await page.keyboard.press("F8");
    await page.locator(".document .cm-activeLine", { hasText: "<Text/>" }).waitFor();
  });

  on("tell warnings too, which keep no panel from living", {}, async (workspace, page) => {
    await workspace.write(panel(`<Text content="hello"/>`, "", `<State name="idle"/>`));
    await workspace.problemList.locator(".problem.warning", { hasText: "UNUSED_STATE" }).waitFor();
    await page.getByText("1 warning", { exact: true }).waitFor();
    await workspace.leaf("idle").waitFor();
  });

  on("do not hold up the typing of a long document", {}, async (workspace, page) => {
    const tools = Array.from({ length: 400 }, (_, index) => {
      return `<Tool name="tool${index}" capabilities="state:write:n"><Handler>$state.n = ${index}; for (let i = 0; i &lt; 10; i++) $state.n = i;</Handler></Tool>\n`;
    });
    await workspace.write(panel(`<Text content="{$state.n}"/>`, tools.join(""), `<State name="n" type="number"/>`));
    await page.evaluate(() => {
      globalThis.gaps = [];
      let last = performance.now();
      requestAnimationFrame(function tick() {
        const now = performance.now();
        gaps.push(now - last);
        last = now;
        requestAnimationFrame(tick);
      });
    });
    await page.keyboard.type("<!-- typed while the kernel reads -->", { delay: 40 });
    const gaps = await page.evaluate(() => globalThis.gaps);
    const longest = Math.max(...gaps);
    assert.ok(longest < 400, `${Math.round(longest)} ms without a frame`);
    await page.getByText(/^\d+ warnings$/).waitFor();
  });
});

describe("edits", () => {
  on("are in the address, survive a reload, and can be taken back", {}, async (workspace, page) => {
    assert.deepEqual(await workspace.address(), { panel: "split" });
    await workspace.try("Pay in dollars");
    await workspace.try("Forbid it to write the tip");
    const { nxml, refused, sample } = await workspace.address();
    assert.match(nxml, /unit="\$"/);
    assert.deepEqual([refused, sample], [["state:write:tip"], "split"]);
    await page.reload();
    await page.getByText("split.nxml · edited").waitFor();
    assert.deepEqual((await workspace.address()).nxml, nxml);
    await page.getByRole("button", { name: "Reset" }).click();
    assert.deepEqual(await workspace.address(), { panel: "split" });
    assert.equal(await page.getByText("edited").count(), 0);
  });

  on("are there again after another view and the way back", {}, async (workspace, page) => {
    await workspace.try("Pay in dollars");
    const edited = await workspace.address();
    await page.getByRole("button", { name: "Handlers" }).click();
    await page.waitForURL(/#sample=counter$/);
    await page.goBack();
    await workspace.status.waitFor();
    assert.deepEqual(await workspace.address(), edited);
  });

  on("that are offered can be made and taken back", {}, async (workspace, page) => {
    for (const title of ["Pay in dollars", "Add a button", "Misspell something"]) {
      await workspace.try(title);
      await page.getByText("split.nxml · edited").waitFor();
      await workspace.try(title);
      assert.equal(await page.getByText("edited").count(), 0, title);
    }
  });

  for (const hash of ["#nxml=%%%", "#nxml=AAAA", "#panel=nope", `#nxml=${"A".repeat(300_000)}`, "#else"]) {
    on(`of a broken link open the first sample (${hash.slice(0, 12)})`, { hash }, async (_workspace, page) => {
      await page.locator('.sample[aria-current="true"]', { hasText: "Split the bill" }).waitFor();
    });
  }
});

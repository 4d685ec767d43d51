// How the workspace looks and how it is used without eyes or a mouse. Pictures go to target/screenshots, for people to look at.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { SCREENSHOTS, openPlayground, startSite } from "./site.mjs";
import { openWorkspace } from "./workspace.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const SAMPLES = ["split", "todo", "weather", "logs", "dashboard", "expenses", "feeds"];

const SIZES = [
  ["light", { colorScheme: "light", samples: SAMPLES }],
  ["dark", { colorScheme: "dark", samples: ["split", "dashboard", "expenses"] }],
  ["narrow", { colorScheme: "light", viewport: { width: 1000, height: 800 } }],
  ["phone", { colorScheme: "light", viewport: { width: 390, height: 844 }, samples: SAMPLES }],
  ["phone-dark", { colorScheme: "dark", viewport: { width: 390, height: 844 } }],
];

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

/** What axe-core finds on the page as it stands: rule, element, what to do. */
async function violations(page) {
  // Through the debugger: the page's policy lets no script in.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}\n${failureSummary}`));
}

async function fits(page, what) {
  const { content, window } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, window: innerWidth }));
  assert.ok(content <= window, `${what} is ${content} px wide in ${window}`);
}

for (const [size, { samples = [], ...options }] of SIZES) {
  describe(size, () => {
    for (const sample of samples) {
      test(`${sample} fits the window, and axe-core finds nothing`, async () => {
        const workspace = await openWorkspace(site, { hash: `#panel=${sample}`, ...options });
        const { page } = workspace;
        try {
          // What its sources answer, and its charts.
          await page.waitForTimeout(1_000);
          await fits(page, sample);
          await page.screenshot({ path: `${SCREENSHOTS}panel-${sample}-${size}.png`, fullPage: size.startsWith("phone") });
          assert.deepEqual(await violations(page), []);
        } finally {
          await workspace.close();
        }
      });
    }

    test("each side of a panel fits, and axe-core finds nothing", async () => {
      const workspace = await openWorkspace(site, options);
      const { page } = workspace;
      try {
        await workspace.panel.getByRole("button", { name: "20 %" }).click();
        await workspace.try("Forbid it to write the tip");
        await workspace.tab("Activity");
        await page.locator(".activity-line.panel", { hasText: "split.2" }).waitFor();
        await workspace.panel.getByRole("button", { name: "10 %" }).click();
        await page.locator(".activity-line.fault").waitFor();
        await workspace.try("Misspell something");
        await workspace.problemList.waitFor();
        for (const tab of ["State", "Activity", "Capabilities", "Audit"]) {
          await workspace.tab(tab);
          if (tab === "Audit") await workspace.chain.waitFor();
          await page.waitForTimeout(200);
          await fits(page, tab);
          await page.screenshot({ path: `${SCREENSHOTS}inside-${tab.toLowerCase()}-${size}.png`, fullPage: size.startsWith("phone") });
          assert.deepEqual(await violations(page), [], tab);
        }
      } finally {
        await workspace.close();
      }
    });

    test("the playground of handlers has nothing that axe-core finds", async () => {
      const playground = await openPlayground(site, options);
      try {
        await playground.run();
        await fits(playground.page, "the playground");
        assert.deepEqual(await violations(playground.page), []);
      } finally {
        await playground.close();
      }
    });
  });
}

describe("the keyboard", () => {
  test("leads past the header, through the tabs, and to the panel", async () => {
    const workspace = await openWorkspace(site);
    const { page } = workspace;
    try {
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      assert.equal(await page.evaluate(() => document.activeElement.id), "output");
      await page.getByRole("tab", { name: "State" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.locator(".activity-line.panel").waitFor();
      await page.keyboard.press("ArrowLeft");
      await page.keyboard.press("ArrowLeft");
      await workspace.chain.waitFor();
      await page.getByRole("tab", { name: "Capabilities" }).click();
      await page.getByRole("switch", { name: /toast/ }).focus();
      await page.keyboard.press("Space");
      await page.getByText("taken away", { exact: true }).waitFor();
    } finally {
      await workspace.close();
    }
  });
});

test("a visitor's theme holds for the panel as well", async () => {
  const workspace = await openWorkspace(site, { colorScheme: "dark" });
  const { page } = workspace;
  try {
    const ink = () => workspace.panel.getByText("Dinner for 3").evaluate((heading) => getComputedStyle(heading).color);
    const dark = await ink();
    await page.getByRole("button", { name: "Switch to the light theme" }).click();
    await page.waitForTimeout(100);
    assert.notEqual(await ink(), dark);
  } finally {
    await workspace.close();
  }
});

// How the samples look: pictures of each, light, dark and as wide as a phone, in target/screenshots; and what axe-core finds.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { after, before, test } from "node:test";
import { openSamples } from "./in-chromium.mjs";

const FOLDER = new URL("../../target/screenshots/", import.meta.url);
const LOOKS = { light: {}, dark: { theme: "dark" }, phone: { width: 390 } };

/** The panel that is shown, when it is ready, and what is done to it for a second picture. */
const SAMPLES = {
  todo: { ready: "Repot the lemon tree", then: async (page) => page.getByRole("button", { name: "Remove" }).first().click() },
  weather: { ready: "They ", then: async (page) => page.getByRole("button", { name: "Montréal" }).click(), trouble: "/weather/fjord" },
  logs: { ready: "INFO", then: async (page) => page.getByRole("button", { name: "Error", exact: true }).click() },
  dashboard: { ready: "Newest point", then: async (page) => page.getByRole("button", { name: "Refresh" }).click(), trouble: "/metrics" },
  expenses: { panel: "expenses-bo", ready: "Printer paper", then: async (page) => page.getByRole("button", { name: "Approve" }).last().click() },
  feeds: { ready: "The night train", then: async (page) => page.getByRole("button", { name: "Open" }).first().click() },
};

let opened;
before(async () => {
  await mkdir(FOLDER, { recursive: true });
  opened = await openSamples();
});
after(() => opened?.stop());

for (const [id, { panel = id, ready, then, trouble }] of Object.entries(SAMPLES)) {
  for (const [look, options] of Object.entries(LOOKS)) {
    test(`${id}, ${look}: nothing sticks out, and axe finds nothing`, async () => {
      const { page } = opened;
      const seen = async (name) => {
        // Colours and curves that are on their way are none to judge.
        await page.waitForTimeout(700);
        await page.screenshot({ path: new URL(`${name}.png`, FOLDER).pathname, fullPage: true });
        const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
        assert.ok(wide <= room, `${wide} pixels wide in ${room}`);
        assert.deepEqual(await opened.violations(), []);
      };
      await opened.make(id, "in-page");
      await opened.show(panel, options);
      await page.locator("nexus-panel").getByText(ready).first().waitFor();
      await seen(`${id}-${look}`);
      if (trouble) opened.sources.trouble(trouble, "error");
      await then(page);
      await seen(`${id}-${look}-used`);
    });
  }
}

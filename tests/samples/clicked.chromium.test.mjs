// Each sample as somebody uses it: seen, clicked and typed into, over a kernel of the page and over one far away.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { openSamples } from "./in-chromium.mjs";

let opened;
let page;
before(async () => {
  opened = await openSamples();
  ({ page } = opened);
});
after(() => opened?.stop());
afterEach(() => assert.deepEqual(opened.errors.splice(0), [], "the page throws nothing"));

const button = (name, options) => page.getByRole("button", { name, exact: true, ...options });
const field = (name) => page.getByRole("textbox", { name, exact: true });
const toggle = (name) => page.getByRole("switch", { name, exact: true });
const toast = (text) => page.locator("nexus-panel .toast", { hasText: text }).first();
const text = (words) => page.locator("nexus-panel").getByText(words).first();
const metric = (label) => page.locator("nexus-panel-metric", { hasText: label }).locator(".value");
const eventually = async (look, expected) => {
  for (let time = 0; ; time++) {
    const seen = await look();
    try {
      return assert.deepEqual(seen, expected);
    } catch (error) {
      if (time === 150) throw error;
      await page.waitForTimeout(50);
    }
  }
};

for (const place of ["in-page", "remote"]) {
  describe(place, () => {
    const using = (id, panel, body) => async () => {
      await opened.make(id, place);
      await opened.show(panel);
      await body();
    };

    test("todo: written, ticked off, filtered, removed and brought back", using("todo", "todo", async () => {
      await field("What is next?").fill("Buy salt");
      await page.keyboard.press("Enter");
      await toast("Added “Buy salt”").waitFor();
      await eventually(() => field("What is next?").inputValue(), "");
      await field("What is next?").pressSequentially("Buy pepper");
      await button("Add").click();
      await toggle("Buy pepper").waitFor();
      await toggle("Buy salt").click();
      await eventually(() => metric("Done").textContent(), "2");
      await button("Done").click();
      await toggle("Buy pepper").waitFor({ state: "detached" });
      assert.equal(await page.getByRole("switch").count(), 2);
      await button("All").click();
      await toggle("Buy pepper").waitFor();
      await button("Remove").nth(1).click();
      await toast("Removed “Send the minutes to the co-op”").waitFor();
      await button("Undo").click();
      await toggle("Send the minutes to the co-op").waitFor();
      await button("Clear done").click();
      await toast("Cleared 2 done things").waitFor();
      await eventually(() => page.getByRole("switch").count(), 3);
      for (const name of ["Send the minutes to the co-op", "Repot the lemon tree", "Buy pepper"]) await toggle(name).click();
      await toast("All done. Time for tea.").waitFor();
    }));

    test("weather: two answers, other units, other cities, one service in trouble", using("weather", "weather", async () => {
      await text("Oslo, Norway").waitFor();
      await eventually(() => page.getByText("Humidity").count(), 2);
      await toggle("Imperial units").click();
      await text("mph").waitFor();
      await field("City").fill("lisbon");
      await page.keyboard.press("Enter");
      await text("Lisbon, Portugal").waitFor();
      opened.sources.trouble("/weather/almanac", "error");
      await button("Montréal").click();
      await text("The service is out of order (status 503).").waitFor();
      await text("Montréal, Canada").waitFor();
      await text("One service only: nothing to compare with").waitFor();
      await field("City").fill("Atlantis");
      await button("Look up").click();
      await text("The service knows no city “Atlantis”.").waitFor();
      await text("Neither service has an answer").waitFor();
    }));

    test("logs: followed, filtered, paused, cleared", using("logs", "logs", async () => {
      const kept = async () => Number((await page.locator("nexus-panel-metric .unit").first().textContent()).slice(3));
      await eventually(async () => (await kept()) >= 9500, true);
      const last = () => page.locator("nexus-panel .line").last().textContent();
      const before = await last();
      await eventually(async () => (await last()) !== before, true);
      // Those in sight, and no more.
      assert.ok((await page.locator("nexus-panel .line").count()) < 100);
      await button("Error").click();
      await eventually(async () => (await page.locator("nexus-panel .line").allTextContents()).every((line) => line.includes("billing")), true);
      await field("Only lines with this text").pressSequentially("refund");
      await eventually(async () => (await page.locator("nexus-panel .line").allTextContents()).every((line) => line.includes("refund")), true);
      assert.ok(Number(await metric("Lines").textContent()) < Number(await metric("Errors").textContent()));
      await field("Only lines with this text").fill("no such line");
      await text("No line matches.").waitFor();
      await field("Only lines with this text").fill("");
      await button("All").click();
      await toggle("Follow").click();
      await text("paused").waitFor();
      await button("Clear").click();
      await toast("The viewer is empty").waitFor();
      await eventually(kept, 0);
      await toggle("Follow").click();
      await eventually(async () => (await kept()) > 0, true);
    }));

    test("dashboard: charts are drawn, refreshed, paused and stretched", using("dashboard", "dashboard", async () => {
      const charts = page.locator("nexus-panel-chart svg, nexus-panel-chart canvas");
      await eventually(() => charts.count().then((count) => count >= 4), true);
      const newest = () => page.locator("nexus-panel").getByText(/^Newest point/).textContent();
      const before = await newest();
      await eventually(async () => (await newest()) !== before, true);
      await toggle("Live").click();
      await toggle("Paused").waitFor();
      await page.waitForTimeout(300);
      const paused = await newest();
      await page.waitForTimeout(2500);
      assert.equal(await newest(), paused);
      await button("5 min").click();
      await eventually(async () => (await newest()) !== paused, true);
      opened.sources.trouble("/metrics", "error");
      await button("Refresh").click();
      await toast("No metrics: the source is out of order (status 503)").waitFor();
      await text("No data").waitFor();
      opened.sources.trouble("/metrics");
      await button("Refresh").click();
      await toast("The metrics are back").waitFor();
    }));

    test("expenses: from Ann by Bo, whom the kernel lets decide about small amounts only, to Carl", using("expenses", "expenses-ann", async () => {
      await field("What was it spent on?").fill("Ferry to the islands");
      await field("Euro, like 12.50").fill("12,50");
      await button("Submit").click();
      await toast("Submitted “Ferry to the islands”, 12.50 €").waitFor();
      const claim = (purpose) => page.getByRole("group", { name: purpose, exact: true });
      await claim("Taxi, last ferry missed").waitFor();
      assert.ok(await claim("Ferry to the islands").getByRole("button", { name: "Approve" }).isDisabled());
      await claim("Printer paper and toner").getByRole("button", { name: "Approve" }).click();
      await toast("PERMISSION_DENIED: only managers and directors decide (Ann Lund: employee)").waitFor();

      await opened.show("expenses-bo");
      await claim("Ferry to the islands").getByRole("button", { name: "Approve" }).click();
      await toast("Approved “Ferry to the islands”").waitFor();
      await claim("Conference ticket, Lisbon").getByRole("button", { name: "Approve" }).click();
      await toast("PERMISSION_DENIED: only a director decides above 500 € (Bo Achterberg: manager)").waitFor();

      await opened.show("expenses-carl");
      await page.getByRole("button", { name: /^Approved \(2\)/ }).click();
      await claim("Ferry to the islands").getByRole("button", { name: "Pay" }).click();
      await toast("Paid “Ferry to the islands”, 12.50 €").waitFor();
      await text("Carl Osei paid “Ferry to the islands”, 12.50 €").waitFor();
    }));

    test("feeds: read as text, filtered, one feed in trouble", using("feeds", "feeds", async () => {
      await eventually(() => metric("Unread").textContent(), "13");
      const items = () => page.locator("nexus-panel-container").getByRole("button", { name: /^(Open|Close)$/ }).count();
      await eventually(items, 13);
      const seals = page.getByRole("group", { name: "Seals <3 the new breakwater" });
      await seals.getByRole("button", { name: "Open" }).click();
      await seals.getByText("keep 30 m away 🦭.").waitFor();
      assert.equal(await page.title(), "Samples", "what feeds say runs nowhere");
      await eventually(() => metric("Unread").textContent(), "12");
      await toggle("Unread only").click();
      await seals.getByRole("button", { name: "Close" }).click();
      await eventually(items, 12);
      await field("Only items with this text").pressSequentially("train");
      await eventually(items, 2);
      await field("Only items with this text").fill("");
      opened.sources.trouble("/feeds/rails", "noise");
      await button("Reload").click();
      await text("it breaks off").waitFor();
      await field("Address of a feed").fill("not an address");
      await button("Subscribe").click();
      await toast("An address begins with https://").waitFor();
      assert.equal(await field("Address of a feed").evaluate((input) => input.getRootNode().activeElement === input), true, "the input is focused");
    }));
  });
}

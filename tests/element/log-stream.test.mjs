// Logs: long ones, quick ones, and readers who look at something else than the end.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPanels, tool } from "./open.mjs";

let panels;
let page;
before(async () => {
  panels = await openPanels();
  ({ page } = panels);
});
after(() => panels?.stop());

const FILL = tool("fill", `$state.lines = Array.from({ length: $args.to - $args.from }, (_, i) => ({ level: "info", message: "line " + ($args.from + i) }));`, `<Arg name="from" type="number"/><Arg name="to" type="number"/>`);
const APPEND = tool("append", `for (let i = 0; i < $args.count; i++) $state.lines.push({ level: "warn", message: "added " + i + " " + "wrap ".repeat($args.words) });`, `<Arg name="count" type="number"/><Arg name="words" type="number" default="0"/>`);
const SHIFT = tool("shift", `$state.lines = $state.lines.slice($args.count).concat(Array.from({ length: $args.count }, (_, i) => ({ level: "info", message: "late " + i })));`, `<Arg name="count" type="number"/>`);
const LOG = { data: `<State name="lines" type="list"/>`, logic: FILL + APPEND + SHIFT, view: `<LogStream id="log" data="{$state.lines}" height="300px"/>` };

const settle = () => page.evaluate(async () => {
  for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
  await globalThis.places.element.updateComplete;
});
const look = () => page.locator(".log").evaluate((node) => {
  const { top, bottom } = node.getBoundingClientRect();
  const lines = [...node.querySelectorAll(".line")].filter((line) => line.getBoundingClientRect().bottom > top + 1 && line.getBoundingClientRect().top < bottom - 1);
  const text = (line) => line?.querySelector(".message").textContent.trim();
  return { first: text(lines[0]), last: text(lines.at(-1)), inDocument: node.querySelectorAll("*").length, top: node.scrollTop, left: node.scrollHeight - node.scrollTop - node.clientHeight };
});

test("of ten thousand lines the document holds those in sight", async () => {
  await panels.show(LOG);
  await panels.elsewhere("fill", { from: 0, to: 10_000 });
  await settle();
  const end = await look();
  assert.equal(end.last, "line 9999");
  assert.ok(end.inDocument < 250, `${end.inDocument} elements`);
  await page.locator(".log").evaluate((node) => (node.scrollTop = node.scrollHeight / 2));
  await settle();
  const middle = await look();
  assert.match(middle.first, /^line [45]\d\d\d$/);
  assert.ok(middle.inDocument < 250, `${middle.inDocument} elements`);
});

test("the end stays in sight, also of lines that wrap, until the reader scrolls up", async () => {
  await panels.show(LOG, { width: "400px" });
  await panels.elsewhere("fill", { from: 0, to: 200 });
  for (let time = 0; time < 3; time++) {
    await panels.elsewhere("append", { count: 7, words: 40 });
    await settle();
    const { last, left } = await look();
    assert.match(last, /^added 6/);
    assert.ok(left <= 1, `${left} pixels from the end`);
  }
  await page.locator(".log").hover();
  await page.mouse.wheel(0, -1500);
  await page.waitForFunction(() => {
    const log = globalThis.places.element.shadowRoot.querySelector(".log");
    return log.scrollHeight - log.scrollTop - log.clientHeight > 500;
  });
  await settle();
  const before = await look();
  await panels.elsewhere("append", { count: 5 });
  await settle();
  const after = await look();
  assert.deepEqual([after.first, after.top], [before.first, before.top]);
  await page.getByRole("button", { name: "5 new lines" }).click();
  await settle();
  assert.equal((await look()).last, "added 4");
  assert.equal(await page.getByRole("button", { name: /new lines/ }).count(), 0);
  await panels.elsewhere("append", { count: 3 });
  await settle();
  assert.equal((await look()).last, "added 2", "at the end it follows again");
});

test("a reader keeps the place while old lines are dropped", async () => {
  await panels.show(LOG);
  await panels.elsewhere("fill", { from: 0, to: 500 });
  await settle();
  await page.locator(".log").hover();
  await page.mouse.wheel(0, -4000);
  await settle();
  await settle();
  const before = await look();
  assert.match(before.first, /^line \d+$/);
  await panels.elsewhere("shift", { count: 60 });
  await settle();
  const after = await look();
  assert.equal(after.first, before.first);
});

test("autoScroll=false stays at the beginning", async () => {
  await panels.show({ ...LOG, view: `<LogStream data="{$state.lines}" autoScroll="false"/>` });
  await panels.elsewhere("fill", { from: 0, to: 500 });
  await settle();
  assert.equal((await look()).first, "line 0");
});

test("the keyboard scrolls it", async () => {
  await panels.show(LOG);
  await panels.elsewhere("fill", { from: 0, to: 1000 });
  await settle();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => globalThis.places.element.shadowRoot.activeElement.getAttribute("role")), "log");
  await page.keyboard.press("Home");
  await page.waitForFunction(() => globalThis.places.element.shadowRoot.querySelector(".log").scrollTop === 0);
});

test("texts, objects and anything else are lines", async () => {
  const lines = ["plain", "08:19:59.750 WARN  web      slow", "[2026-01-01T10:20:30Z] [Error]: no", "10:00:00 information", { level: "ERROR", text: "bad", timestamp: "2026-01-01T10:20:30" }, { level: "odd", message: { a: 1 }, time: 5 }, 7, { only: true }];
  await panels.show({ data: `<State name="lines" type="list" default='${JSON.stringify(lines)}'/>`, view: `<LogStream data="{$state.lines}"/>` });
  const rows = await page.locator(".line").evaluateAll((nodes) => nodes.map((node) => [node.dataset.level, node.innerText.replaceAll(/\s+/g, " ").trim()]));
  assert.deepEqual(rows, [["", "plain"], ["warn", "08:19:59.750 warn web slow"], ["error", "2026-01-01T10:20:30Z error no"], ["", "10:00:00 information"], ["error", "10:20:30 error bad"], ["", `5 {"a":1}`], ["", "7"], ["", `{"only":true}`]]);
});

test("lines that come in while ten thousand are there leave the page its frames", async (t) => {
  await panels.show(LOG);
  await panels.elsewhere("fill", { from: 0, to: 10_000 });
  await settle();
  const measured = await page.evaluate(async () => {
    const { panel, element } = globalThis.places;
    // What the panel itself takes is not the element's: its views are made first, and then shown one by one.
    const views = [];
    for (let time = 0; time < 30; time++) {
      await panel.trigger("append", { count: 5 });
      views.push(JSON.stringify({ type: "VIEW", version: 0, view: panel.view() }));
    }
    const { port1, port2 } = new MessageChannel();
    element.panel = undefined;
    element.port = port1;
    port2.postMessage(JSON.stringify({ type: "CONNECTED", panelId: "x", clientId: "x", title: "x", status: "running", version: 0, resumed: false, state: {}, computed: {}, heartbeatMs: 30_000 }));
    const frames = [];
    let most = 0;
    for (const view of views) {
      port2.postMessage(view);
      const start = performance.now();
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      frames.push((performance.now() - start) / 2);
      most = Math.max(most, element.shadowRoot.querySelectorAll("*").length);
    }
    const { length } = panel.state.lines;
    const last = element.shadowRoot.querySelector(".line:last-child .message").textContent;
    frames.sort((a, b) => a - b);
    return { length, last, most, median: frames[frames.length >> 1], worst: frames.at(-1) };
  });
  t.diagnostic(`frame ${measured.median.toFixed(1)} ms in the middle, ${measured.worst.toFixed(1)} ms at worst, ${measured.most} elements at most`);
  assert.equal(measured.length, 10_150);
  assert.match(measured.last, /^added 4/);
  assert.ok(measured.most < 300, `${measured.most} elements`);
});

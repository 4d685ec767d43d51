// View commands of handlers, and toasts.

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

const list = (name, value) => `<State name="${name}" type="list" default='${JSON.stringify(value)}'/>`;

/** Presses the button that runs the tool, and waits for its end. */
async function press(label) {
  const before = (await panels.heard("nexus-result")).length;
  await page.getByRole("button", { name: label, exact: true }).click();
  await page.waitForFunction((before) => globalThis.places.heard("nexus-result").length > before, before);
  // Commands are carried out after the view has been.
  await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    await globalThis.places.element.updateComplete;
  });
}

const shown = (selector) => page.locator(selector).allTextContents().then((texts) => texts.map((text) => text.trim()));

test("setFilter shows only what has the text: items, lines, points", async () => {
  await panels.show({
    data: `${list("rows", ["Apple", "Banana", "Pineapple"])}${list("lines", ["an apple", { level: "warn", message: "a pear" }])}${list("points", [{ m: "apple", v: 1 }, { m: "pear", v: 2 }])}`,
    logic: tool("filter", `for (const id of ["items", "log", "chart"]) $view.setFilter(id, $args.by);`, `<Arg name="by"/>`),
    view: `<Layout><Container id="items"><Iterate items="{$state.rows}" as="row"><Text content="{$scope.row}"/><StatusBadge label="of {$scope.row}" status="info"/></Iterate></Container>
      <LogStream id="log" data="{$state.lines}"/><Chart id="chart" type="bar" data="{$state.points}" xKey="m" yKey="v"/>
      <Button label="apple" trigger="filter" args="['apple']"/><Button label="none" trigger="filter" args="['nothing']"/><Button label="all" trigger="filter" args="['']"/></Layout>`,
  });
  await press("apple");
  assert.deepEqual(await shown("nexus-panel-text"), ["Apple", "Pineapple"]);
  assert.equal((await shown(".badge")).length, 2);
  assert.deepEqual(await shown(".message"), ["an apple"]);
  await page.getByRole("img", { name: /1 point, from 1 to 1/ }).waitFor();
  await press("none");
  assert.deepEqual(await shown("nexus-panel-text"), []);
  assert.deepEqual(await shown(".log .empty"), ["No line has “nothing”."]);
  await press("all");
  assert.deepEqual(await shown("nexus-panel-text"), ["Apple", "Banana", "Pineapple"]);
  assert.deepEqual(await shown(".message"), ["an apple", "a pear"]);
});

test("a command is carried out on what the same run has made visible", async () => {
  await panels.show({
    data: `<State name="open" type="boolean"/><State name="t"/>`,
    logic: tool("open", `$state.open = true; $view.focus("field");`),
    view: `<Layout><Button label="Open" trigger="open"/><If condition="{$state.open}"><Container><Input id="field" bind="$state.t" placeholder="Field"/></Container></If></Layout>`,
  });
  await press("Open");
  assert.ok(await page.getByRole("textbox", { name: "Field" }).evaluate((node) => node.getRootNode().activeElement === node));
});

test("scrollTo brings an end, or so many pixels, into sight", async () => {
  const lines = Array.from({ length: 300 }, (_none, index) => `line ${index}`);
  await page.setViewportSize({ width: 800, height: 600 });
  await panels.show({
    data: list("lines", lines),
    logic: tool("scroll", `$view.scrollTo($args.id, $args.to === "100" ? 100 : $args.to);`, `<Arg name="id"/><Arg name="to"/>`),
    view: `<Layout><Button label="top" trigger="scroll" args="['log', 'top']"/><Button label="bottom" trigger="scroll" args="['log', 'bottom']"/><Button label="100" trigger="scroll" args="['log', '100']"/><Button label="last" trigger="scroll" args="['last', 'bottom']"/>
      <LogStream id="log" data="{$state.lines}"/><Text content="${"long ".repeat(4000)}"/><Text id="last" content="the last"/></Layout>`,
  });
  const at = () => page.locator(".log").evaluate((node) => [node.scrollTop, node.scrollHeight - node.scrollTop - node.clientHeight]);
  await press("top");
  assert.equal((await at())[0], 0);
  await press("100");
  assert.equal((await at())[0], 100);
  await press("bottom");
  assert.ok((await at())[1] <= 1, String(await at()));
  await press("last");
  await page.waitForFunction(() => {
    const { bottom } = globalThis.places.element.shadowRoot.querySelector("[data-id=last]").getBoundingClientRect();
    return bottom <= innerHeight + 1;
  });
  await page.evaluate(() => scrollTo(0, 0));
});

test("setProp outranks the view until the view says something else", async () => {
  await panels.show({
    data: `<State name="label" default="Bound"/><State name="n" type="number"/>`,
    logic: tool("override", `$view.command("b", "setProp", { name: "label", value: "Set" });`) + tool("other", `$state.n++;`) + tool("change", `$state.label = "Changed";`),
    view: `<Layout><Button id="b" label="{$state.label}" variant="{$state.n ? 'ghost' : 'secondary'}" trigger="other"/><Button label="override" trigger="override"/><Button label="other" trigger="other"/><Button label="change" trigger="change"/><Text content="{$state.n}"/></Layout>`,
  });
  const label = () => page.locator("[data-id=b] .label").textContent();
  await press("override");
  assert.equal(await label(), "Set");
  await press("other");
  assert.equal(await page.locator("[data-id=b] button").getAttribute("data-variant"), "ghost");
  assert.equal(await label(), "Set", "what else changes changes nothing");
  await press("change");
  assert.equal(await label(), "Changed");
});

test("call calls the methods that a component has, and no others", async () => {
  await panels.show({
    data: `<State name="t" default="all of it"/>${list("lines", ["old"])}`,
    logic: tool("select", `$view.command("field", "call", { method: "select" });`) + tool("clear", `$view.command("log", "call", { method: "clear", args: [] });`)
      + tool("log", `$state.lines.push("new");`) + tool("table", `$view.command("chart", "call", { method: "showTable" });`) + tool("remove", `$view.command("field", "call", { method: "remove" });`),
    view: `<Layout><Input id="field" bind="$state.t"/><LogStream id="log" data="{$state.lines}"/><Chart id="chart" type="bar" data="[1]"/>
      ${["select", "clear", "log", "table", "remove"].map((name) => `<Button label="${name}" trigger="${name}"/>`).join("")}</Layout>`,
  });
  await press("select");
  assert.deepEqual(await page.getByRole("textbox").evaluate((node) => [node.selectionStart, node.selectionEnd]), [0, 9]);
  await press("clear");
  assert.deepEqual(await shown(".message"), []);
  await press("log");
  assert.deepEqual(await shown(".message"), ["new"]);
  await press("table");
  assert.equal(await page.getByRole("table").count(), 1);
  await press("remove");
  assert.equal(await page.getByRole("textbox").count(), 1, "methods of every element are not the component's");
  assert.deepEqual((await panels.heard("nexus-command")).map(({ args }) => args.params.method), ["remove"]);
});

test("a command that the element does not know is the page's", async () => {
  await panels.show({
    logic: tool("go", `$view.command("a", "confetti", { n: 3 }); $view.focus("nowhere");`),
    view: `<Button id="a" label="Go" trigger="go"/>`,
  });
  await press("Go");
  assert.deepEqual(await panels.heard("nexus-command"), [
    { type: "custom", componentId: "a", args: { command: "confetti", params: { n: 3 } } },
    { type: "focus", componentId: "nowhere", args: {} },
  ]);
});

const TOASTS = tool("toast", `$emit("toast", { message: $args.text, type: $args.type });`, `<Arg name="text"/><Arg name="type" default="info"/>`);

test("toasts are read out, politely or at once, and can be dismissed", async () => {
  await panels.show({ logic: TOASTS, view: `<Text content="x"/>` });
  await panels.elsewhere("toast", { text: "Saved", type: "success" });
  await panels.elsewhere("toast", { text: "Lost", type: "error" });
  assert.equal(await page.getByRole("status").filter({ hasText: "Saved" }).count(), 1);
  assert.equal(await page.getByRole("alert").filter({ hasText: "Lost" }).count(), 1);
  await page.getByRole("status").filter({ hasText: "Saved" }).getByRole("button", { name: "Dismiss" }).click();
  assert.deepEqual(await shown(".toast p"), ["Lost"]);
  await page.getByRole("button", { name: "Dismiss" }).focus();
  await page.keyboard.press("Escape");
  assert.deepEqual(await shown(".toast p"), []);
  assert.deepEqual(await panels.heard("nexus-event"), [
    { name: "toast", payload: { message: "Saved", type: "success" } },
    { name: "toast", payload: { message: "Lost", type: "error" } },
  ]);
});

test("five toasts at most, the newest; a text alone is one too", async () => {
  await panels.show({ logic: TOASTS + tool("text", `$emit("toast", "only text");`), view: `<Text content="x"/>` });
  for (let number = 1; number <= 6; number++) await panels.elsewhere("toast", { text: `toast ${number}` });
  await panels.elsewhere("text");
  assert.deepEqual(await shown(".toast p"), ["toast 3", "toast 4", "toast 5", "toast 6", "only text"]);
});

test("a toast goes by itself, but not while the pointer is at it or something in it has the focus", async () => {
  const fresh = await openPanels();
  try {
    await fresh.page.clock.install();
    await fresh.show({ logic: TOASTS, view: `<Text content="x"/>` });
    const count = () => fresh.page.locator(".toast").count();
    await fresh.page.evaluate(() => globalThis.places.panel.trigger("toast", { text: "short" }));
    await fresh.page.locator(".toast").waitFor();
    await fresh.page.clock.runFor(4000);
    await fresh.page.locator(".toast").hover();
    await fresh.page.clock.runFor(20_000);
    assert.equal(await count(), 1);
    await fresh.page.mouse.move(0, 0);
    await fresh.page.getByRole("button", { name: "Dismiss" }).focus();
    await fresh.page.clock.runFor(20_000);
    assert.equal(await count(), 1);
    await fresh.page.evaluate(() => globalThis.places.element.shadowRoot.activeElement.blur());
    await fresh.page.clock.runFor(500);
    assert.equal(await count(), 1, "a second is left");
    await fresh.page.clock.runFor(1000);
    assert.equal(await count(), 0);
  } finally {
    await fresh.stop();
  }
});

test("a page can keep a toast from being shown", async () => {
  await panels.show({ logic: TOASTS, view: `<Text content="x"/>` });
  await page.evaluate(() => globalThis.places.element.addEventListener("nexus-event", (event) => event.preventDefault()));
  await panels.elsewhere("toast", { text: "the page's own" });
  assert.equal(await page.locator(".toast").count(), 0);
});

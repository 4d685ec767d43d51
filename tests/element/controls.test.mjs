// What each component does when it is used, with the pointer and with the keyboard alone.

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

const DRAFT = `<State name="draft"/><State name="log" type="list"/>`;
const ADD = tool("add", `$state.log.push($state.draft); $state.draft = "";`);
const becomes = async (read, expected) => {
  let found;
  for (let attempt = 0; attempt < 200; attempt++) {
    found = await read();
    try {
      return assert.deepEqual(found, expected);
    } catch {
      await page.waitForTimeout(10);
    }
  }
  assert.deepEqual(found, expected);
};
const draft = async () => (await panels.state()).draft;
const sets = () => page.evaluate(() => globalThis.places.sets);

/** Counts the values that the element sends. */
const countSets = () => page.evaluate(() => {
  const { element } = globalThis.places;
  globalThis.places.sets = [];
  const set = element.connection.set.bind(element.connection);
  element.connection.set = (path, value) => (globalThis.places.sets.push(value), set(path, value));
});

test("what is typed is sent after a pause, not key by key", async () => {
  await panels.show({ data: DRAFT, view: `<Input bind="$state.draft" placeholder="Next"/>` });
  await countSets();
  const input = page.getByRole("textbox", { name: "Next" });
  await input.pressSequentially("milk", { delay: 5 });
  await becomes(draft, "milk");
  const sent = await sets();
  assert.ok(sent.length < 4 && sent.at(-1) === "milk", JSON.stringify(sent));
});

test("leaving a field sends what was typed at once, and once", async () => {
  await panels.show({ data: DRAFT, view: `<Layout><Input bind="$state.draft" placeholder="Next"/><Button label="other"/></Layout>` });
  await countSets();
  await page.getByRole("textbox").fill("milk");
  await page.keyboard.press("Tab");
  assert.deepEqual(await sets(), ["milk"]);
  await becomes(draft, "milk");
  await page.waitForTimeout(250);
  assert.deepEqual(await sets(), ["milk"]);
});

test("Enter sends what was typed, then runs the tool; what the tool leaves in the field is shown", async () => {
  await panels.show({ data: DRAFT, logic: ADD, view: `<Layout><Input bind="$state.draft" placeholder="Next" trigger="add"/><Button label="Add" trigger="add"/></Layout>` });
  const input = page.getByRole("textbox");
  await input.click();
  await page.keyboard.type("milk");
  await page.keyboard.press("Enter");
  await becomes(async () => (await panels.state()).log, ["milk"]);
  await becomes(() => input.inputValue(), "");
  assert.ok(await input.evaluate((node) => node.getRootNode().activeElement === node), "the focus stays");
  await page.keyboard.type("eggs");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await becomes(async () => (await panels.state()).log, ["milk", "eggs"]);
});

test("a change from elsewhere does not overwrite what is being typed, and is shown after that", async () => {
  await panels.show({ data: DRAFT, logic: tool("change", `$state.draft = $args.to;`, `<Arg name="to"/>`), view: `<Layout><Input bind="$state.draft" placeholder="Next"/><Button label="other"/></Layout>` });
  const input = page.getByRole("textbox");
  await input.pressSequentially("half a w");
  await becomes(draft, "half a w");
  await panels.elsewhere("change", { to: "from elsewhere" });
  assert.equal(await input.inputValue(), "half a w");
  await page.keyboard.press("Tab");
  await becomes(() => input.inputValue(), "from elsewhere");
  assert.equal(await draft(), "from elsewhere", "leaving the field sends nothing that was sent before");
  await input.focus();
  await panels.elsewhere("change", { to: "again" });
  assert.equal(await input.inputValue(), "again", "who only stands in a field types nothing");
});

test("half a word of a script that is being composed is not sent", async () => {
  await panels.show({ data: DRAFT, view: `<Input bind="$state.draft" placeholder="Next"/>` });
  await countSets();
  await page.getByRole("textbox").focus();
  const client = await page.context().newCDPSession(page);
  await client.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await page.waitForTimeout(250);
  assert.deepEqual(await sets(), []);
  await client.send("Input.insertText", { text: "日本" });
  await becomes(draft, "日本");
});

test("a number is sent as a number, and what is none is not", async () => {
  await panels.show({ data: `<State name="n" type="number" default="3"/><State name="mail"/><State name="key"/>`, view: `<Layout><Input bind="$state.n" inputType="number"/><Input bind="$state.mail" inputType="email"/><Input bind="$state.key" inputType="password"/></Layout>` });
  const input = page.getByRole("spinbutton", { name: "n" });
  assert.equal(await input.inputValue(), "3");
  await input.fill("4.5");
  await becomes(async () => (await panels.state()).n, 4.5);
  await input.fill("");
  await page.keyboard.press("Tab");
  await becomes(() => input.inputValue(), "4.5");
  assert.equal((await panels.state()).n, 4.5);
  assert.deepEqual(await panels.heard("nexus-error"), []);
  assert.deepEqual(await page.locator("input").evaluateAll((nodes) => nodes.map(({ type }) => type)), ["number", "email", "password"]);
});

test("a value that the state refuses is told, and the field shows the state again", async () => {
  await panels.show({ data: `<State name="rows" type="object" default='{"a":1}'/>`, view: `<Layout><Input bind="$state.rows"/></Layout>` });
  const input = page.getByRole("textbox");
  await input.fill("no object");
  await page.locator(".problem").getByText("INVALID_ARGUMENT").waitFor();
  assert.equal(await input.inputValue(), "no object", "while it is being typed");
  await page.keyboard.press("Tab");
  await becomes(() => input.inputValue(), '{"a":1}');
});

test("an item keeps focus, marked text and what was typed when the list is sorted anew", async () => {
  await panels.show({
    data: `<State name="rows" type="list" default='[{"id":"a","t":"one"},{"id":"b","t":"two"},{"id":"c","t":"three"}]'/>`,
    logic: tool("turn", `$state.rows.reverse();`),
    view: `<Iterate items="{$state.rows}" as="row" key="{$scope.row.id}"><Input bind="$scope.row.t" placeholder="{$scope.row.id}"/></Iterate>`,
  });
  for (const id of ["a", "b", "c"]) {
    const input = page.getByRole("textbox", { name: id, exact: true });
    await input.focus();
    await page.keyboard.press("End");
    await page.keyboard.type(`-${id}-half`);
    await input.evaluate((node) => node.setSelectionRange(1, 3));
    await panels.elsewhere("turn");
    const now = await input.evaluate((node) => [node.getRootNode().activeElement === node, node.selectionStart, node.selectionEnd, node.value.endsWith(`-half`)]);
    assert.deepEqual(now, [true, 1, 3, true], id);
  }
  await page.keyboard.press("Tab");
  await becomes(async () => Object.fromEntries((await panels.state()).rows.map(({ id, t }) => [id, t])), { a: "one-a-half", b: "two-b-half", c: "three-c-half" });
});

test("what is typed into an item goes to where the item is by then", async () => {
  await panels.show({
    data: `<State name="rows" type="list" default='[{"id":"a","t":""},{"id":"b","t":""}]'/>`,
    logic: tool("turn", `$state.rows.reverse();`),
    view: `<Iterate items="{$state.rows}" as="row" key="{$scope.row.id}"><Input bind="$scope.row.t" placeholder="{$scope.row.id}"/></Iterate>`,
  });
  await page.evaluate(async () => {
    const { panel, element } = globalThis.places;
    const input = element.shadowRoot.querySelector("input");
    input.value = "for a";
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await panel.trigger("turn");
  });
  await becomes(async () => (await panels.state()).rows, [{ id: "b", t: "" }, { id: "a", t: "for a" }]);
});

test("a switch is a switch, shows at once what was chosen and what became of it", async () => {
  await panels.show({ data: `<State name="on" type="boolean"/><State name="n" type="number"/>`, logic: tool("count", "$state.n++;"), view: `<Layout><Switch bind="$state.on" label="Active" trigger="count"/><Switch bind="$state.on"/><Switch bind="$state.on" label="Never" disabled="true"/></Layout>` });
  const active = page.getByRole("switch", { name: "Active" });
  assert.equal(await active.getAttribute("aria-checked"), "false");
  await active.click();
  assert.equal(await active.getAttribute("aria-checked"), "true");
  await becomes(panels.state, { on: true, n: 1 });
  await page.keyboard.press("Space");
  await becomes(panels.state, { on: false, n: 2 });
  assert.equal(await page.getByRole("switch", { name: "on", exact: true }).getAttribute("aria-checked"), "false");
  assert.ok(await page.getByRole("switch", { name: "Never" }).isDisabled());
});

test("a button gives its tool the arguments and the scope of its place", async () => {
  await panels.show({
    data: `<State name="rows" type="list" default='["a","b"]'/><State name="said" type="list"/>`,
    logic: tool("say", "$state.said.push([$args.what, $scope.row, $scope.rowIndex]);", `<Arg name="what"/>`),
    view: `<Iterate items="{$state.rows}" as="row"><Button label="say {$scope.row}" trigger="say" args="[$scope.row]"/></Iterate>`,
  });
  await page.getByRole("button", { name: "say b" }).click();
  await becomes(async () => (await panels.state()).said, [["b", "b", 1]]);
});

test("a button is busy until the answer is there, and runs once however often it is pressed", async () => {
  await panels.show({ data: `<State name="n" type="number"/>`, logic: tool("slow", `await $ext.gate.wait("slow"); $state.n++;`), view: `<Layout><Button label="Slow" trigger="slow"/><Action label="Also" trigger="slow" disabled="true"/></Layout>` });
  const button = page.getByRole("button", { name: "Slow" });
  await button.click();
  await becomes(() => button.getAttribute("aria-busy"), "true");
  await button.click({ force: true });
  await page.keyboard.press("Enter");
  assert.ok(await button.evaluate((node) => node.getRootNode().activeElement === node), "it keeps the focus");
  assert.equal(await page.evaluate(() => globalThis.places.panel.info().suspendedRuns + globalThis.places.panel.info().queuedRuns), 1);
  await page.evaluate(() => globalThis.places.open("slow"));
  await becomes(() => button.getAttribute("aria-busy"), null);
  assert.equal((await panels.state()).n, 1);
  assert.ok(await page.getByRole("button", { name: "Also" }).isDisabled());
});

test("everything with a trigger is reached and run by the keyboard", async () => {
  const trigger = (name) => `trigger="say" args="['${name}']"`;
  await panels.show({
    data: `<State name="said" type="list"/><State name="t"/><State name="on" type="boolean"/>`,
    logic: tool("say", "$state.said.push($args.what);", `<Arg name="what"/>`),
    view: `<Layout><Text content="text" ${trigger("text")}/><Metric label="metric" value="1" ${trigger("metric")}/><StatusBadge label="badge" status="info" ${trigger("badge")}/>
      <Container title="container" ${trigger("container")}><Button label="inside" ${trigger("inside")}/></Container><Chart type="bar" data="[1]" ${trigger("chart")}/>
      <LogStream id="log" data="['x']" ${trigger("log")}/><Input bind="$state.t" placeholder="input" ${trigger("input")}/><Switch bind="$state.on" label="switch" ${trigger("switch")}/><Button label="button" ${trigger("button")}/></Layout>`,
  });
  await page.locator("canvas").waitFor();
  // Whatever takes the focus in turn is pressed.
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => globalThis.places.element.shadowRoot.activeElement?.matches("button, input"));
    if (at) await page.keyboard.press("Enter");
    await page.waitForTimeout(5);
    if (!(await page.evaluate(() => globalThis.places.element.shadowRoot.activeElement)) && step > 5) break;
  }
  await becomes(async () => [...new Set((await panels.state()).said)].sort(), ["badge", "button", "chart", "container", "input", "inside", "log", "metric", "switch", "text"]);
});

test("a click anywhere on a component with a trigger runs it, but not through what takes clicks itself", async () => {
  await panels.show({
    data: `<State name="said" type="list"/><State name="t"/>`,
    logic: tool("say", "$state.said.push($args.what);", `<Arg name="what"/>`),
    view: `<Container title="Card" trigger="say" args="['outer']"><Text content="plain words"/><Input bind="$state.t" placeholder="field"/><Button label="inner" trigger="say" args="['inner']"/><Container variant="panel" trigger="say" args="['nested']"><Text content="deep"/></Container></Container>`,
  });
  await page.getByText("plain words").click();
  await becomes(async () => (await panels.state()).said, ["outer"]);
  await page.getByRole("textbox").click();
  await page.getByRole("button", { name: "inner" }).click();
  await becomes(async () => (await panels.state()).said, ["outer", "inner"]);
  await page.getByText("deep").click();
  await becomes(async () => (await panels.state()).said, ["outer", "inner", "nested"]);
});

test("a tool that fails is told with its code and message until it succeeds or that is dismissed", async () => {
  await panels.show({
    data: `<State name="fine" type="boolean"/>`,
    logic: tool("try", `if (!$state.fine) throw new Error("on purpose"); return 1;`),
    view: `<Layout><Button label="Try" trigger="try"/><Switch bind="$state.fine" label="fine"/></Layout>`,
  });
  const problem = page.locator(".problem");
  await page.getByRole("button", { name: "Try" }).click();
  await problem.waitFor();
  assert.match(await problem.textContent(), /EXECUTION_ERROR\s+Error: on purpose/);
  await page.getByRole("button", { name: /Dismiss/ }).click();
  assert.equal(await problem.count(), 0);
  await page.getByRole("button", { name: "Try" }).click();
  await problem.waitFor();
  await page.getByRole("switch").click();
  await page.getByRole("button", { name: "Try" }).click();
  await becomes(() => problem.count(), 0);
  const results = await panels.heard("nexus-result");
  assert.deepEqual(results.map(({ tool, result }) => [tool, result.status]), [["try", "error"], ["try", "error"], ["try", "success"]]);
  assert.deepEqual((await panels.heard("nexus-error")).map(({ code }) => code), ["EXECUTION_ERROR", "EXECUTION_ERROR"]);
});

const TEXTS = tool("take", "$state.log.push($args.text);", '<Arg name="text"/>');

test("arguments and scope are those after what was typed or chosen", async () => {
  await panels.show({
    data: `${DRAFT}<State name="on" type="boolean"/><State name="rows" type="list" default='[{"t":"a"}]'/>`,
    logic: TEXTS + tool("scoped", "$state.log.push($scope.row.t);"),
    view: `<Layout><Input bind="$state.draft" placeholder="Next" trigger="take" args="[$state.draft]"/><Button label="Take" trigger="take" args="[$state.draft]"/>
      <Switch bind="$state.on" label="On" trigger="take" args="[String($state.on)]"/>
      <Iterate items="{$state.rows}" as="row"><Input bind="$scope.row.t" placeholder="Row" trigger="scoped"/></Iterate></Layout>`,
  });
  const log = async () => (await panels.state()).log;
  await page.getByRole("textbox", { name: "Next" }).pressSequentially("milk");
  await page.keyboard.press("Enter");
  await becomes(log, ["milk"]);
  await page.getByRole("textbox", { name: "Next" }).fill("eggs");
  await page.getByRole("button", { name: "Take" }).click();
  await becomes(log, ["milk", "eggs"]);
  await page.getByRole("switch", { name: "On" }).click();
  await becomes(log, ["milk", "eggs", "true"]);
  await page.getByRole("textbox", { name: "Row" }).fill("abc");
  await page.keyboard.press("Enter");
  await becomes(log, ["milk", "eggs", "true", "abc"]);
});

test("tools are run in the order in which they were asked for, also behind a value that is under way", async () => {
  await panels.show({ data: DRAFT, logic: TEXTS, view: `<Layout><Input bind="$state.draft" placeholder="Next" trigger="take" args="['first ' + $state.draft]"/><Button label="Second" trigger="take" args="['second']"/></Layout>` });
  await page.getByRole("textbox", { name: "Next" }).fill("milk");
  await page.evaluate(() => {
    const { renderRoot } = globalThis.places.element;
    renderRoot.querySelector("input").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    renderRoot.querySelector("button.button").click();
  });
  await becomes(async () => (await panels.state()).log, ["first milk", "second"]);
});

test("a field whose text the panel has gives way to somebody else, and not to how the panel writes it", async () => {
  const logic = tool("write", "$state.draft = $args.text;", '<Arg name="text"/>');
  await panels.show({ data: `${DRAFT}<State name="n" type="number"/>`, logic, view: `<Layout><Input bind="$state.draft" placeholder="Next"/><Input bind="$state.n" placeholder="Number"/></Layout>` });
  const input = page.getByRole("textbox", { name: "Next" });
  await input.pressSequentially("mine");
  await becomes(draft, "mine");
  await panels.elsewhere("write", { text: "theirs" });
  await becomes(() => input.inputValue(), "theirs");
  await page.keyboard.press("End");
  await page.keyboard.type("!");
  await becomes(draft, "theirs!");
  const number = page.getByRole("textbox", { name: "Number" });
  await number.fill("");
  await number.pressSequentially("1.");
  await becomes(async () => (await panels.state()).n, 1);
  await page.waitForTimeout(50);
  assert.equal(await number.inputValue(), "1.");
  await page.keyboard.type("5");
  await becomes(async () => (await panels.state()).n, 1.5);
});

test("text where a number is wanted is marked, and not sent", async () => {
  await panels.show({ data: `<State name="n" type="number" default="8"/>`, view: `<Input bind="$state.n" placeholder="Number"/>` });
  const input = page.getByRole("textbox", { name: "Number" });
  await input.fill("abc");
  await becomes(() => input.getAttribute("aria-invalid"), "true");
  await input.fill("9");
  await becomes(() => input.getAttribute("aria-invalid"), null);
  await becomes(async () => (await panels.state()).n, 9);
});

test("when what has the focus is removed, the same thing of the next item has it", async () => {
  await panels.show({
    data: `<State name="rows" type="list" default='["a","b","c"]'/>`,
    logic: tool("drop", "$state.rows = $state.rows.filter((row) => row !== $args.row);", '<Arg name="row"/>'),
    view: `<Layout><Iterate items="{$state.rows}" as="row" key="{$scope.row}"><Layout strategy="row"><Button label="See {$scope.row}"/><Button label="Drop {$scope.row}" trigger="drop" args="[$scope.row]"/></Layout></Iterate><Button label="Last"/></Layout>`,
  });
  const focused = () => page.evaluate(() => globalThis.places.element.renderRoot.activeElement?.textContent.trim());
  await page.getByRole("button", { name: "Drop b" }).focus();
  await page.keyboard.press("Enter");
  await becomes(focused, "Drop c");
  await page.keyboard.press("Enter");
  await becomes(focused, "Drop a");
  await page.keyboard.press("Enter");
  await becomes(focused, "Last");
});

test("toasts of a panel go with it", async () => {
  await panels.show({ logic: tool("toast", '$emit("toast", { message: "Of the first", type: "error" });'), view: `<Button label="Toast" trigger="toast"/>` });
  await page.getByRole("button", { name: "Toast" }).click();
  await page.getByText("Of the first").waitFor();
  await page.evaluate(() => (globalThis.places.element.panel = undefined));
  await page.getByText("Of the first").waitFor({ state: "detached", timeout: 2000 });
});

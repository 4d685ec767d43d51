// What each component shows.

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

const rows = [{ m: "Jan", v: 12, w: 3 }, { m: "Feb", v: 19, w: 5 }, { m: "Mar", v: 7, w: 8 }];
const list = (name, value) => `<State name="${name}" type="list" default='${JSON.stringify(value)}'/>`;

test("a text is a heading, a paragraph, code or small print", async () => {
  const variants = ["h1", "h2", "h3", "h4", "body", "code", "caption"];
  await panels.show({ view: `<Layout>${variants.map((variant) => `<Text variant="${variant}" content="It is ${variant}"/>`).join("")}</Layout>` });
  for (const [index, level] of ["h1", "h2", "h3", "h4"].entries()) {
    assert.equal(await page.getByRole("heading", { level: index + 1 }).textContent(), `It is ${level}`);
  }
  assert.equal(await page.locator("pre code").textContent(), "It is code");
  assert.equal(await page.getByText("It is body").count(), 1);
  assert.equal(await page.getByText("It is caption").evaluate((node) => getComputedStyle(node).fontSize), "13px");
});

test("a text follows the state, and only what changed is rendered again", async () => {
  await panels.show({
    data: `<State name="n" type="number"/>`,
    logic: tool("add", "$state.n++;"),
    view: `<Layout><Text content="n is {$state.n}"/><Container><Text content="still"/></Container></Layout>`,
  });
  await page.evaluate(() => {
    const still = globalThis.places.element.shadowRoot.querySelector("nexus-panel-container");
    globalThis.renderings = 0;
    const render = still.render;
    still.render = function () {
      globalThis.renderings++;
      return render.call(this);
    };
  });
  await panels.elsewhere("add");
  assert.equal(await page.getByText("n is 1").count(), 1);
  assert.equal(await page.evaluate(() => globalThis.renderings), 0);
});

test("a metric has a label, a value, a unit and a trend that is more than a colour", async () => {
  const metric = (label, trend) => `<Metric label="${label}" value="{0.1 + 0.2}" unit="kg" trend="${trend}"/>`;
  await panels.show({ view: `<Layout>${metric("A", "+4.2%")}${metric("B", "down")}${metric("C", "0")}${metric("D", "-1")}</Layout>` });
  const metrics = page.locator("dl");
  assert.deepEqual(await metrics.locator(".value").allTextContents(), ["0.3", "0.3", "0.3", "0.3"]);
  const trends = await metrics.locator(".trend").evaluateAll((nodes) => nodes.map((node) => node.innerText.replaceAll(/\s+/g, " ").trim()));
  assert.deepEqual(trends, ["up +4.2%", "down", "unchanged 0", "down -1"]);
  await panels.show({ view: `<Metric label="Nothing" value=""/>` });
  assert.equal(await page.locator("dl .value").textContent(), "–");
});

test("a status badge says its status in words", async () => {
  const badges = ["success", "warn", "error", "info"].map((status) => `<StatusBadge label="API" status="${status}" value="1"/>`);
  await panels.show({ view: `<Layout>${badges.join("")}</Layout>` });
  const texts = await page.locator(".badge").evaluateAll((nodes) => nodes.map((node) => node.innerText.replaceAll(/\s+/g, " ").trim()));
  assert.deepEqual(texts, ["success: API 1", "warning: API 1", "error: API 1", "info: API 1"]);
});

test("a container has a title that is a heading, one level deeper in each other", async () => {
  const inner = `<Container title="Inner" variant="panel"><Text content="x"/></Container>`;
  await panels.show({ view: `<Container title="Outer"><Container variant="transparent">${inner}</Container></Container>` });
  assert.equal(await page.getByRole("heading", { level: 2 }).textContent(), "Outer");
  assert.equal(await page.getByRole("heading", { level: 3 }).textContent(), "Inner");
  assert.equal(await page.getByRole("group", { name: "Inner" }).count(), 1);
  const variants = await page.locator("nexus-panel-container").evaluateAll((nodes) => nodes.map((node) => [node.dataset.variant, getComputedStyle(node).borderTopWidth]));
  assert.deepEqual(variants, [["card", "1px"], ["transparent", "0px"], ["panel", "0px"]]);
});

test("an If comes and goes", async () => {
  await panels.show({
    data: `<State name="on" type="boolean"/>`,
    logic: tool("flip", "$state.on = !$state.on;"),
    view: `<Layout><If condition="{$state.on}"><Text content="now you see me"/></If></Layout>`,
  });
  assert.equal(await page.getByText("now you see me").count(), 0);
  await panels.elsewhere("flip");
  assert.equal(await page.getByText("now you see me").count(), 1);
  await panels.elsewhere("flip");
  assert.equal(await page.getByText("now you see me").count(), 0);
});

test("twelve columns on a wide panel, eight and four on narrow ones, whatever the page is", async () => {
  const view = `<Layout>${"<Metric label='a' value='1'/>".repeat(4)}<Chart type="bar" data="[1]"/><Input bind="$state.a"/></Layout>`;
  const widths = () => page.locator("nexus-panel-layout > *").evaluateAll((nodes) => {
    const all = nodes[0].parentElement.getBoundingClientRect().width;
    return nodes.map((node) => Math.round((node.getBoundingClientRect().width / all) * 100));
  });
  await page.setViewportSize({ width: 1400, height: 900 });
  for (const [width, expected] of [["1200px", [24, 24, 24, 24, 49, 49]], ["900px", [49, 49, 49, 49, 100, 100]], ["400px", [100, 100, 100, 100, 100, 100]]]) {
    await panels.show({ data: `<State name="a"/>`, view }, { width });
    assert.deepEqual(await widths(), expected, width);
  }
});

test("a stack puts everything below one another, a row beside, with the gap and alignment that it says", async () => {
  const boxes = `<Text content="a"/><Text content="b"/><Button label="c"/>`;
  await panels.show({ view: `<Layout><Layout id="s" strategy="stack" gap="lg">${boxes}</Layout><Layout id="r" strategy="row" gap="sm" justify="end">${boxes}</Layout></Layout>` }, { width: "800px" });
  const places = (id) => page.locator(`[data-id=${id}] > *`).evaluateAll((nodes) => nodes.map((node) => node.getBoundingClientRect()).map(({ left, right, top, bottom }) => ({ left, right, top, bottom })));
  const [a, b] = await places("s");
  assert.equal(b.top - a.bottom, 24);
  const row = await places("r");
  assert.equal(row[1].left - row[0].right, 8);
  const end = await page.locator("[data-id=r]").evaluate((node) => node.getBoundingClientRect().right);
  assert.ok(Math.abs(row[2].right - end) < 1, `${row[2].right} is at ${end}`);
});

for (const type of ["line", "bar", "pie", "area"]) {
  test(`a ${type} chart is drawn, and a table says the same`, async () => {
    await panels.show({ data: list("rows", rows), view: `<Chart type="${type}" data="{$state.rows}" xKey="m" yKey="v" height="200px"/>` }, { width: "600px" });
    const canvas = page.getByRole("img", { name: new RegExp(`${type} chart of v by m, 3 points, from 7 to 19`, "i") });
    await canvas.waitFor();
    await page.waitForFunction(() => {
      const canvas = globalThis.places.element.shadowRoot.querySelector("canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.some((value) => value !== 0);
    });
    assert.equal(await page.locator(".canvas").evaluate((node) => node.getBoundingClientRect().height), 200);
    assert.equal(await page.getByRole("table").count(), 0);
    await page.locator("summary").click();
    await page.getByRole("table").waitFor();
    const cells = await page.getByRole("row").evaluateAll((nodes) => nodes.map((node) => [...node.children].map((cell) => cell.textContent)));
    assert.deepEqual(cells, [["m", "v"], ["Jan", "12"], ["Feb", "19"], ["Mar", "7"]]);
  });
}

test("a chart takes several series, and finds labels and numbers by itself", async () => {
  await panels.show({ data: list("rows", rows), view: `<Layout><Chart id="two" type="line" data="{$state.rows}" yKey="v, w"/><Chart type="bar" data="[3, 4]"/></Layout>` });
  await page.getByRole("img", { name: "Line chart of v, w, 3 points, from 3 to 19" }).waitFor();
  await page.getByRole("img", { name: "Bar chart of value, 2 points, from 3 to 4" }).waitFor();
});

test("the chart library is loaded when the first chart is shown, not before", async () => {
  const fresh = await openPanels();
  try {
    const loaded = () => fresh.page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => /chart-drawing/.test(name)).length);
    await fresh.show({ view: `<Text content="no chart"/>` });
    assert.equal(await loaded(), 0);
    await fresh.show({ view: `<Chart type="bar" data="[1]"/>` });
    await fresh.page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => /chart-drawing/.test(name)));
  } finally {
    await fresh.stop();
  }
});

test("text that looks like HTML is text, and no style or address comes from a panel", async () => {
  const evil = `&lt;img src=x onerror='globalThis.hit = true'&gt;&lt;b&gt;`;
  const rows = [{ m: "<b>x</b>", v: 1 }];
  await panels.show({
    title: evil,
    data: `${list("log", ["<script>globalThis.hit = true</script>", { level: "<i>", message: "<b>m</b>", time: "<u>" }])}${list("rows", rows)}<State name="t" default="${evil}"/>`,
    logic: tool("toast", `$emit("toast", { message: "<b>t</b>", type: "<i>" });`) + tool("fail", `throw new Error("<b>e</b>");`),
    view: `<Layout>
      <Text content="${evil}"/><Text variant="h1" content="${evil}"/><Text variant="code" content="${evil}"/><Metric label="${evil}" value="${evil}" unit="${evil}" trend="${evil}"/>
      <StatusBadge label="${evil}" status="{'&quot; onload=1'}" value="${evil}"/><Container title="${evil}" variant="{'x y'}"><Text content="x"/></Container>
      <LogStream data="{$state.log}" height="1px; background: url(http://127.0.0.1:1/)"/><Chart type="bar" data="{$state.rows}" xKey="m" yKey="v" height="calc(1px)"/>
      <Input bind="$state.t" placeholder="${evil}"/><Button label="go" trigger="toast"/><Button label="fail" trigger="fail"/><Switch bind="$state.t" label="${evil}"/><CustomComponent module="${evil}" component="${evil}"/>
    </Layout>`,
  });
  await page.getByRole("button", { name: "go" }).click();
  await page.locator(".toast").waitFor();
  await page.getByRole("button", { name: "fail" }).click();
  await page.locator(".problem").waitFor();
  await page.locator("summary").click();
  const found = await page.evaluate(() => {
    const root = globalThis.places.element.shadowRoot;
    const strange = [...root.querySelectorAll("img, script, i, u, b, iframe, a")].map((node) => node.outerHTML);
    const styled = [...root.querySelectorAll("[style]")].map((node) => node.getAttribute("style")).filter((style) => /url|background|calc/.test(style));
    const listening = [...root.querySelectorAll("*")].flatMap((node) => node.getAttributeNames()).filter((name) => name.startsWith("on"));
    return { strange, styled, listening, hit: globalThis.hit };
  });
  assert.deepEqual(found, { strange: [], styled: [], listening: [], hit: undefined });
  assert.equal(await page.locator(".message").first().textContent(), "<script>globalThis.hit = true</script>");
});

test("what nobody knows is not shown and does not disturb the rest", async () => {
  await panels.show({ view: `<Layout><Spinner size="3"><Text content="inside"/></Spinner><Text content="after"/></Layout>` });
  assert.equal(await page.getByText("after").count(), 1);
  assert.equal(await page.getByText("inside").count(), 0);
});

test("a component that cannot be shown leaves the others alone", async () => {
  await panels.show({ data: `<State name="a" default="one"/>`, logic: tool("set", `$state.a = "two";`), view: `<Layout><Text id="bad" content="{$state.a}"/><Text content="other {$state.a}"/></Layout>` });
  await page.evaluate(() => {
    const bad = globalThis.places.element.shadowRoot.querySelector("[data-id=bad]");
    bad.template = () => {
      throw new Error("on purpose");
    };
  });
  await panels.elsewhere("set");
  assert.equal(await page.getByText("other two").count(), 1);
  assert.equal(await page.getByText("This Text cannot be shown.").count(), 1);
});

test("bindings that cannot be evaluated are told, until they can be or until that is dismissed", async () => {
  await panels.show({
    data: `<State name="n" type="number"/><State name="t"/>`,
    logic: tool("mend", `$state.t = "x";`),
    view: `<Layout><Text content="{$state.t ? 'fine' : $state.n.toFixed(1000)}"/></Layout>`,
  });
  const problem = page.locator(".problem");
  assert.match(await problem.textContent(), /VIEW_ERROR/);
  await panels.elsewhere("mend");
  assert.equal(await problem.count(), 0);
});

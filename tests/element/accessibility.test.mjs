// axe-core on a panel with every component, light and dark, wide and narrow; and what it cannot see.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { openPanels, tool } from "./open.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let panels;
let page;
before(async () => {
  panels = await openPanels();
  ({ page } = panels);
  await page.evaluate(AXE);
});
after(() => panels?.stop());

const lines = ["plain", ...["debug", "info", "warn", "error"].map((level) => ({ level, message: `a line of ${level}`, time: "10:00" }))];
const EVERYTHING = {
  data: `<State name="t" default="text"/><State name="n" type="number" default="3"/><State name="on" type="boolean" default="true"/><State name="off" type="boolean"/>
    <State name="rows" type="list" default='[{"m":"Jan","v":12,"w":2},{"m":"Feb","v":19,"w":3}]'/><State name="lines" type="list" default='${JSON.stringify(lines)}'/>`,
  logic: tool("slow", `await $ext.gate.wait("slow");`) + tool("fail", `throw new Error("on purpose");`)
    + tool("toast", `for (const type of ["info", "success", "warn", "error"]) $emit("toast", { message: "A toast of " + type, type });`),
  view: `<Layout><Text variant="h1" content="Everything"/><Text content="A paragraph"/><Text variant="caption" content="Small print"/><Text variant="code" content="let x = 1;"/>
    <Metric label="Up" value="12" unit="kg" trend="+3 %"/><Metric label="Down" value="12" trend="-3 %"/><Metric label="Same" value="12" trend="0"/><Metric label="Pressed" value="1" trigger="toast"/>
    ${["success", "warn", "error", "info"].map((status) => `<StatusBadge label="Badge" status="${status}" value="1"/>`).join("")}
    <Container title="Card" trigger="toast"><Text variant="h3" content="In a card"/><Button label="Inside" variant="secondary" trigger="toast"/></Container>
    <Container title="Panel" variant="panel"><Text variant="caption" content="Small print on it"/><StatusBadge label="On it" status="warn"/><Button label="On it" variant="ghost"/></Container>
    <Container title="Section" variant="section"><Text content="x"/></Container>
    <LogStream id="log" data="{$state.lines}"/>
    ${["line", "bar", "pie", "area"].map((type) => `<Chart id="${type}" type="${type}" data="{$state.rows}" xKey="m" yKey="v, w"/>`).join("")}
    <Input bind="$state.t" placeholder="Placeholder"/><Input bind="$state.n" inputType="number"/><Input bind="$state.off" placeholder="Disabled" disabled="true"/><Input bind="$state.off" placeholder="Empty, with a placeholder"/>
    ${["primary", "secondary", "danger", "ghost"].map((variant) => `<Button label="${variant}" variant="${variant}" trigger="toast"/>`).join("")}<Button label="Disabled" disabled="true"/>
    <Button label="Slow" trigger="slow"/><Button label="Fail" trigger="fail"/>
    <Switch bind="$state.on" label="On"/><Switch bind="$state.off" label="Off"/><Switch bind="$state.off" label="Disabled" disabled="true"/><Switch bind="$state.off"/>
    <Iterate items="{$state.rows}" as="row" key="{$scope.row.m}"><Layout strategy="row"><Text content="{$scope.row.m}"/><Button label="Remove {$scope.row.m}" variant="ghost" trigger="toast"/></Layout></Iterate>
    <CustomComponent module="none" component="None"/></Layout>`,
};

async function violations() {
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ target, failureSummary }) => `${target.flat().join(" ")}: ${failureSummary}`)].join("\n  "));
}

for (const theme of ["light", "dark"]) {
  for (const width of ["1100px", "360px"]) {
    test(`axe finds nothing, ${theme}, ${width} wide`, async () => {
      await page.setViewportSize({ width: Number.parseInt(width) + 60, height: 900 });
      await panels.show(EVERYTHING, { theme, width });
      assert.deepEqual(await violations(), []);
      await page.getByRole("button", { name: "Slow" }).click();
      await page.getByRole("button", { name: "Fail" }).click();
      await page.getByRole("button", { name: "primary" }).click();
      await page.locator("summary").first().click();
      await page.locator(".problem").waitFor();
      await page.locator(".toast").nth(3).waitFor();
      // Colours that are on their way are none to judge.
      await page.waitForTimeout(400);
      assert.deepEqual(await violations(), []);
    });
  }
}

test("axe judges what is inside the element", async () => {
  await panels.show({ view: `<Text content="x"/>` });
  await page.evaluate(() => {
    const button = document.createElement("button");
    globalThis.places.element.shadowRoot.querySelector(".view").append(button);
  });
  assert.match((await violations()).join(), /button-name/);
});

test("the element is a region with the panel's title", async () => {
  await panels.show({ title: "My panel", view: `<Text content="x"/>` });
  assert.equal(await page.getByRole("region", { name: "My panel" }).count(), 1);
});

test("whoever wants little motion gets none", async () => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await panels.show({ data: `<State name="on" type="boolean"/>`, logic: tool("slow", `await $ext.gate.wait("slow");`), view: `<Layout><Switch bind="$state.on" label="x"/><Button label="Slow" trigger="slow"/></Layout>` });
  await page.getByRole("button", { name: "Slow" }).click();
  await page.locator(".spinner").waitFor();
  const durations = await page.evaluate(() => {
    const { shadowRoot } = globalThis.places.element;
    return [...shadowRoot.querySelectorAll(".thumb, .spinner")].map((node) => [getComputedStyle(node).animationDuration, getComputedStyle(node).transitionDuration]).flat().map(Number.parseFloat);
  });
  assert.ok(durations.every((seconds) => seconds < 0.001), String(durations));
  await page.emulateMedia({ reducedMotion: "no-preference" });
});

test("light and dark follow the page, unless the attribute says otherwise", async () => {
  await panels.show({ data: `<State name="rows" type="list" default='[3]'/>`, view: `<Container><Chart type="bar" data="{$state.rows}"/></Container>` });
  const background = () => page.locator("nexus-panel-container").evaluate((node) => getComputedStyle(node).backgroundColor);
  const set = (theme, scheme) => page.evaluate(([theme, scheme]) => {
    const { element } = globalThis.places;
    if (theme) element.setAttribute("theme", theme);
    else element.removeAttribute("theme");
    document.documentElement.style.colorScheme = scheme;
  }, [theme, scheme]);
  const [LIGHT, DARK] = ["rgb(255, 255, 255)", "rgb(27, 29, 34)"];
  for (const [theme, scheme, preference, expected] of [
    ["light", "dark", "dark", LIGHT], ["dark", "light", "light", DARK], ["", "dark", "light", DARK], ["", "light", "dark", LIGHT],
    ["", "light dark", "dark", DARK], ["", "light dark", "light", LIGHT], ["", "", "dark", LIGHT], ["auto", "light", "dark", DARK],
  ]) {
    await page.emulateMedia({ colorScheme: preference });
    // The page's own style says both.
    await set(theme, scheme || "normal");
    assert.equal(await background(), expected, `${theme} on ${scheme}, prefers ${preference}`);
  }
});

test("a chart is drawn in the colours of the theme, also when that changes", async () => {
  await panels.show({ data: `<State name="rows" type="list" default='[3]'/>`, view: `<Container><Chart type="bar" data="{$state.rows}"/></Container>` });
  const hasColor = (color) => page.waitForFunction((color) => {
    const canvas = globalThis.places.element.shadowRoot.querySelector("canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4) if (data[at] === color[0] && data[at + 1] === color[1] && data[at + 2] === color[2] && data[at + 3] === 255) return true;
    return false;
  }, color);
  await hasColor([0x3a, 0x5b, 0xd9]);
  await page.evaluate(() => globalThis.places.element.setAttribute("theme", "dark"));
  await hasColor([0x93, 0xa8, 0xff]);
  await page.evaluate(() => {
    globalThis.places.element.removeAttribute("theme");
    document.documentElement.style.colorScheme = "light";
  });
  await hasColor([0x3a, 0x5b, 0xd9]);
});

test("a page's own tokens count", async () => {
  await panels.show({ view: `<Button label="x"/>` });
  await page.evaluate(() => globalThis.places.element.style.setProperty("--nexus-accent", "rgb(1, 2, 3)"));
  assert.equal(await page.getByRole("button").evaluate((node) => new Promise((resolve) => setTimeout(() => resolve(getComputedStyle(node).backgroundColor), 300))), "rgb(1, 2, 3)");
});

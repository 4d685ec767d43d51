// Components that the page brings.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openPanels, tool } from "./open.mjs";

let panels;
let page;
before(async () => {
  panels = await openPanels();
  ({ page } = panels);
  await page.evaluate(() => {
    customElements.define("test-stars", class extends HTMLElement {
      #value = 0;
      max = 5;
      connectedCallback() {
        const [more, report] = ["more", "report"].map((label) => Object.assign(document.createElement("button"), { textContent: label }));
        this.replaceChildren(more, report);
        more.onclick = () => {
          this.value = this.#value + 1;
          this.dispatchEvent(new Event("change"));
        };
        report.onclick = () => this.dispatchEvent(new CustomEvent("report", { detail: { stars: this.#value } }));
      }
      get value() {
        return this.#value;
      }
      set value(value) {
        this.#value = value;
        this.dataset.value = `${value} of ${this.max}`;
      }
      reset() {
        this.value = 0;
      }
      secret() {
        globalThis.secretCalled = true;
      }
    });
    customElements.define("test-frame", class extends HTMLElement {});
    globalThis.places.NexusPanelElement.define("ratings", "Stars", "test-stars", { methods: ["reset"] });
    globalThis.places.NexusPanelElement.define("ratings", "Frame", "test-frame");
  });
});
after(() => panels?.stop());

const STARS = {
  data: `<State name="stars" type="number" default="2"/><State name="said" type="list"/>`,
  logic: tool("report", "$state.said.push($args.stars);", `<Arg name="stars" type="number"/>`) + tool("set", "$state.stars = 4;")
    + tool("reset", `$view.command("s", "call", { method: "reset" }); $view.command("s", "call", { method: "secret" });`),
  view: `<Layout><CustomComponent id="s" module="ratings" component="Stars" bind:value="$state.stars" max="7" on:report="report"/><Button label="reset" trigger="reset"/></Layout>`,
};

test("a registered component gets its properties, and what it changes goes to the state", async () => {
  await panels.show(STARS);
  const stars = page.locator("test-stars");
  assert.equal(await stars.getAttribute("data-value"), "2 of 7");
  await stars.getByText("more").click();
  await page.waitForFunction(() => globalThis.places.panel.state.stars === 3);
  await panels.elsewhere("set");
  assert.equal(await stars.getAttribute("data-value"), "4 of 7");
});

test("its events run tools, with what they tell as arguments", async () => {
  await panels.show(STARS);
  await page.locator("test-stars").getByText("report").click();
  await page.waitForFunction(() => globalThis.places.panel.state.said.length === 1);
  assert.deepEqual((await panels.state()).said, [2]);
});

test("handlers call the methods that were allowed when it was registered", async () => {
  await panels.show(STARS);
  await page.getByRole("button", { name: "reset" }).click();
  await page.waitForFunction(() => globalThis.places.heard("nexus-command").length > 0);
  assert.equal(await page.locator("test-stars").getAttribute("data-value"), "0 of 7");
  assert.equal(await page.evaluate(() => globalThis.secretCalled), undefined);
});

test("it holds other elements", async () => {
  await panels.show({ view: `<CustomComponent module="ratings" component="Frame"><Text content="inside"/></CustomComponent>` });
  assert.equal(await page.locator("test-frame").getByText("inside").count(), 1);
});

test("what every element has is not a panel's to set", async () => {
  await panels.show({
    view: `<CustomComponent module="ratings" component="Frame" innerHTML="&lt;img src=x onerror='globalThis.hit=1'&gt;" onclick="globalThis.hit=1" style="color:red" className="x" textContent="x" constructor="x" __proto__="x"/>`,
  });
  const frame = page.locator("test-frame");
  await frame.evaluate((node) => node.click());
  assert.deepEqual(await frame.evaluate((node) => [node.innerHTML.replaceAll(/<!--.*?-->/g, ""), node.getAttributeNames(), node.constructor.name !== "x", globalThis.hit]), ["", [], true, undefined]);
});

test("one that nobody registered is a notice, and nothing is loaded for it", async () => {
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await panels.show({ view: `<Layout><CustomComponent module="http://127.0.0.1:9/evil.js" component="Evil"/><CustomComponent module="ratings" component="Other"/></Layout>` });
  assert.deepEqual(await page.locator(".notice").allTextContents(), ["This page has no component “Evil” of “http://127.0.0.1:9/evil.js”.", "This page has no component “Other” of “ratings”."]);
  assert.deepEqual(requests, []);
});

test("a tag that cannot be a custom element's is refused", async () => {
  const codes = await page.evaluate(() => ["script", "img", "x y-z", "", 1].map((tag) => {
    try {
      return globalThis.places.NexusPanelElement.define("m", "c", tag);
    } catch (error) {
      return error.code;
    }
  }));
  assert.deepEqual(codes, Array(5).fill("INVALID_ARGUMENT"));
});

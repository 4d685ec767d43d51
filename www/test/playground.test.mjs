// What the page does beside running its samples.

import assert from "node:assert/strict";
import { describe } from "node:test";
import { onPages } from "./pages.mjs";
import { SCREENSHOTS, openPlayground } from "./site.mjs";

const on = onPages(openPlayground);

const HANDLER = "Handler source";
const waits = (path) => `$state.step = 1;\nawait $ext.http.get($args.api + "${path}");\n$state.step = 2;`;

describe("the stop button", () => {
  for (const place of ["page", "worker"]) {
    on(`ends a handler that waits (${place})`, { place, hash: "#sample=http" }, async (playground, page) => {
      await playground.write(HANDLER, waits("/sample/news?delay=5000"));
      await page.getByRole("button", { name: /^Grant 1 missing/ }).click();
      const start = performance.now();
      await playground.runButton.click();
      await page.locator(".bar.wait.waiting").waitFor();
      await playground.stopButton.click();
      await playground.finished();
      assert.ok(performance.now() - start < 3_000);
      assert.equal(await playground.errorCode.textContent(), "CANCELLED");
      // What came before the call counts, what would have come after it never happened.
      assert.deepEqual(await playground.state("step"), { change: "added", cells: ["–", "1"] });
      const [[, , note]] = await playground.entries("call");
      assert.match(note, /^aborted after/);
    });
  }

  on("ends a handler that computes in a Web Worker, and the page never stutters", { place: "worker" }, async (playground, page) => {
    await playground.write(HANDLER, "while (true) {}");
    await page.getByRole("tab", { name: "Limits" }).click();
    await page.getByLabel("Time", { exact: true }).fill("10000");
    await page.getByLabel("Fuel", { exact: true }).fill("5000000000");
    await page.getByLabel("Fuel", { exact: true }).blur();
    await playground.runButton.click();
    await playground.stopButton.waitFor();
    const frames = await page.evaluate(
      () =>
        new Promise((resolve) => {
          let count = 0;
          const until = performance.now() + 500;
          requestAnimationFrame(function tick() {
            count++;
            if (performance.now() < until) requestAnimationFrame(tick);
            else resolve(count);
          });
        }),
    );
    assert.ok(frames >= 10, `${frames} frames in half a second`);
    const start = performance.now();
    await playground.stopButton.click();
    await playground.finished();
    assert.ok(performance.now() - start < 2_000);
    assert.equal(await playground.errorCode.textContent(), "CANCELLED");
    await playground.write(HANDLER, "return 'again'");
    await playground.run();
    assert.equal(await playground.answer.textContent(), '"again"');
  });
});

describe("running", () => {
  on("goes by keyboard, from inside the editor too", {}, async (playground, page) => {
    await playground.write(HANDLER, "return 6 * 7");
    await page.keyboard.press("ControlOrMeta+Enter");
    await playground.finished();
    assert.equal(await playground.answer.textContent(), "42");
    const source = await page.getByRole("textbox", { name: HANDLER }).textContent();
    assert.equal(source, "return 6 * 7");
  });

  on("shows where an error is, and takes the cursor there", {}, async (playground, page) => {
    await playground.write(HANDLER, "const a = 1;\nthrow new Error('no such luck');");
    await playground.run();
    assert.equal(await playground.errorCode.textContent(), "EXECUTION_ERROR");
    await page.getByRole("button", { name: /^line 2, column \d+$/ }).click();
    await page.locator(".cm-activeLine", { hasText: "throw" }).waitFor();
    const marked = page.locator(".cm-line.error-line");
    assert.match(await marked.textContent(), /throw .*EXECUTION_ERROR: .*no such luck/);
    // An edit makes the mark stale.
    await page.keyboard.insertText(" ");
    assert.equal(await marked.count(), 0);
  });

  on("tells a syntax error before the run and after it", {}, async (playground, page) => {
    await playground.write(HANDLER, "return 1;\nlet = ;");
    await page.getByText("Syntax error in line 2").waitFor();
    await playground.run();
    assert.equal(await playground.errorCode.textContent(), "COMPILATION_ERROR");
    assert.match(await page.locator(".cm-line.error-line").textContent(), /let = ;/);
  });

  on("uses the limits that were set", { hash: "#sample=runaway" }, async (playground, page) => {
    await page.getByRole("tab", { name: "Limits" }).click();
    await page.getByLabel("Fuel", { exact: true }).fill("1000000");
    await page.getByLabel("Fuel", { exact: true }).blur();
    await playground.run();
    assert.equal(await playground.errorCode.textContent(), "TIMEOUT");
    const used = Number(/(\d+) of 1000000 units/.exec(await page.locator(".metrics [title*=units]").getAttribute("title"))?.[1]);
    assert.ok(used > 0 && used <= 1_100_000, `${used} units`);
  });

  on("refuses hosts that the page does not lend", {}, async (playground, page) => {
    await playground.write(HANDLER, "return (await $ext.http.get('https://example.com/')).status");
    await page.getByRole("button", { name: "Grant 1 missing" }).click();
    await playground.run();
    assert.equal(await playground.errorCode.textContent(), "EXTENSION_ERROR");
  });

  on("shows a handler's words as text, never as markup", {}, async (playground, page) => {
    const markup = '<img src="x" onerror="document.title=1"><b>bold</b>';
    await playground.write(
      HANDLER,
      `const m = ${JSON.stringify(markup)};\n$log(m); $emit.toast(m); $emit(m, m); $state[m] = m; $view.command(m, m, m);\nreturn m;`,
    );
    await page.getByRole("button", { name: /^Grant \d missing/ }).click();
    await playground.run();
    assert.equal(JSON.parse(await playground.answer.textContent()), markup);
    assert.equal(await page.locator(".output img, .output b").count(), 0);
    assert.deepEqual((await playground.entries("log")).map(([, text]) => text), [markup]);
    assert.equal(await page.title(), "nexus-kernel");
  });
});

describe("on a phone", () => {
  const options = { viewport: { width: 390, height: 844 }, hash: "#sample=runaway" };
  on("a run brings the output into view, and it stays there", options, async (playground, page) => {
    await playground.run();
    await page.waitForTimeout(300);
    const { y } = await page.locator("#output").boundingBox();
    assert.ok(y >= 0 && y < 60, `the output begins at ${y} px`);
  });
});

describe("capabilities", () => {
  on("are granted, taken away, and compared with what the source uses", {}, async (playground, page) => {
    await page.getByRole("button", { name: "All granted" }).waitFor();
    await page.getByRole("button", { name: "Remove state:write:count" }).click();
    await page.getByRole("button", { name: "Grant 1 missing" }).waitFor();
    await playground.run();
    assert.equal(await playground.errorCode.textContent(), "PERMISSION_DENIED");
    await page.getByRole("button", { name: "Grant 1 missing" }).click();
    await page.getByRole("button", { name: "All granted" }).waitFor();
    await playground.run();
    assert.equal(await playground.answer.textContent(), "5");
  });

  on("can be off without being forgotten", {}, async (playground, page) => {
    const chip = page.getByRole("button", { name: "state:read:count", exact: true });
    await chip.click();
    assert.equal(await chip.getAttribute("aria-pressed"), "false");
    await page.getByText("5 of 6 granted").waitFor();
    await playground.run();
    assert.equal(await playground.errorCode.textContent(), "PERMISSION_DENIED");
  });

  on("are marked when malformed or unused", {}, async (playground, page) => {
    const field = page.getByLabel("A capability token to add");
    await field.fill("state:read:a*");
    await field.press("Enter");
    await page.locator(".chip.bad", { hasText: "state:read:a*" }).waitFor();
    await field.fill("host:beep");
    await field.press("Enter");
    await page.locator(".chip.unused", { hasText: "host:beep" }).waitFor();
    // A malformed token is an error when it is given.
    await playground.runButton.click();
    await playground.finished();
    assert.equal(await playground.errorCode.textContent(), "INVALID_CAPABILITY");
    assert.equal(playground.problems.length, 1);
    playground.problems.length = 0;
  });
});

describe("inputs", () => {
  on("say what is wrong with their JSON, and hold the run back", {}, async (playground, page) => {
    await playground.write("State before the run, as JSON", '{ "count": 1, }');
    await page.locator("#inputs-panel-state .json-problem", { hasText: /JSON/ }).waitFor();
    assert.equal(await playground.runButton.isDisabled(), true);
    await page.getByText("The state is not a JSON object.").waitFor();
    await playground.write("State before the run, as JSON", "[1]");
    await page.locator("#inputs-panel-state .json-problem", { hasText: "must be an object" }).waitFor();
    await playground.write("State before the run, as JSON", '{ "count": 9, "history": [] }');
    await playground.run();
    assert.equal(await playground.answer.textContent(), "10");
  });

  on("reach the handler as arguments", {}, async (playground, page) => {
    await page.getByRole("tab", { name: "Arguments" }).click();
    await playground.write("Arguments, as JSON", '{ "step": 100 }');
    await playground.run();
    assert.equal(await playground.answer.textContent(), "104");
  });
});

describe("links", () => {
  on("carry the whole workspace, and do not run it", {}, async (playground, page, site) => {
    await playground.write(HANDLER, "return $args.step + ' from a link – ünïcode'");
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByText("Link copied").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /#handler=[\w-]+$/);
    const other = await openPlayground(site, { hash: new URL(link).hash });
    try {
      assert.equal(await other.status.textContent(), "Ready");
      await other.run();
      assert.equal(await other.answer.textContent(), '"1 from a link – ünïcode"');
    } finally {
      await other.close();
    }
  });

  on("name a sample while nothing was changed", {}, async (playground, page, site) => {
    await playground.sample("Runaway loop");
    await page.waitForURL(/#sample=runaway$/);
    await page.goto(`${site.url}#sample=denied`);
    await page.locator('.sample[aria-current="true"]', { hasText: "Denied" }).waitFor();
  });

  for (const hash of ["#handler=%%%", "#handler=AAAA", "#sample=nope", `#handler=${"A".repeat(300_000)}`]) {
    on(`that are broken open the first sample (${hash.slice(0, 14)})`, { hash }, async (_playground, page) => {
      await page.locator('.sample[aria-current="true"]', { hasText: "Counter" }).waitFor();
    });
  }
});

describe("looks", () => {
  on("follow the system until the visitor chooses, then remember", { colorScheme: "dark" }, async (_playground, page) => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await paper();
    await page.getByRole("button", { name: "Switch to the light theme" }).click();
    const light = await paper();
    assert.notEqual(light, dark);
    await page.reload();
    assert.equal(await paper(), light);
    await page.emulateMedia({ colorScheme: "light" });
    await page.getByRole("button", { name: "Switch to the dark theme" }).click();
    assert.equal(await paper(), dark);
  });

  for (const [name, options] of [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["phone", { colorScheme: "light", viewport: { width: 390, height: 844 } }],
  ]) {
    on(`hold together with every sample (${name})`, options, async (playground, page) => {
      for (const title of ["Counter", "Two requests at once", "Denied", "Runaway loop"]) {
        await playground.sample(title);
        await playground.run();
        // Let the last frame and the inference settle before the picture.
        await page.waitForTimeout(400);
        const { content, window } = await page.evaluate(() => ({
          content: document.documentElement.scrollWidth,
          window: innerWidth,
        }));
        assert.ok(content <= window, `${title} is ${content} px wide in ${window}`);
        const file = `${title.toLowerCase().replaceAll(" ", "-")}-${name}.png`;
        await page.screenshot({ path: `${SCREENSHOTS}handler-${file}`, fullPage: name === "phone" });
      }
    });
  }
});

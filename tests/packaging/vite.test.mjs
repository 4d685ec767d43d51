// Vite, with no setting: the built page and a Web Worker in it, a server that knows no WebAssembly, and the development server.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { build, createServer as createDevServer, preview } from "vite";
import { MAIN_JOB, MAIN_RESULT, createProject } from "./project.mjs";

/** A browser, a bundler and whatever else the machine does. */
const PATIENCE = { timeout: 180_000 };

let project;
let browser;
before(async () => {
  project = await createProject({
    "index.html": `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="./page.js"></script>`,
    "main.js": `import { createKernel } from "nexus-kernel";\nexport const main = async (executor) => {${MAIN_JOB}};`,
    "small.js": `import { createKernel } from "nexus-kernel/small";\nexport const main = async (executor) => {${MAIN_JOB}};`,
    "page.js": `
      import { main } from "./main.js";
      import { NexusError, attenuate, createKernel } from "nexus-kernel";
      globalThis.inPage = main;
      globalThis.withSmall = async (executor) => (await import("./small.js")).main(executor);
      globalThis.inWorker = (executor) => new Promise((resolve, reject) => {
        const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = (event) => reject(new Error(event.message || "the Web Worker did not start"));
        worker.postMessage(executor);
      });
      globalThis.tooEarly = async () => {
        const before = (() => { try { return attenuate(["ext:*"], ["ext:a"]) } catch (error) { return [error instanceof NexusError, error.code] } })();
        await (await createKernel()).close();
        return [before, attenuate(["ext:*"], ["ext:a"])];
      };
      globalThis.endless = async () => {
        const extension = { name: "e", methods: ["m"], call: () => 1 };
        const kernel = await createKernel({ executor: "worker", pool: { maxInstances: 1 }, extensions: [extension] });
        const options = { capabilities: ["ext:e", "events:emit:*"], limits: { fuel: 2 ** 50, timeoutMs: 100 } };
        const stopped = await kernel.run("$emit('before'); await $ext.e.m(); $emit('during'); while (true) {}", options);
        const next = await kernel.run("return 'healthy'");
        const stats = kernel.stats();
        await kernel.close();
        return [stopped, next, stats];
      };
      globalThis.showsPanel = async () => (await import("./panel.js")).shown();
      globalThis.ready = true;`,
    "panel.js": `
      import { NexusError, createKernel } from "nexus-kernel";
      import { connectPanel } from "nexus-kernel/element";
      const nxml = '<NexusPanel><Data><State name="n" type="number"/></Data><Logic><Tool name="add" capabilities="state:read:n, state:write:n">'
        + '<Handler>$state.n++</Handler></Tool></Logic><View><Layout><Button label="n is {$state.n}" trigger="add"/><Chart type="bar" data="[1]"/></Layout></View></NexusPanel>';
      export async function shown() {
        const panel = await (await createKernel()).panels.create(nxml);
        const element = document.createElement("nexus-panel");
        element.panel = panel;
        document.body.append(element);
        const button = () => element.shadowRoot?.querySelector("button.button");
        const until = async (holds) => { while (!holds()) await new Promise(requestAnimationFrame) };
        await until(button);
        button().click();
        await until(() => button().textContent.trim() === "n is 1");
        const { width } = element.shadowRoot.querySelector("canvas");
        await until(() => element.shadowRoot.querySelector("canvas").getContext("2d").getImageData(0, 0, width, 100).data.some(Boolean));
        const error = await connectPanel(panel).trigger("nothing").catch((error) => error);
        return [error instanceof NexusError, error.code];
      }`,
    "worker.js": `import { main } from "./main.js"; onmessage = ({ data }) => main(data).then((result) => postMessage(result), (error) => postMessage(String(error)));`,
  });
  await build({ root: project.folder, logLevel: "error" });
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args });
});
after(async () => {
  await browser?.close();
  await project?.remove();
});

async function open(url) {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(url);
  await page.waitForFunction(() => globalThis.ready, undefined, { timeout: 60_000 });
  return { page, errors };
}

// Serves the built page until the test is over, however it ends: what still listens keeps the process from ending.
async function previewed(t) {
  const server = await preview({ root: project.folder, logLevel: "error", preview: { host: "127.0.0.1", port: 0 } });
  t.after(() => server.close());
  t.after(() => server.close());
  return server.resolvedUrls.local[0];
}

async function works(url) {
  const { page, errors } = await open(url);
  for (const executor of ["inline", "worker"]) {
    assert.deepEqual(await page.evaluate((executor) => globalThis.inPage(executor), executor), MAIN_RESULT, executor);
    assert.deepEqual(await page.evaluate((executor) => globalThis.withSmall(executor), executor), MAIN_RESULT, `${executor}, smaller sandbox`);
    assert.deepEqual(await page.evaluate((executor) => globalThis.inWorker(executor), executor), MAIN_RESULT, `${executor} in a Web Worker`);
  }
  assert.deepEqual(await page.evaluate(() => globalThis.showsPanel()), [true, "TOOL_NOT_FOUND"]);
  assert.deepEqual(errors, []);
  await page.close();
}

test("the build holds each module once", async () => {
  const modules = (await readdir(join(project.folder, "dist/assets"))).filter((name) => name.endsWith(".wasm"));
  const names = modules.map((name) => /^(kernel|sandbox-small|sandbox)-/.exec(name)?.[1]);
  assert.deepEqual(names.sort(), ["kernel", "sandbox", "sandbox-small"]);
});

test("the built page and its Web Worker run the main job, and the page shows a panel", async (t) => {
  await works(await previewed(t));
});

/** Serves the built page, each file as `change` makes it, until the test is over. */
async function served(t, change = (_path, body) => body) {
  const types = { ".html": "text/html", ".js": "text/javascript" };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const file = join(project.folder, "dist", path === "/" ? "index.html" : path);
    const body = await readFile(file).catch(() => undefined);
    response.writeHead(body ? 200 : 404, { "content-type": types[extname(file)] ?? "application/octet-stream" });
    response.end(body && change(path, body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}

test("a server that knows no WebAssembly does too", async (t) => {
  await works(await served(t));
});

test("a Worker that does not stop in time is ended, and the page goes on", async (t) => {
  // The clock of the Workers stands still, so that inside time never passes.
  let scripts = 0;
  const still = (path, body) => (/\/browser-[^/]*\.js$/.test(path) ? (scripts++, `performance.now = () => 0;\n${body}`) : body);
  const { page } = await open(await served(t, still));
  const [stopped, next, stats] = await page.evaluate(() => globalThis.endless());
  assert.ok(scripts >= 1, "the Worker's script was changed");
  assert.deepEqual([stopped.error?.code, stopped.error?.context.limit, stopped.events.map(({ name }) => name)], ["TIMEOUT", 100, ["before"]]);
  assert.equal(next.returnValue, "healthy");
  assert.deepEqual([stats.createdInstances, stats.replacedInstances], [2, 1]);
  await page.close();
});

test("the development server does too", async (t) => {
  const server = await createDevServer({ root: project.folder, logLevel: "error", server: { host: "127.0.0.1", port: 0 } });
  t.after(() => server.close());
  await server.listen();
  await works(server.resolvedUrls.local[0]);
});

test("what cannot wait says so before the first kernel is made, and works after", async (t) => {
  const { page } = await open(await previewed(t));
  assert.deepEqual(await page.evaluate(() => globalThis.tooEarly()), [[true, "INVALID_ARGUMENT"], ["ext:a"]]);
  await page.close();
});

// The samples before somebody in Chromium: a page with <nexus-panel>, over a kernel of its own or over one that serves them from Node.js.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { createKernel, httpExtension, storageExtension } from "nexus-kernel";
import { serve } from "nexus-kernel/serve";
import { fill } from "../../samples/expenses/people.mjs";
import { samples, STORAGE_NAMESPACE } from "../../samples/samples.mjs";
import { start } from "../../samples/servers.mjs";
import { openBuiltPage } from "../support/chromium.mjs";
import { documentOf } from "./harness.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Makes the panels of a sample in this process, and serves them. */
async function serveSample(id, origin) {
  const kernel = await createKernel({
    extensions: [
      httpExtension({ allowedDomains: [new URL(origin).host], allowPrivateNetworks: true }),
      storageExtension({ namespace: STORAGE_NAMESPACE, backend: "memory" }),
    ],
  });
  await fill(kernel);
  const sample = samples.find((one) => one.id === id);
  for (const { options } of sample.panels(origin)) await kernel.panels.create(await documentOf(sample), options);
  const server = await serve(kernel, { port: 0 });
  return {
    url: (panel) => new URL(`/panels/${panel}`, server.url).href,
    async close() {
      await server.close();
      await kernel.close();
    },
  };
}

/** Opens the page. */
export async function openSamples() {
  const built = await openBuiltPage(fileURLToPath(new URL("page", import.meta.url)));
  const { page } = built;
  page.setDefaultTimeout(15_000);
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.evaluate(AXE);
  let sources;
  let served;

  async function close() {
    await page.evaluate(() => globalThis.places.clear());
    await served?.close();
    await sources?.close();
    served = sources = undefined;
  }

  return {
    page,
    errors,
    get sources() {
      return sources;
    },
    /** Makes the panels of a sample anew, in the page ("in-page") or in this process ("remote"). */
    async make(id, place) {
      await close();
      sources = await start();
      if (place === "remote") served = await serveSample(id, sources.origin);
      else await page.evaluate(([id, origin]) => globalThis.places.make(id, origin), [id, sources.origin]);
    },
    /** Shows a panel in the place of what was shown. */
    async show(panel, { theme = "light", width = 1100 } = {}) {
      await page.setViewportSize({ width, height: 900 });
      const target = served ? { src: served.url(panel) } : { panel };
      await page.evaluate(([target, theme]) => globalThis.places.show(target, theme), [target, theme]);
      await page.locator("nexus-panel .view > *").first().waitFor();
    },
    /** What axe finds. */
    async violations() {
      const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      return found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ target, failureSummary }) => `${target.flat().join(" ")}: ${failureSummary}`)].join("\n  "));
    },
    async stop() {
      await close();
      await built.stop();
    },
  };
}

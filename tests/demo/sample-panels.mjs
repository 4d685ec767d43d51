// A kernel in which the panels of the samples live.

import { readFile } from "node:fs/promises";
import { fill } from "../../samples/expenses/people.mjs";
import { STORAGE_NAMESPACE, samples } from "../../samples/samples.mjs";

const FOLDER = new URL("../../samples/", import.meta.url);

/**
 * Makes a kernel with every panel of every sample.
 * @param {typeof import("nexus-kernel")} nexus the package, as the caller has it
 * @param {string} origin of their sources, the only place that the panels reach
 */
export async function openSamplePanels({ createKernel, httpExtension, storageExtension }, origin) {
  const kernel = await createKernel({
    extensions: [
      httpExtension({ allowedDomains: [new URL(origin).host], allowPrivateNetworks: true }),
      storageExtension({ namespace: STORAGE_NAMESPACE, backend: "memory" }),
    ],
  });
  await fill(kernel);
  for (const { nxml, panels } of samples) {
    const document = await readFile(new URL(nxml, FOLDER), "utf8");
    for (const { options } of panels(origin)) await kernel.panels.create(document, options);
  }
  return kernel;
}

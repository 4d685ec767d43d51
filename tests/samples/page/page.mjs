// A page that shows one panel of a sample: made by a kernel of this page, or by one elsewhere.

import { createKernel, httpExtension, storageExtension } from "nexus-kernel";
import "nexus-kernel/element";
import { fill } from "../../../samples/expenses/people.mjs";
import { samples, STORAGE_NAMESPACE } from "../../../samples/samples.mjs";

const documents = import.meta.glob("../../../samples/*/panel.nxml", { query: "?raw", import: "default", eager: true });
const frame = document.querySelector("#place");
let kernel;
let element;

function place(target, theme) {
  element?.remove();
  element = document.createElement("nexus-panel");
  element.setAttribute("theme", theme);
  document.documentElement.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme;
  Object.assign(element, target);
  frame.replaceChildren(element);
}

globalThis.places = {
  /** Makes the panels of a sample in a kernel of this page. @returns their ids */
  async make(id, origin) {
    await kernel?.close();
    kernel = await createKernel({
      extensions: [httpExtension({ allowedDomains: [new URL(origin).host], allowPrivateNetworks: true }), storageExtension({ namespace: STORAGE_NAMESPACE, backend: "memory" })],
    });
    await fill(kernel);
    const sample = samples.find((one) => one.id === id);
    const ids = [];
    for (const { options } of sample.panels(origin)) {
      await kernel.panels.create(documents[`../../../samples/${sample.nxml}`], options);
      ids.push(options.id);
    }
    return ids;
  },
  /** Shows a panel of this page's kernel (`panel`, its id), or one at an address (`src`). */
  show: ({ panel, src }, theme) => place(src ? { src } : { panel: kernel.panels.get(panel) }, theme),
  async clear() {
    element?.remove();
    await kernel?.close();
    kernel = undefined;
  },
};

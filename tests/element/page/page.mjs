// A page for panels: tests make them here, in a kernel of this page, and use what is shown.

import { createKernel } from "nexus-kernel";
import { NexusPanelElement, connectPanel } from "nexus-kernel/element";

const kernel = await createKernel();
const main = document.querySelector("main");

/** Events of the element shown, in order. */
let heard = [];
let panel;
let element;

const EVENTS = ["nexus-event", "nexus-result", "nexus-error", "nexus-status", "nexus-command"];

async function show(nxml, { theme = "light", width = "", state } = {}) {
  await hide();
  panel = await kernel.panels.create(nxml, { state });
  element = document.createElement("nexus-panel");
  element.setAttribute("theme", theme);
  main.style.width = width;
  for (const name of EVENTS) element.addEventListener(name, ({ detail }) => heard.push([name, plain(detail)]));
  element.panel = panel;
  main.append(element);
  while (!element.shadowRoot?.querySelector(".view > *")) await new Promise(requestAnimationFrame);
  await element.updateComplete;
}

function plain(detail) {
  return detail instanceof Error ? { code: detail.code, message: detail.message } : JSON.parse(JSON.stringify(detail));
}

async function hide() {
  element?.remove();
  await panel?.destroy();
  heard = [];
}

globalThis.places = {
  show,
  hide,
  kernel,
  connectPanel,
  NexusPanelElement,
  get panel() { return panel; },
  get element() { return element; },
  heard: (name) => heard.filter(([kind]) => kind === name).map(([, detail]) => detail),
};

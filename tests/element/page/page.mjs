// A page for panels: tests make them here, in a kernel of this page, and use what is shown.

import { createKernel } from "nexus-kernel";
import { NexusPanelElement, connectPanel } from "nexus-kernel/element";

// For the page's own Worker; HTML of whatever origin stays forbidden.
globalThis.trustedTypes?.createPolicy("default", { createScriptURL: (url) => url });

/** What the page's policy has forbidden. */
const violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sourceFile }) => violations.push(`${violatedDirective}: ${blockedURI} by ${sourceFile}`));

/** Calls of `$ext.gate.wait(name)` that have not been let through. */
const waiting = new Map();
const gate = {
  name: "gate",
  methods: ["wait"],
  call: (_method, [name]) => new Promise((resolve) => waiting.set(name, resolve)),
};

const kernel = await createKernel({ extensions: [gate] });
const main = document.querySelector("main");
const EVENTS = ["nexus-event", "nexus-result", "nexus-error", "nexus-status", "nexus-command"];

/** DOM events of the element that is shown, in order. */
let heard = [];
let panel;
let element;
let worker;

/** Makes a panel and shows it in place of the one before. */
async function show(nxml, { theme = "light", width = "", state } = {}) {
  await hide();
  panel = await kernel.panels.create(nxml, { state });
  await place((element) => (element.panel = panel), { theme, width });
}

/** Shows whatever `target` gives an element. */
async function place(target, { theme = "light", width = "" } = {}) {
  element?.remove();
  heard = [];
  element = document.createElement("nexus-panel");
  element.setAttribute("theme", theme);
  document.documentElement.style.colorScheme = theme;
  document.documentElement.style.background = theme === "dark" ? "#101216" : "#fafbfc";
  main.style.width = width;
  for (const name of EVENTS) element.addEventListener(name, ({ detail }) => heard.push([name, plain(detail)]));
  target(element);
  main.append(element);
  while (!element.shadowRoot?.querySelector(".view > *")) await new Promise(requestAnimationFrame);
  await element.updateComplete;
}

function plain(detail) {
  return detail instanceof Error ? { code: detail.code, message: detail.message } : JSON.parse(JSON.stringify(detail));
}

async function hide() {
  element?.remove();
  element = undefined;
  await panel?.destroy();
  panel = undefined;
  waiting.clear();
}

globalThis.places = {
  show,
  place,
  hide,
  violations,
  kernel,
  connectPanel,
  NexusPanelElement,
  get panel() {
    return panel;
  },
  get element() {
    return element;
  },
  heard: (name) => heard.filter(([kind]) => kind === name).map(([, detail]) => detail),
  /** Makes a panel in a kernel of a Web Worker, and answers the port to it. */
  inWorker(nxml) {
    worker ??= new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ nxml, port: port2 }, [port2]);
    return port1;
  },
  /** Lets a call of `$ext.gate.wait(name)` through, once it is there. */
  async open(name, value) {
    while (!waiting.has(name)) await new Promise(requestAnimationFrame);
    waiting.get(name)(value);
    waiting.delete(name);
  },
};

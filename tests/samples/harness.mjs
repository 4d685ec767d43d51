// A sample as somebody has it before them: panels of a kernel, the sources that they ask, a clock that moves when told to.

import { readFile } from "node:fs/promises";
import { createKernel, httpExtension, storageExtension } from "nexus-kernel";
import { samples, STORAGE_NAMESPACE } from "../../samples/samples.mjs";
import { start } from "../../samples/servers.mjs";

const FOLDER = new URL("../../samples/", import.meta.url);
/** A Sunday morning: what the sources say follows from it and their seed. */
export const BEGIN = Date.UTC(2026, 10, 22, 8, 20);

/** The document of a sample. */
export const documentOf = ({ nxml }) => readFile(new URL(nxml, FOLDER), "utf8");

/** Time that passes when a test says so. */
class Clock {
  #now = BEGIN;
  #timers = new Map();
  #next = 1;

  now = () => this.#now;
  setTimeout = (callback, ms) => (this.#timers.set(this.#next, { at: this.#now + ms, callback }), this.#next++);
  clearTimeout = (timer) => void this.#timers.delete(timer);

  /** Lets so many milliseconds pass, and calls what they make due. */
  pass(ms) {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [timer, { at, callback }] = due;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, at);
      callback();
    }
    this.#now = until;
  }
}

/** Waits until `holds`, for ten seconds at most. */
export async function until(holds, what) {
  const end = performance.now() + 10_000;
  for (;;) {
    if (await holds()) return;
    if (performance.now() > end) throw new Error(`never: ${what ?? holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** One panel, with what it told. */
class Shown {
  toasts = [];
  focused = [];
  failures = [];

  constructor(panel) {
    this.panel = panel;
    panel.on("event", ({ name, payload }) => name === "toast" && this.toasts.push(`${payload.type}: ${payload.message}`));
    panel.on("view", ({ type, componentId }) => type === "focus" && this.focused.push(componentId));
    panel.on("error", ({ handler, error }) => this.failures.push(`${handler}: ${error.message}`));
  }

  get state() {
    return this.panel.state;
  }

  /** The elements that are shown, in their order; bindings that fail are mistakes of the document. */
  elements() {
    const { root, errors } = this.panel.view();
    if (errors.length > 0) throw new Error(errors.map(({ path, message }) => `${path}: ${message}`).join("; "));
    const found = [];
    const visit = (element) => (found.push(element), element.children.forEach(visit));
    if (root) visit(root);
    return found;
  }

  /** All that can be read. */
  get text() {
    return this.elements()
      .flatMap(({ props: { title, content, label, value, unit, trend } }) => [title, content, label, value, unit, trend])
      .filter((part) => part !== undefined && part !== null && part !== "")
      .join("\n");
  }

  byId(id) {
    return this.elements().find((element) => element.id === id);
  }

  /** Presses the button of that label, the `nth` of them; answers the result, or nothing if it is disabled. */
  async press(label, nth = 0) {
    const button = this.elements().filter(({ type, props }) => (type === "Button" || type === "Action") && props.label === label)[nth];
    if (!button) throw new Error(`there is no button ${label}`);
    if (button.props.disabled === true) return undefined;
    return this.panel.trigger(button.on.trigger, button.args ?? {}, { scope: button.scope });
  }

  /** Writes into the input, or turns the switch, of that id, label or placeholder. */
  async enter(name, value, nth = 0) {
    const fields = this.elements().filter(({ bind, id, props }) => bind && [id, props.label, props.placeholder].includes(name));
    if (!fields[nth]) throw new Error(`there is no field ${name}`);
    await this.panel.set(fields[nth].bind.bind ?? fields[nth].bind.value, value);
  }
}

/**
 * Makes the panels of a sample.
 * @param id of the sample
 * @param {{ state?: object, before?(kernel: object): Promise<void>, origin?: string, auth?: object }} [options] `state` beside that of the sample, `before` the
 * panels are made, `origin` to be asked in place of the sources
 */
export async function open(id, { state = {}, before, origin, auth } = {}) {
  const sample = samples.find((one) => one.id === id);
  const clock = new Clock();
  const sources = await start({ now: clock.now });
  const asked = origin ?? sources.origin;
  const kernel = await createKernel({
    clock,
    auth,
    extensions: [
      httpExtension({ allowedDomains: [new URL(asked).host], allowPrivateNetworks: true }),
      storageExtension({ namespace: STORAGE_NAMESPACE, backend: "memory" }),
    ],
  });
  await before?.(kernel);
  const panels = {};
  for (const { options } of sample.panels(asked)) {
    const panel = await kernel.panels.create(await documentOf(sample), { ...options, state: { ...options.state, ...state } });
    panels[options.id] = new Shown(panel);
  }
  return {
    kernel,
    clock,
    sources,
    panels,
    shown: Object.values(panels)[0],
    async [Symbol.asyncDispose]() {
      await kernel.close();
      await sources.close();
    },
  };
}

/** A test with a sample open. */
export const opened = (id, body, options) => async () => {
  const sample = await open(id, options);
  try {
    await body(sample);
  } finally {
    await sample[Symbol.asyncDispose]();
  }
};

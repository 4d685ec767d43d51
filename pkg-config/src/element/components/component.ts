// What all components of a view have in common. They render into the tree of the panel's element, whose styles are theirs.

import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { ViewElement } from "../../panel-types.js";
import type { PanelHost } from "../host.js";
import { textOf } from "../text.js";

/** What takes a click for itself. */
const INTERACTIVE = "a[href], button, input, select, textarea, summary, [role=switch], [tabindex]";

/** Clicks that an inner element has acted on. */
const taken = new WeakSet<Event>();

interface Override {
  readonly value: unknown;
  /** What the view said when it was overridden. */
  readonly bound: unknown;
}

export abstract class PanelComponent extends LitElement {
  static override properties = {
    node: { attribute: false },
    host: { attribute: false },
    filter: { attribute: false },
    level: { attribute: false },
    placement: { attribute: false },
  };

  declare node: ViewElement;
  declare host: PanelHost;
  /** The filter of what it stands in. */
  declare filter: string;
  /** The level of headings in it. */
  declare level: number;
  /** Classes that say how wide it is. */
  declare placement: string;

  /** Properties that a handler has set: they outrank what the view says until it says something else. */
  readonly #overrides = new Map<string, Override>();
  #filter: string | undefined;
  #failure: unknown;
  #running = new Set<string>();

  /** Whether the component itself runs its `trigger`; otherwise a click anywhere on it does. */
  protected get runsItself(): boolean {
    return false;
  }

  /** What it is called where a name is needed and there is no other. */
  get label(): string {
    return textOf(this.prop("label") ?? this.prop("title") ?? this.prop("content")) || this.node.id || this.node.type;
  }

  protected abstract template(): unknown;

  constructor() {
    super();
    this.filter = "";
    this.level = 2;
    this.placement = "";
    this.addEventListener("click", (event) => this.#clicked(event));
  }

  // In the light: one set of styles, and labels and headings of one document.
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** A property: what a handler has set, else what the view says. */
  prop(name: string): unknown {
    const override = this.#overrides.get(name);
    if (override) return override.value;
    return Object.hasOwn(this.node.props, name) ? this.node.props[name] : undefined;
  }

  /** The filter that holds here. */
  protected get activeFilter(): string {
    return this.#filter ?? this.filter;
  }

  setFilter(value: string): void {
    this.#filter = value === "" ? undefined : value;
    this.requestUpdate();
  }

  setProp(name: string, value: unknown): void {
    this.#overrides.set(name, { value, bound: this.node.props[name] });
    this.requestUpdate();
  }

  /** Methods that handlers may call, by name. */
  protected get methods(): Readonly<Record<string, (...args: unknown[]) => void>> {
    return {};
  }

  /** Calls a method; answers whether there is one. */
  call(method: string, args: readonly unknown[]): boolean {
    const own = Object.hasOwn(this.methods, method) ? this.methods[method] : undefined;
    own?.(...args);
    return own !== undefined;
  }

  /** Where the view is to be scrolled to: pixels, or an end. */
  scrollToPosition(position: "top" | "bottom" | number): void {
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
    if (typeof position === "number") {
      const top = this.getBoundingClientRect().top + scrollY + position;
      scrollTo({ top, behavior });
    } else {
      this.scrollIntoView({ block: position === "top" ? "start" : "end", behavior });
    }
  }

  /** Gives the focus to the first thing in it that takes it. */
  focusInside(): void {
    const target = this.querySelector<HTMLElement>("input, button, [role=switch], summary, [tabindex='0']");
    if (target) return target.focus();
    this.tabIndex = -1;
    this.focus();
  }

  protected isRunning(event = "trigger"): boolean {
    return this.#running.has(event);
  }

  /**
   * Runs the tool of an event; never while it runs.
   * @param detail its arguments where the view has none
   */
  protected async run(event = "trigger", detail?: object): Promise<void> {
    const tool = this.node.on?.[event];
    if (tool === undefined || this.#running.has(event)) return;
    this.#running.add(event);
    this.requestUpdate();
    try {
      await this.host.trigger(tool, () => ({ args: this.node.args ?? detail, scope: this.node.scope }));
    } finally {
      this.#running.delete(event);
      this.requestUpdate();
    }
  }

  #clicked(event: Event): void {
    if (this.runsItself || this.node.on?.["trigger"] === undefined || taken.has(event)) return;
    const path = event.composedPath();
    const inner = path.slice(0, path.indexOf(this)).filter((target) => target instanceof Element);
    const isOwn = inner.every((target) => !target.matches(INTERACTIVE) || target.classList.contains("cover"));
    // Who marks text does not press.
    if (!isOwn || (getSelection()?.toString() && event instanceof PointerEvent && event.detail > 0)) return;
    taken.add(event);
    void this.run();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("placement")) {
      this.classList.remove(...wordsOf(changed.get("placement") as string | undefined));
      this.classList.add(...wordsOf(this.placement));
    }
    if (!changed.has("node")) return;
    this.#failure = undefined;
    for (const [name, { bound }] of this.#overrides) {
      if (JSON.stringify(this.node.props[name]) !== JSON.stringify(bound)) this.#overrides.delete(name);
    }
    this.classList.toggle("has-trigger", !this.runsItself && this.node.on?.["trigger"] !== undefined);
    if (this.node.id === undefined) delete this.dataset["id"];
    else this.dataset["id"] = this.node.id;
  }

  protected override render(): unknown {
    if (this.#failure !== undefined) return this.#notice();
    try {
      return html`${this.template()}${this.#cover()}`;
    } catch (error) {
      return this.#failed(error);
    }
  }

  // What fails in one component leaves the others alone.
  protected override scheduleUpdate(): void {
    try {
      super.scheduleUpdate();
    } catch (error) {
      this.#failed(error);
      this.requestUpdate();
    }
  }

  #failed(error: unknown): TemplateResult {
    this.#failure = error ?? new Error("unknown");
    console.error(`nexus-panel: ${this.node?.type} cannot be shown:`, error);
    return this.#notice();
  }

  #notice(): TemplateResult {
    return html`<p class="notice">This ${this.node?.type} cannot be shown.</p>`;
  }

  /** The button that the keyboard and screen readers find; the pointer finds what lies under it. */
  #cover(): unknown {
    if (this.runsItself || this.node.on?.["trigger"] === undefined) return nothing;
    const isBusy = this.isRunning();
    return html`<button class="cover" type="button" aria-label=${this.label} aria-busy=${isBusy} aria-disabled=${isBusy}></button>`;
  }
}

function wordsOf(text: string | undefined): string[] {
  return text ? text.split(" ") : [];
}

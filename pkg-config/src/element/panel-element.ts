import { LitElement, html, nothing, type PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { connectPanel } from "../client/connect.js";
import type { ConnectionStatus, PanelConnection, PanelTarget } from "../client/types.js";
import { NexusError, invalidArgument } from "../errors.js";
import type { Panel, ViewTree } from "../panel-types.js";
import type { Event as PanelEvent, RunResult } from "../types.js";
import type * as api from "./api.js";
import { columnRules } from "./columns.js";
import { applyCommand } from "./commands.js";
import { PanelComponent } from "./components/component.js";
import { renderElement } from "./components/registry.js";
import { focusKeeper } from "./focus.js";
import type { CustomRegistration, Given, PanelHost, SetOutcome } from "./host.js";
import { keysOf } from "./keys.js";
import { Problems } from "./problems.js";
import { reuseTree } from "./reuse.js";
import { STYLES } from "./styles/styles.js";
import type { ToastsElement } from "./toasts.js";

/** Elements in one another, as NXML limits them. */
const DEEPEST = 64;

const registrations = new Map<string, CustomRegistration>();

function registrationKey(module: string, component: string): string {
  return JSON.stringify([module, component]);
}

/** `<nexus-panel>`. */
export class NexusPanelElement extends LitElement {
  static override styles = STYLES;
  static override properties = {
    panel: { attribute: false },
    port: { attribute: false },
    token: { attribute: false },
    src: { reflect: true },
    headingLevel: { attribute: "heading-level", type: Number },
  };

  declare panel: Panel | undefined;
  declare port: MessagePort | undefined;
  declare token: string | (() => string | Promise<string>) | undefined;
  declare src: string;
  declare headingLevel: number;

  #connection: PanelConnection | undefined;
  #connectedTo: PanelTarget | undefined;
  #offs: (() => void)[] = [];
  #tree: ViewTree | undefined;
  readonly #columns = new CSSStyleSheet();
  #columnRules = "";
  readonly #problems = new Problems(() => this.requestUpdate());
  readonly #themeListeners = new Set<() => void>();
  /** Values that the panel has not answered yet. */
  readonly #sets = new Set<Promise<SetOutcome>>();
  /** Until they are answered and shown, tools wait; in their order. */
  #settling: Promise<unknown> | undefined;
  readonly #host: PanelHost = this.#makeHost();

  /** See {@link api.NexusPanelElementClass.define}. */
  static define(module: string, component: string, tagName: string, options: api.CustomComponentOptions = {}): void {
    if (typeof tagName !== "string" || !/^[a-z][a-z0-9._]*-[a-z0-9._-]*$/.test(tagName)) {
      throw invalidArgument(`${JSON.stringify(tagName)} cannot be the name of a custom element`);
    }
    registrations.set(registrationKey(module, component), { tagName, methods: [...(options.methods ?? [])] });
  }

  constructor() {
    super();
    this.src = "";
    this.headingLevel = 2;
  }

  get connection(): PanelConnection | undefined {
    return this.#connection;
  }

  get status(): ConnectionStatus | undefined {
    return this.#connection?.status;
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const root = super.createRenderRoot();
    if (root instanceof ShadowRoot) root.adoptedStyleSheets = [...root.adoptedStyleSheets, this.#columns];
    return root;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate("panel");
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Not if it is only being moved.
    queueMicrotask(() => this.isConnected || this.#disconnect());
  }

  protected override willUpdate(changed: PropertyValues): void {
    // With another token one that was refused may be let in.
    if (changed.has("token") && this.status === "closed") this.#disconnect();
    if (["panel", "port", "src", "token"].some((name) => changed.has(name))) this.#connect();
  }

  // The connection

  #connect(): void {
    const target: PanelTarget | undefined = this.panel ?? this.port ?? (this.src || undefined);
    if (target === this.#connectedTo || !this.isConnected) return;
    this.#disconnect();
    this.#tree = undefined;
    this.#problems.clear();
    this.#toasts?.clear();
    if (target === undefined) return;
    this.#connectedTo = target;
    try {
      this.#connection = connectPanel(target, { topics: ["view", "events"], token: this.token });
    } catch (error) {
      return this.#fail("connection", error);
    }
    const connection = this.#connection;
    this.#dispatch("nexus-status", { status: connection.status });
    this.#offs = [
      connection.on("status", (detail) => {
        if (detail.status === "connected") {
          this.#problems.settle("connection");
          for (const draft of [...this.#host.drafts]) draft.retry();
        }
        this.#dispatch("nexus-status", detail);
        this.requestUpdate();
      }),
      connection.on("view", ({ view }) => this.#show(view)),
      connection.on("event", ({ name, payload }) => this.#heard({ name, payload })),
      connection.on("result", (end) => void this.#ended(end)),
      connection.on("error", (error) => this.#fail("connection", error)),
    ];
  }

  #disconnect(): void {
    for (const draft of this.#host.drafts) draft.commit();
    for (const off of this.#offs.splice(0)) off();
    this.#connection?.close();
    this.#connection = undefined;
    this.#connectedTo = undefined;
  }

  #show(view: ViewTree): void {
    const keepFocus = focusKeeper(this.renderRoot as ShadowRoot);
    this.#tree = reuseTree(this.#tree, view);
    const rules = columnRules(view);
    if (rules !== this.#columnRules) this.#columns.replaceSync(rules);
    this.#columnRules = rules;
    const [first, ...others] = view.errors;
    const more = others.length > 0 ? ` (and ${others.length} more)` : "";
    if (first) this.#problems.tell("view", { code: first.code, message: `${first.message}${first.path ? `, at ${first.path}` : ""}${more}` });
    else this.#problems.settle("view");
    this.requestUpdate();
    // Updates are microtasks, also those of children; to wait for them by name would look through the whole view each time.
    if (keepFocus) setTimeout(keepFocus);
  }

  #heard(event: PanelEvent): void {
    const isShown = this.#dispatch("nexus-event", event);
    if (event.name === "toast" && isShown) this.#toasts?.show(event.payload);
  }

  get #toasts(): ToastsElement | null {
    return this.renderRoot?.querySelector("nexus-panel-toasts") ?? null;
  }

  async #ended({ tool, result }: { tool: string; result: RunResult }): Promise<void> {
    if (result.status === "error") this.#fail(`tool ${tool}`, new NexusError(result.error));
    else this.#problems.settle(`tool ${tool}`);
    this.#dispatch("nexus-result", { tool, result });
    if (result.viewCommands.length === 0) return;
    // What they are for may have come with the view just before.
    await this.updateComplete;
    for (const command of result.viewCommands) {
      if (!applyCommand(command, this.renderRoot, this)) this.#dispatch("nexus-command", command);
      // One may be about what another has brought into sight.
      await this.updateComplete;
    }
  }

  #fail(source: string, error: unknown): void {
    const known = error instanceof NexusError ? error : new NexusError({ code: "INTERNAL_ERROR", message: String(error) }, { cause: error });
    if (this.#dispatch("nexus-error", known)) this.#problems.tell(source, known);
  }

  /** @returns whether nobody objected */
  #dispatch<Name extends keyof api.NexusPanelEventMap>(name: Name, detail: api.NexusPanelEventMap[Name]["detail"]): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  // What components ask for

  #makeHost(): PanelHost {
    const element = this;
    return {
      get columns() {
        return element.#tree ?? { columns: 12, breakpoints: [] };
      },
      drafts: new Set(),
      isMoving: false,
      trigger: (tool, given) => this.#trigger(tool, given),
      set: (path, value, keeps = false) => {
        const setting = this.#set(path, value, keeps);
        this.#sets.add(setting);
        return setting.finally(() => this.#sets.delete(setting));
      },
      custom: (module, component) => registrations.get(registrationKey(module, component)),
      onTheme: (listener) => {
        this.#themeListeners.add(listener);
        return () => void this.#themeListeners.delete(listener);
      },
    };
  }

  async #trigger(tool: string, given: () => Given): Promise<RunResult | undefined> {
    await this.#settled();
    const connection = this.#connection;
    if (!connection) return undefined;
    const { args, scope } = given();
    try {
      // Its end is told to everybody by the connection.
      return await connection.trigger(tool, typeof args === "object" ? args : undefined, { scope });
    } catch (error) {
      if (this.#connection === connection) this.#fail(`tool ${tool}`, error);
      return undefined;
    }
  }

  /** When every value is sent and answered, and what came of it is shown. */
  #settled(): Promise<unknown> | undefined {
    for (const draft of [...this.#host.drafts]) draft.commit();
    if (this.#sets.size === 0) return this.#settling;
    const settling: Promise<unknown> = Promise.all([this.#settling, ...this.#sets])
      .then(() => this.updateComplete)
      .then(() => {
        if (this.#settling === settling) this.#settling = undefined;
      });
    this.#settling = settling;
    return settling;
  }

  async #set(path: readonly (string | number)[], value: unknown, keeps: boolean): Promise<SetOutcome> {
    const connection = this.#connection;
    if (!connection) return "refused";
    const source = `value ${JSON.stringify(path)}`;
    try {
      await connection.set(path, value);
      this.#problems.settle(source);
      return "taken";
    } catch (error) {
      const isLost = error instanceof NexusError && error.code === "CANCELLED";
      if (this.#connection === connection && !(isLost && keeps)) this.#fail(source, error);
      return isLost ? "lost" : "refused";
    }
  }

  // What is shown

  protected override async getUpdateComplete(): Promise<boolean> {
    const isDone = await super.getUpdateComplete();
    // Parents make their children known by and by, at most as deep as documents go.
    for (let depth = 0; depth < DEEPEST; depth++) {
      const pending = [...this.renderRoot.querySelectorAll("*")].filter((element) => element instanceof PanelComponent && element.isUpdatePending);
      if (pending.length === 0) break;
      await Promise.all(pending.map((component) => (component as PanelComponent).updateComplete));
    }
    return isDone;
  }

  protected override render(): unknown {
    const root = this.#tree?.root;
    const title = this.#connection?.title;
    return html`<div class="frame" part="frame" role="region" aria-label=${title || "Panel"} aria-busy=${this.#connection && !this.#tree ? "true" : nothing}>
      ${this.#connectionBar()} ${this.#problems.render()}
      <div class="view" part="view">
        ${root
          ? repeat([root], () => keysOf([root])[0], (node) => renderElement(node, { host: this.#host, filter: "", level: this.#level, placement: "wide-12" }))
          : nothing}
      </div>
      <nexus-panel-toasts></nexus-panel-toasts>
      <span class="probe" aria-hidden="true" @transitionend=${this.#themeChanged}></span>
    </div>`;
  }

  get #level(): number {
    return Math.min(6, Math.max(1, Math.trunc(this.headingLevel) || 2));
  }

  #connectionBar(): unknown {
    const status = this.#connection?.status;
    if (status === undefined || status === "connected") return nothing;
    const text = { connecting: "Connecting…", reconnecting: "The connection was lost. Reconnecting…", closed: "Not connected." }[status];
    return html`<p class="connection" role="status" data-status=${status}><span class="dot" aria-hidden="true"></span>${text}</p>`;
  }

  readonly #themeChanged = (): void => {
    for (const listener of [...this.#themeListeners]) listener();
  };
}

// Panels as embedders hold them: the classes of the kernel module under the names of the API.

import type { glue } from "./binding.js";
import { serveSocket } from "./connection.js";
import { invalidArgument } from "./errors.js";
import type * as api from "./panel-types.js";
import { withRecord } from "./records.js";
import { text } from "./text.js";
import type { RunResult } from "./types.js";

const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

const EVENTS: readonly string[] = ["patch", "event", "view", "log", "status", "error"] satisfies (keyof api.PanelEvents)[];

export class KernelPanels implements api.Panels {
  readonly #panels: glue.Panels;
  /** Those that were handed out, so that each panel is one object. */
  readonly #known = new Map<string, KernelPanel>();

  constructor(panels: glue.Panels) {
    this.#panels = panels;
  }

  async create(source: string | api.PanelDefinition, options?: api.CreatePanelOptions): Promise<api.Panel> {
    return this.#wrap(await this.#panels.create(source, options));
  }

  get(id: string): api.Panel | undefined {
    const panel = this.#panels.get(text(id, "id"));
    return panel && this.#wrap(panel);
  }

  list(): api.Panel[] {
    return this.#panels.list().map((panel) => this.#wrap(panel));
  }

  async destroy(id: string): Promise<boolean> {
    const name = text(id, "id");
    // Whoever holds it goes on to hold it.
    this.#known.delete(name);
    return this.#panels.destroy(name);
  }

  async check(nxml: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly api.Diagnostic[]> {
    return (await this.inspect(nxml, options)).diagnostics;
  }

  inspect(nxml: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<api.Inspection> {
    return this.#panels.inspect(nxml, options);
  }

  #wrap(panel: glue.Panel): api.Panel {
    const id = panel.id;
    let known = this.#known.get(id);
    // One of the same name may have gone.
    if (known === undefined || known.status === "stopped") {
      known = new KernelPanel(panel, () => this.destroy(id));
      this.#known.set(id, known);
    }
    return known;
  }
}

class KernelPanel implements api.Panel {
  readonly #panel: glue.Panel;
  readonly #destroy: () => Promise<boolean>;
  readonly #listeners = new Map<string, Set<(event: never) => void>>();
  readonly id: string;
  readonly description: api.PanelDescription;

  constructor(panel: glue.Panel, destroy: () => Promise<boolean>) {
    this.#panel = panel;
    this.#destroy = destroy;
    this.id = panel.id;
    this.description = panel.describe();
  }

  get title(): string {
    return this.description.title;
  }

  get status(): api.PanelStatus {
    return this.#panel.status as api.PanelStatus;
  }

  get state(): Record<string, unknown> {
    return this.#panel.state;
  }

  get computed(): Record<string, unknown> {
    return this.#panel.computed;
  }

  get source(): string | api.PanelDefinition {
    return this.#panel.source;
  }

  get version(): number {
    return this.#panel.version;
  }

  info(): api.PanelInfo {
    return this.#panel.info();
  }

  view(): api.ViewTree {
    return this.#panel.view();
  }

  async trigger<Result>(tool: string, args?: object, options?: api.TriggerOptions): Promise<RunResult<Result>> {
    const [result, record] = await this.#panel.trigger(tool, args, options);
    return withRecord(result, record);
  }

  set(
    path: string | readonly (string | number)[],
    value: unknown,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<number> {
    return this.#panel.set(path, value, options);
  }

  on<Name extends keyof api.PanelEvents>(name: Name, listener: (event: api.PanelEvents[Name]) => void): () => void {
    if (!EVENTS.includes(name)) throw invalidArgument(`a panel tells of ${EVENTS.join(", ")}, not of ${JSON.stringify(name)}`);
    if (typeof listener !== "function") throw invalidArgument("listener has to be a function");
    // Of its own, so that a function that is given twice is called twice.
    const own = (event: api.PanelEvents[Name]) => listener(event);
    if (this.#listeners.size === 0) this.#panel.watch((kind: string, event: unknown) => this.#tell(kind, event));
    let listeners = this.#listeners.get(name);
    if (!listeners) this.#listeners.set(name, (listeners = new Set()));
    listeners.add(own as (event: never) => void);
    return () => {
      if (!listeners.delete(own as (event: never) => void) || listeners.size > 0) return;
      this.#listeners.delete(name);
      if (this.#listeners.size === 0) this.#panel.watch(undefined);
    };
  }

  accept(socket: api.SocketLike | MessagePort, options?: api.AcceptOptions): api.Connection {
    return serveSocket(socket, (served) => this.#panel.accept(served, options));
  }

  #tell(kind: string, event: unknown): void {
    for (const listener of [...(this.#listeners.get(kind) ?? [])]) {
      // One before it may have taken it off.
      if (!this.#listeners.get(kind)?.has(listener)) continue;
      try {
        listener(event as never);
      } catch (error) {
        console.error(`nexus-kernel: a listener to ${kind} of the panel ${this.id} threw:`, error);
      }
    }
  }

  destroy(): Promise<boolean> {
    return this.status === "stopped" ? Promise.resolve(false) : this.#destroy();
  }

  async [asyncDispose](): Promise<void> {
    await this.destroy();
  }
}

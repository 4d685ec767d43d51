// A Durable Object that holds panels.

import { loadConfig } from "../config.js";
import { createKernel, httpExtension, storageExtension, type StorageBackend } from "../entry/workerd.js";
import type { Panel } from "../panel-types.js";
import type { Kernel, KernelOptions, StateMutation } from "../types.js";
import { receivingAll } from "./receiving-all.js";
import { StoredPanels, type ObjectStorage, type StoredPanel } from "./stored-panels.js";

/** What is needed of the `ctx` of a Durable Object. */
export interface ObjectContext {
  readonly storage: ObjectStorage & StorageBackend;
}

/** Milliseconds in which changes of the state are gathered before they are written. */
const SAVE_MS = 250;
/** Panels that are restored at once. */
const AT_ONCE = 50;
/** As many instances as fit into the 128 MB of an isolate with all the memory that each may take. */
const DEFAULTS = JSON.stringify({ runtime: { maxInstances: 3 } });

/**
 * A kernel with its panels in a Durable Object: the HTTP and WebSocket API, and panels that are there again after the object was evicted or
 * restarted. Extend it and bind the class in the configuration of the Worker:
 *
 * ```js
 * import { PanelsObject, fetchPanels } from "nexus-kernel/worker";
 * export class Panels extends PanelsObject {}
 * export default { fetch: (request, env) => fetchPanels(request, env.PANELS) };
 * ```
 *
 * A panel and its first state are written before its creation is answered, and what changes in its state at most 250 ms later: so much is
 * lost if the object ends without warning. After a restart a panel has the state that was written and runs its `mount` anew; runs that were
 * under way are lost, clients of its WebSocket connect again and are told the whole state. While an object is evicted no interval and no
 * cron fires.
 */
export class PanelsObject<Environment extends object = object> {
  readonly ctx: ObjectContext;
  readonly env: Environment;
  readonly #stored: StoredPanels;
  readonly #kernel: Promise<Kernel>;
  /** Panels that are kept, with what ends watching them. */
  readonly #kept = new Map<Panel, () => void>();
  /** What is to be written of their states. */
  readonly #changes = new Map<Panel, Map<string, unknown>>();
  /** Writes are made one after the other. */
  #writing: Promise<void> = Promise.resolve();

  constructor(ctx: ObjectContext, env: Environment) {
    this.ctx = ctx;
    this.env = env;
    this.#stored = new StoredPanels(ctx.storage);
    this.#kernel = this.#open();
    // Each request is told.
    this.#kernel.catch(() => {});
  }

  /**
   * Options of the kernel; called once. As they are here: what the variables of the Worker say (`docs/configuration.md`: `JWT_SECRET`,
   * `JWT_PUBLIC_KEY`, `JWT_AUDIENCE`, `HTTP_ALLOWED_DOMAINS`, …), with the extensions `http` and `storage`, which keeps values in this object.
   */
  options(): KernelOptions {
    const { kernel, extensions } = loadConfig({ json: DEFAULTS, env: this.env as Readonly<Record<string, unknown>> });
    return { ...kernel, extensions: [httpExtension(extensions.http), storageExtension({ backend: this.ctx.storage })] };
  }

  /** NXML by the ids of panels that are there from the start; called once. One that changed begins anew. */
  documents(): Readonly<Record<string, string>> {
    return {};
  }

  /** Answers a request, or makes a WebSocket of it. */
  async fetch(request: Request): Promise<Response> {
    const kernel = await this.#kernel;
    const response = await receivingAll(request, (request) => kernel.fetch(request));
    if (request.method === "POST" || request.method === "DELETE") {
      for (const panel of kernel.panels.list()) if (!this.#kept.has(panel)) this.#keep(panel);
      if (response.status === 201 || response.status === 204) await this.#writing;
    }
    return response;
  }

  async #open(): Promise<Kernel> {
    const kernel = await createKernel(this.options());
    const documents = new Map(Object.entries(this.documents()));
    const kept = (await this.#stored.all()).filter(({ stored: { id, source } }) => (documents.get(id) ?? source) === source);
    for (let at = 0; at < kept.length; at += AT_ONCE) {
      await Promise.all(kept.slice(at, at + AT_ONCE).map(({ stored, state }) => this.#restore(kernel, stored, state)));
    }
    for (const { stored } of kept) documents.delete(stored.id);
    for (const [id, source] of documents) {
      await reported(id, async () => this.#keep(await kernel.panels.create(source, { id })));
    }
    return kernel;
  }

  async #restore(kernel: Kernel, { id, source, createdAt }: StoredPanel, state: object): Promise<void> {
    await reported(id, async () => {
      const panel = await kernel.panels.create(source, { id, restored: state });
      // Its mount may have changed the state before anybody watched.
      if (panel.version > 0) this.#keep(panel, createdAt);
      else this.#watch(panel);
    });
  }

  /** Writes a panel, and from now on what becomes of it. */
  #keep(panel: Panel, createdAt = panel.info().createdAt): void {
    const { id, source, state } = panel;
    this.#watch(panel);
    this.#write(id, () => this.#stored.add({ id, source, createdAt }, state));
  }

  #watch(panel: Panel): void {
    const offs = [
      panel.on("patch", ({ mutations }) => this.#note(panel, mutations)),
      panel.on("status", (status) => {
        if (status === "stopped") this.#forget(panel);
      }),
    ];
    this.#kept.set(panel, () => offs.forEach((off) => off()));
  }

  #note(panel: Panel, mutations: readonly StateMutation[]): void {
    let changes = this.#changes.get(panel);
    if (!changes) {
      this.#changes.set(panel, (changes = new Map()));
      setTimeout(() => this.#save(panel), SAVE_MS);
    }
    for (const { key, value, operation } of mutations) changes.set(key, operation === "set" ? value : undefined);
  }

  #save(panel: Panel): void {
    const changes = this.#changes.get(panel);
    if (!changes) return;
    this.#changes.delete(panel);
    this.#write(panel.id, () => this.#stored.save(panel.id, changes));
  }

  #forget(panel: Panel): void {
    this.#kept.get(panel)?.();
    this.#kept.delete(panel);
    this.#changes.delete(panel);
    this.#write(panel.id, () => this.#stored.remove(panel.id));
  }

  #write(id: string, write: () => Promise<void>): void {
    this.#writing = this.#writing.then(() => reported(id, write));
  }
}

/** Does something for a panel. If it fails the others go on, and the log says so. */
async function reported(id: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.error(`nexus-kernel: the panel ${id} could not be restored or written:`, error);
  }
}

// The element as pages see it: the types of `nexus-kernel/element`, which is bundled.

import type { NexusError } from "../errors.js";
import type { Panel } from "../panel-types.js";
import type { Event as PanelEvent, RunResult, ViewCommand } from "../types.js";
import type { ConnectionStatus, PanelConnection } from "../client/types.js";

export type * from "../client/types.js";
export type { Topic } from "../client/messages.js";

/** What the element tells, as DOM events. They bubble, also out of shadow trees. */
export interface NexusPanelEventMap {
  /** A handler emitted an event. Toasts are shown beside that; `preventDefault()` keeps one from being shown. */
  "nexus-event": CustomEvent<PanelEvent>;
  /** A run that was started here ended. */
  "nexus-result": CustomEvent<{ readonly tool: string; readonly result: RunResult }>;
  /** Something went wrong. The element shows it; `preventDefault()` keeps it from that. */
  "nexus-error": CustomEvent<NexusError>;
  "nexus-status": CustomEvent<{ readonly status: ConnectionStatus; readonly code?: number; readonly reason?: string }>;
  /** A view command that the element cannot carry out: of a name of its own, or for a component that is not shown. */
  "nexus-command": CustomEvent<ViewCommand>;
}

/** How a custom component may be used. */
export interface CustomComponentOptions {
  /** Its methods that handlers may call. Default: none. */
  readonly methods?: readonly string[] | undefined;
}

/** `<nexus-panel>`: shows a panel and lets it be used. */
export interface NexusPanelElement extends HTMLElement {
  /** A panel of a kernel in this page. Comes before {@link port} and {@link src}. */
  panel: Panel | undefined;
  /** On its other side `panel.accept(port)` was called: in a Web Worker, mostly. Comes before {@link src}. */
  port: MessagePort | undefined;
  /** The address of a panel of a server: `https://host/panels/todo`. */
  src: string;
  /** The token for the server of {@link src}; a function is asked at each attempt to connect. */
  token: string | (() => string | Promise<string>) | undefined;
  /** The level of its first heading, 1 to 6. Default 2. */
  headingLevel: number;
  readonly status: ConnectionStatus | undefined;
  /** The connection, while there is one. */
  readonly connection: PanelConnection | undefined;
  /** Resolves once everything that was told so far is shown. */
  readonly updateComplete: Promise<boolean>;
  addEventListener<Name extends keyof NexusPanelEventMap>(
    type: Name,
    listener: (this: NexusPanelElement, event: NexusPanelEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
  removeEventListener<Name extends keyof NexusPanelEventMap>(
    type: Name,
    listener: (this: NexusPanelElement, event: NexusPanelEventMap[Name]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
}

/** Its class. */
export interface NexusPanelElementClass {
  new (): NexusPanelElement;
  readonly prototype: NexusPanelElement;
  /**
   * Lets panels use a custom element of this page as `<CustomComponent module="…" component="…">`. Nothing else is ever made for one.
   * @param tagName of an element that the page defines, now or later
   */
  define(module: string, component: string, tagName: string, options?: CustomComponentOptions): void;
}

export declare const NexusPanelElement: NexusPanelElementClass;
export declare const connectPanel: typeof import("../client/connect.js").connectPanel;

declare global {
  interface HTMLElementTagNameMap {
    "nexus-panel": NexusPanelElement;
  }
}

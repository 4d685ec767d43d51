// Panels, as embedders see them.

import type { Location, NexusError } from "./errors.js";
import type { Event, LogLine, RunResult, Segment, StateMutation, ViewCommand } from "./types.js";

/** One mistake in a document. */
export interface Diagnostic {
  /** What is wrong: a word with a page in `docs/errors/`. */
  readonly code: string;
  /** Of a document with an error no panel can be made; a warning tells of something that its author will not have meant. */
  readonly severity: "error" | "warning";
  /** A sentence. */
  readonly message: string;
  /** The element or attribute, as XPath writes it: `/NexusPanel/Logic/Tool[2]/@name`. */
  readonly path: string;
  readonly location: Location;
  /** What to do about it, where that is known. */
  readonly hint?: string;
}

/** What a document says about itself. */
export interface PanelMeta {
  readonly title: string;
  readonly description?: string;
  readonly version?: string;
  readonly author?: string;
  readonly tags: readonly string[];
}

/** What a {@link Policy} is asked about. */
export interface PolicyPanel extends PanelMeta {
  readonly id: string;
  /** The names of its tools. */
  readonly tools: readonly string[];
}

/**
 * Decides what a new panel may do: `requested` is what its handlers declare, each token once. Handlers are granted what they declare
 * as far as the answer covers it; what the answer names beyond that grants nothing. One that throws keeps the panel from being made.
 */
export type Policy = (panel: PolicyPanel, requested: string[]) => readonly string[] | Promise<readonly string[]>;

/** Options of `createKernel` for all panels. */
export interface PanelsOptions {
  /** Panels that live at once. Default 10 000. */
  readonly maxPanels?: number | undefined;
  /** Runs of one panel that wait for their first turn. Default 1000. */
  readonly maxQueuedRuns?: number | undefined;
}

/** A panel that is described by data, as `POST /panels` takes it. */
export interface PanelDefinition {
  /** Its name, unless {@link CreatePanelOptions.id} says another. */
  readonly id?: string;
  /** 1 to 128 characters. */
  readonly kind?: string;
  readonly title?: string;
  readonly description?: string;
  /** States with their first values, which say what type they are. */
  readonly initialState?: Readonly<Record<string, unknown>>;
  /** Tokens that every tool is to have. */
  readonly capabilities?: readonly string[];
  /** Whatever else is to be kept with it. */
  readonly metadata?: object;
  readonly tools: readonly {
    readonly name: string;
    /** The code. */
    readonly handler: string;
    readonly description?: string;
    readonly capabilities?: readonly string[];
    readonly args?: readonly {
      readonly name: string;
      readonly type?: PanelArg["type"];
      readonly required?: boolean;
      readonly default?: unknown;
      readonly description?: string;
    }[];
    readonly trigger?:
      | { readonly type: "manual" }
      | { readonly type: "interval"; readonly ms: number }
      | { readonly type: "event"; readonly pattern: string }
      | { readonly type: "cron"; readonly expression: string }
      | { readonly type: "state_change"; readonly path: string };
  }[];
}

/** Options of {@link Panels.create}. */
export interface CreatePanelOptions {
  /** Its name: 1 to 64 letters, digits and `_ - . : $`. Default: that in the document, or else one is made up. */
  readonly id?: string | undefined;
  /** First values of states, in place of the document's defaults. */
  readonly state?: object | undefined;
  /**
   * The whole state of such a panel as {@link Panel.state} told it, in place of the document's and of `state`, and taken as it is: with the
   * keys that handlers added, and values of other types than the document says.
   */
  readonly restored?: object | undefined;
  /** In place of the kernel's. */
  readonly policy?: Policy | undefined;
  /** Gives the creation up: nothing of the panel is left. */
  readonly signal?: AbortSignal | undefined;
}

/** How a panel is. All but one that is `stopped` can be used. */
export type PanelStatus =
  /** Its `mount` has not ended: it is in the list, and what runs by the clock has not begun. */
  | "initializing"
  | "running"
  /** Runs of it wait for the answers to their calls. */
  | "suspended"
  /** Its `mount` failed. */
  | "error"
  /** It was destroyed. */
  | "stopped";

/** An argument of a tool. */
export interface PanelArg {
  readonly name: string;
  readonly type: "string" | "number" | "boolean" | "list" | "object";
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
}

/** A tool of a panel. */
export interface PanelTool {
  readonly name: string;
  readonly description?: string;
  /** In the order of positional arguments. */
  readonly args: readonly PanelArg[];
  /** What makes it run beside a call. */
  readonly triggers: readonly ("manual" | "interval" | "cron" | "event" | "state_change")[];
  /** What it was granted. */
  readonly capabilities: readonly string[];
}

/** What is known of a panel. */
export interface PanelDescription extends PanelMeta {
  readonly tools: readonly PanelTool[];
  readonly lifecycles: readonly { readonly on: "mount" | "unmount"; readonly capabilities: readonly string[] }[];
  /** What its document was warned of. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Numbers about a panel. */
export interface PanelInfo {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When its state last changed or a run of it ended a segment. */
  readonly lastActivity: number;
  /** Runs that wait for their first turn. */
  readonly queuedRuns: number;
  /** Runs that wait for the answers to their calls. */
  readonly suspendedRuns: number;
}

/** A change of a panel's state, made by one segment of a run or from outside. */
export interface Patch {
  /** The panel's version after it: one more than before. */
  readonly version: number;
  readonly mutations: readonly StateMutation[];
  /** Computed values that became others. */
  readonly computed: Readonly<Record<string, unknown>>;
}

/** A run that failed, or a trigger that could not start one. */
export interface PanelFailure {
  /** The tool, or `mount` or `unmount`. */
  readonly handler: string;
  readonly runId?: string;
  readonly error: NexusError;
}

/** What {@link Panel.on} can tell of; of each segment first its patch, then its events, commands and log lines. */
export interface PanelEvents {
  readonly patch: Patch;
  readonly event: Event;
  readonly view: ViewCommand;
  readonly log: LogLine;
  readonly status: PanelStatus;
  readonly error: PanelFailure;
}

/** Options of {@link Panel.trigger}. */
export interface TriggerOptions {
  /** `$scope`. */
  readonly scope?: object | undefined;
  /** On whose behalf: for the audit. */
  readonly actor?: string | undefined;
  /** Gives the run up: it then ends as `CANCELLED`. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each segment as it ends, after its effects were taken. */
  readonly onSegment?: ((segment: Segment) => void) | undefined;
  /** Whether the result has a record. Default true. */
  readonly record?: boolean | undefined;
}

/** What carries texts to a client and back: a `WebSocket`, or what is used as one. */
export interface SocketLike {
  readonly readyState?: number;
  /** Bytes that were sent and have not left. */
  readonly bufferedAmount?: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "message" | "close" | "error", listener: (event: any) => void): void;
}

/** Options of {@link Panel.accept}. */
export interface AcceptOptions {
  /** What the client hears. Default: state and events. */
  readonly topics?: readonly ("state" | "events" | "view")[] | undefined;
  /** The last version that the client has seen, if it was here before: it is told what it missed. */
  readonly since?: number | undefined;
  /** And of which panel: `instance` of its `CONNECTED`. */
  readonly instance?: string | undefined;
  /** Whether it only listens. Default false. */
  readonly readOnly?: boolean | undefined;
}

/** A client that is connected to a panel. */
export interface Connection {
  /** Settles when it is closed, by whomever. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  close(code?: number, reason?: string): void;
  /** To be called when the transport knows that the client is there, by a pong for one. */
  heard(): void;
}

/** An element of a resolved view. */
export interface ViewElement {
  /** The component: `Text`, `Chart`, … */
  readonly type: string;
  readonly id?: string;
  /** What tells it from its siblings, if an `Iterate` made it. */
  readonly key?: string;
  /** Evaluated. */
  readonly props: Readonly<Record<string, unknown>>;
  readonly layout: { readonly colSpan: number; readonly className: string; readonly newRow: boolean };
  /** What it changes: paths for {@link Panel.set}. */
  readonly bind?: Readonly<Record<string, readonly (string | number)[]>>;
  /** Tools that it runs, by the event: `trigger`, or a custom component's own. */
  readonly on?: Readonly<Record<string, string>>;
  /** What these are given. */
  readonly args?: unknown;
  /** And their `$scope`. */
  readonly scope?: Readonly<Record<string, unknown>>;
  readonly children: readonly ViewElement[];
}

/** A resolved view. */
export interface ViewTree {
  /** `null` if nothing is shown. */
  readonly root: ViewElement | null;
  /** Columns of a row. */
  readonly columns: number;
  /** Columns of rows that are narrower than so many pixels. */
  readonly breakpoints: readonly { readonly below: number; readonly columns: number }[];
  /** Bindings that could not be evaluated; what they would give is `null`. */
  readonly errors: readonly Diagnostic[];
}

/** A live panel. */
export interface Panel extends AsyncDisposable {
  readonly id: string;
  readonly title: string;
  readonly status: PanelStatus;
  /** A copy of its state, also after it was destroyed. */
  readonly state: Record<string, any>;
  /** A copy of its computed values. */
  readonly computed: Record<string, any>;
  /** Counts its patches and events. */
  readonly version: number;
  readonly description: PanelDescription;
  /** What it was made of: with {@link state}, as `restored`, what it takes to make it again elsewhere. */
  readonly source: string | PanelDefinition;
  info(): PanelInfo;
  /** Its view as of now. */
  view(): ViewTree;
  /**
   * Runs a tool to its end. Runs compute one at a time, in the order of these calls; while one waits for the outside, others go on.
   * What the handler does wrong is a result with `status: "error"`: its failed segment changed nothing, and
   * `error.context.discarded` counts what was thrown away.
   * @param args by name (an object) or by position (an array)
   * @throws NexusError `TOOL_NOT_FOUND`; `INVALID_ARGUMENT` for arguments that the tool does not take; `PANEL_NOT_FOUND` when the panel
   * was destroyed; `RESOURCE_LIMIT` when too many runs wait
   */
  trigger<Result = unknown>(tool: string, args?: object, options?: TriggerOptions): Promise<RunResult<Result>>;
  /**
   * Changes the state from outside, as a two-way binding does, when no run is computing.
   * @param path the name of a state, or an array that begins with it: `["todos", 0, "done"]`
   * @returns the panel's version then
   * @throws NexusError `STATE_ERROR` if there is no such state or it is computed, `INVALID_ARGUMENT` for a value of another type
   */
  set(path: string | readonly (string | number)[], value: unknown, options?: { readonly signal?: AbortSignal | undefined }): Promise<number>;
  /** Calls `listener` with what happens from now on; call the answer to end that. What a listener throws goes to the console. */
  on<Name extends keyof PanelEvents>(name: Name, listener: (event: PanelEvents[Name]) => void): () => void;
  /**
   * Serves a client over a socket that the embedder trusts: a `MessagePort`, or a WebSocket whose client it has let in. See
   * `docs/websocket.md` for the messages.
   * @throws NexusError `INVALID_ARGUMENT` if that is no socket
   */
  accept(socket: SocketLike | MessagePort, options?: AcceptOptions): Connection;
  /** As {@link Panels.destroy}. */
  destroy(): Promise<boolean>;
}

/** A handler of a document. */
export interface InspectedHandler {
  /** The tool, or `mount` or `unmount`. */
  readonly name: string;
  readonly kind: "tool" | "mount" | "unmount";
  readonly declared: readonly string[];
  /** The least it needs, found in its syntax tree; absent if it cannot be parsed. */
  readonly inferred?: readonly string[];
  readonly location: Location;
}

/** What {@link Panels.inspect} finds. */
export interface Inspection extends PanelMeta {
  readonly id?: string;
  readonly handlers: readonly InspectedHandler[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The panels of a kernel. */
export interface Panels {
  /**
   * Makes a panel of an NXML document or a definition, and runs its `mount` to the end; if that fails the panel has the status `error`.
   * @throws NexusError for a document that is not valid, with all its `diagnostics`; `PANEL_EXISTS`; `RESOURCE_LIMIT` for one panel too
   * many; `INVALID_ARGUMENT` for a name or a first state that cannot be used; `CANCELLED`; what the policy threw
   */
  create(source: string | PanelDefinition, options?: CreatePanelOptions): Promise<Panel>;
  get(id: string): Panel | undefined;
  /** In the order of their creation. */
  list(): Panel[];
  /**
   * Takes a panel out at once: its runs end as `CANCELLED`, its triggers stop, its `unmount` runs for 5 s at most.
   * @returns whether it was there
   */
  destroy(id: string): Promise<boolean>;
  /** Everything that is wrong with a document, in its order; nothing for a good one. */
  check(nxml: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly Diagnostic[]>;
  /** A document's handlers with the capabilities that they declare and need, and what is wrong with it. */
  inspect(nxml: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<Inspection>;
}

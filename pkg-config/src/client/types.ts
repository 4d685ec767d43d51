// The client of a panel's socket, as its users see it.

import type { NexusError } from "../errors.js";
import type { Panel, ViewTree } from "../panel-types.js";
import type { Event, RunResult, StateMutation } from "../types.js";
import type { ProgressMessage, Topic } from "./messages.js";

/** How much of a panel is known. */
export interface Seen {
  /** The last version that was seen. */
  readonly since: number;
  /** Of which panel, as `CONNECTED` told it: one that was made anew has another. */
  readonly instance?: string;
}

/** What a connection asks a maker of sockets for. */
export interface SocketWish {
  /** Absent: nothing is known yet. */
  readonly seen?: Seen;
  readonly topics: readonly Topic[];
  /** What belongs into `Sec-WebSocket-Protocol`. */
  readonly protocols: readonly string[];
}

/**
 * Where a panel is: itself, in this page; a port on whose other side `panel.accept(port)` was called; the address of the panel
 * (`http:`, `https:`, `ws:` or `wss:`); or a function that makes a socket, for each attempt a new one.
 */
export type PanelTarget = Panel | MessagePort | string | URL | ((wish: SocketWish) => WebSocket);

/** Options of `connectPanel`. */
export interface ConnectOptions {
  /** Default: state and events. */
  readonly topics?: readonly Topic[] | undefined;
  /** Goes to the server as `Sec-WebSocket-Protocol: bearer, <token>`; a function is asked at each attempt, so that a token can be renewed. */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** What is known from before, to be told what was missed since. */
  readonly seen?: Seen | undefined;
}

/** How a connection is. */
export type ConnectionStatus = "connecting" | "connected" | "reconnecting" | "closed";

/** What {@link PanelConnection.on} can tell of. */
export interface ConnectionEvents {
  readonly status: {
    readonly status: ConnectionStatus;
    /** Of the close, where there was one. */
    readonly code?: number;
    readonly reason?: string;
  };
  /** CONNECTED: `resumed` tells whether nothing was missed. */
  readonly connected: { readonly version: number; readonly resumed: boolean };
  readonly patch: {
    readonly version: number;
    readonly mutations: readonly StateMutation[];
    readonly computed: Readonly<Record<string, unknown>>;
  };
  readonly event: Event & { readonly version: number };
  readonly view: { readonly version: number; readonly view: ViewTree };
  /** A run of this connection ended; its view commands are for this client. */
  readonly result: { readonly tool: string; readonly result: RunResult };
  /** What no call is rejected with. */
  readonly error: NexusError;
}

/** Options of {@link PanelConnection.trigger}. */
export interface RemoteTriggerOptions {
  /** `$scope`. */
  readonly scope?: object | undefined;
  /** Ends the waiting, with `CANCELLED`; the run goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Called at each suspension. */
  readonly onProgress?: ((progress: Omit<ProgressMessage, "type">) => void) | undefined;
}

/** A connection to a panel. */
export interface PanelConnection {
  readonly status: ConnectionStatus;
  /** The panel's; empty until it is connected for the first time. */
  readonly panelId: string;
  /** The panel's title. */
  readonly title: string;
  /** The last that was seen. */
  readonly version: number;
  /** For the option `seen` of another connection; nothing before the first. */
  readonly seen: Seen | undefined;
  /** A mirror of the panel's state, while the topic `state` is subscribed. */
  readonly state: Readonly<Record<string, any>>;
  /** Of its computed values. */
  readonly computed: Readonly<Record<string, any>>;
  /** The last view, while the topic `view` is subscribed. */
  readonly view: ViewTree | undefined;
  /** The code and reason of the end, once it is there. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  /**
   * Runs a tool to its end. What the handler does wrong is a result with `status: "error"`.
   *
   * Before the first connection it waits for it; while the connection is lost it is rejected.
   * @throws NexusError what the panel refuses it with; `CANCELLED` if the connection is lost before the answer: the run may have
   * happened, or may happen yet
   */
  trigger<Result = unknown>(tool: string, args?: object | null, options?: RemoteTriggerOptions): Promise<RunResult<Result>>;
  /**
   * Changes what a two-way binding of the view names.
   * @returns the panel's version then
   * @throws NexusError as {@link trigger}
   */
  set(path: string | readonly (string | number)[], value: unknown): Promise<number>;
  /** Calls `listener` with what happens from now on; call the answer to end that. */
  on<Name extends keyof ConnectionEvents>(name: Name, listener: (event: ConnectionEvents[Name]) => void): () => void;
  /** Ends it for good. */
  close(code?: number, reason?: string): void;
}

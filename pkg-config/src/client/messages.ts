// The messages of a panel's socket, as text frames of JSON. docs/websocket.md tells what they mean.

import type { NexusErrorData } from "../errors.js";
import type { ViewTree } from "../panel-types.js";
import type { Event, RunResult, StateMutation } from "../types.js";

/** What a client can be told of without having asked for it by name. */
export type Topic = "state" | "events" | "view";

export type RequestId = string | number;

/** From the client. */
export type ClientMessage =
  | { type: "TRIGGER"; tool: string; args?: unknown; scope?: unknown; requestId: RequestId }
  | { type: "SET"; path: string | readonly (string | number)[]; value: unknown; requestId: RequestId }
  | { type: "SUBSCRIBE"; topics: readonly Topic[]; since?: number }
  | { type: "UNSUBSCRIBE"; topics: readonly Topic[] }
  | { type: "PING" };

/** The first message of a server. */
export interface ConnectedMessage {
  type: "CONNECTED";
  panelId: string;
  clientId: string;
  title: string;
  status: string;
  instance?: string;
  version: number;
  resumed: boolean;
  state?: Record<string, unknown>;
  computed?: Record<string, unknown>;
  heartbeatMs?: number;
}

export interface PatchMessage {
  type: "PATCH";
  version: number;
  mutations: StateMutation[];
  computed: Record<string, unknown>;
}

export interface ProgressMessage {
  type: "PROGRESS";
  requestId?: RequestId;
  runId: string;
  status: "suspended";
  suspensionId: string;
  suspensions: { suspensionId: string; extensionName: string; method: string }[];
}

export interface ErrorMessage {
  type: "ERROR";
  code: NexusErrorData["code"];
  message: string;
  requestId?: RequestId;
  details?: unknown;
}

/** From the server. */
export type ServerMessage =
  | ConnectedMessage
  | PatchMessage
  | { type: "EVENT"; version: number; event: Event }
  | { type: "VIEW"; version: number; view: ViewTree }
  | ProgressMessage
  | { type: "RESULT"; requestId?: RequestId; result?: RunResult; version?: number }
  | ErrorMessage
  | { type: "PONG" };

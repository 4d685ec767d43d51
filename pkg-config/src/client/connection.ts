import { NexusError, invalidArgument, type NexusErrorData } from "../errors.js";
import type { ViewTree } from "../panel-types.js";
import type { RunResult } from "../types.js";
import { backoff } from "./backoff.js";
import { Calls, cancelled, type Call, type CallRequest } from "./calls.js";
import { LOST, type Channel } from "./channel.js";
import type { ClientMessage, ConnectedMessage, ErrorMessage, ServerMessage, Topic } from "./messages.js";
import type { Reach } from "./reach.js";
import type * as api from "./types.js";

const DEFAULT_TOPICS: readonly Topic[] = ["state", "events"];
/** After these nobody is there to come back to, or nobody who wants this client. */
const POLICY = 1008;
const FINAL_CODES: readonly number[] = [1000, POLICY];
/** How often the server may say no before that is believed: a token may just have been renewed, a panel be about to be made. */
const REFUSALS = 3;
/** How often a panel that was never reached is tried. */
const FIRST_ATTEMPTS = 12;
/** Heartbeats without a word after which a connection counts as lost. */
const SILENT_HEARTBEATS = 2.5;

type Listeners = { [Name in keyof api.ConnectionEvents]?: Set<(event: api.ConnectionEvents[Name]) => void> };

/** A {@link api.PanelConnection}: reconnects, resumes, and knows which answer is whose. */
export class Connection implements api.PanelConnection {
  readonly #reach: Reach;
  readonly #topics: readonly Topic[];
  readonly #token: api.ConnectOptions["token"];
  readonly #listeners: Listeners = {};
  readonly #calls = new Calls();
  #channel: Channel | undefined;
  #status: api.ConnectionStatus = "connecting";
  #panelId = "";
  #title = "";
  #version: number | undefined;
  #instance: string | undefined;
  #state: Record<string, unknown> = {};
  #computed: Record<string, unknown> = {};
  #view: ViewTree | undefined;
  #requests = 0;
  /** Attempts since the last CONNECTED. */
  #attempts = 0;
  #refusals = 0;
  #wasConnected = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  #tellClosed!: (end: { code: number; reason: string }) => void;

  constructor(reach: Reach, options: api.ConnectOptions) {
    this.#reach = reach;
    this.#topics = options.topics ?? DEFAULT_TOPICS;
    this.#token = options.token;
    this.#version = options.seen?.since;
    this.#instance = options.seen?.instance;
    this.closed = new Promise((resolve) => (this.#tellClosed = resolve));
    globalThis.addEventListener?.("online", this.#hurry);
    void this.#open();
  }

  get status(): api.ConnectionStatus {
    return this.#status;
  }

  get panelId(): string {
    return this.#panelId;
  }

  get title(): string {
    return this.#title;
  }

  get version(): number {
    return this.#version ?? 0;
  }

  get seen(): api.Seen | undefined {
    if (this.#version === undefined) return undefined;
    return { since: this.#version, ...(this.#instance !== undefined && { instance: this.#instance }) };
  }

  get state(): Record<string, unknown> {
    return this.#state;
  }

  get computed(): Record<string, unknown> {
    return this.#computed;
  }

  get view(): ViewTree | undefined {
    return this.#view;
  }

  trigger<Result>(tool: string, args?: object | null, options: api.RemoteTriggerOptions = {}): Promise<RunResult<Result>> {
    const { scope, signal, onProgress } = options;
    const requestId = ++this.#requests;
    const message: ClientMessage = {
      type: "TRIGGER",
      tool,
      requestId,
      ...(args !== undefined && args !== null && { args }),
      ...(scope !== undefined && { scope }),
    };
    return this.#call({ message: { ...message, requestId }, tool, onProgress }, signal) as Promise<RunResult<Result>>;
  }

  set(path: string | readonly (string | number)[], value: unknown): Promise<number> {
    const requestId = ++this.#requests;
    // JSON has no undefined: the member would be missing.
    return this.#call({ message: { type: "SET", path, value: value ?? null, requestId } }) as Promise<number>;
  }

  on<Name extends keyof api.ConnectionEvents>(name: Name, listener: (event: api.ConnectionEvents[Name]) => void): () => void {
    if (typeof listener !== "function") throw invalidArgument("listener has to be a function");
    const own = (event: api.ConnectionEvents[Name]) => listener(event);
    const listeners = ((this.#listeners[name] as Set<typeof own> | undefined) ??= new Set<typeof own>() as never) as Set<typeof own>;
    listeners.add(own);
    return () => void listeners.delete(own);
  }

  close(code = 1000, reason = ""): void {
    this.#end(code, reason);
  }

  #tell<Name extends keyof api.ConnectionEvents>(name: Name, event: api.ConnectionEvents[Name]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) {
      try {
        (listener as (event: api.ConnectionEvents[Name]) => void)(event);
      } catch (error) {
        console.error(`nexus-kernel: a listener to ${name} of the connection to ${this.#panelId || "a panel"} threw:`, error);
      }
    }
  }

  #become(status: api.ConnectionStatus, close?: { code: number; reason: string }): void {
    this.#status = status;
    this.#tell("status", { status, ...close });
  }

  // Calls

  async #call(request: CallRequest, signal?: AbortSignal): Promise<RunResult | number> {
    if (signal?.aborted) throw cancelled("it was given up before it began");
    if (this.#status === "closed") throw cancelled("the connection is closed");
    if (this.#status === "reconnecting") throw cancelled("there is no connection to the panel at the moment");
    return await this.#calls.make(request, signal, (call) => {
      if (this.#status === "connecting") this.#calls.wait(call);
      else this.#ask(call);
    });
  }

  #ask(call: Call): void {
    this.#calls.sent(call);
    try {
      this.#send(call.message);
    } catch (error) {
      this.#calls.forget(call);
      call.reject(invalidArgument(`what cannot be written as JSON cannot be sent: ${error instanceof Error ? error.message : error}`));
    }
  }

  #send(message: ClientMessage): void {
    this.#channel?.send(JSON.stringify(message));
  }

  // Attempts

  async #open(): Promise<void> {
    let token: string | undefined;
    let channel: Channel | undefined;
    let isOver = false;
    const over = (code: number, reason: string, error?: unknown) => {
      isOver = true;
      if (this.#channel === channel) this.#channel = undefined;
      if (this.#status !== "closed") void this.#lost(code, reason, token, error);
    };
    try {
      token = typeof this.#token === "function" ? await this.#token() : this.#token;
      // It may have been closed meanwhile.
      if (this.#status === "closed") return;
      const protocols = token === undefined ? [] : ["bearer", token];
      const { seen } = this;
      channel = this.#reach.open({ topics: this.#topics, protocols, ...(seen && { seen }) }, {
        opened: () => {},
        message: (text) => this.#read(text),
        closed: (code, reason) => over(code, reason),
      });
      if (!isOver) this.#channel = channel;
    } catch (error) {
      over(LOST, "", error);
    }
  }

  async #lost(code: number, reason: string, token: string | undefined, error: unknown): Promise<void> {
    clearInterval(this.#heartbeat);
    const wasConnected = this.#status === "connected";
    this.#calls.rejectSent("the connection was lost", { code, reason });
    // A token that has ended may be followed by another.
    const mayRenew = code === POLICY && typeof this.#token === "function";
    if ((FINAL_CODES.includes(code) && !mayRenew) || this.#reach.isFinal(code)) return this.#end(code, reason);
    // What cannot be tried cannot be tried again: a panel that is gone, an address that is none.
    if (error !== undefined && !this.#wasConnected) return this.#fail(error);
    if (error instanceof NexusError) return this.#end(LOST, error.message);
    if (this.#wasConnected && this.#status !== "reconnecting") this.#become("reconnecting", { code, reason });
    if (!wasConnected && code === LOST && this.#reach.refusal) {
      const refusal = await this.#reach.refusal(token);
      if (this.#status === "closed") return;
      if (refusal && ++this.#refusals >= REFUSALS) return this.#fail(refusal);
      if (!refusal) this.#refusals = 0;
    }
    const attempt = this.#attempts++;
    if (!this.#wasConnected && attempt >= FIRST_ATTEMPTS) return this.#fail(cancelled("the panel cannot be reached"));
    this.#retry = setTimeout(() => this.#again(), backoff(attempt));
  }

  #again(): void {
    this.#retry = undefined;
    void this.#open();
  }

  /** The machine is on the net again: no need to wait. */
  readonly #hurry = (): void => {
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#again();
  };

  #fail(error: unknown): void {
    const known = error instanceof NexusError ? error : new NexusError({ code: "INTERNAL_ERROR", message: String(error) }, { cause: error });
    this.#tell("error", known);
    this.#end(LOST, known.message, known);
  }

  #end(code: number, reason: string, error?: NexusError): void {
    if (this.#status === "closed") return;
    this.#status = "closed";
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    globalThis.removeEventListener?.("online", this.#hurry);
    const channel = this.#channel;
    this.#channel = undefined;
    // Others cannot be told by a browser's socket.
    channel?.close(code === 1000 || code >= 3000 ? code : 1000, reason);
    for (const call of this.#calls.takeWaiting()) call.reject(error ?? cancelled("the connection was closed"));
    this.#calls.rejectSent("the connection was closed");
    this.#become("closed", { code, reason });
    this.#tellClosed({ code, reason });
  }

  // Messages

  #read(text: string): void {
    this.#heardAt = performance.now();
    let message: ServerMessage;
    try {
      message = JSON.parse(text);
    } catch {
      return this.#mistrust("a message is not JSON");
    }
    switch (message?.type) {
      case "CONNECTED":
        return this.#connected(message);
      case "PATCH":
        if (!this.#isNext(message.version)) return;
        this.#apply(message.mutations, message.computed);
        return this.#tell("patch", { version: message.version, mutations: message.mutations, computed: message.computed });
      case "EVENT":
        if (!this.#isNext(message.version)) return;
        return this.#tell("event", { ...message.event, version: message.version });
      case "VIEW":
        this.#view = message.view;
        // Everything up to there was told before.
        this.#version = Math.max(this.version, message.version);
        return this.#tell("view", { version: message.version, view: message.view });
      case "PROGRESS": {
        const { type: _type, ...progress } = message;
        return this.#calls.find(message.requestId)?.onProgress?.(progress);
      }
      case "RESULT":
        return this.#answered(message);
      case "ERROR":
        return this.#refused(message);
      default:
      // PONG says that somebody is there, and so does whatever a later protocol adds.
    }
  }

  #connected(message: ConnectedMessage): void {
    this.#panelId = message.panelId;
    this.#title = message.title;
    this.#instance = message.instance;
    if (!message.resumed) {
      this.#version = message.version;
      this.#state = message.state ?? {};
      this.#computed = message.computed ?? {};
    }
    this.#attempts = 0;
    this.#refusals = 0;
    this.#wasConnected = true;
    if (!this.#reach.tellsTopics) this.#tellTopics();
    this.#beat(message.heartbeatMs);
    this.#become("connected");
    this.#tell("connected", { version: message.version, resumed: message.resumed });
    for (const call of this.#calls.takeWaiting()) this.#ask(call);
  }

  #tellTopics(): void {
    const missing = this.#topics.filter((topic) => !DEFAULT_TOPICS.includes(topic));
    const unwanted = DEFAULT_TOPICS.filter((topic) => !this.#topics.includes(topic));
    if (missing.length > 0) this.#send({ type: "SUBSCRIBE", topics: missing });
    if (unwanted.length > 0) this.#send({ type: "UNSUBSCRIBE", topics: unwanted });
  }

  #beat(everyMs: number | undefined): void {
    clearInterval(this.#heartbeat);
    if (!everyMs || everyMs <= 0) return;
    this.#heartbeat = setInterval(() => {
      if (performance.now() - this.#heardAt > everyMs * SILENT_HEARTBEATS) this.#channel?.close(4408, "nothing was heard");
      else this.#send({ type: "PING" });
    }, everyMs);
  }

  /** Whether it is the message that comes next; of topics that are not subscribed numbers are left out. */
  #isNext(version: number): boolean {
    const last = this.#version ?? 0;
    const isWhole = DEFAULT_TOPICS.every((topic) => this.#topics.includes(topic));
    if (isWhole ? version === last + 1 : version > last) {
      this.#version = version;
      return true;
    }
    this.#mistrust(`after version ${last} came ${version}`);
    return false;
  }

  /** What is known of the panel may be wrong: begins anew, with the whole state. */
  #mistrust(reason: string): void {
    this.#tell("error", new NexusError({ code: "INTERNAL_ERROR", message: `the panel's messages make no sense: ${reason}` }));
    this.#version = undefined;
    this.#channel?.close(4002, "messages out of order");
  }

  #apply(mutations: readonly { key: string; value: unknown; operation: "set" | "delete" }[], computed: Record<string, unknown>): void {
    const state = new Map(Object.entries(this.#state));
    for (const { key, value, operation } of mutations) {
      if (operation === "delete") state.delete(key);
      else state.set(key, value);
    }
    // Not by assignment: `__proto__` is an ordinary key.
    this.#state = Object.fromEntries(state);
    this.#computed = Object.fromEntries([...Object.entries(this.#computed), ...Object.entries(computed ?? {})]);
  }

  #answered({ requestId, result, version }: Extract<ServerMessage, { type: "RESULT" }>): void {
    const call = this.#calls.take(requestId);
    if (!call) return;
    if (result === undefined) return call.resolve(version ?? this.version);
    this.#tell("result", { tool: call.tool ?? "", result });
    call.resolve(result);
  }

  #refused({ code, message, requestId, details }: ErrorMessage): void {
    const data: NexusErrorData = { code, message, ...(details !== undefined && { context: details }) };
    const error = new NexusError(data);
    const call = this.#calls.take(requestId);
    if (call) call.reject(error);
    else this.#tell("error", error);
  }
}

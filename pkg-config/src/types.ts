// The shapes of the API. Names and meaning are those on the wire.

import type { NexusErrorData } from "./errors.js";
import type { Connection, Panels, PanelsOptions, Policy, SocketLike } from "./panel-types.js";
import type { Audit, LoggerOptions } from "./observation.js";
import type { BuiltInExtension } from "./built-in.js";

/**
 * What one run may use up. Whatever is left out keeps the kernel's own, and that the default.
 */
export interface Limits {
  /** Milliseconds of computing, over all segments; time spent suspended does not count. Default 5000. */
  readonly timeoutMs?: number | undefined;
  /** Units of fuel, over all segments. Default 1e9. */
  readonly fuel?: number | undefined;
  /** Bytes of memory, the engine's own few included. Default 32 MiB. */
  readonly memoryBytes?: number | undefined;
  /** Bytes of native stack; 2 MiB, which cannot be changed. */
  readonly stackBytes?: number | undefined;
  /** Calls of host functions, state access included. Default 10 000. */
  readonly maxHostCalls?: number | undefined;
  /** Changes of the state. Default 1000. */
  readonly maxStateMutations?: number | undefined;
  /** Emitted events, toasts included. Default 100. */
  readonly maxEvents?: number | undefined;
  /** Commands to the view. Default 1000. */
  readonly maxViewCommands?: number | undefined;
  /** Log lines; further ones are dropped and the last line kept says so. Default 1000. */
  readonly maxLogLines?: number | undefined;
  /** Bytes of log text, counted like lines. Default 64 KiB. */
  readonly maxLogBytes?: number | undefined;
  /** Extension calls under way at once. Default 100. */
  readonly maxPendingCalls?: number | undefined;
  /** Bytes of the source. Default 1 MiB. */
  readonly maxSourceBytes?: number | undefined;
  /** Containers a value may nest. Default and most: 64. */
  readonly maxValueDepth?: number | undefined;
  /** Bytes of a value in its MessagePack form. Default 1 MiB. */
  readonly maxValueBytes?: number | undefined;
  /** Milliseconds an extension call may take. Default 60 000. */
  readonly suspensionTimeoutMs?: number | undefined;
}

/** How many instances of the sandbox there are. */
export interface PoolOptions {
  /** Made ahead of the first run. Default 1. */
  readonly minInstances?: number | undefined;
  /** Most at a time. Default 10. */
  readonly maxInstances?: number | undefined;
  /** Most runs that wait for one. Default 1000. */
  readonly maxQueue?: number | undefined;
  /** Milliseconds that one beyond `minInstances` may idle; then it is dropped. Default 30 000. */
  readonly idleTimeoutMs?: number | undefined;
  /**
   * When all instances are taken, the run that has been suspended longest is parked: its memory is compressed, and its instance serves
   * the next. This is how many bytes parked runs may take together; beyond that runs wait for an instance. 0: none is parked, but
   * by {@link Kernel.park}. Default 256 MiB.
   */
  readonly maxParkedBytes?: number | undefined;
}

/** What becomes of compiled handlers. */
export interface CacheOptions {
  /** Most bytes of them that are kept, the least recently used forgotten first. A handler takes some 100 KB. Default 64 MiB. */
  readonly bytes?: number | undefined;
  /**
   * Whether they are kept for the next page of this origin too, at most `bytes` of them, in the Cache API; where there is none they are
   * not. Default false: most handlers compile as quickly as they are read, and scripts of the origin can write there.
   */
  readonly persistent?: boolean | undefined;
}

/** Options of `createKernel`. */
export interface KernelOptions {
  /** The limits of runs that are given none. */
  readonly limits?: Limits | undefined;
  readonly pool?: PoolOptions | undefined;
  /**
   * Where handlers run: on this thread, or each instance in a Worker of its own. The same results; a Worker leaves this thread free,
   * and one that does not stop in time is ended. Default `"inline"`.
   */
  readonly executor?: "inline" | "worker" | undefined;
  readonly cache?: CacheOptions | undefined;
  /**
   * The secret by which parked runs are proved to be the kernel's own, a text's UTF-8 or bytes; 32 random bytes are right. Without one they
   * carry a checksum: unpark only what you kept yourself.
   */
  readonly parkingKey?: string | Uint8Array | ArrayBuffer | undefined;
  /** What handlers call as `$ext`. */
  readonly extensions?: readonly (Extension | BuiltInExtension)[] | undefined;
  /** How many entries of the audit log are kept, default 10 000; 0 or false: nothing is recorded. */
  readonly audit?: { readonly capacity?: number | undefined } | false | undefined;
  /** Where the kernel's log goes. */
  readonly logger?: LoggerOptions | undefined;
  /** The time that handlers see, and by which triggers fire. */
  readonly clock?: Clock | undefined;
  /** Names of runs and seeds of `Math.random` come from it. One that throws counts as not there. */
  readonly entropy?: { fill(bytes: Uint8Array): void } | undefined;
  readonly panels?: PanelsOptions | undefined;
  /** Decides what each new panel may do. Default: whatever its document declares. */
  readonly policy?: Policy | undefined;
  /**
   * Who may use the HTTP API. Default: anybody on this machine (the URL's host is `localhost` or a loopback address), nobody else;
   * `false`: anybody.
   */
  readonly auth?: TokenOptions | false | undefined;
  readonly api?: ApiOptions | undefined;
}

/** How callers of the HTTP API prove who they are: with JSON Web Tokens of one key. */
export interface TokenOptions {
  /** Of tokens signed with HS256: at least 32 bytes that nobody can guess. */
  readonly secret?: string | undefined;
  /** Of tokens signed with EdDSA: an Ed25519 key as PEM (`BEGIN PUBLIC KEY`), or its 32 bytes as base64url. */
  readonly publicKey?: string | undefined;
  /** Whom tokens are meant for: their `aud` has to name it. Without, tokens that name an audience are refused. */
  readonly audience?: string | undefined;
  /** Seconds by which the issuer's clock may differ. Default 0. */
  readonly clockToleranceS?: number | undefined;
}

/** How the HTTP API and its WebSockets are served. */
export interface ApiOptions {
  /**
   * Origins of pages that may ask (`https://app.example`), or `*`. Default: pages of the kernel's own origin and, at an address of
   * this machine, other pages of this machine.
   */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Bytes of a request's body. Default 1 MiB. */
  readonly bodyLimit?: number | undefined;
  /** Bytes of a WebSocket message. Default 1 MiB. */
  readonly maxMessageBytes?: number | undefined;
  /** Messages of a client each second, in the long run. Default 500. */
  readonly messagesPerSecond?: number | undefined;
  /** Messages of a client at once. Default 1000. */
  readonly messageBurst?: number | undefined;
  /** Bytes that may wait for a client to read them; then it is sent away. Default 4 MiB. */
  readonly maxBufferedBytes?: number | undefined;
  /** Clients of one panel that come by a request; one more is answered 429. Default 1000. */
  readonly maxClients?: number | undefined;
  /** Milliseconds after which a client of which nothing is heard is sent away. Default 120 000. */
  readonly idleTimeoutMs?: number | undefined;
}

/** A WebSocket that may be opened. */
export interface Upgrade {
  /** What to answer in `Sec-WebSocket-Protocol`, if anything. */
  readonly protocol: string | undefined;
  /** Serves the client over its socket. Once. */
  accept(socket: SocketLike): Connection;
}

/** A clock. */
export interface Clock {
  /** Milliseconds since the epoch. One that throws or answers no number counts as not there. */
  now(): number;
  /** With {@link clearTimeout}, in place of the platform's: everything that the kernel waits for goes by them. */
  setTimeout?(callback: () => void, ms: number): unknown;
  clearTimeout?(timer: any): void;
}

/** What a handler is given. None of it is changed by the run. */
export interface ExecuteOptions<State extends object = object, Args = unknown> {
  /** `$state` as it is when the run starts. */
  readonly state?: State | undefined;
  /** `$args`. */
  readonly args?: Args | undefined;
  /** `$scope`. */
  readonly scope?: unknown;
  /** What the handler may do. Nothing declared means nothing allowed. */
  readonly capabilities?: readonly string[] | undefined;
  readonly limits?: Limits | undefined;
  /** Gives the run up: it then ends as `CANCELLED`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `run`. */
export interface RunOptions<State extends object = object, Args = unknown> extends ExecuteOptions<State, Args> {
  /** Called with each segment as it ends, the last one included. What it throws goes to the log. */
  readonly onSegment?: ((segment: Segment) => void) | undefined;
  /** Whether the result has a {@link RunRecord}. Default true. */
  readonly record?: boolean | undefined;
}

/** A change of one key of the state. */
export interface StateMutation {
  readonly key: string;
  /** `null` where the key is deleted. */
  readonly value: unknown;
  readonly operation: "set" | "delete";
}

/** An emitted event; a toast is the event `toast` with `{ message, type }`. */
export interface Event {
  readonly name: string;
  readonly payload: unknown;
}

/** A command to the view. */
export interface ViewCommand {
  readonly type: "setFilter" | "scrollTo" | "focus" | "custom";
  /** Absent: the view itself. */
  readonly componentId?: string;
  readonly args: unknown;
}

/** A line of the handler's log. */
export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
}

/** A call to the outside. */
export interface Suspension {
  readonly suspensionId: string;
  readonly extensionName: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Something that the handler tried without the capability for it, whether or not it caught the error. */
export interface Denial {
  /** The host function by its registered name: `state.set`, `ext.http.get`. */
  readonly operation: string;
  /** The token that would have allowed it. */
  readonly capability: string;
}

/** What it cost. */
export interface Metrics {
  /** Microseconds of computing. */
  readonly durationUs: number;
  readonly fuelUsed: number;
  /** Bytes the handler's heap holds at the end. */
  readonly memoryUsedBytes: number;
  /** Most bytes it held. */
  readonly memoryPeakBytes: number;
  /** Calls of host functions by name, refused ones included. */
  readonly hostCalls: Readonly<Record<string, number>>;
  /** Microseconds of compiling, where the handler had to be compiled. */
  readonly compilationTimeUs?: number;
  /** Whether its compiled form was at hand. */
  readonly cacheHit: boolean;
}

/** What every segment tells: each effect once, in order. */
export interface Effects {
  readonly runId: string;
  readonly stateMutations: readonly StateMutation[];
  readonly events: readonly Event[];
  readonly viewCommands: readonly ViewCommand[];
  readonly logs: readonly LogLine[];
  /** Calls that were made. */
  readonly suspensions: readonly Suspension[];
  /** Absent if there were none. */
  readonly denials?: readonly Denial[];
  readonly metrics: Metrics;
}

/** The handler returned. */
export interface Success<Result = unknown> extends Effects {
  readonly status: "success";
  /** Absent if it returned nothing. */
  readonly returnValue?: Result;
  readonly error?: never;
}

/** The handler threw, or was stopped. */
export interface Failure extends Effects {
  readonly status: "error";
  readonly error: NexusErrorData;
  readonly returnValue?: never;
}

/** The handler waits for the answers to its calls. */
export interface Suspended extends Effects {
  readonly status: "suspended";
  readonly returnValue?: never;
  readonly error?: never;
}

/** What a run did from its start, or its last suspension, to here. */
export type Segment<Result = unknown> = Success<Result> | Failure | Suspended;

/** What a run did from start to end. */
export type RunResult<Result = unknown> = (Success<Result> | Failure) & {
  /** What came into the run and what it did; not enumerable, and absent where `record: false` was given. */
  readonly record?: RunRecord;
};

/** A value or why there is none. */
export type Outcome =
  | { readonly success: true; readonly value: unknown }
  | { readonly success: false; readonly error: NexusErrorData };

/** What one segment was given, and what it did. */
export interface RecordedStep {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Answers to calls, in the order in which they arrived; calls are numbered from `"1"` over the run. */
  readonly answers: readonly { readonly suspensionId: string; readonly outcome: Outcome }[];
  /** What others changed in the state meanwhile. */
  readonly state: readonly StateMutation[];
  /** Calls of host functions, in order. */
  readonly hostCalls: readonly { readonly name: string; readonly args: readonly unknown[]; readonly outcome: Outcome }[];
  /** What came of it. What differs from time to time is zero: durations, memory, whether it was compiled before. */
  readonly segment: Segment;
  /** Refusals that the kernel added. */
  readonly denials: readonly Denial[];
  /** Where the clock or the caller stopped it: total units of fuel at that moment. */
  readonly stoppedAt?: number;
}

/**
 * A run, from everything it was given to everything it did: plain data, which `structuredClone` copies. JSON holds it too if its values
 * are JSON's: `NaN`, infinities, `-0` and bytes are not. It is as secret as the run's state and answers.
 */
export interface RunRecord {
  /** Of this shape. */
  readonly version: 1;
  /** SHA-256 of the sandbox module: a record replays on no other. */
  readonly engine: string;
  readonly source: string;
  readonly context: {
    readonly state: Readonly<Record<string, unknown>>;
    readonly args: unknown;
    readonly scope: unknown;
    readonly capabilities: readonly string[];
  };
  readonly limits: { readonly [Name in keyof Limits]-?: number };
  /** Registered extensions, each with its methods. */
  readonly extensions: Readonly<Record<string, readonly string[]>>;
  readonly hostFunctions: readonly string[];
  /** Of `Math.random`: 32 hexadecimal digits. */
  readonly seed: string;
  /** The segments, in order. */
  readonly steps: readonly RecordedStep[];
  /** Why the run ended otherwise than by its handler. */
  readonly ended?: NexusErrorData;
}

/** The first difference between a run and its record. */
export interface Divergence {
  readonly message: string;
  /** In which segment, from 0. */
  readonly step: number;
  /** The calls whose answers that segment began with. */
  readonly answered: readonly { readonly suspensionId: string; readonly extensionName: string; readonly method: string }[];
  /** Where in the step: `segment.suspensions[0].args[1].id`, `hostCalls[2]`. */
  readonly path: string;
  /** What the record has there; absent: nothing. */
  readonly expected?: unknown;
  /** What the run had there. */
  readonly found?: unknown;
}

/** What came of a replay. */
export type Replay<Result = unknown> =
  | { readonly status: "same"; readonly result: Success<Result> | Failure }
  | {
      readonly status: "diverged";
      /** What the run did up to there. */
      readonly result: Segment;
      readonly divergence: Divergence;
    };

/** The answer to a call. */
export type Answer =
  | { readonly success: true; readonly value?: unknown }
  | { readonly success: false; readonly error: string | { readonly message: string; readonly code?: string } };

/** Options of `park`. */
export interface ParkOptions {
  /**
   * What the bytes are bound to: an order's number, a counter. They can be unparked by the same label only, which is not in them. So
   * an older or another parked run cannot be put in this one's place. Default `""`.
   */
  readonly label?: string | undefined;
}

/** Options of `unpark`. */
export interface UnparkOptions extends ParkOptions {
  /** Gives the run up. */
  readonly signal?: AbortSignal | undefined;
}

/** A parked run, suspended again. */
export interface UnparkedRun {
  /** Its name from now on. */
  readonly runId: string;
  /** Its calls that have no answer yet, under their new names. */
  readonly suspensions: readonly Suspension[];
}

/** Options of `resume`. */
export interface ResumeOptions {
  /** What others changed in the state meanwhile: an object of the changed keys; `undefined` is a deleted one. */
  readonly state?: Readonly<Record<string, unknown>> | undefined;
  /** Gives the run up. */
  readonly signal?: AbortSignal | undefined;
}

/** Methods that handlers can call as `$ext.<name>.<method>(...)`, each behind the capability `ext:<name>.<method>`. */
export interface Extension {
  /** Without `: . ? *`. */
  readonly name: string;
  readonly methods: readonly string[];
  /**
   * Caveats that tokens may carry (`ext:files?path=/a`): what a call amounts to for each. Whatever is no string grants
   * nothing.
   */
  readonly capabilities?: Readonly<Record<string, (method: string, args: readonly unknown[]) => string | undefined>>;
  /** Runs once before the first call. */
  init?(): unknown;
  /** Runs when the kernel closes, if `init` succeeded. */
  shutdown?(): unknown;
  /**
   * Answers a call, at once or by a promise. What it throws or rejects with the handler gets as `EXTENSION_ERROR` with
   * the same message.
   */
  call(method: string, args: unknown[], context: ExtensionCallContext): unknown;
}

/** What comes with a call besides its arguments. */
export interface ExtensionCallContext {
  /** Aborted when nobody needs the answer any more. */
  readonly signal: AbortSignal;
  /** The panel whose handler calls; runs without a panel, and the embedder's own calls, have none. */
  readonly panelId?: string | undefined;
  /** The tool of that panel, or `mount` or `unmount`. */
  readonly handler?: string | undefined;
}

/** An extension whose `init` or `shutdown` failed. */
export interface HookFailure {
  readonly extension: string;
  readonly error: Error;
}

/** The extensions of a kernel. */
export interface Extensions {
  /**
   * Adds an extension. Runs that are under way do not see it.
   * @throws NexusError `INVALID_ARGUMENT` for a name that is taken or cannot be one, or methods that cannot be called
   */
  register(extension: Extension | BuiltInExtension): void;
  /**
   * Takes an extension out, and answers whether it was there. Its `shutdown` runs on by itself; if that fails the log says
   * so.
   */
  unregister(name: string): boolean;
  has(name: string): boolean;
  /** The object that was registered. */
  get(name: string): Extension | BuiltInExtension | undefined;
  /** Its methods; none if there is no such extension. */
  getMethods(name: string): string[];
  /** All names, in the order of registration. */
  list(): string[];
  /**
   * Calls a method on the embedder's own behalf, without asking for a capability.
   * @throws NexusError `EXTENSION_NOT_FOUND`, `METHOD_NOT_FOUND`, `CANCELLED`, or what the extension failed with
   */
  call<Result = unknown>(
    name: string,
    method: string,
    args?: readonly unknown[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Result>;
  /** Initialises every extension that is not yet; answers with those that failed. One that fails does not stop the others. */
  init(): Promise<HookFailure[]>;
  /** Shuts down every extension that was initialised; answers with those that failed. */
  shutdown(): Promise<HookFailure[]>;
}

/** A synchronous function that handlers call as `$host.<name>(...)`, behind the capability `host:<name>`. */
export interface HostFunction {
  /** Without `*`. */
  readonly name: string;
  /** How it is called, for people: `sha256(text: string): string`. */
  readonly signature?: string;
  /** A handler waits for it on the spot, so it should be quick. Must not answer with a promise. */
  call(args: unknown[]): unknown;
}

/** The host functions of a kernel. */
export interface HostFunctions {
  /**
   * Adds a function. Runs that are under way do not see it.
   * @throws NexusError `INVALID_ARGUMENT` for a name that is taken or cannot be one
   */
  register(hostFunction: HostFunction): void;
  /** Takes a function out; answers whether it was there. */
  unregister(name: string): boolean;
  list(): { readonly name: string; readonly signature: string }[];
}

/** Numbers about a kernel. */
export interface Stats {
  /** Runs started since the kernel was made. */
  readonly totalExecutions: number;
  /** Runs that compute or wait for an instance. */
  readonly activeRuns: number;
  /** Runs that wait for the answers to their calls. */
  readonly suspendedRuns: number;
  /** Instances that run or hold a suspended run. */
  readonly activeInstances: number;
  /** Instances that are ready. */
  readonly availableInstances: number;
  /** Runs that wait for an instance; they count as active. */
  readonly queuedRuns: number;
  /** Suspended runs that hold no instance. */
  readonly parkedRuns: number;
  /** Bytes that they take. */
  readonly parkedBytes: number;
  /** Instances made since the kernel was. */
  readonly createdInstances: number;
  /** Of these, given up because of what a run left them in: a trap that nothing explains, much memory, no answer. */
  readonly replacedInstances: number;
  /** Times that an instance was brought back to an image instead of made anew. */
  readonly restoredInstances: number;
  /** Compiled handlers that are kept in memory. */
  readonly cacheEntries: number;
  /** Bytes that they take. */
  readonly cacheBytes: number;
  /** Runs that found their handler compiled. */
  readonly cacheHits: number;
  /** Runs that had to compile it. */
  readonly cacheMisses: number;
  /** Runs that found their handler compiled, of all: 0 to 1. */
  readonly cacheHitRate: number;
  readonly avgExecutionTimeUs: number;
  /** Bytes of memory over all instances. */
  readonly totalMemoryBytes: number;
}

/**
 * Runs handlers.
 *
 * Whatever a handler does wrong (syntax, throw, limit, stop) resolves with `status: "error"`. A promise is rejected, with a
 * `NexusError`, only for the embedder's own mistakes.
 */
export interface Kernel extends AsyncDisposable {
  /**
   * Runs a handler to its end, making the calls it asks for.
   * @param source the body of an async function
   */
  run<Result = unknown, State extends object = object, Args = unknown>(
    source: string,
    options?: RunOptions<State, Args>,
  ): Promise<RunResult<Result>>;
  /**
   * Runs a recorded run once more, with everything from outside taken from the record, and compares effects, result, fuel and stack.
   * No extension and no host function is called, and none need be registered.
   * @throws NexusError `INVALID_ARGUMENT` for what is no record, or one of another version or sandbox module
   */
  replay<Result = unknown>(record: RunRecord, options?: { readonly signal?: AbortSignal | undefined }): Promise<Replay<Result>>;
  /**
   * Runs a handler to its first suspension. Each call that the segment lists is answered by {@link resume}, the first within
   * `suspensionTimeoutMs`: then the run is given up.
   */
  execute<Result = unknown, State extends object = object, Args = unknown>(
    source: string,
    options?: ExecuteOptions<State, Args>,
  ): Promise<Segment<Result>>;
  /**
   * Answers one call of a suspended run, which goes on to its next suspension or its end.
   * @throws NexusError `INVALID_ARGUMENT` if the call is unknown or was answered already
   */
  resume<Result = unknown>(suspensionId: string, answer: Answer, options?: ResumeOptions): Promise<Segment<Result>>;
  /**
   * Turns a run that `execute` left suspended into bytes, and forgets it: its calls can no longer be answered here. Whoever runs the
   * same sandbox module can {@link unpark} them, now or later, in this process or another.
   * @throws NexusError `INVALID_ARGUMENT` if no such run is suspended; `CANCELLED` if it was aborted
   */
  park(runId: string, options?: ParkOptions): Promise<Uint8Array>;
  /**
   * Takes a parked run in. It is a new run each time, so that the same bytes can go on in several ways. It has the tokens and limits that
   * it had, and has used up what it had used up; extensions and host functions are this kernel's.
   * @throws NexusError `INVALID_ARGUMENT` for bytes that are not what was parked with this kernel's key, this label and the same
   * sandbox module
   */
  unpark(parked: Uint8Array | ArrayBuffer, options?: UnparkOptions): Promise<UnparkedRun>;
  /**
   * Compiles a handler ahead of its first run.
   * @throws NexusError `COMPILATION_ERROR` with its location
   */
  precompile(
    source: string,
    options?: { readonly limits?: Limits | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
  /**
   * The HTTP API as a fetch handler: `docs/http-api.md`. On Workers it opens WebSockets by itself; elsewhere their server asks
   * {@link upgrade}. Rejected by nothing that a client does.
   */
  fetch(request: Request): Promise<Response>;
  /**
   * For servers that make their WebSockets themselves: whether that request may have one, or what to answer it.
   */
  upgrade(request: Request): Promise<Upgrade | Response>;
  /**
   * The capabilities that a handler needs, found in its syntax tree.
   * @throws NexusError `COMPILATION_ERROR` with its location
   */
  inferCapabilities(source: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<string[]>;
  readonly extensions: Extensions;
  readonly hostFunctions: HostFunctions;
  readonly panels: Panels;
  readonly audit: Audit;
  stats(): Stats;
  /** Numbers about the kernel in the text format of Prometheus, version 0.0.4. */
  metrics(): string;
  /** Ends every run as `CANCELLED`, destroys the panels and shuts the extensions down; answers with those whose `shutdown` failed. */
  close(): Promise<HookFailure[]>;
}

/** The parts of a capability token. */
export interface Capability {
  /** The token itself, in its one spelling. */
  readonly token: string;
  readonly family: "state:read" | "state:write" | "events:emit" | "view:update" | "ext" | "host";
  /** `*` stands for all. */
  readonly name: string;
  /** The one method of an extension; absent: all of them. */
  readonly method?: string;
  /** What a call's arguments have to keep: each caveat with the values it allows. */
  readonly caveats?: Readonly<Record<string, readonly string[]>>;
}

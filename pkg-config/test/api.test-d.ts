// What the types promise. Checked by `npm run check`; nothing here runs.

import {
  NexusError,
  attenuate,
  authExtension,
  checkCapability,
  createKernel,
  decode,
  encode,
  httpExtension,
  monitorExtension,
  parseCapability,
  storageExtension,
  type Capability,
  type Diagnostic,
  type Divergence,
  type ErrorCode,
  type Extension,
  type HookFailure,
  type Kernel,
  type KernelOptions,
  type Limits,
  type NexusErrorData,
  type Panel,
  type PanelEvents,
  type PanelStatus,
  type Patch,
  type Policy,
  type RunRecord,
  type RunResult,
  type Segment,
  type Stats,
  type ViewElement,
} from "nexus-kernel";
import { createKernel as createSlimKernel } from "nexus-kernel/slim";

/** Compiles if `Actual` is exactly `Expected`. */
type Same<Actual, Expected> =
  (<T>() => T extends Actual ? 1 : 2) extends <T>() => T extends Expected ? 1 : 2 ? true : never;
const same = <Actual, Expected>(_: Same<Actual, Expected>) => {};

const kernel: Kernel = await createKernel({
  limits: { timeoutMs: 1_000, fuel: undefined },
  pool: { minInstances: 1, maxInstances: 2, maxQueue: 3, idleTimeoutMs: 1_000 },
  executor: "worker",
  cache: { bytes: 1 << 20, persistent: true },
  extensions: [httpExtension({ allowedDomains: ["api.example.org"], fetch })],
  clock: { now: () => 0 },
  entropy: { fill: (bytes) => crypto.getRandomValues(bytes) },
});

// Results are told apart by their status.
const result = await kernel.run<{ total: number }>("return { total: 1 }");
same<typeof result, RunResult<{ total: number }>>(true);
if (result.status === "success") {
  same<typeof result.returnValue, { total: number } | undefined>(true);
} else {
  same<typeof result.status, "error">(true);
  same<typeof result.error, NexusErrorData>(true);
  const code: ErrorCode = result.error.code;
  const line: number | undefined = result.error.location?.line;
  void [code, line];
}
// A record is told from a result, and replays to the same kind of result.
if (result.record) {
  same<typeof result.record, RunRecord>(true);
  const replayed = await kernel.replay<{ total: number }>(result.record, { signal: AbortSignal.timeout(1) });
  if (replayed.status === "diverged") same<typeof replayed.divergence, Divergence>(true);
  else if (replayed.result.status === "success") same<typeof replayed.result.returnValue, { total: number } | undefined>(true);
}
// @ts-expect-error: execute leaves no record
await kernel.execute("", { record: true });

// @ts-expect-error: a result is no number before its status is known
result.returnValue.total;

const segment = await kernel.execute("await $ext.e.m()", { state: { a: 1 }, args: [1], signal: AbortSignal.timeout(1) });
same<typeof segment, Segment<unknown>>(true);
if (segment.status === "suspended") {
  for (const { suspensionId } of segment.suspensions) {
    await kernel.resume(suspensionId, { success: true, value: 1 }, { state: { a: undefined } });
    await kernel.resume<string>(suspensionId, { success: false, error: "no" });
    await kernel.resume(suspensionId, { success: false, error: new Error("no") });
    // @ts-expect-error: a failure needs its error
    await kernel.resume(suspensionId, { success: false });
    // @ts-expect-error: success or not
    await kernel.resume(suspensionId, { value: 1 });
  }
}

await kernel.run("", { onSegment: (segment) => same<typeof segment, Segment<unknown>>(true) });
// @ts-expect-error: unknown options
await kernel.run("", { capability: [] });
// @ts-expect-error: state is an object
await kernel.run("", { state: "x" });
// @ts-expect-error: unknown limits
await kernel.run("", { limits: { steps: 1 } });
// @ts-expect-error: execute has no observer
await kernel.execute("", { onSegment() {} });
// @ts-expect-error: no such executor
await createKernel({ executor: "thread" });
// @ts-expect-error: unknown options
await createKernel({ audit: true });
// @ts-expect-error: unknown options
httpExtension({ domains: [] });
// @ts-expect-error: unknown options
storageExtension({ quota: 1 });
// @ts-expect-error: an issuer has to be named
authExtension({ clientId: "app" });
authExtension({ issuer: "https://id.example", clientId: "app", redirectUri: "https://app.example", authorize: async (url, { signal }) => `${url}${signal.aborted}` });
monitorExtension();
/** As `@cloudflare/workers-types` has it. */
interface DurableObjectStorage {
  get<T = unknown>(key: string, options?: { noCache?: boolean }): Promise<T | undefined>;
  get<T = unknown>(keys: string[], options?: { noCache?: boolean }): Promise<Map<string, T>>;
  list<T = unknown>(options?: { start?: string; startAfter?: string; end?: string; prefix?: string; reverse?: boolean; limit?: number }): Promise<Map<string, T>>;
  put<T>(key: string, value: T, options?: { allowUnconfirmed?: boolean }): Promise<void>;
  put<T>(entries: Record<string, T>, options?: { allowUnconfirmed?: boolean }): Promise<void>;
  delete(key: string, options?: { noCache?: boolean }): Promise<boolean>;
  delete(keys: string[], options?: { noCache?: boolean }): Promise<number>;
}
declare const durable: DurableObjectStorage;
storageExtension({ backend: durable, namespace: "all", maxKeys: 1 });

interface State {
  count: number;
}
const state: State = { count: 1 };
await kernel.run<number, State>("return $state.count", { state });
const loose: Record<string, number> = {};
await kernel.run("", { limits: loose });

const extension: Extension = {
  name: "files",
  methods: ["read"],
  capabilities: { path: (_method, [path]) => String(path) },
  async init() {},
  shutdown() {},
  call(method, args, { signal, panelId, handler }) {
    same<typeof panelId, string | undefined>(true);
    same<typeof handler, string | undefined>(true);
    same<typeof method, string>(true);
    same<typeof args, unknown[]>(true);
    same<typeof signal, AbortSignal>(true);
    return args.length;
  },
};
kernel.extensions.register(extension);
// @ts-expect-error: an extension has to answer calls
kernel.extensions.register({ name: "x", methods: [] } satisfies Extension);
same<Awaited<ReturnType<typeof kernel.close>>, HookFailure[]>(true);
const answer: string = await kernel.extensions.call<string>("files", "read", ["/a"], { signal: AbortSignal.timeout(1) });
void answer;

kernel.hostFunctions.register({ name: "sum", call: (args) => args.length });
same<ReturnType<typeof kernel.stats>, Stats>(true);
same<Awaited<ReturnType<typeof kernel.inferCapabilities>>, string[]>(true);
await kernel.precompile("", { limits: { fuel: 1 } satisfies Limits });

const parsed: Capability = parseCapability("ext:http.get");
const narrowed: string[] = attenuate(["ext:*"], [parsed.token]);
const covered: boolean = checkCapability(narrowed, "ext:http.get");
const bytes: Uint8Array = encode({ covered });
same<ReturnType<typeof decode>, unknown>(true);
decode(bytes);

const policy: Policy = ({ id, title, tools, tags }, requested) => {
  same<typeof tools, readonly string[]>(true);
  return attenuate(requested, [`state:read:${id}${title}${tags.length}`]);
};
await createKernel({ policy, panels: { maxPanels: 10, maxQueuedRuns: 5 }, clock: { now: () => 0, setTimeout: (run, ms) => setTimeout(run, ms), clearTimeout } });
await createKernel({ policy: async (_panel, requested) => requested });
// @ts-expect-error: unknown options
await createKernel({ panels: { most: 1 } });
// @ts-expect-error: a policy answers tokens
await createKernel({ policy: () => true });

const panel: Panel = await kernel.panels.create("<NexusPanel/>", { id: "a", state: { count: 1 }, policy, signal: AbortSignal.timeout(1) });
same<typeof kernel.panels extends { get(id: string): infer Found } ? Found : never, Panel | undefined>(true);
same<ReturnType<typeof kernel.panels.list>, Panel[]>(true);
same<Awaited<ReturnType<typeof kernel.panels.destroy>>, boolean>(true);
same<Awaited<ReturnType<typeof kernel.panels.check>>, readonly Diagnostic[]>(true);
const { handlers, diagnostics } = await kernel.panels.inspect("<NexusPanel/>");
same<(typeof handlers)[number]["kind"], "tool" | "mount" | "unmount">(true);
same<(typeof diagnostics)[number]["severity"], "error" | "warning">(true);
// @ts-expect-error: unknown options
await kernel.panels.create("", { name: "a" });
// @ts-expect-error: a document is text
await kernel.panels.create(new Uint8Array());

const triggered = await panel.trigger<number>("add", { by: 1 }, { scope: {}, actor: "ann", record: false, onSegment() {}, signal: AbortSignal.timeout(1) });
same<typeof triggered, RunResult<number>>(true);
await panel.trigger("add", [1, "x"]);
// @ts-expect-error: arguments are an object or a list
await panel.trigger("add", 1);
// @ts-expect-error: a panel's tools have the limits of their document
await panel.trigger("add", {}, { limits: {} });
const version: number = await panel.set(["todos", 0, "done"], true, { signal: AbortSignal.timeout(1) });
void version;
// @ts-expect-error: places are names and positions
await panel.set([Symbol()], 1);
same<typeof panel.status, PanelStatus>(true);
const count: number = panel.state.count;
void count;
// @ts-expect-error: it is read only
panel.state = {};
// @ts-expect-error: it is read only
panel.description.title = "x";
const off: () => void = panel.on("patch", (patch) => {
  same<typeof patch, Patch>(true);
  same<(typeof patch.mutations)[number]["operation"], "set" | "delete">(true);
});
off();
panel.on("status", (status) => same<typeof status, PanelEvents["status"]>(true));
panel.on("error", ({ handler, runId, error }) => {
  same<typeof handler, string>(true);
  same<typeof runId, string | undefined>(true);
  same<typeof error.code, ErrorCode>(true);
});
// @ts-expect-error: a panel does not tell of that
panel.on("change", () => {});
const { root, columns } = panel.view();
same<typeof root, ViewElement | null>(true);
same<typeof columns, number>(true);
const place: readonly (string | number)[] | undefined = root?.bind?.["bind"];
if (place) await panel.set(place, 1);
await using scopedPanel = panel;
void scopedPanel;

const error = new NexusError({ code: "TIMEOUT", message: "x" });
same<typeof error.code, ErrorCode>(true);
same<typeof error.name, "NexusError">(true);
same<typeof error.diagnostics, readonly Diagnostic[] | undefined>(true);

const options: KernelOptions = {};
await createSlimKernel({ ...options, modules: { kernel: fetch("k"), sandbox: new Uint8Array() } });
// @ts-expect-error: slim needs its modules
await createSlimKernel({});

await using scoped = await createKernel();
void scoped;

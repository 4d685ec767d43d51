// A kernel that holds panels. The same code in the page and in the Web Worker.

import {
  NexusError,
  checkCapability,
  createKernel,
  httpExtension,
  storageExtension,
  verifyAudit,
  type AuditEntry,
  type InspectedHandler,
  type Kernel,
  type NexusErrorData,
  type Panel,
} from "nexus-kernel";
import { fill } from "../../../samples/expenses/people.mjs";
import { STORAGE_NAMESPACE, samples } from "../../../samples/samples.mjs";
import { declaredStates } from "./declared-states.ts";
import type { HandlerFindings, PanelHost, PanelNews, PanelRequest, Refusal } from "./panel-protocol.ts";

/** Milliseconds that entries of the audit log are gathered before they are told. */
const GATHER_MS = 60;

/** Where the sources of the samples are. */
export interface Sources {
  readonly origin: string;
  /** Whether a server is there; if not, they answer in here. */
  readonly served: boolean;
}

/** Makes the host: a kernel of its own, whose `$ext.http` reaches the sources of the samples and nothing else. */
export async function createPanelHost({ origin, served }: Sources): Promise<PanelHost> {
  const { host, hostname } = new URL(origin);
  const kernel = await createKernel({
    extensions: [
      httpExtension({
        allowedDomains: [host],
        allowPrivateNetworks: isLoopback(hostname),
        ...(!served && { fetch: await answerHere() }),
      }),
      storageExtension({ namespace: STORAGE_NAMESPACE }),
    ],
  });
  return {
    inspect: (nxml) => inspect(kernel, nxml),
    open: (request, listen) => open(kernel, origin, request, listen),
    async connect(id, port) {
      const panel = kernel.panels.get(id);
      if (panel) panel.accept(port);
      // Ended meanwhile.
      else port.close();
    },
    async close(id) {
      await kernel.panels.destroy(id);
    },
    async audit(listen) {
      tellAudit(kernel, listen);
    },
    async verify(lines) {
      const verification = verifyAudit(lines ?? kernel.audit.export());
      return { verification, complete: verification.lastHash === kernel.audit.stats().lastHash };
    },
    async exportAudit() {
      return kernel.audit.export();
    },
  };
}

/** The sources without a server. */
async function answerHere(): Promise<typeof fetch> {
  const { createSources } = await import("../../../samples/sources.mjs");
  const sources = createSources();
  return (input, init) => sources.fetch(new Request(input, init));
}

/** What the samples find in the storage, unless it is there from an earlier visit. */
async function fillOnce(kernel: Kernel): Promise<void> {
  const keys = (await kernel.extensions.call("storage", "list", [{ prefix: "expenses/", limit: 1 }])) as unknown[];
  if (keys.length === 0) await fill(kernel);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

async function inspect(kernel: Kernel, nxml: string) {
  const { title, id, diagnostics, handlers } = await kernel.panels.inspect(nxml);
  return { title, ...(id !== undefined && { id }), diagnostics, handlers: handlers.map(compare) };
}

function compare({ name, kind, location, declared, inferred }: InspectedHandler): HandlerFindings {
  // Either side may be the wider one: `state:read:*` serves `state:read:count`, and a computed name needs all.
  const meets = (one: string, other: string) => checkCapability([one], other) || checkCapability([other], one);
  return {
    name,
    kind,
    location,
    declared: declared.map((token) => ({ token, used: inferred?.some((need) => meets(token, need)) ?? true })),
    ...(inferred && { inferred: inferred.map((token) => ({ token, declared: checkCapability(declared, token) })) }),
  };
}

async function open(
  kernel: Kernel,
  origin: string,
  { nxml, id, state, refused, sample }: PanelRequest,
  listen: (news: PanelNews) => void,
): Promise<Refusal | undefined> {
  const options = samples.find((one) => one.id === sample?.id)?.panels(origin)[sample?.index ?? 0]?.options;
  // The log tells of a panel when it is there and its `mount` has not begun: nothing that it does is missed.
  const unsubscribe = kernel.audit.subscribe((entry) => {
    if (entry.action !== "panelCreate" || entry.target !== id) return;
    const panel = kernel.panels.get(id);
    if (panel) follow(panel, listen);
  });
  try {
    if (sample?.id === "expenses") await fillOnce(kernel);
    await kernel.panels.create(nxml, {
      id,
      state: { ...fitting(options?.state, nxml), ...state },
      policy: (panel, tokens) => {
        const left = tokens.filter((token) => !refused.includes(token));
        return options?.policy ? options.policy(panel, left) : left;
      },
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof NexusError)) throw error;
    return { code: error.code, message: error.message, diagnostics: error.diagnostics ?? [] };
  } finally {
    unsubscribe();
  }
}

/** First values of a sample, as far as its document, which may be another by now, still has these states. */
function fitting(state: object | undefined, nxml: string): object {
  const declared = declaredStates(nxml);
  return Object.fromEntries(Object.entries(state ?? {}).filter(([name]) => declared.has(name)));
}

function follow(panel: Panel, listen: (news: PanelNews) => void): void {
  const { id, title, status, state, computed, version } = panel;
  listen({ kind: "start", start: { id, title, status, state, computed, version } });
  panel.on("patch", (patch) => listen({ kind: "patch", patch }));
  panel.on("event", (event) => listen({ kind: "event", event }));
  panel.on("view", (command) => listen({ kind: "view", command }));
  panel.on("log", (line) => listen({ kind: "log", line }));
  panel.on("status", (status) => listen({ kind: "status", status }));
  panel.on("error", ({ handler, error }) => listen({ kind: "error", handler, error: dataOf(error) }));
}

/** What of an error crosses to another thread. */
function dataOf({ code, message, location, context }: NexusError): NexusErrorData {
  return { code, message, ...(location && { location }), ...(context !== undefined && { context }) };
}

function tellAudit(kernel: Kernel, listen: (entries: readonly AuditEntry[]) => void): void {
  let gathered: AuditEntry[] = kernel.audit.entries();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    listen(gathered);
    gathered = [];
  };
  if (gathered.length > 0) tell();
  kernel.audit.subscribe((entry) => {
    gathered.push(entry);
    timer ??= setTimeout(tell, GATHER_MS);
  });
}

// A kernel that holds panels. The same code in the page and in the Web Worker.

import {
  NexusError,
  checkCapability,
  createKernel,
  httpExtension,
  verifyAudit,
  type AuditEntry,
  type InspectedHandler,
  type Kernel,
  type NexusErrorData,
  type Panel,
} from "nexus-kernel";
import type { HandlerFindings, PanelHost, PanelNews, PanelRequest, Refusal } from "./panel-protocol.ts";

/** Milliseconds that entries of the audit log are gathered before they are told. */
const GATHER_MS = 60;

/**
 * Makes the host: a kernel of its own, with `$ext.http` for the hosts of `origins` alone.
 * @param origins of the servers that the samples call
 */
export async function createPanelHost(origins: readonly string[]): Promise<PanelHost> {
  const servers = origins.map((origin) => new URL(origin));
  const kernel = await createKernel({
    extensions: [
      httpExtension({
        allowedDomains: servers.map((server) => server.host),
        allowPrivateNetworks: servers.some((server) => isLoopback(server.hostname)),
      }),
    ],
  });
  return {
    inspect: (nxml) => inspect(kernel, nxml),
    open: (request, listen) => open(kernel, request, listen),
    async connect(id, port) {
      const panel = kernel.panels.get(id);
      // Until the package has `panel.accept`.
      (panel as { accept?: (port: MessagePort) => void } | undefined)?.accept?.(port);
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
  { nxml, id, state, refused }: PanelRequest,
  listen: (news: PanelNews) => void,
): Promise<Refusal | undefined> {
  let requested: readonly string[] = [];
  // The log tells of a panel when it is there and its `mount` has not begun: nothing that it does is missed.
  const unsubscribe = kernel.audit.subscribe((entry) => {
    if (entry.action !== "panelCreate" || entry.target !== id) return;
    const panel = kernel.panels.get(id);
    if (panel) follow(panel, requested, listen);
  });
  try {
    await kernel.panels.create(nxml, {
      id,
      state,
      policy: (_panel, tokens) => {
        requested = tokens;
        return tokens.filter((token) => !refused.includes(token));
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

function follow(panel: Panel, requested: readonly string[], listen: (news: PanelNews) => void): void {
  const { id, title, status, state, computed, version, description } = panel;
  const granted = description.tools.map(({ name, capabilities }) => ({ name, capabilities }));
  const lifecycles = description.lifecycles.map(({ on, capabilities }) => ({ name: on, capabilities }));
  listen({ kind: "start", start: { id, title, status, state, computed, version, requested, granted: [...granted, ...lifecycles] } });
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

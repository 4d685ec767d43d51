// The two places that panels of this page can live in, made when first used.

import { proxy, transfer, wrap } from "comlink";
import { SOURCES, SOURCE_SERVER } from "../samples/servers.ts";
import { createPanelHost, type Sources } from "./panel-host.ts";
import type { PanelHost } from "./panel-protocol.ts";
import type { WorkerHost } from "./panel-worker.ts";
import type { PlaceName } from "./places.ts";

const sources: Sources = { origin: SOURCES, served: SOURCE_SERVER !== undefined };
const hosts = new Map<PlaceName, Promise<PanelHost>>();

/** The host of that name. */
export function panelHostOf(name: PlaceName): Promise<PanelHost> {
  let host = hosts.get(name);
  if (!host) {
    host = name === "worker" ? startWorker() : createPanelHost(sources);
    hosts.set(name, host);
    host.catch(() => hosts.delete(name));
  }
  return host;
}

async function startWorker(): Promise<PanelHost> {
  const worker = new Worker(new URL("./panel-worker.ts", import.meta.url), { type: "module", name: "nexus-kernel panels" });
  const failed = new Promise<never>((_resolve, reject) => {
    worker.addEventListener("error", (event) => reject(new Error(event.message || "the Web Worker could not be started")));
  });
  const remote = wrap<WorkerHost>(worker);
  await Promise.race([remote.start(sources), failed]);
  return {
    inspect: (nxml) => remote.inspect(nxml),
    // Functions and ports have to be handed over; everything else is data.
    open: (request, listen) => remote.open(request, proxy(listen)),
    connect: (id, port) => remote.connect(id, transfer(port, [port])),
    close: (id) => remote.close(id),
    audit: (listen) => remote.audit(proxy(listen)),
    verify: (lines) => remote.verify(lines),
    exportAudit: () => remote.exportAudit(),
  };
}

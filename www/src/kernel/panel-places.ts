// The places that panels on show can live in, made when first used.

import { proxy, transfer, wrap } from "comlink";
import { PANEL_SERVER, SOURCES, SOURCE_SERVER } from "../samples/servers.ts";
import { createPanelHost, type Sources } from "./panel-host.ts";
import type { PanelHost } from "./panel-protocol.ts";
import { PanelServer } from "./panel-server.ts";
import type { WorkerHost } from "./panel-worker.ts";
import type { PlaceName } from "./places.ts";

/** In the page, in a Web Worker of it, or on a server. */
export type PanelPlace = PlaceName | "server";

/** The panels of the server, if the page was built for one. */
export const panelServer = PANEL_SERVER === undefined ? undefined : new PanelServer(PANEL_SERVER);

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

// The Web Worker's side of a panel host.

import { expose } from "comlink";
import { createPanelHost, type Sources } from "./panel-host.ts";
import type { PanelHost } from "./panel-protocol.ts";

/** A host that is told first where the sources of the samples are. */
export interface WorkerHost extends PanelHost {
  start(sources: Sources): Promise<void>;
}

let host: Promise<PanelHost> | undefined;

/** Messages that come while the kernel is being made wait for it. */
async function made(): Promise<PanelHost> {
  if (!host) throw new Error("the first message must be `start`");
  return host;
}

expose({
  async start(sources) {
    host = createPanelHost(sources);
    await host;
  },
  inspect: async (nxml) => (await made()).inspect(nxml),
  open: async (request, listen) => (await made()).open(request, listen),
  connect: async (id, port) => (await made()).connect(id, port),
  close: async (id) => (await made()).close(id),
  audit: async (listen) => (await made()).audit(listen),
  verify: async (lines) => (await made()).verify(lines),
  exportAudit: async () => (await made()).exportAudit(),
} satisfies WorkerHost);

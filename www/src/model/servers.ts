// Whether the samples' servers are there. They are where `cargo xtask demo` runs, and nowhere else.

import { signal } from "@preact/signals";
import { PANEL_SERVER, SAMPLE_SERVER } from "../samples/servers.ts";

export type ServerStatus = "unknown" | "there" | "missing";

export const sampleServer = signal<ServerStatus>(SAMPLE_SERVER ? "unknown" : "missing");
export const panelServer = signal<ServerStatus>(PANEL_SERVER ? "unknown" : "missing");

/** Looks for the servers. */
export function findServers(): void {
  const look = async (status: typeof sampleServer, origin: string | undefined) => {
    if (!origin) return;
    try {
      // Any answer will do.
      await fetch(`${origin}/health`);
      status.value = "there";
    } catch {
      status.value = "missing";
    }
  };
  void look(sampleServer, SAMPLE_SERVER);
  void look(panelServer, PANEL_SERVER);
}

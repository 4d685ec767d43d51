// Whether the servers are there that the page was built for: they are where `cargo xtask demo` runs.

import { signal } from "@preact/signals";
import { PANEL_SERVER, SOURCE_SERVER } from "../samples/servers.ts";

export type ServerStatus = "unknown" | "there" | "missing";

/** Without a server the sources answer inside the page, which is as good as there. */
export const sourceServer = signal<ServerStatus>(SOURCE_SERVER ? "unknown" : "there");
export const panelServerStatus = signal<ServerStatus>(PANEL_SERVER ? "unknown" : "missing");

/** Looks for the servers. */
export function findServers(): void {
  const look = async (status: typeof sourceServer, address: string | undefined) => {
    if (!address) return;
    try {
      const { ok } = await fetch(address);
      status.value = ok ? "there" : "missing";
    } catch {
      status.value = "missing";
    }
  };
  void look(sourceServer, SOURCE_SERVER && `${SOURCE_SERVER}/metrics`);
  void look(panelServerStatus, PANEL_SERVER && `${PANEL_SERVER}/health`);
}

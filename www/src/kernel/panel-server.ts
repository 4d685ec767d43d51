// The panels of a server (`nexus-kernel serve`), which other windows and people use too.

import { connectPanel, type PanelConnection } from "nexus-kernel/element";
import type { PanelNews, PanelRequest, PanelSource, Refusal } from "./panel-protocol.ts";

/** Panels at `origin`, by the names that they have there. */
export class PanelServer implements PanelSource {
  readonly #origin: string;
  readonly #connections = new Map<string, PanelConnection>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Where a panel is reached, over HTTP and WebSocket. */
  addressOf(id: string): string {
    return `${this.#origin}/panels/${encodeURIComponent(id)}`;
  }

  async open({ id }: PanelRequest, listen: (news: PanelNews) => void): Promise<Refusal | undefined> {
    const connection = connectPanel(this.addressOf(id));
    this.#connections.set(id, connection);
    connection.on("connected", ({ resumed, version }) => {
      // What was missed comes as if nothing had happened.
      if (resumed) return;
      const { title, state, computed } = connection;
      listen({ kind: "start", start: { id, title, status: "running", state: { ...state }, computed: { ...computed }, version } });
    });
    connection.on("patch", (patch) => listen({ kind: "patch", patch }));
    connection.on("event", ({ name, payload }) => listen({ kind: "event", event: { name, payload } }));
    connection.on("error", ({ code, message }) => listen({ kind: "error", handler: "server", error: { code, message } }));
    return undefined;
  }

  async close(id: string): Promise<void> {
    this.#connections.get(id)?.close();
    this.#connections.delete(id);
  }
}

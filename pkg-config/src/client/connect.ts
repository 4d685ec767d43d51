import { Connection } from "./connection.js";
import { reach } from "./reach.js";
import type { ConnectOptions, PanelConnection, PanelTarget } from "./types.js";

/**
 * Connects to a panel, in this page, in a Web Worker or elsewhere, and stays connected: after a loss it comes back by itself and is told
 * what it missed.
 * @throws NexusError `INVALID_ARGUMENT` for what is no target
 */
export function connectPanel(target: PanelTarget, options: ConnectOptions = {}): PanelConnection {
  return new Connection(reach(target), options);
}

// The built-in extension `monitor`: what it does is in the kernel module.

import { builtIn, checked, type BuiltInExtension } from "./built-in.js";

/**
 * The extension `monitor`: how the kernel is, as data.
 *
 * Methods: `health()` answers `{ status: "healthy" | "degraded", reasons, uptimeMs, panels, runtime }`, `metrics()` answers
 * `{ panels, runtime }`: panels by status, and the numbers of `kernel.stats()`.
 *
 * @throws NexusError `INVALID_ARGUMENT` for an option: there are none
 */
export function monitorExtension(given: Readonly<Record<string, never>> = {}): BuiltInExtension {
  checked("monitorExtension", given, {});
  return builtIn("monitor", ["health", "metrics"], (kernel) => kernel.registerMonitor());
}

// The one kernel of this isolate, made when the first request needs it.

import { createKernel, httpExtension, type HttpOptions, type Kernel } from "nexus-kernel";
import type { PanelsNamespace } from "nexus-kernel/worker";

/** The Worker's settings, `vars` of wrangler.jsonc and secrets, and what is bound to it. */
export interface Environment {
  readonly PANELS: PanelsNamespace;
  /** Hosts that handlers may call through `$ext.http`, separated by commas. */
  readonly ALLOWED_DOMAINS?: string;
  /** `"true"` lets `ALLOWED_DOMAINS` name loopback and private addresses. */
  readonly ALLOW_PRIVATE_NETWORKS?: string;
}

/**
 * What one run may use up; a request may ask for less. Fuel is what counts here: Cloudflare stops the clock while a
 * Worker computes, so that `timeoutMs` alone would stop nothing there.
 */
export const LIMITS = {
  timeoutMs: 5_000,
  fuel: 1_000_000_000,
  memoryBytes: 32 << 20,
  maxPendingCalls: 100,
  suspensionTimeoutMs: 20_000,
} as const;

/** Runs at once: as many as fit into an isolate's 128 MB with all the memory that each may take. */
export const MAX_RUNS = 3;

let kernel: Promise<Kernel> | undefined;

/** The kernel; made anew after a failure to make it. */
export function kernelOf(environment: Environment): Promise<Kernel> {
  kernel ??= create(environment).catch((error: unknown) => {
    kernel = undefined;
    throw error;
  });
  return kernel;
}

/** Where handlers may go. */
export function hostsOf({ ALLOWED_DOMAINS = "", ALLOW_PRIVATE_NETWORKS }: Environment): HttpOptions {
  const domains = ALLOWED_DOMAINS.split(",").map((domain) => domain.trim());
  return { allowedDomains: domains.filter((domain) => domain !== ""), allowPrivateNetworks: ALLOW_PRIVATE_NETWORKS === "true" };
}

function create(environment: Environment): Promise<Kernel> {
  return createKernel({
    limits: LIMITS,
    pool: { maxInstances: MAX_RUNS },
    extensions: [
      httpExtension({
        ...hostsOf(environment),
        defaultTimeout: 10_000,
        // Never a queue: a call would wait there for one of another request (see gate.ts).
        maxConcurrent: MAX_RUNS * LIMITS.maxPendingCalls,
      }),
    ],
  });
}

// A kernel and what the playground lends it. The same code in the page and in the Web Worker.

import { NexusError, checkCapability, createKernel, httpExtension, parseCapability, type Kernel } from "nexus-kernel";
import { tracedFetch, type RequestListener } from "./traced-fetch.ts";
import type { Declared, Finished, Inspection, Job, Place, RunEvent } from "./protocol.ts";

/**
 * Makes the place: a kernel of its own, with `$ext.http` for one host.
 * @param apiBase origin of the sample endpoints, the only host that handlers reach
 */
export async function createHost(apiBase: string): Promise<Place> {
  // One run at a time: this is whoever listens to the requests of the current one.
  let listener: RequestListener | undefined;
  const { host, hostname } = new URL(apiBase);
  const kernel = await createKernel({
    extensions: [
      httpExtension({
        allowedDomains: [host],
        allowPrivateNetworks: isLoopback(hostname),
        fetch: tracedFetch((url) => listener?.(url) ?? (() => {})),
      }),
    ],
  });
  return {
    async run(job, listen, signal) {
      const start = performance.now();
      const now = () => performance.now() - start;
      listener = requestListener(listen, now);
      try {
        return await run(kernel, job, listen, now, signal);
      } finally {
        listener = undefined;
      }
    },
    inspect: (source, declared) => inspect(kernel, source, declared),
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

function requestListener(listen: (event: RunEvent) => void, now: () => number): RequestListener {
  let count = 0;
  return (url) => {
    const id = count++;
    listen({ kind: "request", at: now(), id, url });
    return (ending) => listen({ kind: "response", at: now(), id, ending });
  };
}

async function run(
  kernel: Kernel,
  job: Job,
  listen: (event: RunEvent) => void,
  now: () => number,
  signal: AbortSignal,
): Promise<Finished> {
  const { source, state, args, capabilities, limits } = job;
  const result = await kernel.run(source, {
    state,
    args,
    capabilities: [...capabilities],
    limits,
    signal,
    onSegment: (segment) => listen({ kind: "segment", at: now(), segment }),
  });
  return { at: now(), result };
}

async function inspect(kernel: Kernel, source: string, declared: readonly Declared[]): Promise<Inspection> {
  let inferred: string[] = [];
  let problem: Inspection["problem"];
  try {
    inferred = await kernel.inferCapabilities(source);
  } catch (error) {
    if (!(error instanceof NexusError)) throw error;
    problem = { message: error.message, ...error.location };
  }
  const checked = declared.map(({ token, enabled }) => {
    const problem = problemOf(token);
    if (problem !== undefined) return { token, enabled: false, problem, used: false };
    // Either side may be the wider one: `state:read:*` serves `state:read:count`, and a computed name needs all.
    const used = inferred.some((need) => checkCapability([token], need) || checkCapability([need], token));
    return { token, enabled, used };
  });
  const granted = checked.filter((entry) => entry.enabled).map((entry) => entry.token);
  return {
    inferred: inferred.map((token) => ({ token, granted: checkCapability(granted, token) })),
    declared: checked,
    ...(problem && { problem }),
  };
}

function problemOf(token: string): string | undefined {
  try {
    parseCapability(token);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

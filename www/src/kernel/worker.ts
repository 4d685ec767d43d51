// The Web Worker's side of WorkerPlace: a host, driven by messages.

import { createHost } from "./host.ts";
import type { Declared, Finished, Inspection, Job, RunEvent } from "./protocol.ts";

/** What the page asks. `id` names the request in the replies. */
export type Request =
  | { readonly id: number; readonly kind: "open"; readonly apiBase: string }
  | { readonly id: number; readonly kind: "run"; readonly job: Job }
  | { readonly id: number; readonly kind: "inspect"; readonly source: string; readonly declared: readonly Declared[] }
  | { readonly id: number; readonly kind: "abort" };

/** What the page is told. */
export type Reply =
  | { readonly id: number; readonly kind: "event"; readonly event: RunEvent }
  | { readonly id: number; readonly kind: "done"; readonly value: Finished | Inspection | undefined }
  | { readonly id: number; readonly kind: "failed"; readonly message: string; readonly code?: string };

let host: ReturnType<typeof createHost> | undefined;
const running = new Map<number, AbortController>();

async function answer(request: Request): Promise<Finished | Inspection | undefined> {
  if (request.kind === "open") {
    host = createHost(request.apiBase);
    await host;
    return undefined;
  }
  if (!host) throw new Error("the first message must be `open`");
  if (request.kind === "inspect") return (await host).inspect(request.source, request.declared);
  if (request.kind === "abort") {
    running.get(request.id)?.abort();
    return undefined;
  }
  const controller = new AbortController();
  running.set(request.id, controller);
  try {
    const listen = (event: RunEvent) => reply({ id: request.id, kind: "event", event });
    return await (await host).run(request.job, listen, controller.signal);
  } finally {
    running.delete(request.id);
  }
}

function reply(message: Reply): void {
  postMessage(message);
}

addEventListener("message", async ({ data: request }: MessageEvent<Request>) => {
  try {
    const value = await answer(request);
    if (request.kind !== "abort") reply({ id: request.id, kind: "done", value });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    reply({ id: request.id, kind: "failed", message, ...(code !== undefined && { code }) });
  }
});

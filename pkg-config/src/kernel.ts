// The kernel as embedders hold it: the exported class of the kernel module under the names of the API.

import { registrationOf, type BuiltInExtension } from "./built-in.js";
import { glue, type Surroundings } from "./binding.js";
import { answer, respond, upgrade } from "./doors.js";
import { invalidArgument } from "./errors.js";
import { KernelPanels } from "./panels.js";
import type { Audit, AuditEntry, AuditStats } from "./observation.js";
import { withRecord } from "./records.js";
import { keepServed } from "./served.js";
import { text } from "./text.js";
import type { Panels } from "./panel-types.js";
import type * as api from "./types.js";

// Older browsers have no such symbol; `await using` in code compiled for them looks for this one.
const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");

/**
 * Opens a kernel.
 * @throws NexusError `INVALID_ARGUMENT` naming the option that does not exist or has no such value
 */
export async function openKernel(options: api.KernelOptions | undefined, surroundings: Surroundings): Promise<api.Kernel> {
  const auth = options?.auth;
  // What `loadConfig` answers is printed, and read as data, without its secrets. A copy has them.
  const given = typeof auth === "object" && auth !== null ? { ...options, auth: { ...auth } } : options;
  const own = await glue.openKernel(given, surroundings);
  const kernel = new NexusKernel(own, surroundings);
  const extensions = options?.extensions;
  try {
    if (extensions !== undefined && !Array.isArray(extensions)) {
      throw invalidArgument("options.extensions has to be an array");
    }
    for (const extension of extensions ?? []) kernel.extensions.register(extension);
  } catch (error) {
    await kernel.close();
    throw error;
  }
  keepServed(kernel, options, (request) => respond(own, request));
  return kernel;
}

class NexusKernel implements api.Kernel {
  readonly #kernel: glue.Kernel;
  readonly extensions: api.Extensions;
  readonly hostFunctions: api.HostFunctions;
  readonly panels: Panels;
  readonly audit: Audit;

  constructor(kernel: glue.Kernel, surroundings: Surroundings) {
    this.#kernel = kernel;
    this.extensions = new KernelExtensions(kernel, surroundings);
    this.hostFunctions = new KernelHostFunctions(kernel);
    this.panels = new KernelPanels(kernel.panels());
    this.audit = new KernelAudit(kernel);
  }

  async run<Result>(source: string, options?: api.RunOptions): Promise<api.RunResult<Result>> {
    const [result, record] = await this.#kernel.run(source, options);
    return withRecord(result, record);
  }

  replay<Result>(record: api.RunRecord, options?: { readonly signal?: AbortSignal }): Promise<api.Replay<Result>> {
    return this.#kernel.replay(record, options);
  }

  execute<Result>(source: string, options?: api.ExecuteOptions): Promise<api.Segment<Result>> {
    return this.#kernel.execute(source, options);
  }

  resume<Result>(suspensionId: string, answer: api.Answer, options?: api.ResumeOptions): Promise<api.Segment<Result>> {
    return this.#kernel.resume(suspensionId, answer, options);
  }

  park(runId: string, options?: api.ParkOptions): Promise<Uint8Array> {
    return this.#kernel.park(runId, options);
  }

  unpark(parked: Uint8Array | ArrayBuffer, options?: api.UnparkOptions): Promise<api.UnparkedRun> {
    return this.#kernel.unpark(parked, options);
  }

  precompile(source: string, options?: { readonly limits?: api.Limits; readonly signal?: AbortSignal }): Promise<void> {
    return this.#kernel.precompile(source, options);
  }

  inferCapabilities(source: string, options?: { readonly signal?: AbortSignal }): Promise<string[]> {
    return this.#kernel.inferCapabilities(source, options);
  }

  stats(): api.Stats {
    return this.#kernel.stats();
  }

  metrics(): string {
    return this.#kernel.metrics();
  }

  fetch(request: Request): Promise<Response> {
    return answer(this.#kernel, request);
  }

  async upgrade(request: Request): Promise<api.Upgrade | Response> {
    return upgrade(this.#kernel, request);
  }

  close(): Promise<api.HookFailure[]> {
    return this.#kernel.close();
  }

  async [asyncDispose](): Promise<void> {
    await this.close();
  }
}

class KernelExtensions implements api.Extensions {
  readonly #kernel: glue.Kernel;
  readonly #surroundings: Surroundings;
  /** The objects that were registered, by name. */
  readonly #objects = new Map<string, api.Extension | BuiltInExtension>();

  constructor(kernel: glue.Kernel, surroundings: Surroundings) {
    this.#kernel = kernel;
    this.#surroundings = surroundings;
  }

  register(extension: api.Extension | BuiltInExtension): void {
    const register = registrationOf(extension);
    if (register) register(this.#kernel, this.#surroundings);
    else this.#kernel.registerExtension(extension);
    this.#objects.set(extension.name, extension);
  }

  unregister(name: string): boolean {
    const wasThere = this.#kernel.unregisterExtension(text(name, "name"));
    this.#objects.delete(name);
    return wasThere;
  }

  has(name: string): boolean {
    return this.#objects.has(name);
  }

  get(name: string): api.Extension | BuiltInExtension | undefined {
    return this.#objects.get(name);
  }

  getMethods(name: string): string[] {
    return this.#kernel.extensionMethods(text(name, "name"));
  }

  list(): string[] {
    return this.#kernel.listExtensions();
  }

  async call<Result>(
    name: string,
    method: string,
    args?: readonly unknown[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Result> {
    return this.#kernel.callExtension(text(name, "name"), text(method, "method"), args, options);
  }

  init(): Promise<api.HookFailure[]> {
    return this.#kernel.initExtensions();
  }

  shutdown(): Promise<api.HookFailure[]> {
    return this.#kernel.shutdownExtensions();
  }
}

class KernelHostFunctions implements api.HostFunctions {
  readonly #kernel: glue.Kernel;

  constructor(kernel: glue.Kernel) {
    this.#kernel = kernel;
  }

  register(hostFunction: api.HostFunction): void {
    this.#kernel.registerHostFunction(hostFunction);
  }

  unregister(name: string): boolean {
    return this.#kernel.unregisterHostFunction(text(name, "name"));
  }

  list(): { readonly name: string; readonly signature: string }[] {
    return this.#kernel.listHostFunctions();
  }
}

class KernelAudit implements Audit {
  readonly #kernel: glue.Kernel;

  constructor(kernel: glue.Kernel) {
    this.#kernel = kernel;
  }

  entries(options?: { readonly since?: number | undefined; readonly limit?: number | undefined }): AuditEntry[] {
    return this.#kernel.auditEntries(options);
  }

  subscribe(listener: (entry: AuditEntry) => void): () => void {
    const id = this.#kernel.subscribeAudit(listener);
    return () => this.#kernel.unsubscribeAudit(id);
  }

  export(): string {
    return this.#kernel.exportAudit();
  }

  stats(): AuditStats {
    return this.#kernel.auditStats();
  }
}

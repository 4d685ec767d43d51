// A module of the sandbox driven over its ABI (docs/architecture.md), without a kernel: the same for one with a meter and one without.

import { decode, encode } from "nexus-kernel";
import { processorMs } from "./measure.mjs";

/** What the kernel grants between two looks at the clock (`crate/wasm/src/engine/meter.rs`). */
const GRANT = 1_000_000n;

/** Of no program: so that nothing is stopped. */
const MEMORY_BYTES = 1 << 30;

/** An instance that holds one compiled program and can run it again and again. */
export class Sandbox {
  #exports;
  #image;
  #stackPointer;
  #used = 0n;

  /**
   * @param module the sandbox's
   * @param source of the program
   */
  constructor(module, source) {
    const nexus = { tick: (used) => this.#tick(used), host_call: () => { throw new Error("a program called the host") } };
    this.#exports = new WebAssembly.Instance(module, { nexus }).exports;
    this.#stackPointer = this.#exports.__stack_pointer.value;
    this.#grant();
    const { outcome } = this.#exchange("nexus_compile", { source, limits: {} });
    if (!("Ok" in outcome)) throw new Error(outcome.Err.message);
    this.#image = this.#bytes().slice();
  }

  /**
   * Runs the program once, from the same memory each time.
   * @returns {{ ms: number, returned: string, fuel: number }} how long the processor computed for it, what it returned as JSON, the
   * fuel it used (0 without a meter)
   */
  run() {
    this.#bytes().fill(0, this.#image.length).set(this.#image);
    this.#exports.__stack_pointer.value = this.#stackPointer;
    this.#grant();
    this.#exports.nexus_set_memory_limit(MEMORY_BYTES);
    this.#used = 0n;
    const length = this.#send({
      runId: "run", context: { capabilities: [] }, extensions: {}, hostFunctions: [], now: 0, seed: new Uint8Array(16),
    });
    const began = processorMs();
    const answered = this.#exports.nexus_start(length);
    const ms = processorMs() - began;
    const { status, returnValue, error } = this.#read(answered);
    if (status !== "success") throw new Error(`${status}: ${error?.message}`);
    return { ms, returned: JSON.stringify(returnValue), fuel: Number(this.#used + this.#unreported()) };
  }

  /** Does what the kernel does at a tick: it looks at the account and at the clock. */
  #tick(used) {
    this.#used += used;
    return performance.now() < Infinity ? GRANT : -1n;
  }

  #grant() {
    const { __fuel, __grant } = this.#exports;
    if (__fuel) __fuel.value = __grant.value = GRANT;
  }

  #unreported() {
    const { __fuel, __grant } = this.#exports;
    return __fuel ? __grant.value - __fuel.value : 0n;
  }

  #bytes() {
    return new Uint8Array(this.#exports.memory.buffer);
  }

  #send(message) {
    const bytes = encode(message);
    this.#bytes().set(bytes, this.#exports.nexus_alloc(bytes.length));
    return bytes.length;
  }

  #read(length) {
    const start = this.#exports.nexus_reply() >>> 0;
    return decode(this.#bytes().slice(start, start + length));
  }

  #exchange(name, message) {
    return this.#read(this.#exports[name](this.#send(message)));
  }
}

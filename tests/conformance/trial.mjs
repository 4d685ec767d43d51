// What each case is given: a kernel that is closed after it, an extension to call, the server, where it runs.

import { createKernel, httpExtension } from "nexus-kernel";
import { equal, fail, print } from "./assert.mjs";

/** Everything that can be granted. */
export const ALL = ["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"];

/** An extension with the calls that tests need; `notes` tells what happened to them. */
export function testExtension() {
  const notes = [];
  const methods = {
    echo: (value) => value ?? null,
    /** Answers in a later turn of the event loop. */
    later: (value) => new Promise((resolve) => setTimeout(resolve, 0, value ?? null)),
    fail: (message, code) => {
      throw Object.assign(new Error(message), code && { code });
    },
    /** Answers only when the kernel gives it up. */
    hold: (value, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener("abort", () => {
          notes.push(`hold ${value} aborted`);
          reject(signal.reason);
        });
      }),
  };
  return {
    name: "test",
    methods: Object.keys(methods),
    notes,
    call(method, args, { signal }) {
      notes.push(`${method} ${typeof args[0] === "object" ? "data" : args[0]}`);
      return method === "hold" ? methods.hold(args[0], signal) : methods[method](...args);
    },
  };
}

/** One case's surroundings. */
export class Trial {
  #opened = [];
  #usual;
  /** `"node"`, `"page"`, `"worker"` or `"workerd"`. */
  place;
  /** Of kernels that are given none. */
  executor;
  /** Address of the test server, and its host with the port. */
  server;
  /** The extension `test` of the usual kernel. */
  extension = testExtension();

  constructor({ place, server, executor }) {
    this.place = place;
    this.server = server;
    this.executor = executor;
  }

  /** A kernel that is closed after the case. */
  async open(options) {
    const isObject = options === undefined || (typeof options === "object" && options !== null && !Array.isArray(options));
    const kernel = await createKernel(isObject ? { executor: this.executor, ...options } : options);
    this.#opened.push(kernel);
    return kernel;
  }

  /** A kernel with the extension `http` for the test server. */
  openHttp(options) {
    const http = { allowedDomains: [this.server.host], allowPrivateNetworks: true, ...options };
    return this.open({ extensions: [httpExtension(http)] });
  }

  /** The kernel of this case, with the extension `test`. */
  kernel() {
    this.#usual ??= this.open({ extensions: [this.extension] });
    return this.#usual;
  }

  /** Runs a handler that may do everything. */
  async run(source, options) {
    const kernel = await this.kernel();
    return kernel.run(source, { capabilities: ALL, ...options });
  }

  /** What it returns; fails if it does not succeed. */
  async value(source, options) {
    return valueOf(await this.run(source, options), source);
  }

  /** What it fails with; fails if it does not. */
  async error(source, options) {
    return errorOf(await this.run(source, options), source);
  }

  /** Asks the test server. */
  async ask(path) {
    const response = await fetch(this.server.url + path);
    return response.json();
  }

  async end() {
    await Promise.all(this.#opened.map((kernel) => kernel.close()));
  }
}

/** What a run returned; fails if it did not succeed. */
export function valueOf(result, source = "") {
  if (result.status !== "success") fail(`${source}\nended as ${result.status}: ${print(result.error)}`);
  return result.returnValue;
}

/** What a run failed with; fails if it did not. */
export function errorOf(result, source = "") {
  if (result.status !== "error") fail(`${source}\nended as ${result.status}: ${print(result.returnValue)}`);
  equal(result.returnValue, undefined);
  return result.error;
}

/** Mutations in short: `count=2`, `-gone`. */
export function mutations(result) {
  return result.stateMutations.map(({ key, value, operation }) => (operation === "set" ? `${key}=${print(value)}` : `-${key}`));
}

/** Waits for something that only becomes true by itself. */
export async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

// quickjs-emscripten, with QuickJS or with quickjs-ng inside: one module and one runtime, bounded like a run of this kernel.

import quickjsNg from "@jitl/quickjs-ng-wasmfile-release-sync";
import { getQuickJS, newQuickJSWASMModule, shouldInterruptAfterDeadline } from "quickjs-emscripten";
import { EXTENSIONS, FUNCTIONS } from "./host.mjs";
import { answer, input, wrap } from "./wrap.mjs";

/** The kernel's own default: whoever runs code that nobody vouches for sets one. */
const TIMEOUT_MS = 5000;

/** The kernel's own limit for a run, on all contexts of the runtime together. */
const LIMITS = { memoryBytes: 32 << 20 };

export const openQuickjs = async (limits = LIMITS) => new Engine(await getQuickJS(), limits);
export const openQuickjsNg = async (limits = LIMITS) => new Engine(await newQuickJSWASMModule(quickjsNg), limits);

class Engine {
  #runtime;

  constructor(module, { memoryBytes }) {
    this.#runtime = module.newRuntime();
    this.#runtime.setMemoryLimit(memoryBytes);
  }

  /**
   * A function that runs the job once.
   * @param options `reuse`: in one context that all runs share, with the handler compiled before; otherwise each in a new one
   */
  async prepare(job, { reuse = false } = {}) {
    const source = wrap(job.source);
    if (!reuse) {
      return () => {
        this.#grantTime();
        const context = new Context(this.#runtime, source);
        return context.run(job).finally(() => context.dispose());
      };
    }
    this.#grantTime();
    // It lives as long as the process: nobody counts on an end.
    const context = new Context(this.#runtime, source);
    return () => {
      this.#grantTime();
      return context.run(job);
    };
  }

  #grantTime() {
    this.#runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + TIMEOUT_MS));
  }

  close() {}
}

/** A context that holds a handler. */
class Context {
  #runtime;
  #context;
  #handler;
  #ask;
  #host;
  #open = 0;
  #answered;

  constructor(runtime, source) {
    this.#runtime = runtime;
    this.#context = runtime.newContext();
    this.#ask = this.#newAsk();
    this.#host = this.#newHost(source);
    this.#handler = this.#context.unwrapResult(this.#context.evalCode(source, "handler.js"));
  }

  async run(job) {
    const context = this.#context;
    const given = context.newString(input(job));
    const promise = context.unwrapResult(context.callFunction(this.#handler, context.undefined, given, this.#ask, this.#host));
    given.dispose();
    this.#work();
    // The promise is looked at only when no answer is missing, and jobs run once for all answers that are there.
    while (this.#open > 0) {
      await new Promise((resolve) => (this.#answered = resolve));
      this.#work();
    }
    const result = context.unwrapResult(context.getPromiseState(promise));
    const outcome = JSON.parse(context.getString(result));
    result.dispose();
    promise.dispose();
    return outcome;
  }

  dispose() {
    for (const handle of [this.#handler, this.#ask, this.#host]) handle.dispose();
    this.#context.dispose();
  }

  #work() {
    this.#context.unwrapResult(this.#runtime.executePendingJobs());
  }

  #newAsk() {
    const context = this.#context;
    return context.newFunction("ask", (nameHandle, argsHandle) => {
      const deferred = context.newPromise();
      this.#open++;
      answer(EXTENSIONS, context.getString(nameHandle), context.getString(argsHandle)).then((text) => {
        context.newString(text).consume(deferred.resolve);
        this.#open--;
        this.#answered();
      });
      return deferred.handle;
    });
  }

  #newHost(source) {
    const context = this.#context;
    const host = context.newObject();
    // What a handler does not use would only make a context dearer.
    for (const [name, call] of Object.entries(FUNCTIONS)) {
      if (!source.includes(`$host.${name}`)) continue;
      const made = context.newFunction(name, (key) => context.newNumber(call(context.getString(key))));
      context.setProp(host, name, made);
      made.dispose();
    }
    return host;
  }
}

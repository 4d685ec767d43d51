// What the tests share.

import assert from "node:assert/strict";
import { after } from "node:test";
import { NexusError, createKernel } from "./package.mjs";

/** A kernel that is closed when the tests of the file are over. */
export async function kernelFor(options) {
  const kernel = await createKernel(options);
  after(() => kernel.close());
  return kernel;
}

/** Every capability there is. */
export const ALL = ["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"];

/** For `assert.rejects` and `assert.throws`: a NexusError with this code, and this text in its message. */
export function nexusError(code, text = "") {
  return (error) => {
    assert.ok(error instanceof NexusError, `not a NexusError: ${error?.stack ?? error}`);
    assert.equal(error.code, code, error.message);
    assert.equal(error.name, "NexusError");
    assert.ok(error.message.includes(text), `${JSON.stringify(error.message)} does not hold ${JSON.stringify(text)}`);
    return true;
  };
}

/** The value of a run that has to succeed. */
export function returned(result) {
  assert.equal(result.status, "success", JSON.stringify(result.error));
  return result.returnValue;
}

/** The error of a run that has to fail with `code`. */
export function failed(result, code) {
  assert.equal(result.status, "error", JSON.stringify(result));
  assert.equal(result.error.code, code, result.error.message);
  return result.error;
}

/** An extension whose methods are the functions given. */
export function extension(name, methods) {
  return { name, methods: Object.keys(methods), call: (method, args, context) => methods[method](...args, context) };
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

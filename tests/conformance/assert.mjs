// Assertions that work wherever the package does; Node's own do not.

import { NexusError } from "nexus-kernel";

/** A value as text that tells apart what JSON does not: bytes, numbers that are not finite, -0, undefined. */
export function print(value) {
  if (value instanceof Uint8Array) return `bytes(${[...value]})`;
  if (value instanceof Error) return `${value.name}(${value.code ?? ""} ${value.message})`;
  if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.keys(value).map((key) => `${JSON.stringify(key)}:${print(value[key])}`).join(",")}}`;
  }
  if (Object.is(value, -0)) return "-0";
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** The same with the members of objects in alphabetical order. */
function printSorted(value) {
  if (Array.isArray(value)) return `[${value.map(printSorted).join(",")}]`;
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || value instanceof Error) return print(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${printSorted(value[key])}`).join(",")}}`;
}

export function fail(message) {
  throw new Error(message);
}

export function ok(condition, message = "it does not hold") {
  if (!condition) fail(message);
}

/** The same data, whatever the order of members. */
export function equal(actual, expected, what = "") {
  const [left, right] = [printSorted(actual), printSorted(expected)];
  if (left !== right) fail(`${what && `${what}: `}expected ${right}\n     found ${left}`);
}

export function match(text, pattern, what = "") {
  if (!pattern.test(text)) fail(`${what && `${what}: `}${pattern} does not match ${print(text)}`);
}

/** Rejected with a `NexusError` of that code whose message matches. @returns the error */
export async function rejects(promise, code, pattern = /./) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return check(error, code, pattern);
  }
  return fail(`expected a rejection with ${code}, found ${print(value)}`);
}

/** Throws a `NexusError` of that code whose message matches. @returns the error */
export function throws(call, code, pattern = /./) {
  let value;
  try {
    value = call();
  } catch (error) {
    return check(error, code, pattern);
  }
  return fail(`expected ${code} to be thrown, found ${print(value)}`);
}

function check(error, code, pattern) {
  if (!(error instanceof NexusError) || !(error instanceof Error)) fail(`expected a NexusError ${code}, found ${print(error)}`);
  equal(error.name, "NexusError");
  equal(error.code, code, error.message);
  match(error.message, pattern);
  return error;
}

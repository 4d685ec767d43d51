// What becomes of a case, as one line of text, so that two engines can be compared.

/**
 * The text of what a message can carry: JSON, but that numbers keep their sign and `NaN` its name.
 * Works on values of any realm.
 * @param {unknown} value
 * @returns {string}
 */
export function textOf(value) {
  if (value === undefined) return "undefined";
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? `no data: ${String(value)}`;
  if (Array.isArray(value)) return `[${Array.from(value, (item) => (item === undefined ? "null" : textOf(item))).join(", ")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}: ${textOf(member)}`).join(", ")}}`;
}

/**
 * The text that a case's expectation stands for.
 * @param {string} expected as it stands in the case
 */
export function expectedText(expected) {
  if (/^(throws \w+|SyntaxError at \d+)$/.test(expected)) return expected;
  return textOf(new Function(`return (${expected})`)());
}

/**
 * What became of a run of the kernel.
 * @param {import("nexus-kernel").RunResult} result
 */
export function outcomeOf(result) {
  if (result.status === "success") return textOf(result.returnValue);
  const { code, message, location } = result.error;
  if (code === "COMPILATION_ERROR") return `SyntaxError at ${location?.line}`;
  return code === "EXECUTION_ERROR" ? `throws ${/^\w*/.exec(message)[0]}` : `${code}: ${message}`;
}

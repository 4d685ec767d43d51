// Values as text, as the panel's own expressions write them.

/** A value as text: nothing for `null`, lists and objects as JSON. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberText(value);
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

/** Without the last digits that binary fractions are known for: 0.1 + 0.2 is 0.3. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12)));
}

/** Whether a property says yes; NXML's booleans may have come as text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true" || (typeof value === "number" && value !== 0);
}

/** One of `words`, or the first of them. */
export function wordOf<Word extends string>(value: unknown, words: readonly [Word, ...Word[]]): Word {
  return words.find((word) => word === value) ?? words[0];
}

const LENGTH = /^(\d{1,5}(?:\.\d{1,3})?)(px|rem|em|vh|svh|dvh|ch|lh)?$/;

/** A length that a panel asks for, as CSS; a number is one of pixels. Nothing for what is none: no other CSS comes from a panel. */
export function lengthOf(value: unknown): string | undefined {
  const match = LENGTH.exec(typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "");
  return match ? `${match[1]}${match[2] ?? "px"}` : undefined;
}

/** What a path changes, in words: `due date` for `["todos", 0, "dueDate"]`. Controls that have no label are called so. */
export function nameOf(path: readonly (string | number)[] | undefined): string {
  const names = (path ?? []).filter((step) => typeof step === "string");
  return (names.at(-1) ?? "")
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[_$-]+/g, " ")
    .trim()
    .toLowerCase();
}

/** Whether a text has what a filter asks for; case does not count. */
export function hasText(text: string, filter: string): boolean {
  return filter === "" || text.toLowerCase().includes(filter.toLowerCase());
}

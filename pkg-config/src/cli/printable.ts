/**
 * A text from a document or a handler as it may go to a terminal: control characters, which could steer that, are shown as `\x1b`. Lines and tabs
 * stay.
 */
export function printable(text: string): string {
  return text.replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16)}`;
  });
}

/** A value as JSON for people: short ones in one line. */
export function shown(value: unknown): string {
  const line = JSON.stringify(value) ?? "undefined";
  return printable(line.length <= 100 ? line : JSON.stringify(value, undefined, 2));
}

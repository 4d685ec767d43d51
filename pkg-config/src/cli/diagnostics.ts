// Mistakes as compilers print them: where, what, the line with a caret, and what to do.

import type { Location } from "../errors.js";
import type { Diagnostic } from "../panel-types.js";
import type { Console } from "./console.js";
import { printable } from "./printable.js";

/** Most characters of a line that are shown. */
const WIDTH = 120;

/** One mistake in `text`, which is called `file`. */
export function diagnosticText(
  out: Console,
  file: string,
  text: string,
  diagnostic: Pick<Diagnostic, "code" | "severity" | "message" | "hint"> & { readonly location?: Location | undefined },
  stream: "stdout" | "stderr" = "stdout",
): string {
  const { code, severity, message, location, hint } = diagnostic;
  const label = out.style(severity === "error" ? "red" : "yellow", `${severity} ${code}`, stream);
  const place = location ? `${printable(file)}:${location.line}:${location.column}` : printable(file);
  const lines = [`${out.style("bold", place, stream)}: ${label}: ${printable(message)}`];
  const excerpt = location && excerptAt(text, location);
  if (excerpt) {
    const number = String(location.line);
    const margin = " ".repeat(number.length);
    lines.push(`  ${out.style("dim", `${number} |`, stream)} ${printable(excerpt.line)}`);
    lines.push(`  ${out.style("dim", `${margin} |`, stream)} ${excerpt.indent}${out.style("green", "^", stream)}`);
  }
  if (hint !== undefined) lines.push(`  ${out.style("dim", "hint:", stream)} ${printable(hint)}`);
  return lines.join("\n");
}

/** How many there are: `2 errors, 1 warning`. */
export function counted(diagnostics: readonly Pick<Diagnostic, "severity">[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
  return `${count(errors, "error")}, ${count(diagnostics.length - errors, "warning")}`;
}

/** The line of a place, cut to what is near it, and what stands before the caret below it. */
function excerptAt(text: string, { line, column }: Location): { line: string; indent: string } | undefined {
  const whole = text.split(/\r\n|\r|\n/, line)[line - 1];
  if (whole === undefined || column > whole.length + 1) return undefined;
  const at = column - 1;
  const start = whole.length > WIDTH && at > WIDTH / 2 ? at - WIDTH / 2 : 0;
  const before = (start > 0 ? "…" : "") + whole.slice(start, at);
  const cut = start + WIDTH < whole.length;
  const after = whole.slice(at, start + WIDTH) + (cut ? "…" : "");
  // As wide as it is printed; tabs as wide as those above.
  return { line: before + after, indent: printable(before).replace(/[^\t]/g, " ") };
}

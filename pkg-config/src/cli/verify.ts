// `verify`: whether an audit log is as it was written.

import { verifyAudit } from "../entry/node.js";
import type { AuditVerification } from "../observation.js";
import { commandLine, only } from "./command-line.js";
import type { Command } from "./commands.js";
import { EXIT } from "./exit.js";
import { readText } from "./input.js";
import { printable } from "./printable.js";
import { UsageError } from "./usage-error.js";

export const verify: Command = {
  summary: "finds changed, missing or reordered entries of an audit log",
  help: `Usage: nexus-kernel verify [options] <audit.jsonl>

Checks the chain of hashes of an exported audit log; - is standard input. Ends with 1 if an entry was changed, is missing, or stands in
another place, and tells which.

  --last-hash <hash>   the hash that the log ended with: without it, entries that are missing at the end go unnoticed
  --json`,

  async main(args, out) {
    const { values, positionals } = commandLine(args, { "last-hash": { type: "string" } });
    const lastHash = values["last-hash"]?.toLowerCase();
    if (lastHash !== undefined && !/^[0-9a-f]{64}$/.test(lastHash)) throw new UsageError("--last-hash has to be 64 hexadecimal digits");
    const file = only(positionals, "a file");
    const found = withEnd(verifyAudit(await readText(file)), lastHash);
    const { valid, entries, firstSequence, lastSequence, firstProblem } = found;
    const range = entries > 0 ? `, ${firstSequence} to ${lastSequence}` : "";
    const text = firstProblem
      ? `${printable(file)}:${firstProblem.line}: ${out.style("red", firstProblem.kind)}: ${printable(firstProblem.reason)}`
      : `${out.style("green", "valid")}: ${entries} ${entries === 1 ? "entry" : "entries"}${range}`;
    out.result({ file, ...found }, text);
    return valid ? EXIT.fine : EXIT.found;
  },
};

/** What was found, given the hash that the log has to end with. */
function withEnd(found: AuditVerification, lastHash: string | undefined): AuditVerification {
  if (!found.valid || lastHash === undefined || found.lastHash === lastHash) return found;
  const reason = `the log does not end here: its last entry has another hash than ${lastHash}`;
  return { ...found, valid: false, firstProblem: { line: found.entries + 1, kind: "missing", reason } };
}

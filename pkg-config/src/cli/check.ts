// `check`: what is wrong with documents and handlers.

import { createKernel } from "../entry/node.js";
import { NexusError } from "../errors.js";
import type { Diagnostic } from "../panel-types.js";
import type { Kernel } from "../types.js";
import { commandLine } from "./command-line.js";
import type { Command } from "./commands.js";
import { counted, diagnosticText } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { readSource, type Source } from "./input.js";
import { UsageError } from "./usage-error.js";

export const check: Command = {
  summary: "tells what is wrong with documents and handlers",
  help: `Usage: nexus-kernel check [--json] <file>...

Checks NXML documents, and handlers in .js files; - is standard input.
Prints what is wrong with each, with line and column, and ends with 1 if anything is an error. Warnings are none.`,

  async main(args, out) {
    const { positionals } = commandLine(args, {});
    if (positionals.length === 0) throw new UsageError("a file is missing");
    const sources = await Promise.all(positionals.map(readSource));
    const kernel = await createKernel();
    try {
      const checked = [];
      for (const source of sources) checked.push({ source, diagnostics: await diagnosticsOf(kernel, source) });
      const all = checked.flatMap(({ diagnostics }) => diagnostics);
      const errors = all.filter(isError).length;
      const files = checked.map(({ source, diagnostics }) => ({ file: source.name, valid: !diagnostics.some(isError), diagnostics }));
      const text = checked.flatMap(({ source, diagnostics }) => diagnostics.map((one) => diagnosticText(out, source.name, source.text, one)));
      out.result({ valid: errors === 0, errors, warnings: all.length - errors, files }, [...text, counted(all)].join("\n"));
      return errors === 0 ? EXIT.fine : EXIT.found;
    } finally {
      await kernel.close();
    }
  },
};

const isError = ({ severity }: Diagnostic) => severity === "error";

/** What is wrong with a document, or with a handler. */
async function diagnosticsOf(kernel: Kernel, source: Source): Promise<readonly Diagnostic[]> {
  if (source.kind === "document") return kernel.panels.check(source.text);
  try {
    await kernel.inferCapabilities(source.text);
    return [];
  } catch (error) {
    if (!(error instanceof NexusError)) throw error;
    const { code, message, location = { line: 1, column: 1 } } = error;
    return [{ code, severity: "error", message, path: "/", location }];
  }
}

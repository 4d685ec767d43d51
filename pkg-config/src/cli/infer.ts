// `infer`: the least capabilities that handlers need, beside those that they declare.

import { checkCapability, createKernel, parseCapability } from "../entry/node.js";
import { NexusError } from "../errors.js";
import type { Diagnostic, InspectedHandler } from "../panel-types.js";
import type { Kernel } from "../types.js";
import { commandLine, listOption, only } from "./command-line.js";
import type { Command } from "./commands.js";
import { counted, diagnosticText } from "./diagnostics.js";
import { EXIT } from "./exit.js";
import { readSource, type Source } from "./input.js";
import { printable } from "./printable.js";

export const infer: Command = {
  summary: "tells the least capabilities that each handler needs",
  help: `Usage: nexus-kernel infer [options] <file>

Tells what the handlers of an NXML document, or a handler in a .js file, need at least, and what of it they do not declare or declare
in vain; - is standard input. Ends with 1 if there is an error in the file; what is missing or unused is none.

  --capabilities <tokens>   what a handler in a .js file declares; tokens with commas between them
  --json`,

  async main(args, out) {
    const { values, positionals } = commandLine(args, { capabilities: { type: "string", multiple: true } });
    const source = await readSource(only(positionals, "a file"));
    const kernel = await createKernel();
    try {
      const found = await inspect(kernel, source, listOption(values.capabilities));
      const handlers = found.handlers.map(compared);
      const errors = found.diagnostics.filter(({ severity }) => severity === "error");
      const text = handlers.map(({ name, kind, inferred, missing, unused }) => {
        const title = out.style("bold", printable(kind === "tool" ? `${name}` : `<${kind}>`));
        if (!inferred) return `${title}\n  cannot be parsed`;
        const needed = inferred.map((token) => [missing.includes(token) ? out.style("yellow", "missing") : "declared", token]);
        const rows = [...needed, ...unused.map((token) => [out.style("yellow", "unused"), token])];
        return [title, ...rows.map(([what, token]) => `  ${what?.padEnd(8)} ${printable(token ?? "")}`), ...(rows.length ? [] : ["  needs nothing"])].join("\n");
      });
      for (const one of errors) out.note(diagnosticText(out, source.name, source.text, one, "stderr"));
      if (errors.length > 0) out.note(counted(errors));
      out.result({ file: source.name, handlers, diagnostics: errors }, text.join("\n"));
      return errors.length === 0 ? EXIT.fine : EXIT.found;
    } finally {
      await kernel.close();
    }
  },
};

interface Found {
  readonly handlers: readonly InspectedHandler[];
  readonly diagnostics: readonly Diagnostic[];
}

async function inspect(kernel: Kernel, source: Source, declared: readonly string[]): Promise<Found> {
  if (source.kind === "document") return kernel.panels.inspect(source.text);
  const location = { line: 1, column: 1 };
  const handler = { name: source.name, kind: "tool" as const, declared, location };
  for (const token of declared) parseCapability(token);
  try {
    return { handlers: [{ ...handler, inferred: await kernel.inferCapabilities(source.text) }], diagnostics: [] };
  } catch (error) {
    if (!(error instanceof NexusError)) throw error;
    const { code, message } = error;
    return { handlers: [handler], diagnostics: [{ code, severity: "error", message, path: "/", location: error.location ?? location }] };
  }
}

/** A handler with what it lacks and what it has no use for. */
function compared(handler: InspectedHandler) {
  const { declared, inferred } = handler;
  const needed = inferred ?? [];
  const missing = needed.filter((token) => !checkCapability(declared, token) && !declared.some((own) => narrows(own, token)));
  const isUsed = (own: string) => needed.some((token) => checkCapability([own], token) || checkCapability([token], own) || narrows(own, token));
  return { ...handler, missing, unused: inferred ? declared.filter((own) => !isUsed(own)) : [] };
}

/** Whether a declared token with caveats allows some of what `wanted` does: which calls, shows when they are made. */
function narrows(declared: string, wanted: string): boolean {
  const [own, other] = [parseCapability(declared), parseCapability(wanted)];
  if (own.caveats === undefined || own.family !== other.family || own.name !== other.name) return false;
  return own.method === undefined || other.method === undefined || own.method === other.method;
}

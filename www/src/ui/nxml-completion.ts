// Completes elements and attributes of NXML, and the globals in its handlers. The tables of docs/nxml.md.

import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { completeHandler } from "./completion.ts";

const COMMON = "id trigger args";

/** Elements with their attributes; words between bars are all there are. */
const ELEMENTS: Readonly<Record<string, string>> = {
  NexusPanel: "title description id version author tags",
  Data: "",
  State: "name type=string|number|boolean|list|object default",
  Computed: "name value",
  Logic: "",
  Extension: "name alias source",
  Tool: "name description capabilities timeout trigger",
  Arg: "name type=string|number|boolean|list|object default required=true|false description",
  Trigger: "type=manual|interval|cron|event|state_change ms expression pattern path",
  Capabilities: "",
  Capability: "type=state:read|state:write|events:emit|view:update|ext|host scope",
  Handler: "capabilities timeout",
  Lifecycle: "on=mount|unmount capabilities timeout",
  View: "",
  Layout: `strategy=auto|stack|row gap=sm|md|lg align=start|center|end|stretch justify=start|center|end|stretch ${COMMON}`,
  Container: `title variant=card|panel|section|transparent ${COMMON}`,
  If: "condition",
  Iterate: "items as key",
  Text: `content variant=h1|h2|h3|h4|body|code|caption ${COMMON}`,
  Metric: `label value unit trend ${COMMON}`,
  StatusBadge: `label status=success|warn|error|info value ${COMMON}`,
  LogStream: `data height autoScroll=true|false ${COMMON}`,
  Chart: `type=line|bar|pie|area data xKey yKey height ${COMMON}`,
  Input: `bind placeholder inputType=text|number|password|email disabled=true|false ${COMMON}`,
  Button: `label variant=primary|secondary|danger|ghost disabled=true|false payload ${COMMON}`,
  Action: `label variant=primary|secondary|danger|ghost disabled=true|false payload ${COMMON}`,
  Switch: `bind label disabled=true|false ${COMMON}`,
  CustomComponent: `module component ${COMMON}`,
};

interface Attribute {
  readonly name: string;
  readonly values: readonly string[];
}

function attributesOf(element: string): readonly Attribute[] {
  const words = (ELEMENTS[element] ?? "").split(" ").filter(Boolean);
  return words.map((word) => {
    const [name = "", values] = word.split("=");
    return { name, values: values?.split("|") ?? [] };
  });
}

const elements: readonly Completion[] = Object.keys(ELEMENTS).map((label) => ({ label, type: "type" }));

/** Characters before the cursor that are looked through for the tag that it is in. */
const WINDOW = 2_000;

function complete(context: CompletionContext): CompletionResult | null {
  const before = context.state.sliceDoc(Math.max(context.pos - WINDOW, 0), context.pos);
  if (before.lastIndexOf("<Handler") > before.lastIndexOf("</Handler")) return completeHandler(context);
  const tag = /<(\/?)([\w:.-]*)((?:\s+[\w:.$-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)(\s+[\w:.$-]*|\s*=\s*["'][^"']*)?$/.exec(before);
  if (!tag) return null;
  const [, closing, element = "", given = "", last = ""] = tag;
  const value = /(?:^|\s)([\w:.$-]+)\s*=\s*["']([\w:]*)$/.exec(given + last);
  if (value) {
    const [, name, typed = ""] = value;
    const values = attributesOf(element).find((attribute) => attribute.name === name)?.values ?? [];
    return values.length > 0 ? { from: context.pos - typed.length, options: values.map((label) => ({ label })) } : null;
  }
  const word = /[\w:.-]*$/.exec(before)?.[0] ?? "";
  if (!given && !last) return { from: context.pos - word.length, options: elements, validFor: /^\w*$/ };
  if (closing || !/\s[\w:.-]*$/.test(before)) return null;
  const options = attributesOf(element)
    .filter(({ name }) => !new RegExp(`\\s${name}\\s*=`).test(given))
    .map(({ name }): Completion => ({ label: name, apply: `${name}=""`, type: "property" }));
  return { from: context.pos - word.length, options, validFor: /^\w*$/ };
}

export const nxmlCompletion: Extension = autocompletion({ override: [complete], icons: false });

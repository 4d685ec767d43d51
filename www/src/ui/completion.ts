// Completes the globals of a handler.

import { autocompletion, type Completion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";

const methods = (...labels: string[]): Completion[] => labels.map((label) => ({ label, type: "method" }));

const GLOBALS: Completion[] = [
  { label: "$state", detail: "the panel's state", type: "variable" },
  { label: "$args", detail: "arguments of the call", type: "constant" },
  { label: "$scope", detail: "scope of the call", type: "constant" },
  { label: "$emit", detail: "events and toasts", type: "function" },
  { label: "$view", detail: "commands to the view", type: "variable" },
  { label: "$ext", detail: "calls to the outside", type: "variable" },
  { label: "$log", detail: "the log", type: "function" },
  { label: "$time", detail: "the clock", type: "variable" },
];

const MEMBERS: Readonly<Record<string, Completion[]>> = {
  $state: methods("get", "set", "delete", "has", "keys", "update"),
  $emit: methods("toast"),
  $view: methods("getElementById", "setFilter", "scrollTo", "focus", "command"),
  $ext: [{ label: "http", type: "variable" }, ...methods("exists", "methods", "list")],
  "$ext.http": methods("get", "post", "put", "patch", "delete", "head", "options", "request"),
  $log: methods("debug", "info", "warn", "error"),
  $time: methods("now"),
};

/** What can stand at a place of a handler. */
export function completeHandler(context: CompletionContext): CompletionResult | null {
  const member = context.matchBefore(/\$[\w.]+\.\w*/);
  if (member) {
    const dot = member.text.lastIndexOf(".");
    const options = MEMBERS[member.text.slice(0, dot)];
    return options ? { from: member.from + dot + 1, options, validFor: /^\w*$/ } : null;
  }
  const word = context.matchBefore(/\$\w*/);
  return word ? { from: word.from, options: GLOBALS, validFor: /^\$\w*$/ } : null;
}

export const handlerCompletion: Extension = autocompletion({ override: [completeHandler], icons: false });

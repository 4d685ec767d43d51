// NXML as a language of the editor: tags, expressions in attributes, and JavaScript in handlers. Read line by line and forgiving,
// because a document is wrong most of the time that somebody types in it; what is wrong, the kernel says.

import { StreamLanguage, type StreamParser, type StringStream } from "@codemirror/language";
import { javascript } from "@codemirror/legacy-modes/mode/javascript";

/** A state of the JavaScript parser: its own business. */
type CodeState = Record<string, unknown>;

interface State {
  /** What the text at hand belongs to. */
  readonly in: "content" | "comment" | "cdata" | "tag" | "value" | "handler";
  /** The element whose tag it is, or was. */
  readonly element: string;
  /** Whether that is an end tag. */
  readonly closing: boolean;
  /** The quote that ends the value at hand. */
  readonly quote: string;
  /** Curly brackets that are open in it. */
  readonly depth: number;
  /** Elements that are open. */
  readonly level: number;
  readonly code: CodeState | undefined;
}

const code = javascript as StreamParser<CodeState>;
const UNIT = 2;

const START: State = { in: "content", element: "", closing: false, quote: "", depth: 0, level: 0, code: undefined };

/** The text of an element: a handler's is code. */
function inside(state: State, indentUnit: number): Partial<State> {
  if (state.element !== "Handler") return { in: "content" };
  return { in: "handler", code: state.code ?? (code.startState?.(indentUnit) as CodeState) };
}

type Step = [style: string | null, next: Partial<State>];

function content(stream: StringStream): Step {
  if (stream.match("<!--")) return ["comment", { in: "comment" }];
  if (stream.match("<![CDATA[")) return ["meta", { in: "cdata" }];
  if (stream.match(/^<\?.*?(\?>|$)/)) return ["meta", {}];
  if (stream.match("</")) return ["angleBracket", { in: "tag", closing: true, element: "" }];
  if (stream.match("<")) return ["angleBracket", { in: "tag", closing: false, element: "" }];
  stream.match(/^[^<]+/);
  return [null, {}];
}

function tag(stream: StringStream, state: State): Step {
  if (stream.eatSpace()) return [null, {}];
  const name = stream.match(/^[\w:.$-]+/) as RegExpMatchArray | null;
  if (name) return state.element ? ["attributeName", {}] : ["tagName", { element: name[0] }];
  if (stream.match("/>")) return ["angleBracket", { in: "content", element: "" }];
  if (stream.match(">")) {
    if (state.closing) return ["angleBracket", { in: "content", element: "", level: Math.max(state.level - 1, 0) }];
    return ["angleBracket", { ...inside({ ...state, code: undefined }, UNIT), level: state.level + 1 }];
  }
  const quote = stream.match(/^["']/) as RegExpMatchArray | null;
  if (quote) return ["attributeValue", { in: "value", quote: quote[0], depth: 0 }];
  stream.next();
  return ["angleBracket", {}];
}

function value(stream: StringStream, { quote, depth }: State): Step {
  const next = stream.next();
  if (next === quote) return ["attributeValue", { in: "tag" }];
  if (next === "{") return ["brace", { depth: depth + 1 }];
  if (next === "}" && depth > 0) return ["brace", { depth: depth - 1 }];
  if (depth > 0) {
    if (next === "$" || /[a-z]/i.test(next ?? "")) {
      stream.match(/^[\w$]*/);
      return [next === "$" ? "variableName.special" : "variableName", {}];
    }
    if (/\d/.test(next ?? "")) return ["number", {}];
    if ((next === "'" || next === '"') && stream.match(next === "'" ? /^[^'"]*'/ : /^[^'"]*"/)) return ["string", {}];
    return ["operator", {}];
  }
  stream.match(quote === '"' ? /^[^"{]+/ : /^[^'{]+/);
  return ["attributeValue", {}];
}

function handler(stream: StringStream, state: State): Step {
  if (stream.match(/^<\/Handler\s*>/)) return ["tagName", { in: "content", element: "", code: undefined, level: Math.max(state.level - 1, 0) }];
  if (stream.match("<!--")) return ["comment", { in: "comment" }];
  if (stream.match(/^<!\[CDATA\[|^\]\]>/)) return ["meta", {}];
  return [code.token(stream, state.code as CodeState), {}];
}

function until(stream: StringStream, end: string, style: string, next: Partial<State>): Step {
  while (!stream.eol()) {
    if (stream.match(end)) return [style, next];
    stream.next();
  }
  return [style, {}];
}

function step(stream: StringStream, state: State): Step {
  switch (state.in) {
    case "content":
      return content(stream);
    case "tag":
      return tag(stream, state);
    case "value":
      return value(stream, state);
    case "handler":
      return handler(stream, state);
    case "comment":
      return until(stream, "-->", "comment", inside(state, UNIT));
    case "cdata":
      return until(stream, "]]>", "string", { in: "content" });
  }
}

/** Copies what the JavaScript parser changes in place. */
function copyCode(state: CodeState): CodeState {
  return Object.fromEntries(Object.entries(state).map(([key, item]) => [key, Array.isArray(item) ? [...item] : item]));
}

export const nxmlLanguage = StreamLanguage.define<{ now: State }>({
  name: "nxml",
  startState: () => ({ now: START }),
  copyState: ({ now }) => ({ now: now.code ? { ...now, code: copyCode(now.code) } : now }),
  token(stream, holder) {
    const [style, next] = step(stream, holder.now);
    holder.now = { ...holder.now, ...next };
    return style;
  },
  indent({ now }, textAfter) {
    const ends = textAfter.startsWith("</") ? 1 : 0;
    if (now.in === "tag" || now.in === "value") return (now.level + 1) * UNIT;
    if (now.in === "handler" && now.code && !ends) {
      const own = code.indent?.(now.code, textAfter, undefined as never) ?? 0;
      return now.level * UNIT + (typeof own === "number" ? own : 0);
    }
    return Math.max(now.level - ends, 0) * UNIT;
  },
  languageData: {
    indentOnInput: /^\s*<\/[\w:.-]*>?$/,
    commentTokens: { block: { open: "<!--", close: "-->" } },
    closeBrackets: { brackets: ["(", "[", "{", "'", '"', "`"] },
  },
});

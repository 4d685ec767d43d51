// CodeMirror as a component: one editor for handlers and for JSON.

import { history, historyKeymap, defaultKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Signal } from "@preact/signals";
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

// Colours are custom properties, so that the theme changes without the editor.
const highlighting = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
  { tag: tags.propertyName, color: "var(--code-property)" },
  { tag: tags.tagName, color: "var(--code-function)" },
  { tag: tags.attributeName, color: "var(--code-property)" },
  { tag: tags.attributeValue, color: "var(--code-string)" },
  { tag: tags.special(tags.variableName), color: "var(--code-keyword)" },
  { tag: [tags.punctuation, tags.operator, tags.bracket, tags.meta], color: "var(--code-punctuation)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const common: Extension = [
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  EditorState.tabSize.of(2),
  syntaxHighlighting(highlighting),
  keymap.of([...defaultKeymap, ...historyKeymap]),
];

/** What an editor of a whole handler has beyond a small one. */
export const fullEditor: Extension = [
  lineNumbers(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  keymap.of([indentWithTab]),
];

interface Properties {
  readonly text: Signal<string>;
  /** Read once. */
  readonly extensions: Extension;
  readonly label: string;
  /** Gets the view, to mark lines and to move the cursor. */
  readonly onView?: (view: EditorView) => void;
}

export function CodeMirror({ text, extensions, label, onView }: Properties) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  useEffect(() => {
    const editor = new EditorView({
      parent: place.current as HTMLDivElement,
      doc: text.peek(),
      extensions: [
        common,
        extensions,
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", autocapitalize: "off", spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) text.value = update.state.doc.toString();
        }),
      ],
    });
    view.current = editor;
    onView?.(editor);
    return () => editor.destroy();
  }, []);
  useSignalEffect(() => {
    const editor = view.current;
    const wanted = text.value;
    if (!editor || editor.state.doc.toString() === wanted) return;
    editor.dispatch({ changes: difference(editor.state.doc.toString(), wanted), scrollIntoView: false });
  });
  return <div class="editor" ref={place} />;
}

/** The one change between two texts: what does not differ keeps its cursor and its marks. */
function difference(before: string, after: string): { from: number; to: number; insert: string } {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let end = 0;
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

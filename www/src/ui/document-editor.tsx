// The document, with what is wrong with it in place and in a list.

import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic as Mark } from "@codemirror/lint";
import { EditorView, keymap } from "@codemirror/view";
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { signal, useSignalEffect } from "@preact/signals";
import type { Diagnostic, Location } from "nexus-kernel";
import { edited, isMade, isPossible, modified, nxml, openPanelSample, opened, panelSample, toggleTry } from "../model/document.ts";
import { errors, findings } from "../model/findings.ts";
import { inspector } from "../model/inspector.ts";
import { refusal } from "../model/live.ts";
import type { Try } from "../samples/tries.ts";
import { CodeMirror, fullEditor } from "./code-mirror.tsx";
import { goTo } from "./error-line.ts";
import { flash, flashing } from "./flash.ts";
import { CheckIcon, ErrorIcon, ResetIcon, WandIcon, WarnIcon } from "./icons.tsx";
import { nxmlCompletion } from "./nxml-completion.ts";
import { nxmlLanguage } from "./nxml-language.ts";

const view = signal<EditorView | undefined>(undefined);

const extensions = [
  fullEditor,
  nxmlLanguage,
  nxmlCompletion,
  closeBrackets(),
  lintGutter(),
  flashing,
  keymap.of([...closeBracketsKeymap, ...lintKeymap]),
];

/** Puts the cursor on a place of the document. */
export function showInDocument({ line, column }: Location): void {
  if (view.value) goTo(view.value, line, column);
}

export function DocumentEditor() {
  useSignalEffect(() => {
    const found = findings.value;
    const editor = view.value;
    // Of an earlier text: the editor moves the marks along until the answer for this one is there.
    if (!editor || !found || editor.state.doc.toString() !== found.source) return;
    editor.dispatch(setDiagnostics(editor.state, found.diagnostics.map((one) => markOf(editor, one))));
  });
  useSignalEffect(() => {
    void opened.value;
    view.peek()?.scrollDOM.scrollTo(0, 0);
  });
  const sample = panelSample.value;
  return (
    <section class="card document" aria-labelledby="document-title">
      <div class="card-head">
        <h2 id="document-title">Document</h2>
        <span class="muted file">
          {sample ? `${sample.id}.nxml` : "From a link"}
          {sample && edited.value && " · edited"}
        </span>
        {sample && (
          <button
            type="button"
            class="button quiet small"
            onClick={() => openPanelSample(sample)}
            style={{ visibility: modified.value ? "visible" : "hidden" }}
            title="Back to the sample as it was"
          >
            <ResetIcon /> Reset
          </button>
        )}
      </div>
      <Tries />
      <CodeMirror text={nxml} extensions={extensions} label="Panel document" onView={(editor) => (view.value = editor)} />
      <Problems />
    </section>
  );
}

/** Changes to begin with. */
function Tries() {
  const tries = panelSample.value?.tries ?? [];
  if (tries.length === 0) return null;
  const make = (change: Try) => {
    const changed = toggleTry(change);
    if (changed && view.value) flash(view.value, changed.from, changed.to);
    if ("refuse" in change) inspector.value = "capabilities";
  };
  return (
    <div class="tries" role="group" aria-label="Changes to try">
      <span class="tries-lead">
        <WandIcon /> Type anywhere below, or try:
      </span>
      {tries.map((change) => (
        <button
          key={change.title}
          type="button"
          class="filter"
          aria-pressed={isMade(change)}
          disabled={!isPossible(change)}
          onClick={() => make(change)}
        >
          {isMade(change) && <CheckIcon />}
          {change.title}
        </button>
      ))}
    </div>
  );
}

/** Diagnostics beyond this many are counted, not listed. */
const MOST = 60;

function Problems() {
  const found = findings.value?.diagnostics ?? [];
  const wrong = errors.value.length;
  const warned = found.length - wrong;
  const status = !findings.value
    ? "Reading…"
    : found.length === 0
      ? "No problems"
      : [wrong && `${wrong} ${wrong === 1 ? "error" : "errors"}`, warned && `${warned} ${warned === 1 ? "warning" : "warnings"}`]
          .filter(Boolean)
          .join(", ");
  return (
    <div class={`problems ${wrong ? "wrong" : ""}`}>
      <p class="problems-head" role="status">
        {wrong ? <ErrorIcon /> : warned ? <WarnIcon /> : <CheckIcon />}
        <strong>{status}</strong>
        <span class="muted">{wrong ? "The panel waits for a document without errors." : "The panel is made of this text."}</span>
      </p>
      {found.length > 0 && (
        <ul class="problem-list" aria-label="Problems" tabIndex={0}>
          {found.slice(0, MOST).map((problem, index) => (
            <Problem key={index} problem={problem} />
          ))}
          {found.length > MOST && <li class="muted">{`and ${found.length - MOST} more`}</li>}
        </ul>
      )}
      {refusal.value && (
        <p class="problem error" role="alert">
          <code class="problem-code">{refusal.value.code}</code>
          <span>{refusal.value.message}</span>
        </p>
      )}
    </div>
  );
}

function Problem({ problem }: { problem: Diagnostic }) {
  const { code, severity, message, location, hint } = problem;
  return (
    <li class={`problem ${severity}`}>
      <button type="button" onClick={() => showInDocument(location)}>
        <span class="problem-place">{`${location.line}:${location.column}`}</span>
        <span class="hidden">{severity === "error" ? "Error" : "Warning"}</span>
        <code class="problem-code">{code}</code>
        <span class="problem-text">
          {message}
          {hint && <em class="problem-hint">{hint}</em>}
        </span>
      </button>
    </li>
  );
}

/** A diagnostic tells where it begins; what it is about ends with the tag's name, the attribute or the word there. */
const ABOUT = /^(?:<\/?[\w:.-]*|[\w:.$-]+\s*=\s*(?:"[^"]*"|'[^']*')|[\w$.]+|.)/;

function markOf(editor: EditorView, { code, severity, message, location, hint }: Diagnostic): Mark {
  const { doc } = editor.state;
  const line = doc.line(Math.min(location.line, doc.lines));
  const from = Math.min(line.from + location.column - 1, line.to);
  const to = from + (ABOUT.exec(doc.sliceString(from, line.to))?.[0].length ?? 0);
  return { from, to, severity, source: code, message: hint ? `${message}\n${hint}` : message };
}

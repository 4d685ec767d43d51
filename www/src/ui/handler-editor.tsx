import { javascript } from "@codemirror/lang-javascript";
import type { EditorView } from "@codemirror/view";
import { signal, useSignalEffect } from "@preact/signals";
import { inspection } from "../model/inspection.ts";
import { place, run, running, start, stop } from "../model/run.ts";
import { modified, openSample, problem, sample, source } from "../model/workspace.ts";
import { CodeMirror, fullEditor } from "./code-mirror.tsx";
import { handlerCompletion } from "./completion.ts";
import { errorLine, goTo, markError } from "./error-line.ts";
import { PlayIcon, ResetIcon, StopIcon } from "./icons.tsx";

const view = signal<EditorView | undefined>(undefined);
const extensions = [fullEditor, javascript(), handlerCompletion, errorLine];
const modifier = /mac|iphone|ipad/i.test(navigator.platform) ? "⌘" : "Ctrl";

/** Puts the cursor on a place of the handler. */
export function showInHandler(line: number, column: number): void {
  if (view.value) goTo(view.value, line, column);
}

export function HandlerEditor() {
  useSignalEffect(() => {
    const error = run.value?.error;
    if (!view.value) return;
    // The mark belongs to the source that ran, which may have been edited since.
    const current = run.value?.job.source === source.peek();
    const { location, code, message } = error ?? {};
    markError(view.value, current && location && code ? { ...location, code, message: message ?? "" } : undefined);
  });
  const opened = sample.value;
  return (
    <section class="card handler" aria-labelledby="handler-title">
      <div class="card-head">
        <h2 id="handler-title">Handler</h2>
        <span class="muted file">
          {opened ? opened.title : "From a link"}
          {opened && modified.value && " · edited"}
        </span>
        {opened && (
          <button
            type="button"
            class="button quiet square"
            onClick={() => openSample(opened)}
            style={{ visibility: modified.value ? "visible" : "hidden" }}
            disabled={running.value}
            title="Back to the sample as it was"
            aria-label="Back to the sample as it was"
          >
            <ResetIcon />
          </button>
        )}
      </div>
      <CodeMirror text={source} extensions={extensions} label="Handler source" onView={(editor) => (view.value = editor)} />
      <div class="run-bar">
        <fieldset class="switch" disabled={running.value}>
          <legend class="hidden">Where it runs</legend>
          {(["page", "worker"] as const).map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="place"
                value={name}
                checked={place.value === name}
                onChange={() => (place.value = name)}
              />
              <span>{name === "page" ? "In the page" : "Web Worker"}</span>
            </label>
          ))}
        </fieldset>
        <span class="run-note muted" role="status">
          {problem.value ?? syntaxProblem()}
        </span>
        {running.value ? (
          <button type="button" class="button stop" onClick={stop}>
            <StopIcon /> Stop
          </button>
        ) : (
          <button type="button" class="button primary" onClick={runAndShow} disabled={problem.value !== undefined}>
            <PlayIcon /> Run <kbd>{modifier} ↵</kbd>
          </button>
        )}
      </div>
    </section>
  );
}

function syntaxProblem(): string {
  const { line } = inspection.value?.problem ?? {};
  return line === undefined ? "" : `Syntax error in line ${line}`;
}

/** On a narrow screen the output is below the fold. */
function runAndShow(): void {
  void start();
  if (matchMedia("(max-width: 1019px)").matches) {
    // At once: a handler in the page would hold up anything smoother.
    document.getElementById("output")?.scrollIntoView({ block: "start" });
  }
}

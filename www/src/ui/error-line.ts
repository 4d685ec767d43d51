// Marks the line of an error in the editor, with the error's words at its end.

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

export interface ErrorLine {
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
}

const mark = StateEffect.define<ErrorLine | undefined>();

class Note extends WidgetType {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override eq(other: Note): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const note = document.createElement("span");
    note.className = "error-note";
    note.textContent = this.text;
    return note;
  }
}

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    // An edited source is no longer the one that failed there.
    let next = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(mark)) continue;
      const error = effect.value;
      next = Decoration.none;
      if (!error || error.line > transaction.state.doc.lines) continue;
      const line = transaction.state.doc.line(error.line);
      next = Decoration.set([
        Decoration.line({ class: "error-line" }).range(line.from),
        Decoration.widget({ widget: new Note(`${error.code}: ${error.message}`), side: 1 }).range(line.to),
      ]);
    }
    return next;
  },
  provide: (self) => EditorView.decorations.from(self),
});

export const errorLine: Extension = field;

/** Marks the line, or nothing; brings it into the editor's view. */
export function markError(view: EditorView, error: ErrorLine | undefined): void {
  view.dispatch({ effects: mark.of(error) });
  if (!error || error.line > view.state.doc.lines) return;
  // By hand: the editor's own scrolling moves the page too, away from the output that the visitor reads.
  const { top, bottom } = view.lineBlockAt(view.state.doc.line(error.line).from);
  const { scrollTop, clientHeight } = view.scrollDOM;
  if (top < scrollTop || bottom > scrollTop + clientHeight) view.scrollDOM.scrollTop = top - clientHeight / 2;
}

/** Puts the cursor on the place, as far as the source still has it. */
export function goTo(view: EditorView, line: number, column: number): void {
  const { from, to } = view.state.doc.line(Math.min(line, view.state.doc.lines));
  view.dispatch({ selection: { anchor: Math.min(from + column - 1, to) }, scrollIntoView: true });
  view.focus();
}

// Shows for a moment what was changed for the visitor.

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";

/** Milliseconds. */
const LASTS = 1_600;

const set = StateEffect.define<{ from: number; to: number } | undefined>();

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(set)) continue;
      next = effect.value
        ? Decoration.set(Decoration.mark({ class: "flash" }).range(effect.value.from, effect.value.to))
        : Decoration.none;
    }
    return next;
  },
  provide: (self) => EditorView.decorations.from(self),
});

export const flashing: Extension = field;

/** Marks a range for a moment, and brings it into the editor's view. */
export function flash(view: EditorView, from: number, to: number): void {
  const end = Math.min(to, view.state.doc.length);
  view.dispatch({ effects: [set.of({ from, to: end }), EditorView.scrollIntoView(from, { y: "center" })] });
  setTimeout(() => view.dispatch({ effects: set.of(undefined) }), LASTS);
}

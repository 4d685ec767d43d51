// What went wrong, as the bar at the top of a panel tells it.

import { html } from "lit";
import { repeat } from "lit/directives/repeat.js";

/** Most that are shown at once; the oldest goes. */
const MOST = 3;

interface Problem {
  readonly code: string;
  readonly message: string;
}

/** The last problem of each source: of a tool, of the connection, of the view. */
export class Problems {
  readonly #problems = new Map<string, Problem>();
  /** Those that were dismissed and have not gone since. */
  readonly #dismissed = new Map<string, string>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** @param source whatever has at most one problem at a time */
  tell(source: string, { code, message }: Problem): void {
    if (this.#dismissed.get(source) === message) return;
    this.#dismissed.delete(source);
    this.#problems.delete(source);
    this.#problems.set(source, { code, message });
    while (this.#problems.size > MOST) this.#problems.delete([...this.#problems.keys()][0]!);
    this.#changed();
  }

  /** What the source does works again. */
  settle(source: string): void {
    this.#dismissed.delete(source);
    if (this.#problems.delete(source)) this.#changed();
  }

  clear(): void {
    this.#problems.clear();
    this.#dismissed.clear();
  }

  #dismiss(source: string, lasts: boolean): void {
    const problem = this.#problems.get(source);
    if (problem && lasts) this.#dismissed.set(source, problem.message);
    this.#problems.delete(source);
    this.#changed();
  }

  render(): unknown {
    // There before what it tells, or that is not read out.
    return html`<div class="problems" role="status" aria-atomic="false">
      ${repeat(
        this.#problems,
        ([source]) => source,
        ([source, { code, message }]) => html`<div class="problem">
          <p><code>${code}</code> <span>${message}</span></p>
          <button class="close" type="button" aria-label="Dismiss ${code}" @click=${() => this.#dismiss(source, source === "view")}>
            <svg viewBox="0 0 12 12" aria-hidden="true"><path d="m2 2 8 8m0-8-8 8" /></svg>
          </button>
        </div>`,
      )}
    </div>`;
  }
}

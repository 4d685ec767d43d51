import { LitElement, html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { textOf, wordOf } from "./text.js";

/** Most that are shown at once; the oldest goes. */
const MOST = 5;
/** Milliseconds that one is shown; what went wrong stays longer. */
const SHOWN_MS = { calm: 5000, urgent: 10_000 };

/** Characters from which on one may have to be scrolled. */
const LONG = 300;

interface Toast {
  readonly number: number;
  readonly message: string;
  readonly type: "info" | "success" | "warn" | "error";
  /** Milliseconds that are left. */
  left: number;
}

/** Short messages that go by themselves, but not while somebody is at them. */
export class ToastsElement extends LitElement {
  #toasts: Toast[] = [];
  #count = 0;
  #isHeld = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;

  constructor() {
    super();
    const hold = (isHeld: boolean) => () => {
      this.#elapse();
      this.#isHeld = isHeld || this.matches(":hover") || this.matches(":focus-within");
      this.#wait();
    };
    this.addEventListener("pointerenter", hold(true));
    this.addEventListener("focusin", hold(true));
    this.addEventListener("pointerleave", hold(false));
    this.addEventListener("focusout", () => queueMicrotask(hold(false)));
    this.addEventListener("keydown", ({ key }) => key === "Escape" && this.#dismiss(this.#toasts.at(-1)));
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  /** Shows what a `toast` event holds: a text, or `{ message, type }`. */
  show(payload: unknown): void {
    const { message, type } = typeof payload === "object" && payload !== null ? (payload as Record<string, unknown>) : { message: payload };
    const kind = wordOf(type === "warning" ? "warn" : type, ["info", "success", "warn", "error"]);
    const text = textOf(message === undefined ? payload : message);
    if (text === "") return;
    this.#elapse();
    const toast = { number: ++this.#count, message: text, type: kind, left: isUrgent(kind) ? SHOWN_MS.urgent : SHOWN_MS.calm };
    this.#keep([...this.#toasts, toast].slice(-MOST));
  }

  /** Shows none any more. */
  clear(): void {
    this.#keep([]);
  }

  #dismiss(toast: Toast | undefined): void {
    this.#elapse();
    this.#keep(this.#toasts.filter((other) => other !== toast));
  }

  #keep(toasts: Toast[]): void {
    this.#toasts = toasts;
    this.#wait();
    this.requestUpdate();
  }

  /** Takes the time that went by from what is left. */
  #elapse(): void {
    const now = performance.now();
    if (!this.#isHeld) for (const toast of this.#toasts) toast.left -= now - this.#since;
    this.#since = now;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#isHeld || this.#toasts.length === 0) return;
    const next = Math.min(...this.#toasts.map(({ left }) => left));
    this.#timer = setTimeout(() => {
      this.#elapse();
      this.#keep(this.#toasts.filter(({ left }) => left > 1));
    }, next);
  }

  protected override render(): TemplateResult {
    const [calm, urgent] = [false, true].map((wanted) => this.#toasts.filter(({ type }) => isUrgent(type) === wanted));
    // The regions are there before what they tell, or it is not read out.
    return html`<div role="alert" aria-atomic="false">${this.#list(urgent!)}</div>
      <div role="status" aria-atomic="false">${this.#list(calm!)}</div>`;
  }

  #list(toasts: readonly Toast[]): unknown {
    return repeat(
      toasts,
      ({ number }) => number,
      (toast) => html`<div class="toast" data-type=${toast.type}>
        ${toast.type === "info" ? nothing : html`<span class="hidden">${toast.type}:</span>`}
        <p tabindex=${toast.message.length > LONG ? 0 : nothing}>${toast.message}</p>
        <button class="close" type="button" aria-label="Dismiss" @click=${() => this.#dismiss(toast)}>
          <svg viewBox="0 0 12 12" aria-hidden="true"><path d="m2 2 8 8m0-8-8 8" /></svg>
        </button>
      </div>`,
    );
  }
}

function isUrgent(type: Toast["type"]): boolean {
  return type === "warn" || type === "error";
}

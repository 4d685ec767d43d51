import { html, nothing, type PropertyValues } from "lit";
import { live } from "lit/directives/live.js";
import type { Draft } from "../host.js";
import { isTrue, nameOf, textOf, wordOf } from "../text.js";
import { PanelComponent } from "./component.js";

/** Milliseconds without a key after which what was typed is sent. */
const PAUSE_MS = 150;
/** Milliseconds without a key after which somebody else's change is shown in its place. */
const TYPING_MS = 2000;

/**
 * A field for text or a number. From the first key on the text is the user's own, whatever the panel says, until it is committed: by
 * Enter, by leaving the field, or because a tool is run. Before that it stays as it was typed ("1." is no other number than 1) while the
 * panel has the value that was sent, and gives way when somebody else changes that and no key is pressed any more.
 */
export class InputComponent extends PanelComponent implements Draft {
  /** What was typed. */
  #text: string | undefined;
  #isUnsent = false;
  #isCommitted = false;
  /** The value that the panel has taken last. */
  #taken: { readonly value: string | number } | undefined;
  /** Sent and not answered yet. */
  #underWay = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #typedAt = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;

  protected override get runsItself(): boolean {
    return true;
  }

  override get label(): string {
    return textOf(this.prop("placeholder")) || nameOf(this.node.bind?.["bind"]) || this.node.id || "input";
  }

  get #field(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  protected override get methods(): Readonly<Record<string, (...args: unknown[]) => void>> {
    return {
      focus: () => this.#field?.focus(),
      blur: () => this.#field?.blur(),
      select: () => (this.#field?.focus(), this.#field?.select()),
    };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.host?.drafts.add(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const host = this.host;
    // Not if it is only being moved.
    queueMicrotask(() => {
      if (this.isConnected) return;
      host.drafts.delete(this);
      // Its path may be another element's by now.
      clearTimeout(this.#pause);
      clearTimeout(this.#waiting);
      this.#isUnsent = false;
    });
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has("host")) this.host.drafts.add(this);
    if (changed.has("node")) this.#giveWay();
  }

  protected override template(): unknown {
    const type = wordOf(this.prop("inputType"), ["text", "number", "password", "email"]);
    const isRunning = this.isRunning();
    return html`<input
      class="input"
      type=${type}
      .value=${live(this.#text ?? textOf(this.prop("value")))}
      placeholder=${textOf(this.prop("placeholder"))}
      aria-label=${this.label}
      aria-busy=${isRunning}
      aria-invalid=${this.#text?.trim() && this.#value() === undefined ? "true" : nothing}
      step="any"
      autocomplete=${type === "password" ? "new-password" : "off"}
      ?disabled=${isTrue(this.prop("disabled")) || !this.node.bind?.["bind"]}
      @input=${this.#typed}
      @compositionend=${this.#typed}
      @blur=${this.#left}
      @keydown=${this.#pressed}
    />`;
  }

  #typed = (event: Event): void => {
    this.#text = (event.target as HTMLInputElement).value;
    this.#isCommitted = false;
    this.#isUnsent = true;
    this.#typedAt = performance.now();
    this.requestUpdate();
    clearTimeout(this.#pause);
    // Half a word of a script that is composed is no text yet.
    if (event instanceof InputEvent && event.isComposing) return;
    this.#pause = setTimeout(() => void this.#send(), PAUSE_MS);
  };

  #left = (): void => {
    if (!this.host.isMoving) this.commit();
  };

  #pressed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.isComposing) return;
    this.commit();
    void this.run();
  };

  commit(): void {
    this.#isCommitted = true;
    void this.#send();
  }

  retry(): void {
    void this.#send();
  }

  async #send(): Promise<void> {
    clearTimeout(this.#pause);
    const path = this.node.bind?.["bind"];
    const value = this.#isUnsent ? this.#value() : undefined;
    this.#isUnsent = false;
    if (path && value !== undefined) {
      this.#underWay++;
      const outcome = await this.host.set(path, value, true);
      this.#underWay--;
      // Once more when there is a connection again.
      if (outcome === "lost") this.#isUnsent = true;
      if (outcome === "taken") this.#taken = { value };
      // What others did meanwhile may be on its way through the view.
      setTimeout(() => this.#giveWay());
    }
    if (this.#isCommitted && !this.#isUnsent && this.#underWay === 0) this.#letGo();
  }

  /** Lets go of what was typed if the panel has another value by now. */
  #giveWay(): void {
    if (this.#text === undefined || this.#isUnsent || this.#underWay > 0 || !this.#taken) return;
    if (this.prop("value") === this.#taken.value) return;
    clearTimeout(this.#waiting);
    const left = this.#typedAt + TYPING_MS - performance.now();
    if (left > 0) this.#waiting = setTimeout(() => this.#giveWay(), left);
    else this.#letGo();
  }

  /** From now on the field shows what the panel says. */
  #letGo(): void {
    this.#text = undefined;
    this.#taken = undefined;
    this.requestUpdate();
  }

  /** What was typed as the state wants it; nothing if that is no number where one is wanted. */
  #value(): string | number | undefined {
    const text = this.#text ?? "";
    if (this.#field?.type !== "number" && typeof this.prop("value") !== "number") return text;
    const number = text.trim() === "" ? Number.NaN : Number(text);
    return Number.isFinite(number) ? number : undefined;
  }
}

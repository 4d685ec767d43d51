import { html, nothing } from "lit";
import { isTrue, textOf, wordOf } from "../text.js";
import { PanelComponent } from "./component.js";

/** A `Button` or an `Action`. */
export class ButtonComponent extends PanelComponent {
  protected override get runsItself(): boolean {
    return true;
  }

  protected override template(): unknown {
    const isBusy = this.isRunning();
    const variant = wordOf(this.prop("variant"), ["primary", "secondary", "danger", "ghost"]);
    // While it runs it keeps the focus, which a disabled button would lose.
    return html`<button
      class="button"
      type="button"
      data-variant=${variant}
      ?disabled=${isTrue(this.prop("disabled"))}
      aria-busy=${isBusy ? "true" : nothing}
      aria-disabled=${isBusy ? "true" : nothing}
      @click=${() => void this.run()}
    >
      <span class="label">${textOf(this.prop("label"))}</span>${isBusy ? html`<span class="spinner" aria-hidden="true"></span>` : nothing}
    </button>`;
  }
}

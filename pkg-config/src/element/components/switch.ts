import { html } from "lit";
import { isTrue, nameOf, textOf } from "../text.js";
import { PanelComponent } from "./component.js";

/** Yes or no. */
export class SwitchComponent extends PanelComponent {
  /** What was chosen, until the panel has taken it. */
  #chosen: boolean | undefined;

  protected override get runsItself(): boolean {
    return true;
  }

  protected override template(): unknown {
    const isOn = this.#chosen ?? isTrue(this.prop("value"));
    const label = textOf(this.prop("label"));
    const path = this.node.bind?.["bind"];
    return html`<button
      class="switch"
      type="button"
      role="switch"
      aria-checked=${isOn ? "true" : "false"}
      aria-label=${label || nameOf(path) || "switch"}
      ?disabled=${isTrue(this.prop("disabled")) || !path}
      @click=${() => void this.#toggle(!isOn)}
    >
      <span class="track" aria-hidden="true"><span class="thumb"></span></span><span class="label">${label}</span>
    </button>`;
  }

  async #toggle(value: boolean): Promise<void> {
    const path = this.node.bind?.["bind"];
    if (!path) return;
    this.#chosen = value;
    this.requestUpdate();
    const taken = this.host.set(path, value);
    void this.run();
    await taken;
    // A later choice waits for its own answer.
    if (this.#chosen === value) this.#chosen = undefined;
    this.requestUpdate();
  }
}

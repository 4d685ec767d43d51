import { html, nothing, svg } from "lit";
import { textOf, wordOf } from "../text.js";
import { PanelComponent } from "./component.js";

/** Not by colour alone. */
const SIGNS = {
  info: ["info", svg`<path d="M8 7v4.5M8 4.6v.3" />`],
  success: ["success", svg`<path d="m4.8 8.3 2.2 2.2 4.2-4.6" />`],
  warn: ["warning", svg`<path d="M8 4v5M8 11.3v.2" />`],
  error: ["error", svg`<path d="m5.5 5.5 5 5m0-5-5 5" />`],
} as const;

/** How something is. */
export class StatusBadgeComponent extends PanelComponent {
  protected override template(): unknown {
    const status = wordOf(this.prop("status"), ["info", "success", "warn", "error"]);
    const value = textOf(this.prop("value"));
    const [word, sign] = SIGNS[status];
    return html`<span class="badge" data-status=${status}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7" />${sign}</svg>
      <span class="hidden">${word}:</span>
      <span>${textOf(this.prop("label"))}</span>
      ${value ? html`<strong>${value}</strong>` : nothing}
    </span>`;
  }
}

import { html, nothing, svg } from "lit";
import { textOf } from "../text.js";
import { PanelComponent } from "./component.js";

type Direction = "up" | "down" | "flat";

/** A number with its name, and where it goes. */
export class MetricComponent extends PanelComponent {
  override get label(): string {
    return [this.prop("label"), this.prop("value"), this.prop("unit")].map(textOf).filter(Boolean).join(" ");
  }

  protected override template(): unknown {
    const unit = textOf(this.prop("unit"));
    const trend = this.prop("trend");
    return html`<dl class="metric">
      <dt>${textOf(this.prop("label"))}</dt>
      <dd>
        <span class="value">${textOf(this.prop("value")) || "–"}</span>${unit ? html` <span class="unit">${unit}</span>` : nothing}
        ${textOf(trend) === "" ? nothing : trendOf(trend)}
      </dd>
    </dl>`;
  }
}

function trendOf(trend: unknown): unknown {
  const direction = directionOf(trend);
  const text = textOf(trend);
  // A word for the arrow is no news to who sees it.
  const isWord = /^(up|down|flat|stable)$/i.test(text);
  return html`<span class="trend">
    <svg viewBox="0 0 12 12" aria-hidden="true">${svg`<path d=${ARROWS[direction]} />`}</svg>
    <span class="hidden">${isWord ? text : { up: "up", down: "down", flat: "unchanged" }[direction]}</span>${isWord ? nothing : text}
  </span>`;
}

const ARROWS = { up: "M6 2 10.5 10h-9Z", down: "M6 10 1.5 2h9Z", flat: "M2 1.5 10.5 6 2 10.5Z" };

function directionOf(trend: unknown): Direction {
  const text = textOf(trend).trim();
  const number = typeof trend === "number" ? trend : Number.parseFloat(text.replace(/[\u2212\u2013]/, "-"));
  if (/^(up|rising|↑|▲)/i.test(text) || number > 0) return "up";
  if (/^(down|falling|↓|▼)/i.test(text) || number < 0) return "down";
  return "flat";
}

import { html, nothing, type PropertyValues } from "lit";
import { chartData, type ChartData } from "../chart-data.js";
import type { ChartDrawing, ChartTheme, ChartType } from "../chart-drawing.js";
import { lengthOf, textOf, wordOf } from "../text.js";
import { PanelComponent } from "./component.js";

/** Rows of the table that says what the chart shows. */
const TABLE_ROWS = 500;
const COLORS = 6;

/** A chart, and the same as a table. */
export class ChartComponent extends PanelComponent {
  #drawing: ChartDrawing | undefined;
  #drawn: unknown[] = [];
  #table = false;
  #loadFailed = false;
  #offTheme: (() => void) | undefined;

  override get label(): string {
    const { series } = this.#data;
    const name = series.map(({ name }) => name).join(", ");
    const x = textOf(this.prop("xKey"));
    return `${this.#type} chart of ${name}${x ? ` by ${x}` : ""}`.replace(/^./, (first) => first.toUpperCase());
  }

  get #type(): ChartType {
    return wordOf(this.prop("type"), ["line", "bar", "pie", "area"]);
  }

  get #data(): ChartData {
    return chartData(this.prop("data"), textOf(this.prop("xKey")), textOf(this.prop("yKey")), this.activeFilter);
  }

  protected override get methods(): Readonly<Record<string, (...args: unknown[]) => void>> {
    const show = (table: boolean) => () => {
      this.#table = table;
      this.requestUpdate();
    };
    return { showTable: show(true), hideTable: show(false) };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // It may have been moved.
    if (this.hasUpdated) this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#offTheme?.();
    this.#offTheme = undefined;
    this.#drawing?.destroy();
    this.#drawing = undefined;
    this.#drawn = [];
  }

  protected override template(): unknown {
    const data = this.#data;
    const height = lengthOf(this.prop("height"));
    const isEmpty = data.labels.length === 0;
    return html`<figure class="chart">
      <div class="canvas" .style=${height ? `height: ${height}` : ""}>
        <canvas role="img" aria-label=${isEmpty ? `${this.label}, empty` : `${this.label}, ${summary(data)}`}></canvas>
        ${isEmpty ? html`<p class="empty">${this.activeFilter ? `Nothing has “${this.activeFilter}”.` : "No data yet."}</p>` : nothing}
        ${this.#loadFailed ? html`<p class="empty">The chart could not be loaded.</p>` : nothing}
      </div>
      <details .open=${this.#table} @toggle=${this.#toggled}>
        <summary>Data<span class="hidden"> of the ${this.label}</span></summary>
        ${this.#table ? tableOf(data, textOf(this.prop("xKey")) || "Label", this.label) : nothing}
      </details>
    </figure>`;
  }

  readonly #toggled = (event: Event): void => {
    const { open } = event.currentTarget as HTMLDetailsElement;
    if (open === this.#table) return;
    this.#table = open;
    this.requestUpdate();
  };

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    void this.#draw();
  }

  async #draw(): Promise<void> {
    if (!this.#drawing) {
      const canvas = this.querySelector("canvas");
      if (!canvas) return;
      let module: typeof import("../chart-drawing.js");
      try {
        module = await import("../chart-drawing.js");
      } catch (error) {
        if (this.#loadFailed) return;
        this.#loadFailed = true;
        console.error("nexus-panel: the part that draws charts could not be loaded:", error);
        return this.requestUpdate();
      }
      if (!this.isConnected || this.#drawing) return;
      this.#drawing = new module.ChartDrawing(canvas);
      this.#offTheme = this.host.onTheme(() => void this.#draw());
    }
    const theme = this.#theme();
    // By what it says, not by which objects say it.
    const wanted = [this.#type, JSON.stringify(this.#data), JSON.stringify(theme)];
    if (wanted.every((part, index) => part === this.#drawn[index])) return;
    this.#drawn = wanted;
    try {
      this.#drawing.draw(this.#type, this.#data, theme);
    } catch (error) {
      console.error("nexus-panel: a chart cannot be drawn:", error);
    }
  }

  #theme(): ChartTheme {
    const probe = document.createElement("span");
    // With the shortest transition of all, the colour before would be answered.
    probe.style.transition = "none";
    this.append(probe);
    const color = (value: string) => {
      probe.style.color = value;
      return getComputedStyle(probe).color;
    };
    const theme = {
      series: Array.from({ length: COLORS }, (_none, index) => color(`var(--nexus-chart-${index + 1})`)),
      text: color("var(--nexus-text-muted)"),
      grid: color("var(--nexus-border)"),
      surface: color("var(--nexus-surface)"),
      font: getComputedStyle(this).fontFamily,
      isStill: matchMedia("(prefers-reduced-motion: reduce)").matches,
    };
    probe.remove();
    return theme;
  }
}

function summary({ labels, series }: ChartData): string {
  const values = series.flatMap(({ values }) => values).filter((value) => value !== null);
  const range = values.length === 0 ? "" : `, from ${textOf(Math.min(...values))} to ${textOf(Math.max(...values))}`;
  return `${labels.length} ${labels.length === 1 ? "point" : "points"}${range}`;
}

function tableOf({ labels, series }: ChartData, x: string, caption: string): unknown {
  const rest = labels.length - TABLE_ROWS;
  return html`<div class="table" tabindex="0" role="group" aria-label="Table">
    <table>
      <caption class="hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${x}</th>
          ${series.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${labels.slice(0, TABLE_ROWS).map(
          (label, row) => html`<tr>
            <th scope="row">${label}</th>
            ${series.map(({ values }) => html`<td class="number">${textOf(values[row])}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
    ${rest > 0 ? html`<p class="caption">and ${rest} more</p>` : nothing}
  </div>`;
}

// The part of the element that needs the chart library; loaded when the first chart is shown.

import {
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  Legend,
  LineController,
  LineElement,
  LinearScale,
  PieController,
  PointElement,
  Tooltip,
  type ChartConfiguration,
  type ChartDataset,
} from "chart.js";
import type { ChartData } from "./chart-data.js";

Chart.register(
  ArcElement,
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  Legend,
  LineController,
  LineElement,
  LinearScale,
  PieController,
  PointElement,
  Tooltip,
);

export type ChartType = "line" | "bar" | "pie" | "area";

/** What it is drawn with, as CSS writes colours. */
export interface ChartTheme {
  readonly series: readonly string[];
  readonly text: string;
  readonly grid: string;
  readonly surface: string;
  readonly font: string;
  readonly isStill: boolean;
}

/** More points than this are drawn without dots. */
const DOTS = 40;

/** Pixels below which a pie has no room for a legend beside it. */
const NARROW_PX = 320;

/** A chart on a canvas. */
export class ChartDrawing {
  readonly #canvas: HTMLCanvasElement;
  #chart: Chart | undefined;
  #type: ChartType | undefined;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  draw(type: ChartType, data: ChartData, theme: ChartTheme): void {
    const config = configOf(type, data, theme, this.#canvas.parentElement?.clientWidth ?? 0);
    if (this.#chart && this.#type === type) {
      // Sets that are there already go on from where they are.
      const sets = this.#chart.data.datasets;
      config.data.datasets.forEach((set, index) => {
        const known = sets[index];
        if (known) Object.assign(known, set);
        else sets.push(set);
      });
      sets.length = config.data.datasets.length;
      this.#chart.data.labels = config.data.labels ?? [];
      this.#chart.options = config.options ?? {};
      this.#chart.update();
      return;
    }
    this.#chart?.destroy();
    this.#type = type;
    this.#chart = new Chart(this.#canvas, config);
  }

  destroy(): void {
    this.#chart?.destroy();
    this.#chart = undefined;
  }
}

function configOf(type: ChartType, { labels, series }: ChartData, theme: ChartTheme, width: number): ChartConfiguration {
  const color = (index: number) => theme.series[index % theme.series.length] ?? theme.text;
  const isPie = type === "pie";
  const datasets = series.map(({ name, values }, index): ChartDataset => {
    const common = { label: name, data: [...values] };
    if (isPie) return { ...common, backgroundColor: values.map((_value, slice) => color(slice)), borderColor: theme.surface, borderWidth: 2 };
    if (type === "bar") return { ...common, backgroundColor: color(index), borderRadius: 4, maxBarThickness: 48 };
    return {
      ...common,
      borderColor: color(index),
      backgroundColor: type === "area" ? faint(color(index)) : color(index),
      fill: type === "area",
      borderWidth: 2,
      tension: 0.3,
      pointRadius: values.length > DOTS ? 0 : 3,
      pointHitRadius: 12,
    };
  });
  const font = { family: theme.font, size: 12 };
  const axis = { ticks: { color: theme.text, font, maxRotation: 0, autoSkipPadding: 16 }, border: { display: false } };
  return {
    type: isPie ? "pie" : type === "bar" ? "bar" : "line",
    data: { labels: [...labels], datasets },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: theme.isStill ? false : { duration: 300 },
      interaction: { mode: isPie ? "nearest" : "index", intersect: isPie },
      plugins: {
        legend: {
          display: isPie || series.length > 1,
          position: isPie ? (width < NARROW_PX ? "bottom" : "right") : "top",
          align: isPie ? "center" : "end",
          labels: { color: theme.text, font, usePointStyle: true, boxHeight: 8 },
        },
        tooltip: { titleFont: font, bodyFont: font, displayColors: isPie || series.length > 1 },
      },
      ...(!isPie && {
        scales: {
          x: { ...axis, grid: { display: false } },
          y: { ...axis, grid: { color: theme.grid }, beginAtZero: type !== "line" },
        },
      }),
    },
  };
}

/** A colour that what is behind it shines through. */
function faint(color: string): string {
  return color.replace(/^rgb\((.*)\)$/, (_all, parts: string) => `rgba(${parts}, 0.18)`);
}

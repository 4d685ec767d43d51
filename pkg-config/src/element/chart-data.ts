// What a panel calls data, as labels and series.

import { hasText, textOf } from "./text.js";

/** What a chart shows. */
export interface ChartData {
  /** What stands along it. */
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

/**
 * A list of numbers, of pairs, or of objects, or an object of numbers. Of objects `xKey` names the label (without it the first
 * member that is text) and `yKey` the number, or several with commas between them (without it the first member that is a number).
 */
export function chartData(data: unknown, xKey: string, yKey: string, filter = ""): ChartData {
  const rows = rowsOf(data, xKey, yKey).filter(({ label, values }) => hasText([label, ...values.map(textOf)].join(" "), filter));
  const names = namesOf(data, xKey, yKey);
  return {
    labels: rows.map(({ label }) => label),
    series: names.map((name, index) => ({ name, values: rows.map(({ values }) => values[index] ?? null) })),
  };
}

interface Row {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

function rowsOf(data: unknown, xKey: string, yKey: string): Row[] {
  if (!Array.isArray(data)) {
    if (typeof data !== "object" || data === null) return [];
    return Object.entries(data).map(([label, value]) => ({ label, values: [numberOf(value)] }));
  }
  const x = labelKey(data, xKey);
  const ys = valueKeys(data, x, yKey);
  return data.map((item, index) => {
    if (Array.isArray(item)) return { label: textOf(item[0]), values: [numberOf(item[1])] };
    if (typeof item !== "object" || item === null) return { label: String(index + 1), values: [numberOf(item)] };
    return { label: x === undefined ? String(index + 1) : textOf(own(item, x)), values: ys.map((key) => numberOf(own(item, key))) };
  });
}

function namesOf(data: unknown, xKey: string, yKey: string): string[] {
  const keys = Array.isArray(data) ? valueKeys(data, labelKey(data, xKey), yKey) : [];
  return keys.length > 0 ? keys : [yKey || "value"];
}

function labelKey(items: readonly unknown[], xKey: string): string | undefined {
  return xKey || keyWhere(items, (value) => typeof value === "string");
}

function valueKeys(items: readonly unknown[], x: string | undefined, yKey: string): string[] {
  const named = yKey.split(",").map((key) => key.trim()).filter(Boolean);
  if (named.length > 0) return named;
  const key = keyWhere(items, (value, key) => typeof value === "number" && key !== x);
  return key === undefined ? [] : [key];
}

function keyWhere(items: readonly unknown[], holds: (value: unknown, key: string) => boolean): string | undefined {
  const first = items.find((item): item is object => typeof item === "object" && item !== null && !Array.isArray(item));
  return first && Object.entries(first).find(([key, value]) => holds(value, key))?.[0];
}

function own(item: object, key: string): unknown {
  return Object.hasOwn(item, key) ? (item as Record<string, unknown>)[key] : undefined;
}

function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

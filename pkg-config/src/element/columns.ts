import type { ViewTree } from "../panel-types.js";

const COLUMNS = 12;

/** The rules of a view's columns: so many on a wide panel, fewer on narrow ones. Panel, not page: it may stand in a narrow place. */
export function columnRules({ columns, breakpoints }: Pick<ViewTree, "columns" | "breakpoints">): string {
  const wide = rules(whole(columns, 1, COLUMNS));
  // The narrowest last, for it to count.
  const narrow = [...breakpoints].sort((a, b) => b.below - a.below).map(({ below, columns }) => {
    return `@container nexus-panel (width < ${whole(below, 0, 100_000)}px) { ${rules(whole(columns, 1, COLUMNS))} }`;
  });
  return [wide, ...narrow].join("\n");
}

function rules(columns: number): string {
  const spans = Array.from({ length: COLUMNS }, (_none, index) => `.span-${index + 1} { grid-column: span ${Math.min(index + 1, columns)}; }`);
  return `.grid { grid-template-columns: repeat(${columns}, minmax(0, 1fr)); } ${spans.join(" ")}`;
}

function whole(value: unknown, least: number, most: number): number {
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : most;
}

// Where elements stand in rows of columns: many on a wide panel, fewer on a narrow one. It is the panel's own width that counts, not the
// page's: it may stand in a narrow place.

import type { ViewElement } from "../panel-types.js";
import type { Columns } from "./host.js";

/** Most that a row can have. */
const COLUMNS = 12;

/** The rules by which the classes of {@link placements} hold. */
export function columnRules({ columns, breakpoints }: Columns): string {
  const wide = rules("wide", whole(columns, 1, COLUMNS));
  const narrow = widestFirst(breakpoints).map(({ below, columns }, index) => {
    return `@container nexus-panel (width < ${whole(below, 0, 100_000)}px) { ${rules(`narrow${index}`, whole(columns, 1, COLUMNS))} }`;
  });
  return [wide, ...narrow].join("\n");
}

function rules(name: string, columns: number): string {
  const spans = Array.from({ length: columns }, (_none, index) => `.${name}-${index + 1} { grid-column: span ${index + 1}; }`);
  return `.grid { grid-template-columns: repeat(${columns}, minmax(0, 1fr)); } ${spans.join(" ")}`;
}

/** For each of some siblings the classes that say how many columns it takes: on a wide panel what the view says, on narrow ones as fits. */
export function placements(siblings: readonly ViewElement[], { columns, breakpoints }: Columns): string[] {
  const most = whole(columns, 1, COLUMNS);
  const wide = siblings.map(({ layout }) => whole(layout.colSpan, 1, most));
  const narrow = widestFirst(breakpoints).map(({ columns }) => fill(wide, whole(columns, 1, COLUMNS)));
  return wide.map((span, index) => [`wide-${span}`, ...narrow.map((spans, at) => `narrow${at}-${spans[index]}`)].join(" "));
}

/** Fills rows one after another; the columns that would stay empty at the end of a row are shared by what stands in it. */
export function fill(spans: readonly number[], columns: number): number[] {
  const filled: number[] = [];
  let start = 0;
  let used = 0;
  const close = () => {
    const count = filled.length - start;
    for (let index = start; index < filled.length; index++) {
      const share = Math.ceil((columns - used) / (start + count - index));
      filled[index]! += share;
      used += share;
    }
    start = filled.length;
    used = 0;
  };
  for (const span of spans) {
    const taken = Math.min(span, columns);
    if (used + taken > columns) close();
    filled.push(taken);
    used += taken;
  }
  close();
  return filled;
}

// The narrowest comes last, for it to count.
function widestFirst(breakpoints: Columns["breakpoints"]): Columns["breakpoints"] {
  return [...breakpoints].sort((a, b) => b.below - a.below);
}

function whole(value: unknown, least: number, most: number): number {
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : most;
}

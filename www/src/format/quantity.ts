// Numbers with units, short enough for a column.

/** Milliseconds. */
export function milliseconds(ms: number): string {
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms >= 10) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(ms >= 1 ? 1 : 2)} ms`;
}

/** A count: 1.2 k, 34 M. */
export function count(number: number): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 }).format(number);
}

/** Bytes, in powers of 1024. */
export function bytes(size: number): string {
  if (size < 1_024) return `${size} B`;
  if (size < 1_024 ** 2) return `${(size / 1_024).toFixed(1)} KiB`;
  return `${(size / 1_024 ** 2).toFixed(1)} MiB`;
}

/** Milliseconds since the epoch as a time of today: 14:03:07.250. */
export function timeOfDay(time: number): string {
  const date = new Date(time);
  return `${date.toLocaleTimeString("en-GB")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

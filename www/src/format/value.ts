// Values of a handler as text. Never as markup: they are a stranger's words.

/** A value on one line, cut after `longest` characters. */
export function inline(value: unknown, longest = 120): string {
  const text = print(value, 0);
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** A value over as many lines as it needs. */
export function pretty(value: unknown): string {
  return print(value, 2);
}

function print(value: unknown, indent: number): string {
  if (value === undefined) return "undefined";
  // JSON has no word for these; the kernel's values do.
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => {
      if (typeof item === "number" && !Number.isFinite(item)) return `\u0000${item}\u0000`;
      if (item instanceof Uint8Array) return `\u0000bytes(${item.length})\u0000`;
      return item;
    },
    indent,
  );
  return text.replace(/"\\u0000(.*?)\\u0000"/g, "$1");
}

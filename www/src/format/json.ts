// Reading JSON that somebody is still typing.

export type Parsed = { readonly value: Record<string, unknown> } | { readonly problem: string };

/** Reads a JSON object; blank text is the empty one. */
export function parseObject(text: string): Parsed {
  if (text.trim() === "") return { value: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: (error as Error).message };
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { value: value as Record<string, unknown> };
  }
  return { problem: "It must be an object: { … }" };
}

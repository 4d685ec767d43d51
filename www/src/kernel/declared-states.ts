// The states that a document declares, found without reading all of it: enough to know which values fit.

const COMMENT = /<!--[\s\S]*?-->/g;
const STATE = /<State((?:\s+[\w:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*\/?>/g;
const NAME = /\bname\s*=\s*(?:"([^"]*)"|'([^']*)')/;

/** Names of states with the attributes of each, as they are written. */
export function declaredStates(nxml: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, attributes = ""] of nxml.replace(COMMENT, "").matchAll(STATE)) {
    const [, double, single] = NAME.exec(attributes) ?? [];
    const name = double ?? single;
    if (name !== undefined) found.set(name, attributes.replace(/\s+/g, " "));
  }
  return found;
}

/**
 * The values that go on in another text of the document: of states whose declarations are word for word as before. So a new
 * default, or another type, is seen at once.
 */
export function keptState(before: string, after: string, state: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [old, now] = [declaredStates(before), declaredStates(after)];
  return Object.fromEntries(Object.entries(state).filter(([name]) => now.has(name) && now.get(name) === old.get(name)));
}

// Which values outlive a change of the document.

/** A start tag of a state; in a comment or a handler it does no harm. */
const STATE = /<State((?:\s+[\w:.-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'))?)*)\s*\/?>/g;
const NAME = /\bname\s*=\s*(?:"([^"]*)"|'([^']*)')/;

/**
 * The values that go on in another text of the document: of states whose declarations are word for word as before. So a new
 * default, or another type, is seen at once.
 */
export function keptState(before: string, after: string, state: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [old, now] = [declarations(before), declarations(after)];
  return Object.fromEntries(Object.entries(state).filter(([name]) => now.has(name) && now.get(name) === old.get(name)));
}

function declarations(nxml: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, attributes = ""] of nxml.matchAll(STATE)) {
    const [, double, single] = NAME.exec(attributes) ?? [];
    const name = double ?? single;
    if (name !== undefined) found.set(name, attributes.replace(/\s+/g, " "));
  }
  return found;
}

// Where the focus goes when what has it is taken away, such as an item of a list with its own "Remove".

const FOCUSABLE = "input:not(:disabled), button:not(:disabled), summary, [tabindex='0']";

interface Place {
  readonly parent: Element;
  readonly index: number;
}

/**
 * Remembers where the focus is.
 * @returns called after an update: if what had the focus is gone, the same thing of the next item has it, of the last one if there is no
 * next, else the first thing near by. Nothing if the focus is elsewhere
 */
export function focusKeeper(root: ShadowRoot): (() => void) | undefined {
  const active = root.activeElement;
  if (!active) return undefined;
  /** From the focused element outwards: each one's parent, and its place in it. */
  const places: Place[] = [];
  for (let inner = active; inner.parentElement; inner = inner.parentElement) {
    places.push({ parent: inner.parentElement, index: [...inner.parentElement.children].indexOf(inner) });
  }
  return () => {
    if (active.isConnected || root.activeElement || document.activeElement !== document.body) return;
    const outside = places.findIndex(({ parent }) => parent.isConnected);
    if (outside < 0) return;
    const same = places.slice(0, outside).reduceRight<Element | undefined>((outer, { index }) => outer?.children[index], neighbour(places[outside]!));
    const targets = places.slice(outside).map((place) => neighbour(place)?.querySelector(FOCUSABLE) ?? place.parent.querySelector(FOCUSABLE));
    const target = [same?.matches(FOCUSABLE) ? same : null, ...targets].find((target) => target instanceof HTMLElement);
    target?.focus();
  };
}

/** What stands in a place now, or last if there is no more so much. */
function neighbour({ parent, index }: Place): Element | undefined {
  return parent.children[Math.min(index, parent.children.length - 1)];
}

// Where the focus goes when what has it is taken away, such as an item of a list with its own "Remove".

const FOCUSABLE = "input:not(:disabled), button:not(:disabled), summary, [tabindex='0']";

/**
 * Remembers where the focus is.
 * @returns called after an update: if what had the focus is gone, the same thing of the next item has it, of the last one if there is no
 * next, else the first thing near by. Nothing if the focus is elsewhere
 */
export function focusKeeper(root: ShadowRoot): (() => void) | undefined {
  const active = root.activeElement;
  if (!active) return undefined;
  /** From the focused element outwards: each one's parent, and its place in it. */
  const places: { readonly parent: Element; readonly index: number }[] = [];
  for (let inner = active; inner.parentElement; inner = inner.parentElement) {
    places.push({ parent: inner.parentElement, index: [...inner.parentElement.children].indexOf(inner) });
  }
  return () => {
    if (active.isConnected || root.activeElement || document.activeElement !== document.body) return;
    const depth = places.findIndex(({ parent }) => parent.isConnected);
    for (const [at, { parent, index }] of places.entries()) {
      if (at < depth || depth < 0) continue;
      const neighbour = parent.children[Math.min(index, parent.children.length - 1)];
      const same = at === depth ? places.slice(0, depth).reduceRight<Element | undefined>((outer, place) => outer?.children[place.index], neighbour) : undefined;
      const target = same?.matches(FOCUSABLE) ? same : (neighbour?.querySelector(FOCUSABLE) ?? parent.querySelector(FOCUSABLE));
      if (target instanceof HTMLElement) return target.focus();
    }
  };
}

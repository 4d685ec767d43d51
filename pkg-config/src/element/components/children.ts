import type { PropertyValues } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { ViewElement } from "../../panel-types.js";
import { placements } from "../columns.js";
import { keysOf } from "../keys.js";
import { PanelComponent } from "./component.js";
import { renderElement } from "./registry.js";

/** A component that holds others. */
export abstract class ParentComponent extends PanelComponent {
  /** Those of its children that are shown. */
  protected get shownChildren(): readonly ViewElement[] {
    return this.node.children;
  }

  protected get childLevel(): number {
    return this.level;
  }

  protected renderChildren(): unknown {
    const children = this.shownChildren;
    const keys = keysOf(children);
    const places = placements(children, this.host.columns);
    const rendering = { host: this.host, filter: this.activeFilter, level: this.childLevel };
    return repeat(
      children,
      (_child, index) => keys[index],
      (child, index) => renderElement(child, { ...rendering, placement: places[index] ?? "" }),
    );
  }

  // Whatever is moved within the document loses the focus and where its text was marked.
  protected override update(changed: PropertyValues): void {
    const root = this.getRootNode() as ShadowRoot;
    const active = root.activeElement;
    if (!(active instanceof HTMLElement) || !this.contains(active)) return super.update(changed);
    const selection = selectionOf(active);
    this.host.isMoving = true;
    try {
      super.update(changed);
      if (active.isConnected && root.activeElement !== active) {
        active.focus({ preventScroll: true });
        if (selection) (active as HTMLInputElement).setSelectionRange(...selection);
      }
    } finally {
      this.host.isMoving = false;
    }
  }
}

function selectionOf(element: Element): [number, number, "forward" | "backward" | "none"] | undefined {
  if (!(element instanceof HTMLInputElement)) return undefined;
  const { selectionStart, selectionEnd, selectionDirection } = element;
  // Of numbers and addresses there is none.
  if (selectionStart === null || selectionEnd === null) return undefined;
  return [selectionStart, selectionEnd, selectionDirection ?? "none"];
}

import { nothing, type PropertyValues } from "lit";
import type { ViewElement } from "../../panel-types.js";
import { hasText, wordOf } from "../text.js";
import { textOfView } from "../text-of-view.js";
import { ParentComponent } from "./children.js";

const ALIGNMENTS = ["", "start", "center", "end", "stretch"] as const;

/** Says how what stands in it is placed. */
export class LayoutComponent extends ParentComponent {
  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.classList.add("grid");
    this.dataset["strategy"] = wordOf(this.prop("strategy"), ["auto", "stack", "row"]);
    this.dataset["gap"] = wordOf(this.prop("gap"), ["md", "sm", "lg"]);
    this.dataset["align"] = wordOf(this.prop("align"), ALIGNMENTS);
    this.dataset["justify"] = wordOf(this.prop("justify"), ALIGNMENTS);
  }

  protected override template(): unknown {
    return this.renderChildren();
  }
}

/** Its condition holds, or it would not be in the view. */
export class IfComponent extends ParentComponent {
  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.classList.add("grid");
    this.toggleAttribute("data-empty", this.node.children.length === 0);
  }

  protected override template(): unknown {
    return this.renderChildren();
  }
}

/** Its children once for each item of a list. */
export class IterateComponent extends ParentComponent {
  #shown: readonly ViewElement[] = [];

  protected override get shownChildren(): readonly ViewElement[] {
    return this.#shown;
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const filter = this.activeFilter;
    this.#shown = filter === "" ? this.node.children : items(this.node.children).filter((item) => matches(item, filter)).flat();
    this.classList.add("grid");
    this.toggleAttribute("data-empty", this.node.children.length === 0);
  }

  protected override template(): unknown {
    return this.renderChildren() ?? nothing;
  }
}

function matches(item: readonly ViewElement[], filter: string): boolean {
  return item.some((element) => hasText(textOfView(element), filter));
}

/** The children of an `Iterate` by item: those of an item after its first are called `<key>.1`, `<key>.2`, … */
export function items(children: readonly ViewElement[]): ViewElement[][] {
  const found: ViewElement[][] = [];
  for (const child of children) {
    const item = found.at(-1);
    if (item && child.key === `${item[0]?.key}.${item.length}`) item.push(child);
    else found.push([child]);
  }
  return found;
}

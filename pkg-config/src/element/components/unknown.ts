import { nothing } from "lit";
import { PanelComponent } from "./component.js";

const warned = new Set<string>();

/** What this version knows nothing of: nothing is shown. */
export class UnknownComponent extends PanelComponent {
  protected override template(): unknown {
    const { type } = this.node;
    if (!warned.has(type)) console.warn(`nexus-panel: there is no component ${JSON.stringify(type)}; nothing is shown for it`);
    warned.add(type);
    return nothing;
  }
}

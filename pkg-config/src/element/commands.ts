// Commands of handlers to the view.

import type { ViewCommand } from "../types.js";
import { PanelComponent } from "./components/component.js";
import { textOf } from "./text.js";

/** Applies a command to what is shown; answers whether there was something that it is for. */
export function applyCommand({ type, componentId, args }: ViewCommand, root: ParentNode, panel: HTMLElement): boolean {
  const given = typeof args === "object" && args !== null ? (args as Record<string, unknown>) : {};
  if (componentId === undefined) return applyToPanel(type, given, root, panel);
  const components = [...root.querySelectorAll(`[data-id="${CSS.escape(componentId)}"]`)].filter((found) => found instanceof PanelComponent);
  const [first] = components;
  if (!first) return false;
  switch (type) {
    case "setFilter":
      for (const component of components) component.setFilter(textOf(given["value"]));
      return true;
    case "scrollTo": {
      const position = positionOf(given["position"]);
      if (position !== undefined) first.scrollToPosition(position);
      return position !== undefined;
    }
    case "focus":
      first.focusInside();
      return true;
    case "custom":
      return applyCustom(given, components);
    default:
      return false;
  }
}

function applyToPanel(type: string, given: Record<string, unknown>, root: ParentNode, panel: HTMLElement): boolean {
  const first = root.querySelector("[class~=view] > *");
  if (!(first instanceof PanelComponent)) return false;
  if (type === "focus") first.focusInside();
  else if (type === "setFilter") first.setFilter(textOf(given["value"]));
  else if (type === "scrollTo" && given["position"] === "top") panel.scrollIntoView({ block: "start" });
  else if (type === "scrollTo" && given["position"] === "bottom") panel.scrollIntoView({ block: "end" });
  else return false;
  return true;
}

function applyCustom(given: Record<string, unknown>, components: readonly PanelComponent[]): boolean {
  const params = typeof given["params"] === "object" && given["params"] !== null ? (given["params"] as Record<string, unknown>) : {};
  switch (given["command"]) {
    case "setProp": {
      const { name, value } = params;
      if (typeof name !== "string") return false;
      for (const component of components) component.setProp(name, value);
      return true;
    }
    case "call": {
      const { method, args } = params;
      if (typeof method !== "string") return false;
      const list = Array.isArray(args) ? args : args === undefined || args === null ? [] : [args];
      return components.map((component) => component.call(method, list)).includes(true);
    }
    default:
      return false;
  }
}

function positionOf(position: unknown): "top" | "bottom" | number | undefined {
  if (position === "top" || position === "bottom") return position;
  return typeof position === "number" && Number.isFinite(position) ? position : undefined;
}

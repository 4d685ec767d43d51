import type { ViewElement } from "../panel-types.js";
import { textOf } from "./text.js";

/** The properties that are shown as text. */
const SHOWN = ["title", "content", "label", "value", "unit", "trend"];

/** What an element and everything in it shows as text: that by which filters find it. */
export function textOfView(element: ViewElement): string {
  const own = SHOWN.map((name) => element.props[name]).filter((value) => typeof value === "string" || typeof value === "number");
  return [...own.map(textOf), ...element.children.map(textOfView)].join("\n");
}

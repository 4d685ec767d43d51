import type { ViewTree } from "../panel-types.js";
import type { RunResult } from "../types.js";

/** How many columns a row has, and how many on narrow panels. */
export type Columns = Pick<ViewTree, "columns" | "breakpoints">;

/** What can hold back something that it has not sent yet. */
export interface Draft {
  /** Sends it; from now on what the panel says counts. */
  commit(): void;
}

/** A custom component that the embedder allows. */
export interface CustomRegistration {
  readonly tagName: string;
  /** The methods that a handler may call. */
  readonly methods: readonly string[];
}

/** What components ask of the element that they stand in. */
export interface PanelHost {
  /** Of the view that is shown. */
  readonly columns: Columns;
  /** Runs a tool, after every draft was sent. Never rejected: what goes wrong is shown. */
  trigger(tool: string, args: unknown, scope: object | undefined): Promise<RunResult | undefined>;
  /** Sends the value of a two-way binding; answers whether it was taken. What goes wrong is shown. */
  set(path: readonly (string | number)[], value: unknown): Promise<boolean>;
  custom(module: string, component: string): CustomRegistration | undefined;
  readonly drafts: Set<Draft>;
  /** True while elements are being moved: focus that is lost then is given back. */
  isMoving: boolean;
  /** Calls `listener` when colours may have become others; call the answer to end that. */
  onTheme(listener: () => void): () => void;
}

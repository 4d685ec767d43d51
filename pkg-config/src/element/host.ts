import type { ViewTree } from "../panel-types.js";
import type { RunResult } from "../types.js";

/** How many columns a row has, and how many on narrow panels. */
export type Columns = Pick<ViewTree, "columns" | "breakpoints">;

/** What can hold back something that it has not sent yet. */
export interface Draft {
  /** Sends it; from now on what the panel says counts. */
  commit(): void;
  /** There is a connection again: sends what could not be sent. */
  retry(): void;
}

/** A custom component that the embedder allows. */
export interface CustomRegistration {
  readonly tagName: string;
  /** The methods that a handler may call. */
  readonly methods: readonly string[];
}

/** What became of a value: the panel has it, did not want it, or may not have heard of it. */
export type SetOutcome = "taken" | "refused" | "lost";

/** What a tool is run with. */
export interface Given {
  readonly args: unknown;
  readonly scope: object | undefined;
}

/** What components ask of the element that they stand in. */
export interface PanelHost {
  /** Of the view that is shown. */
  readonly columns: Columns;
  /**
   * Runs a tool, after every draft was sent and the panel has shown what it makes of it. Never rejected: what goes wrong is shown.
   * @param given asked for only then: arguments may be made of what was typed
   */
  trigger(tool: string, given: () => Given): Promise<RunResult | undefined>;
  /**
   * Sends the value of a two-way binding. What goes wrong is shown, but what is lost only if the caller does not keep it.
   * @param keeps whether the caller sends it again
   */
  set(path: readonly (string | number)[], value: unknown, keeps?: boolean): Promise<SetOutcome>;
  custom(module: string, component: string): CustomRegistration | undefined;
  readonly drafts: Set<Draft>;
  /** True while elements are being moved: focus that is lost then is given back. */
  isMoving: boolean;
  /** Calls `listener` when colours may have become others; call the answer to end that. */
  onTheme(listener: () => void): () => void;
}

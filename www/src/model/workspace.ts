// What is being edited: a handler and everything it is given.

import { batch, computed, signal } from "@preact/signals";
import { HANDLER_SAMPLES, type HandlerSample } from "../samples/handlers.ts";
import { parseObject } from "../format/json.ts";

export interface Capability {
  readonly token: string;
  /** Whether the next run gets it; one that is off stays in the list to be tried again. */
  readonly enabled: boolean;
}

/** The most that the page offers: a handler in the page holds it for that long. */
export const MOST: Limits = { timeoutMs: 10_000, fuel: 5_000_000_000 };

export interface Limits {
  /** Milliseconds of computing. */
  readonly timeoutMs: number;
  /** Units. */
  readonly fuel: number;
}

/** All that a run needs and a link carries. */
export interface Workspace {
  readonly source: string;
  readonly state: Record<string, unknown>;
  readonly args: Record<string, unknown>;
  readonly capabilities: readonly Capability[];
  readonly limits: Limits;
}

const first = HANDLER_SAMPLES[0];

/** Counts the workspaces that were opened. */
export const opened = signal(0);
/** The sample that was opened last, changed since or not. */
export const sample = signal<HandlerSample | undefined>(undefined);
export const source = signal("");
export const stateText = signal("");
export const argsText = signal("");
export const capabilities = signal<readonly Capability[]>([]);
export const limits = signal<Limits>(first.limits);

export const state = computed(() => parseObject(stateText.value));
export const args = computed(() => parseObject(argsText.value));

/** Why the workspace cannot run as it stands, in a sentence. */
export const problem = computed(() => {
  if ("problem" in state.value) return "The state is not a JSON object.";
  if ("problem" in args.value) return "The arguments are not a JSON object.";
  return undefined;
});

/** The workspace as a value; nothing while its JSON cannot be read. */
export const workspace = computed<Workspace | undefined>(() => {
  if ("problem" in state.value || "problem" in args.value) return undefined;
  return {
    source: source.value,
    state: state.value.value,
    args: args.value.value,
    capabilities: capabilities.value,
    limits: limits.value,
  };
});

/** Whether anything differs from the sample. */
export const modified = computed(() => {
  if (!sample.value) return true;
  const { source, state, args, capabilities, limits } = sample.value;
  return JSON.stringify(workspace.value) !== JSON.stringify({ source, state, args, capabilities, limits });
});

const text = (value: unknown) => JSON.stringify(value, null, 2);

/** Puts a workspace into the editors. */
export function open(next: Workspace): void {
  batch(() => {
    source.value = next.source;
    stateText.value = text(next.state);
    argsText.value = text(next.args);
    capabilities.value = next.capabilities;
    limits.value = next.limits;
    opened.value++;
  });
}

/** Opens a sample, dropping what was edited. */
export function openSample(next: HandlerSample): void {
  batch(() => {
    sample.value = next;
    open(next);
  });
}

/** Adds tokens that are not there yet and turns on those that are. */
export function grant(tokens: readonly string[]): void {
  const wanted = new Set(tokens);
  const kept = capabilities.value.map((entry) => (wanted.has(entry.token) ? { ...entry, enabled: true } : entry));
  const known = new Set(kept.map((entry) => entry.token));
  const added = [...wanted].filter((token) => !known.has(token)).map((token) => ({ token, enabled: true }));
  capabilities.value = [...kept, ...added];
}

/** Turns a token on or off. */
export function toggle(token: string): void {
  capabilities.value = capabilities.value.map((entry) =>
    entry.token === token ? { ...entry, enabled: !entry.enabled } : entry,
  );
}

/** Takes a token out of the list. */
export function revoke(token: string): void {
  capabilities.value = capabilities.value.filter((entry) => entry.token !== token);
}

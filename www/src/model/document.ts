// What is being edited in the workspace: a panel's document, and what the visitor refuses it.

import { batch, computed, signal } from "@preact/signals";
import { PANEL_SAMPLES, type PanelSample } from "../samples/panels.ts";
import type { Try } from "../samples/tries.ts";

/** All that a link carries of a panel. */
export interface PanelDocument {
  readonly nxml: string;
  /** Tokens that it asks for and does not get. */
  readonly refused: readonly string[];
  /** The sample that it began as. */
  readonly sample?: string;
}

/** Counts the documents that were opened. */
export const opened = signal(0);
/** The sample that it began as, changed since or not. */
export const panelSample = signal<PanelSample | undefined>(undefined);
export const nxml = signal("");
export const refused = signal<readonly string[]>([]);

/** As which of the sample's roles the panel is made. */
export const role = signal(0);

/** Whether the text differs from the sample's. */
export const edited = computed(() => nxml.value !== panelSample.value?.nxml);
/** Whether anything does. */
export const modified = computed(() => edited.value || refused.value.length > 0);

export const panelDocument = computed<PanelDocument>(() => ({
  nxml: nxml.value,
  refused: refused.value,
  ...(panelSample.value && { sample: panelSample.value.id }),
}));

export function sampleOf(id: string | undefined): PanelSample | undefined {
  return PANEL_SAMPLES.find((entry) => entry.id === id);
}

/** Puts a document into the workspace. */
export function openDocument(next: PanelDocument): void {
  batch(() => {
    panelSample.value = sampleOf(next.sample);
    nxml.value = next.nxml;
    refused.value = next.refused;
    role.value = 0;
    opened.value++;
  });
}

/** Opens a sample, dropping what was edited. */
export function openPanelSample(next: PanelSample): void {
  openDocument({ nxml: next.nxml, refused: [], sample: next.id });
}

/** Takes a token away, or gives it back. */
export function toggleRefusal(token: string): void {
  refused.value = refused.value.includes(token)
    ? refused.value.filter((entry) => entry !== token)
    : [...refused.value, token];
}

/** Whether that change has been made. */
export function isMade(change: Try): boolean {
  return "refuse" in change ? refused.value.includes(change.refuse) : nxml.value.includes(change.replace);
}

/** Whether it can be made, or taken back: the visitor may have edited that place away. */
export function isPossible(change: Try): boolean {
  return "refuse" in change || isMade(change) || nxml.value.includes(change.find);
}

/** Makes the change, or takes it back. @returns the place in the text that is another now */
export function toggleTry(change: Try): { readonly from: number; readonly to: number } | undefined {
  if ("refuse" in change) {
    toggleRefusal(change.refuse);
    return undefined;
  }
  const [before, after] = isMade(change) ? [change.replace, change.find] : [change.find, change.replace];
  const from = nxml.value.indexOf(before);
  nxml.value = nxml.value.slice(0, from) + after + nxml.value.slice(from + before.length);
  return { from, to: from + after.length };
}

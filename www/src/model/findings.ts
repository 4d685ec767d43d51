// What the kernel finds in the document, kept up to date while one types. Asked of the Web Worker, so that typing stays smooth.

import { computed, effect, signal } from "@preact/signals";
import { panelHostOf } from "../kernel/panel-places.ts";
import type { DocumentFindings } from "../kernel/panel-protocol.ts";
import { nxml, opened } from "./document.ts";
import { view } from "./link.ts";

/** Milliseconds without a change before the document is read again. */
const PAUSE_MS = 180;

export interface Findings extends DocumentFindings {
  /** The text that they are about. */
  readonly source: string;
}

/** The latest answer; of an earlier text while one types. */
export const findings = signal<Findings | undefined>(undefined);

/** What keeps the document from being a panel. */
export const errors = computed(() => findings.value?.diagnostics.filter(({ severity }) => severity === "error") ?? []);

/** Keeps `findings` true while panels are on show. */
export function followText(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let read = -1;
  const ask = async (): Promise<void> => {
    // One question at a time: whoever types quickly is answered for what stands there by then.
    if (asking) return;
    asking = true;
    try {
      const host = await panelHostOf("worker");
      for (let source = ""; source !== nxml.value; ) {
        source = nxml.value;
        findings.value = { source, ...(await host.inspect(source)) };
      }
    } finally {
      asking = false;
    }
  };
  effect(() => {
    if (view.value !== "panels" || findings.peek()?.source === nxml.value) return;
    clearTimeout(timer);
    // What was just opened is not being typed.
    timer = setTimeout(() => void ask(), read === opened.value ? PAUSE_MS : 0);
    read = opened.value;
  });
}

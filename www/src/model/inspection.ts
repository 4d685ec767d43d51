// Declared against inferred capabilities, kept up to date while one types.

import { effect, signal } from "@preact/signals";
import { placeOf } from "../kernel/places.ts";
import type { Inspection } from "../kernel/protocol.ts";
import { Terminated } from "../kernel/worker-place.ts";
import { view } from "./link.ts";
import { place, running } from "./run.ts";
import { capabilities, source } from "./workspace.ts";

/** Milliseconds without a change before the source is read again. */
const PAUSE_MS = 200;

/** The latest answer; of an earlier source while one types. */
export const inspection = signal<Inspection | undefined>(undefined);

/** Keeps `inspection` true. */
export function followSource(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;
  effect(() => {
    const [text, declared, where] = [source.value, capabilities.value, place.value];
    // Nobody looks, or the kernel has something better to do; this effect runs again when that has changed.
    if (view.value !== "handlers" || running.value) return;
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const mine = ++latest;
      try {
        const answer = await (await placeOf(where)).inspect(text, declared);
        if (mine === latest) inspection.value = answer;
      } catch (error) {
        // Ended together with a run that was stopped; the end of the run has this effect run again.
        if (!(error instanceof Terminated)) console.error(error);
      }
    }, PAUSE_MS);
  });
}

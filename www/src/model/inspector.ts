// What of the panel is looked at.

import { signal } from "@preact/signals";

export type InspectorTab = "state" | "activity" | "capabilities" | "audit";

export const inspector = signal<InspectorTab>("state");

/** Whether the panel has the document's place as well. */
export const isWide = signal(false);

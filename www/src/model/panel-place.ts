// Where the panel on show is to live.

import { signal } from "@preact/signals";
import type { PanelPlace } from "../kernel/panel-places.ts";

export const panelPlace = signal<PanelPlace>("worker");

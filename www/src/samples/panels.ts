// The panels that the gallery shows: a first one of this page, then those of the repository's samples.

import { samples } from "../../../samples/samples.mjs";
import split from "./panels/split.nxml?raw";
import { SOURCES } from "./servers.ts";
import { SHOWS, TRIES, type Try } from "./tries.ts";

export interface PanelSample {
  /** Its name in a link. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a few words. */
  readonly shows: string;
  readonly nxml: string;
  /** Whether it asks the samples' sources. */
  readonly needsSources: boolean;
  /** As whom it can be made, if that makes a difference. */
  readonly roles: readonly string[];
  /** Its panels' names on a server that has them, one for each role. */
  readonly served: readonly string[];
  /** Changes to begin with. */
  readonly tries: readonly Try[];
}

const documents = import.meta.glob<string>("../../../samples/*/panel.nxml", { query: "?raw", import: "default", eager: true });

const SPLIT: PanelSample = {
  id: "split",
  title: "Split the bill",
  shows: SHOWS["split"] ?? "",
  nxml: split.trimEnd(),
  needsSources: false,
  roles: [],
  served: [],
  tries: TRIES["split"] ?? [],
};

export const PANEL_SAMPLES: readonly [PanelSample, ...PanelSample[]] = [
  SPLIT,
  ...samples.map(({ id, title, blurb, nxml, extensions, panels }): PanelSample => ({
    id,
    title,
    shows: SHOWS[id] ?? blurb,
    nxml: (documents[`../../../samples/${nxml}`] ?? "").trimEnd(),
    needsSources: extensions.includes("http"),
    roles: panels(SOURCES).flatMap(({ label }) => label || []),
    served: panels(SOURCES).map(({ options }) => options.id),
    tries: TRIES[id] ?? [],
  })),
];

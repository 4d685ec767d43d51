// The panels that the gallery shows.

import split from "./panels/split.nxml?raw";

export interface PanelSample {
  /** Its name in a link. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a few words. */
  readonly shows: string;
  readonly nxml: string;
  /** Whether it calls the samples' servers. */
  readonly needsServers: boolean;
  /** Changes to begin with. */
  readonly tries: readonly Try[];
}

/** A change that a visitor is offered: one of the document, or a capability that is taken away. */
export type Try =
  | { readonly title: string; readonly find: string; readonly replace: string }
  | { readonly title: string; readonly refuse: string };

const SPLIT: PanelSample = {
  id: "split",
  title: "Split the bill",
  shows: "A first panel: change it",
  nxml: split.trimEnd(),
  needsServers: false,
  tries: [
    { title: "Pay in dollars", find: 'unit="€"', replace: 'unit="$"' },
    {
      title: "Add a button",
      find: 'args="[20]"/>\n',
      replace: 'args="[20]"/>\n      <Button label="25 %" trigger="setTip" args="[25]"/>\n',
    },
    { title: "Misspell something", find: "{$state.each}", replace: "{$state.eech}" },
    { title: "Forbid it to write the tip", refuse: "state:write:tip" },
  ],
};

export const PANEL_SAMPLES: readonly [PanelSample, ...PanelSample[]] = [SPLIT];

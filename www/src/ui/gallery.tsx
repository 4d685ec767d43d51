// The sample panels, to choose from.

import { useSignalEffect } from "@preact/signals";
import { openPanelSample, panelSample } from "../model/document.ts";
import { go } from "../model/link.ts";
import { sourceServer } from "../model/servers.ts";
import { PANEL_SAMPLES, type PanelSample } from "../samples/panels.ts";

export function Gallery() {
  // On a phone the gallery scrolls, and a link may open a sample that is out of sight.
  useSignalEffect(() => {
    const id = panelSample.value?.id;
    document.querySelector(`.sample[data-sample="${id}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  });
  return (
    <nav class="samples gallery" aria-label="Sample panels">
      {PANEL_SAMPLES.map((entry) => (
        <button
          key={entry.id}
          type="button"
          class="sample"
          data-sample={entry.id}
          aria-current={panelSample.value?.id === entry.id ? "true" : undefined}
          onClick={() => void go(() => openPanelSample(entry))}
        >
          <span class="sample-title">{entry.title}</span>
          <span class="sample-shows">{entry.shows}</span>
          <Need sample={entry} />
        </button>
      ))}
    </nav>
  );
}

/** What a sample lacks here. */
function Need({ sample }: { sample: PanelSample }) {
  if (!sample.needsSources || sourceServer.value !== "missing") return null;
  return <span class="sample-need">needs `cargo xtask demo`</span>;
}

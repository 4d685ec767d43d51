import { useSignalEffect } from "@preact/signals";
import { openSample, sample } from "../model/workspace.ts";
import { running } from "../model/run.ts";
import { HANDLER_SAMPLES } from "../samples/handlers.ts";

export function SampleBar() {
  // On a phone the bar scrolls, and a link may open a sample that is out of sight.
  useSignalEffect(() => {
    const id = sample.value?.id;
    document.querySelector(`.sample[data-sample="${id}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  });
  return (
    <nav class="samples" aria-label="Samples">
      {HANDLER_SAMPLES.map((entry) => (
        <button
          key={entry.id}
          type="button"
          class="sample"
          data-sample={entry.id}
          aria-current={sample.value?.id === entry.id ? "true" : undefined}
          disabled={running.value}
          onClick={() => openSample(entry)}
        >
          <span class="sample-title">{entry.title}</span>
          <span class="sample-shows">{entry.shows}</span>
        </button>
      ))}
    </nav>
  );
}

import { useSignal } from "@preact/signals";
import { KINDS, entriesOf, type Entry, type Kind } from "../model/entries.ts";
import { milliseconds, count } from "../format/quantity.ts";
import { run, type TimedSegment } from "../model/run.ts";
import { Waterfall } from "./waterfall.tsx";

export function Timeline() {
  const now = run.value;
  const only = useSignal<Kind | undefined>(undefined);
  const groups = now?.segments.map((timed) => ({ timed, entries: entriesOf(timed.segment, now.calls) })) ?? [];
  const totals = new Map<Kind, number>();
  for (const { kind } of groups.flatMap((group) => group.entries)) totals.set(kind, (totals.get(kind) ?? 0) + 1);
  // A filter that hides everything of a new run would look like a run without effects.
  const filter = only.value && totals.has(only.value) ? only.value : undefined;
  return (
    <section class="card timeline" aria-labelledby="timeline-title">
      <div class="card-head">
        <h2 id="timeline-title">Timeline</h2>
        <span class="muted">{now && `${groups.length} ${groups.length === 1 ? "segment" : "segments"}`}</span>
      </div>
      <Waterfall now={now} />
      <div class="filters" role="group" aria-label="Show only">
        {KINDS.map(({ kind, title }) => (
          <button
            key={kind}
            type="button"
            class={`filter ${kind}`}
            aria-pressed={filter === kind}
            disabled={!totals.has(kind)}
            onClick={() => (only.value = filter === kind ? undefined : kind)}
          >
            {title} <span class="number">{totals.get(kind) ?? 0}</span>
          </button>
        ))}
      </div>
      {groups.length === 0 ? (
        <p class="empty card-body">
          {now ? "Nothing has happened yet." : "Effects appear here, segment by segment, while the handler runs."}
        </p>
      ) : (
        <ol class="segments">
          {groups.map(({ timed, entries }, index) => (
            <SegmentItem
              key={index}
              number={index + 1}
              timed={timed}
              entries={filter ? entries.filter((entry) => entry.kind === filter) : entries}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

const ENDINGS = { suspended: "suspended", success: "returned", error: "failed" } as const;

function SegmentItem({ number, timed, entries }: { number: number; timed: TimedSegment; entries: readonly Entry[] }) {
  const { at, segment } = timed;
  return (
    <li class={`segment ${segment.status}`}>
      <p class="segment-head">
        <strong>{`Segment ${number}`}</strong>
        <span class={`ending ${segment.status}`}>{ENDINGS[segment.status]}</span>
        <span class="muted">
          {`at ${milliseconds(at)} · computed ${milliseconds(segment.metrics.durationUs / 1_000)} · ${count(segment.metrics.fuelUsed)} fuel`}
        </span>
      </p>
      {entries.length > 0 && (
        <ul class="entries">
          {entries.map((entry, index) => (
            <li key={index} class={`entry ${entry.kind} ${entry.tone ?? ""}`}>
              <span class="entry-kind">{entry.label}</span>
              <span class="entry-text">{entry.text}</span>
              {entry.note && <span class="entry-note">{entry.note}</span>}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

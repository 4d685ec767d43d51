// What the panel did, newest first.

import { useSignal } from "@preact/signals";
import { ACTIVITY_KINDS, activity, type Activity, type ActivityKind } from "../model/activity.ts";
import { timeOfDay } from "../format/quantity.ts";

/** Lines that are shown. */
const MOST = 200;

export function ActivityList() {
  const only = useSignal<ActivityKind | undefined>(undefined);
  const all = activity.value;
  const totals = new Map<ActivityKind, number>();
  for (const { kind } of all) totals.set(kind, (totals.get(kind) ?? 0) + 1);
  const shown = (only.value ? all.filter(({ kind }) => kind === only.value || kind === "panel") : all).slice(-MOST).toReversed();
  return (
    <>
      <div class="filters" role="group" aria-label="Show only">
        {ACTIVITY_KINDS.map(({ kind, title }) => (
          <button
            key={kind}
            type="button"
            class="filter"
            aria-pressed={only.value === kind}
            disabled={!totals.has(kind) && only.value !== kind}
            onClick={() => (only.value = only.value === kind ? undefined : kind)}
          >
            {title} <span class="number">{totals.get(kind) ?? 0}</span>
          </button>
        ))}
      </div>
      <ol class="activity scroll" tabIndex={0} aria-label="Activity, newest first">
        {shown.map((line) => (
          <Line key={line.number} line={line} />
        ))}
      </ol>
    </>
  );
}

function Line({ line }: { line: Activity }) {
  const { time, kind, label, text, version, tone } = line;
  return (
    <li class={`entry activity-line ${kind} ${tone ?? ""}`}>
      <span class="entry-kind">{label}</span>
      <span class="entry-text">{text}</span>
      <span class="entry-note">{version === undefined ? timeOfDay(time) : `v${version}`}</span>
    </li>
  );
}

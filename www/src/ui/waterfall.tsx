// The run as bars over time: the handler computing, and each call waiting.

import { useSignal, useSignalEffect } from "@preact/signals";
import { milliseconds } from "../format/quantity.ts";
import type { Call } from "../model/calls.ts";
import { run, running, type Run } from "../model/run.ts";

/** Bars for more calls than this would only be a smear. */
const MOST_CALLS = 12;

export function Waterfall({ now }: { now: Run | undefined }) {
  const clock = useClock();
  if (!now) return <Idle />;
  const lastSegment = now.segments.at(-1)?.at ?? 0;
  const whole = now.elapsed ?? Math.max(clock, lastSegment, 1);
  const shown = now.calls.slice(0, MOST_CALLS);
  const hidden = now.calls.length - shown.length;
  return (
    <div class="waterfall" role="img" aria-label={describe(now)}>
      <div class="lane">
        <span class="lane-name">handler</span>
        <span class="lane-track">
          {now.segments.map(({ at, segment }, index) => {
            const length = Math.min(segment.metrics.durationUs / 1_000, at);
            return <Bar key={index} kind={`compute ${segment.status}`} from={at - length} to={at} whole={whole} />;
          })}
          {now.phase === "running" && <Bar kind="compute live" from={lastSegment} to={whole} whole={whole} />}
        </span>
        <span class="lane-time">{milliseconds(whole)}</span>
      </div>
      {shown.map((call) => (
        <div class="lane" key={call.suspension.suspensionId}>
          <span class="lane-name" title={nameOf(call)}>
            {nameOf(call)}
          </span>
          <span class="lane-track">
            <Bar kind={`wait ${call.outcome}`} from={call.start} to={call.end ?? whole} whole={whole} />
          </span>
          <span class="lane-time">{milliseconds((call.end ?? whole) - call.start)}</span>
        </div>
      ))}
      {hidden > 0 && <p class="muted">{`and ${hidden} more calls`}</p>}
    </div>
  );
}

/** The place where the bars will be, so that nothing below it moves when they come. */
function Idle() {
  return (
    <div class="waterfall" aria-hidden="true">
      <div class="lane">
        <span class="lane-name muted">handler</span>
        <span class="lane-track" />
        <span class="lane-time">–</span>
      </div>
    </div>
  );
}

function Bar({ kind, from, to, whole }: { kind: string; from: number; to: number; whole: number }) {
  const percent = (part: number) => `${((Math.max(part, 0) / whole) * 100).toFixed(3)}%`;
  return <span class={`bar ${kind}`} style={{ left: percent(from), width: percent(to - from) }} />;
}

/** Milliseconds since the run on show began, ticking while it runs. */
function useClock() {
  const elapsed = useSignal(0);
  const number = run.value?.number;
  useSignalEffect(() => {
    if (!running.value) return;
    const start = performance.now();
    let frame = requestAnimationFrame(function tick() {
      elapsed.value = performance.now() - start;
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  });
  return number === undefined ? 0 : elapsed.value;
}

function nameOf({ suspension: { extensionName, method, args } }: Call): string {
  const [first] = args;
  const path = typeof first === "string" && URL.canParse(first) ? new URL(first).pathname : "";
  return `${extensionName}.${method} ${path}`.trim();
}

function describe({ segments, calls }: Run): string {
  const waits = calls.map((call) => `${nameOf(call)} ${call.end === undefined ? "waits" : milliseconds(call.end - call.start)}`);
  return [`${segments.length} segments`, ...waits].join("; ");
}

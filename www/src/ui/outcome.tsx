import type { NexusErrorData, Segment } from "nexus-kernel";
import { bytes, count, milliseconds } from "../format/quantity.ts";
import { pretty } from "../format/value.ts";
import { run, type Run } from "../model/run.ts";
import { limits } from "../model/workspace.ts";
import { showInHandler } from "./handler-editor.tsx";

const PHASES = { running: "Running", suspended: "Waiting", success: "Success", error: "Error" } as const;

export function Outcome() {
  const now = run.value;
  return (
    <section class={`card outcome ${now?.phase ?? "idle"}`} aria-labelledby="outcome-title">
      <div class="card-head">
        <h2 id="outcome-title">Result</h2>
        <span class="muted">{now && `Run ${now.number} · ${now.place === "page" ? "in the page" : "Web Worker"}`}</span>
        <span class={`badge ${now?.phase ?? "idle"}`} role="status" data-testid="status">
          {now ? PHASES[now.phase] : "Ready"}
        </span>
      </div>
      <div class="card-body answer">
        <Answer now={now} />
      </div>
      <Metrics now={now} />
    </section>
  );
}

function Answer({ now }: { now: Run | undefined }) {
  if (!now) return <p class="empty">Run the handler to see what it returns.</p>;
  if (now.error) return <Failure error={now.error} />;
  if (now.result) {
    return "returnValue" in now.result ? (
      <pre class="value" tabIndex={0} aria-label="Returned value">
        {pretty(now.result.returnValue)}
      </pre>
    ) : (
      <p class="empty">The handler returned nothing.</p>
    );
  }
  const waiting = now.calls.filter((call) => call.outcome === "waiting").length;
  if (waiting > 0) return <p class="empty">{`Waiting for ${waiting} ${waiting === 1 ? "call" : "calls"}…`}</p>;
  return <p class="empty">Computing…</p>;
}

function Failure({ error }: { error: NexusErrorData }) {
  const { code, message, location, stack } = error;
  return (
    <div class="failure" role="alert">
      <p>
        <strong class="code" data-testid="error-code">
          {code}
        </strong>
        {location && (
          <button type="button" class="place" onClick={() => showInHandler(location.line, location.column)}>
            {`line ${location.line}, column ${location.column}`}
          </button>
        )}
      </p>
      <p class="message">{message}</p>
      {stack && (
        <details>
          <summary>Stack</summary>
          <pre class="value">{stack}</pre>
        </details>
      )}
    </div>
  );
}

function Metrics({ now }: { now: Run | undefined }) {
  const segments = now?.segments.map((entry) => entry.segment) ?? [];
  const metrics = now?.result?.metrics ?? sum(segments);
  const budget = now?.job.limits ?? limits.value;
  const fuel = metrics.fuelUsed / budget.fuel;
  const hostCalls = Object.entries(metrics.hostCalls);
  return (
    <dl class="metrics">
      <div title={compilation(metrics)}>
        <dt>Computing</dt>
        <dd>{now ? milliseconds(metrics.durationUs / 1_000) : "–"}</dd>
        <dd class="detail">{now?.elapsed === undefined ? "" : `of ${milliseconds(now.elapsed)}`}</dd>
      </div>
      <div title={now ? `${metrics.fuelUsed} of ${budget.fuel} units` : undefined}>
        <dt>Fuel</dt>
        <dd>{now ? count(metrics.fuelUsed) : "–"}</dd>
        <dd class="detail gauge" style={{ "--part": now ? Math.min(fuel, 1) : 0 }} />
      </div>
      <div>
        <dt>Memory</dt>
        <dd>{now && metrics.memoryPeakBytes > 0 ? bytes(metrics.memoryPeakBytes) : "–"}</dd>
        <dd class="detail">{now && metrics.memoryPeakBytes > 0 ? "at most" : ""}</dd>
      </div>
      <div title={hostCalls.map(([name, times]) => `${name} × ${times}`).join("\n")}>
        <dt>Host calls</dt>
        <dd>{now ? hostCalls.reduce((total, [, times]) => total + times, 0) : "–"}</dd>
        <dd class="detail">{hostCalls.length > 0 ? `of ${hostCalls.length} kinds` : ""}</dd>
      </div>
    </dl>
  );
}

function compilation({ compilationTimeUs, cacheHit }: Segment["metrics"]): string | undefined {
  if (cacheHit) return "Compiled before";
  return compilationTimeUs === undefined ? undefined : `Compiled in ${milliseconds(compilationTimeUs / 1_000)}`;
}

/** The metrics of a run that is under way. */
function sum(segments: readonly Segment[]): Segment["metrics"] {
  const total = { durationUs: 0, fuelUsed: 0, memoryUsedBytes: 0, memoryPeakBytes: 0, cacheHit: false };
  const hostCalls: Record<string, number> = {};
  for (const { metrics } of segments) {
    total.durationUs += metrics.durationUs;
    total.fuelUsed += metrics.fuelUsed;
    total.memoryPeakBytes = Math.max(total.memoryPeakBytes, metrics.memoryPeakBytes);
    for (const [name, times] of Object.entries(metrics.hostCalls)) hostCalls[name] = (hostCalls[name] ?? 0) + times;
  }
  return { ...total, hostCalls };
}

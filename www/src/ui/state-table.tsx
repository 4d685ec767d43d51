import { inline, pretty } from "../format/value.ts";
import { run } from "../model/run.ts";
import { stateRows, type StateRow } from "../model/state-diff.ts";
import { state } from "../model/workspace.ts";

const WORDS: Record<StateRow["change"], string> = { none: "", added: "added", changed: "changed", removed: "removed" };

export function StateTable() {
  const now = run.value;
  const before = now?.job.state ?? ("value" in state.value ? state.value.value : {});
  const mutations = now?.segments.flatMap((entry) => entry.segment.stateMutations) ?? [];
  const rows = stateRows(before, mutations);
  const changes = rows.filter((row) => row.change !== "none").length;
  return (
    <section class="card" aria-labelledby="state-title">
      <div class="card-head">
        <h2 id="state-title">State</h2>
        <span class="muted">{now ? (changes === 0 ? "unchanged" : `${changes} changed`) : "before the run"}</span>
      </div>
      {rows.length === 0 ? (
        <p class="empty card-body">The state is empty.</p>
      ) : (
        <table class="state-table">
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key} class={row.change} data-key={row.key}>
                <th scope="row">
                  {row.key}
                  {row.change !== "none" && <span class="change">{WORDS[row.change]}</span>}
                </th>
                <td title={pretty(row.before)}>
                  <span class="clamp">{"before" in row ? inline(row.before) : "–"}</span>
                </td>
                <td title={pretty(row.after)}>
                  <span class="clamp">{!now ? "" : "after" in row ? inline(row.after) : "–"}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

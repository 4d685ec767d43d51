// The audit log, filtered, and the check of its chain.

import type { AuditEntry } from "nexus-kernel";
import { timeOfDay } from "../format/quantity.ts";
import { NO_FILTER, checkChain, checkTampered, checked, choices, entries, filter, shown, type AuditFilter } from "../model/audit.ts";
import { live } from "../model/live.ts";
import { CheckIcon, ErrorIcon } from "./icons.tsx";

/** Entries that are shown. */
const MOST = 200;

export function AuditConsole() {
  if (live.value && !live.value.host) {
    return <p class="empty card-body">The server keeps the audit log of its panels. Here is that of panels in this page.</p>;
  }
  const found = shown.value;
  const isFiltered = Object.values(filter.value).some((wanted) => wanted !== "");
  const summary = `${found.length} of ${entries.value.length} entries${found.length > MOST ? `, the newest ${MOST} shown` : ""}`;
  return (
    <>
      <form class="audit-filter" role="search" aria-label="Filter the audit log" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          placeholder="Text"
          aria-label="Text in an entry"
          value={filter.value.text}
          onInput={(event) => (filter.value = { ...filter.value, text: event.currentTarget.value })}
        />
        <Choice name="action" all="All actions" values={choices.value.action} />
        <Choice name="outcome" all="All outcomes" values={["allowed", "denied", "error"]} />
        <Choice name="panel" all="All panels" values={choices.value.panel} />
      </form>
      <p class="audit-summary muted">
        <span role="status">{summary}</span>
        {isFiltered && (
          <button type="button" class="place" onClick={() => (filter.value = NO_FILTER)}>
            Show all
          </button>
        )}
      </p>
      <Chain />
      <ol class="audit scroll" tabIndex={0} aria-label="Audit log, newest first">
        {found.slice(0, MOST).map((entry) => (
          <Entry key={entry.sequence} entry={entry} />
        ))}
      </ol>
    </>
  );
}

function Choice({ name, all, values }: { name: Exclude<keyof AuditFilter, "text">; all: string; values: readonly string[] }) {
  return (
    <select
      aria-label={`By ${name}`}
      value={filter.value[name]}
      onChange={(event) => (filter.value = { ...filter.value, [name]: event.currentTarget.value })}
    >
      <option value="">{all}</option>
      {values.map((value) => (
        <option key={value} value={value}>
          {value}
        </option>
      ))}
    </select>
  );
}

function Chain() {
  const check = checked.value;
  if (!check) return <p class="chain muted">The chain is checked in a moment.</p>;
  const { verification, complete, tampered } = check;
  const { valid, entries: good, firstSequence, lastSequence, lastHash, firstProblem } = verification;
  const isGood = valid && complete;
  const said = firstProblem
    ? `Line ${firstProblem.line}: ${firstProblem.kind}. ${firstProblem.reason}`
    : complete
      ? `Each of the entries ${firstSequence} to ${lastSequence} goes on from the one before`
      : "Entries are missing at its end";
  return (
    <div class={`chain ${isGood ? "good" : "bad"}`} role="status" data-testid="chain">
      <p>
        {isGood ? <CheckIcon /> : <ErrorIcon />}
        <strong>{tampered ? "A changed copy is found out" : isGood ? "Chain intact" : "Chain broken"}</strong>
      </p>
      <p>{said}</p>
      {isGood && lastHash && <p class="hash" title={lastHash}>{`last hash ${lastHash.slice(0, 16)}…, ${good} checked`}</p>}
      <p class="chain-actions">
        {tampered ? (
          <button type="button" class="button small" onClick={() => void checkChain()}>
            Check the log itself
          </button>
        ) : (
          <button type="button" class="button small" onClick={() => void checkTampered()}>
            Change an entry in a copy and check that
          </button>
        )}
      </p>
    </div>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { sequence, time, panel, handler, action, target, outcome, count, durationMs, hash } = entry;
  const facts = [entry.arguments, count !== undefined && `× ${count}`, durationMs !== undefined && `${durationMs} ms`].filter(Boolean);
  return (
    <li class={`audit-entry ${outcome.status}`} title={`hash ${hash}`}>
      <p class="audit-what">
        <span class="audit-number">{`#${sequence}`}</span>
        <span class="audit-action">{action}</span>
        <code>{target}</code>
        <span class={`outcome-chip ${outcome.status}`}>{outcome.status}</span>
      </p>
      {outcome.status === "denied" && <p class="audit-reason">{outcome.reason}</p>}
      {outcome.status === "error" && <p class="audit-reason">{`${outcome.code}: ${outcome.message}`}</p>}
      <p class="audit-whose">
        {[panel && (handler ? `${panel} · ${handler}` : panel), timeOfDay(time), ...facts].filter(Boolean).join(" · ")}
      </p>
    </li>
  );
}

import { useSignal } from "@preact/signals";
import type { Inspection } from "../kernel/protocol.ts";
import { inspection } from "../model/inspection.ts";
import { capabilities, grant, revoke, toggle } from "../model/workspace.ts";
import { CheckIcon, CrossIcon, PlusIcon } from "./icons.tsx";

export function CapabilityEditor() {
  const typed = useSignal("");
  const known = new Map(inspection.value?.declared.map((entry) => [entry.token, entry]));
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    // Blanks inside a scope are part of the name; around a token they are a slip.
    const token = typed.value.trim();
    if (token) grant([token]);
    typed.value = "";
  };
  const enabled = capabilities.value.filter((entry) => entry.enabled).length;
  return (
    <section class="card capabilities" aria-labelledby="capabilities-title">
      <div class="card-head">
        <h2 id="capabilities-title">Capabilities</h2>
        <span class="muted">{`${enabled} of ${capabilities.value.length} granted`}</span>
      </div>
      <div class="card-body scroll">
        <h3>Declared</h3>
        {capabilities.value.length === 0 ? (
          <p class="empty">Nothing declared, so nothing is allowed.</p>
        ) : (
          <ul class="chips">
            {capabilities.value.map(({ token, enabled }) => (
              <DeclaredChip key={token} token={token} enabled={enabled} finding={known.get(token)} />
            ))}
          </ul>
        )}
        <form class="add" onSubmit={add}>
          <input
            type="text"
            value={typed}
            onInput={(event) => (typed.value = event.currentTarget.value)}
            placeholder="state:read:key"
            aria-label="A capability token to add"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
          />
          <button type="submit" class="button small">
            <PlusIcon /> Add
          </button>
        </form>
        <Inferred found={inspection.value} />
      </div>
    </section>
  );
}

function DeclaredChip(properties: {
  token: string;
  enabled: boolean;
  finding: Inspection["declared"][number] | undefined;
}) {
  const { token, enabled, finding } = properties;
  const note = finding?.problem ?? (finding && !finding.used ? "The source does not use it" : undefined);
  const kind = finding?.problem ? "bad" : finding?.used === false ? "unused" : "";
  return (
    <li class={`chip ${enabled ? "on" : "off"} ${kind}`} title={note}>
      <button type="button" class="chip-token" aria-pressed={enabled} onClick={() => toggle(token)}>
        {token}
        {note && <span class="hidden">{` (${note})`}</span>}
      </button>
      <button type="button" class="chip-remove" aria-label={`Remove ${token}`} onClick={() => revoke(token)}>
        <CrossIcon />
      </button>
    </li>
  );
}

function Inferred({ found }: { found: Inspection | undefined }) {
  const missing = found?.inferred.filter((entry) => !entry.granted).map((entry) => entry.token) ?? [];
  return (
    <div class="inferred">
      <div class="inferred-head">
        <h3>Inferred from the source</h3>
        <button type="button" class="button small" disabled={missing.length === 0} onClick={() => grant(missing)}>
          {missing.length > 0 ? `Grant ${missing.length} missing` : "All granted"}
        </button>
      </div>
      {!found ? (
        <p class="empty">Reading the source…</p>
      ) : found.problem ? (
        <p class="empty">{found.problem.message}</p>
      ) : found.inferred.length === 0 ? (
        <p class="empty">The source needs no capability.</p>
      ) : (
        <ul class="chips">
          {found.inferred.map(({ token, granted }) => (
            <li key={token} class={`chip inferred-chip ${granted ? "granted" : "missing"}`}>
              {granted ? (
                <span class="chip-token">
                  <CheckIcon />
                  {token}
                  <span class="hidden"> (granted)</span>
                </span>
              ) : (
                <button type="button" class="chip-token" onClick={() => grant([token])} aria-label={`Grant ${token}`}>
                  <PlusIcon />
                  {token}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

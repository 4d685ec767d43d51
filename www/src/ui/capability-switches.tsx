// What the panel's handlers declare, what they need, and what the visitor lets them have.

import { refused, toggleRefusal } from "../model/document.ts";
import { findings } from "../model/findings.ts";
import type { HandlerFindings } from "../kernel/panel-protocol.ts";
import { CheckIcon, WarnIcon } from "./icons.tsx";
import { showInDocument } from "./document-editor.tsx";

export function CapabilitySwitches() {
  const handlers = findings.value?.handlers ?? [];
  const tokens = [...new Set([...handlers.flatMap(({ declared }) => declared.map(({ token }) => token)), ...refused.value])];
  return (
    <div class="scroll inspector-body">
      <h3>Granted</h3>
      {tokens.length === 0 ? (
        <p class="empty">Its handlers declare nothing, so they can do nothing but compute.</p>
      ) : (
        <>
          <p class="muted">Switch one off, then use the panel: the call that needs it is refused.</p>
          <ul class="switches">
            {tokens.map((token) => (
              <TokenSwitch key={token} token={token} handlers={handlers} />
            ))}
          </ul>
        </>
      )}
      <h3>Declared against needed, handler by handler</h3>
      {handlers.length === 0 ? <p class="empty">There are no handlers.</p> : null}
      <ul class="handlers">
        {handlers.map((handler) => (
          <Handler key={`${handler.kind} ${handler.name}`} handler={handler} />
        ))}
      </ul>
    </div>
  );
}

function TokenSwitch({ token, handlers }: { token: string; handlers: readonly HandlerFindings[] }) {
  const isOn = !refused.value.includes(token);
  const users = handlers.filter(({ declared }) => declared.some((entry) => entry.token === token)).map(({ name }) => name);
  return (
    <li>
      <label class="token-switch">
        <input type="checkbox" role="switch" checked={isOn} onChange={() => toggleRefusal(token)} />
        <code>{token}</code>
        <span class="muted">{isOn ? (users.join(", ") || "nothing declares it") : "taken away"}</span>
      </label>
    </li>
  );
}

function Handler({ handler }: { handler: HandlerFindings }) {
  const { name, kind, location, declared, inferred } = handler;
  const missing = inferred?.filter((entry) => !entry.declared) ?? [];
  const unused = declared.filter((entry) => !entry.used);
  const summary = !inferred
    ? "cannot be read"
    : missing.length + unused.length === 0
      ? "declares what it needs"
      : [missing.length && `${missing.length} missing`, unused.length && `${unused.length} unused`].filter(Boolean).join(", ");
  return (
    <li class="handler-findings" data-handler={name}>
      <p class="handler-head">
        <button type="button" class="place" onClick={() => showInDocument(location)}>
          {name}
        </button>
        <span class={missing.length > 0 ? "tone-warn" : "muted"}>{kind === "tool" ? summary : `${kind}, ${summary}`}</span>
      </p>
      <ul class="chips">
        {declared.map(({ token, used }) => {
          const isRefused = refused.value.includes(token);
          const note = isRefused ? "taken away" : used ? "declared and needed" : "declared, not needed";
          return (
            <li key={token} class={`chip ${isRefused ? "off" : used ? "granted" : "unused on"}`} title={note}>
              <span class="chip-token">
                {used && !isRefused && <CheckIcon />}
                {token}
                <span class="hidden">{` (${note})`}</span>
              </span>
            </li>
          );
        })}
        {missing.map(({ token }) => (
          <li key={token} class="chip missing" title="needed, not declared">
            <span class="chip-token">
              <WarnIcon />
              {token}
              <span class="hidden"> (needed, not declared)</span>
            </span>
          </li>
        ))}
        {declared.length + missing.length === 0 && <li class="empty">needs nothing</li>}
      </ul>
    </li>
  );
}

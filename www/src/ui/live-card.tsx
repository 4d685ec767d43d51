// The live panel, where it lives, and how it is.

import type { PanelStatus } from "nexus-kernel";
import { edited, panelSample, role } from "../model/document.ts";
import { errors } from "../model/findings.ts";
import { isWide } from "../model/inspector.ts";
import type { PanelPlace } from "../kernel/panel-places.ts";
import { live, restart } from "../model/live.ts";
import { panelPlace } from "../model/panel-place.ts";
import { panelServerStatus, sourceServer } from "../model/servers.ts";
import { ResetIcon, WidenIcon, WindowIcon } from "./icons.tsx";
import { LivePanel } from "./live-panel.tsx";

const WORDS: Record<PanelStatus, string> = {
  initializing: "Starting",
  running: "Live",
  suspended: "Waiting",
  error: "Mount failed",
  stopped: "Stopped",
};

const TONES: Record<PanelStatus, string> = {
  initializing: "running",
  running: "success",
  suspended: "suspended",
  error: "error",
  stopped: "idle",
};

export function LiveCard() {
  const now = live.value;
  return (
    <section class="card live" aria-labelledby="live-title" id="output" tabIndex={-1}>
      <div class="card-head">
        <h2 id="live-title">Live panel</h2>
        <span class={`badge ${now ? TONES[now.status] : "running"}`} role="status" data-testid="panel-status">
          {now ? WORDS[now.status] : "Starting"}
        </span>
        <button
          type="button"
          class="button quiet small widen"
          aria-pressed={isWide.value}
          onClick={() => (isWide.value = !isWide.value)}
          title="More room for the panel"
        >
          <WidenIcon /> Wide
        </button>
        <button type="button" class="button quiet small" onClick={restart} title="Make it anew, with its first state" disabled={!now?.host}>
          <ResetIcon /> Restart
        </button>
      </div>
      <Notices />
      <div class="live-body">{now && <LivePanel key={`${now.place} ${now.id}`} panel={now} />}</div>
      <div class="run-bar">
        <Places />
        <Roles />
      </div>
    </section>
  );
}

function Notices() {
  const lacks = panelSample.value?.needsSources && sourceServer.value === "missing";
  return (
    <>
      {lacks && (
        <p class="notice warn">
          This sample asks servers that are not here. <code>cargo xtask demo</code> starts them.
        </p>
      )}
      {panelPlace.value === "server" && (
        <p class="notice">
          This is the server's panel: whoever opens it shares it with you.
          {edited.value && " It is made of the sample; your edits are for the Web Worker and the page."}
        </p>
      )}
      {panelPlace.value !== "server" && errors.value.length > 0 && live.value && (
        <p class="notice warn" role="status">
          The document has errors: this is its last version without any.
        </p>
      )}
    </>
  );
}

const PLACES: readonly { name: PanelPlace; title: string }[] = [
  { name: "worker", title: "Web Worker" },
  { name: "page", title: "In the page" },
  { name: "server", title: "Server" },
];

/** Where the kernel is that the panel lives in. */
function Places() {
  const isServed = panelServerStatus.value === "there" && (panelSample.value?.served.length ?? 0) > 0;
  return (
    <>
      <fieldset class="switch">
        <legend class="hidden">Where the kernel runs</legend>
        {PLACES.filter(({ name }) => name !== "server" || isServed || panelPlace.value === "server").map(({ name, title }) => (
          <label key={name}>
            <input
              type="radio"
              name="panel-place"
              value={name}
              checked={panelPlace.value === name}
              onChange={() => (panelPlace.value = name)}
            />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      {panelPlace.value === "server" && (
        <a class="button small" href={`#server=${panelSample.value?.id}`} target="_blank" rel="noopener">
          <WindowIcon /> Open in a second window
        </a>
      )}
    </>
  );
}

/** As whom, where that makes a difference. */
function Roles() {
  const roles = panelSample.value?.roles ?? [];
  if (roles.length === 0) return null;
  return (
    <label class="roles">
      <span aria-hidden="true">As</span>
      <select aria-label="As whom" value={role.value} onChange={(event) => (role.value = Number(event.currentTarget.value))}>
        {roles.map((name, index) => (
          <option key={name} value={index}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

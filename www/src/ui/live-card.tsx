// The live panel, where it lives, and how it is.

import type { PanelStatus } from "nexus-kernel";
import { panelSample, role } from "../model/document.ts";
import { errors } from "../model/findings.ts";
import { live, panelPlace, restart } from "../model/live.ts";
import { sourceServer } from "../model/servers.ts";
import { ResetIcon } from "./icons.tsx";
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
        <button type="button" class="button quiet small" onClick={restart} title="Make it anew, with its first state" disabled={!now}>
          <ResetIcon /> Restart
        </button>
      </div>
      <Notices />
      <div class="live-body">{now && <LivePanel key={now.id} id={now.id} host={now.host} title={now.start.title} />}</div>
      <div class="run-bar">
        <fieldset class="switch">
          <legend class="hidden">Where the kernel runs</legend>
          {(["worker", "page"] as const).map((name) => (
            <label key={name}>
              <input
                type="radio"
                name="panel-place"
                value={name}
                checked={panelPlace.value === name}
                onChange={() => (panelPlace.value = name)}
              />
              <span>{name === "page" ? "In the page" : "Web Worker"}</span>
            </label>
          ))}
        </fieldset>
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
      {errors.value.length > 0 && live.value && (
        <p class="notice warn" role="status">
          The document has errors: this is its last version without any.
        </p>
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
      <span>As</span>
      <select value={role.value} onChange={(event) => (role.value = Number(event.currentTarget.value))}>
        {roles.map((name, index) => (
          <option key={name} value={index}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

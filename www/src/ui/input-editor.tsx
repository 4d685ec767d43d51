import { json, jsonParseLinter } from "@codemirror/lang-json";
import { linter } from "@codemirror/lint";
import { useSignal, type Signal } from "@preact/signals";
import type { Parsed } from "../format/json.ts";
import { MOST, args, argsText, limits, state, stateText, type Limits } from "../model/workspace.ts";
import { CodeMirror } from "./code-mirror.tsx";
import { TabPanel, Tabs } from "./tabs.tsx";

const extensions = [json(), linter(jsonParseLinter(), { delay: 150 })];

const TABS = [
  { id: "state", title: "State" },
  { id: "args", title: "Arguments" },
  { id: "limits", title: "Limits" },
] as const;

type Tab = (typeof TABS)[number]["id"];

export function InputEditor() {
  const open = useSignal<Tab>("state");
  const problems: Record<Tab, boolean> = {
    state: "problem" in state.value,
    args: "problem" in args.value,
    limits: false,
  };
  return (
    <section class="card inputs" aria-label="Inputs">
      <Tabs
        name="inputs"
        label="Inputs"
        open={open}
        tabs={TABS.map((tab) => ({
          ...tab,
          note: problems[tab.id] && <span class="dot" role="img" aria-label="has a mistake" />,
        }))}
      />
      <TabPanel name="inputs" id="state" open={open.value === "state"}>
        <JsonEditor text={stateText} parsed={state.value} label="State before the run, as JSON" />
      </TabPanel>
      <TabPanel name="inputs" id="args" open={open.value === "args"}>
        <JsonEditor text={argsText} parsed={args.value} label="Arguments, as JSON" />
      </TabPanel>
      <TabPanel name="inputs" id="limits" open={open.value === "limits"}>
        <LimitFields />
      </TabPanel>
    </section>
  );
}

function JsonEditor({ text, parsed, label }: { text: Signal<string>; parsed: Parsed; label: string }) {
  return (
    <>
      <CodeMirror text={text} extensions={extensions} label={label} />
      <p class="json-problem" role="status">
        {"problem" in parsed ? parsed.problem : ""}
      </p>
    </>
  );
}

const FIELDS: readonly { name: keyof Limits; title: string; unit: string; help: string; step: number }[] = [
  { name: "timeoutMs", title: "Time", unit: "ms", help: "Computing only; waiting for calls does not count.", step: 100 },
  { name: "fuel", title: "Fuel", unit: "units", help: "Every loop and every function pays. The same on every machine.", step: 1_000_000 },
];

function LimitFields() {
  return (
    <div class="limits">
      {FIELDS.map(({ name, title, unit, help, step }) => (
        <div class="field" key={name}>
          <label for={`limit-${name}`}>{title}</label>
          <div class="field-input">
            <input
              id={`limit-${name}`}
              type="number"
              min={1}
              max={MOST[name]}
              step={step}
              value={limits.value[name]}
              aria-describedby={`help-${name}`}
              onChange={(event) => {
                const wanted = Math.round(event.currentTarget.valueAsNumber);
                const kept = Number.isFinite(wanted) ? Math.min(Math.max(wanted, 1), MOST[name]) : limits.value[name];
                limits.value = { ...limits.value, [name]: kept };
                event.currentTarget.value = String(kept);
              }}
            />
            <span class="muted">{unit}</span>
          </div>
          <p id={`help-${name}`} class="muted">
            {help}
          </p>
        </div>
      ))}
    </div>
  );
}

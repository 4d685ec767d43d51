// The playground: one handler, what it is given, and what it does.

import { useEffect } from "preact/hooks";
import { start } from "../model/run.ts";
import { CapabilityEditor } from "./capability-editor.tsx";
import { HandlerEditor } from "./handler-editor.tsx";
import { InputEditor } from "./input-editor.tsx";
import { Outcome } from "./outcome.tsx";
import { SampleBar } from "./sample-bar.tsx";
import { StateTable } from "./state-table.tsx";
import { Timeline } from "./timeline.tsx";

export function HandlersView() {
  useEffect(() => {
    const run = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void start();
    };
    // While capturing, or the editor takes the key for a new line.
    addEventListener("keydown", run, { capture: true });
    return () => removeEventListener("keydown", run, { capture: true });
  }, []);
  return (
    <>
      <SampleBar />
      <main class="bench">
        <div class="column">
          <HandlerEditor />
          <div class="setup">
            <CapabilityEditor />
            <InputEditor />
          </div>
        </div>
        <div class="column output" id="output" tabIndex={-1} role="region" aria-label="Output">
          <Outcome />
          <StateTable />
          <Timeline />
        </div>
      </main>
    </>
  );
}

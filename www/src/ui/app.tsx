import { useEffect } from "preact/hooks";
import { start } from "../model/run.ts";
import { CapabilityEditor } from "./capability-editor.tsx";
import { HandlerEditor } from "./handler-editor.tsx";
import { Header } from "./header.tsx";
import { InputEditor } from "./input-editor.tsx";
import { Outcome } from "./outcome.tsx";
import { SampleBar } from "./sample-bar.tsx";
import { StateTable } from "./state-table.tsx";
import { Timeline } from "./timeline.tsx";

export function App() {
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
      <a class="skip" href="#output" onClick={skipToOutput}>
        Skip to the output
      </a>
      <Header />
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

/** Without changing the address, which is the document. */
function skipToOutput(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("output")?.focus();
}

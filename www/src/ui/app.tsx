import { view } from "../model/link.ts";
import { HandlersView } from "./handlers-view.tsx";
import { Header } from "./header.tsx";
import { PanelsView } from "./panels-view.tsx";

export function App() {
  return (
    <>
      <a class="skip" href="#output" onClick={skipToOutput}>
        {view.value === "panels" ? "Skip to the live panel" : "Skip to the output"}
      </a>
      <Header />
      {view.value === "panels" ? <PanelsView /> : <HandlersView />}
    </>
  );
}

/** Without changing the address, which is the document. */
function skipToOutput(event: MouseEvent): void {
  event.preventDefault();
  document.getElementById("output")?.focus();
}

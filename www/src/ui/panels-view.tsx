// The workspace: a document, the panel that it is, and what that does.

import { isWide } from "../model/inspector.ts";
import { DocumentEditor } from "./document-editor.tsx";
import { Gallery } from "./gallery.tsx";
import { Inspector } from "./inspector.tsx";
import { LiveCard } from "./live-card.tsx";

export function PanelsView() {
  return (
    <>
      <Gallery />
      <main class={`workspace ${isWide.value ? "wide" : ""}`}>
        <DocumentEditor />
        <LiveCard />
        <Inspector />
      </main>
    </>
  );
}

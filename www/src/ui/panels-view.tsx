// The workspace: a document, the panel that it is, and what that does.

import { DocumentEditor } from "./document-editor.tsx";
import { Gallery } from "./gallery.tsx";
import { Inspector } from "./inspector.tsx";
import { LiveCard } from "./live-card.tsx";

export function PanelsView() {
  return (
    <>
      <Gallery />
      <main class="workspace">
        <DocumentEditor />
        <LiveCard />
        <Inspector />
      </main>
    </>
  );
}

// <nexus-panel> for the panel on show: over a port to a kernel in this page or in a Web Worker, over WebSocket to a server.

import "nexus-kernel/element";
import { useEffect, useRef } from "preact/hooks";
import { panelServer } from "../kernel/panel-places.ts";
import type { LivePanel as Live } from "../model/live.ts";

export function LivePanel({ panel }: { panel: Live }) {
  const place = useRef<HTMLDivElement>(null);
  const { id, host } = panel;
  useEffect(() => {
    const element = document.createElement("nexus-panel");
    // Under the card's own heading.
    element.headingLevel = 3;
    const { port1, port2 } = new MessageChannel();
    if (host) {
      element.port = port1;
      void host.connect(id, port2);
    } else {
      element.src = panelServer?.addressOf(id) ?? "";
    }
    place.current?.replaceChildren(element);
    return () => {
      element.remove();
      port1.close();
    };
  }, [id, host]);
  return <div class="live-place" ref={place} />;
}

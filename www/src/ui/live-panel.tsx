// <nexus-panel>, connected to a panel of a kernel in this page or in a Web Worker: both speak over a port.

import { useEffect, useRef } from "preact/hooks";
import type { PanelHost } from "../kernel/panel-protocol.ts";

interface Properties {
  readonly id: string;
  readonly host: PanelHost;
  readonly title: string;
}

export function LivePanel({ id, host, title }: Properties) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = document.createElement("nexus-panel") as HTMLElement & { port?: MessagePort };
    const { port1, port2 } = new MessageChannel();
    element.port = port1;
    void host.connect(id, port2);
    place.current?.replaceChildren(element);
    return () => {
      element.remove();
      port1.close();
    };
  }, [id, host]);
  return <div class="live-place" ref={place} role="region" aria-label={title} />;
}

// `import "nexus-kernel/element"`: defines <nexus-panel>.

import { connectPanel } from "../client/connect.js";
import type * as api from "./api.js";
import { ButtonComponent } from "./components/button.js";
import { ChartComponent } from "./components/chart.js";
import { ContainerComponent } from "./components/container.js";
import { CustomComponent } from "./components/custom-component.js";
import { InputComponent } from "./components/input.js";
import { IfComponent, IterateComponent, LayoutComponent } from "./components/layout.js";
import { LogStreamComponent } from "./components/log-stream.js";
import { MetricComponent } from "./components/metric.js";
import { StatusBadgeComponent } from "./components/status-badge.js";
import { SwitchComponent } from "./components/switch.js";
import { TextComponent } from "./components/text.js";
import { UnknownComponent } from "./components/unknown.js";
import { NexusPanelElement as Element } from "./panel-element.js";
import { ToastsElement } from "./toasts.js";

const ELEMENTS: Readonly<Record<string, CustomElementConstructor>> = {
  "nexus-panel-button": ButtonComponent,
  "nexus-panel-chart": ChartComponent,
  "nexus-panel-container": ContainerComponent,
  "nexus-panel-custom": CustomComponent,
  "nexus-panel-if": IfComponent,
  "nexus-panel-input": InputComponent,
  "nexus-panel-iterate": IterateComponent,
  "nexus-panel-layout": LayoutComponent,
  "nexus-panel-log-stream": LogStreamComponent,
  "nexus-panel-metric": MetricComponent,
  "nexus-panel-status-badge": StatusBadgeComponent,
  "nexus-panel-switch": SwitchComponent,
  "nexus-panel-text": TextComponent,
  "nexus-panel-toasts": ToastsElement,
  "nexus-panel-unknown": UnknownComponent,
  "nexus-panel": Element,
};

// A page that holds this module twice has the elements of the first.
if (!customElements.get("nexus-panel")) {
  for (const [name, constructor] of Object.entries(ELEMENTS)) customElements.define(name, constructor);
}

export const NexusPanelElement: api.NexusPanelElementClass = (customElements.get("nexus-panel") as unknown) as api.NexusPanelElementClass;
export { connectPanel };

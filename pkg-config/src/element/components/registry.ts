import { html, type TemplateResult } from "lit";
import type { ViewElement } from "../../panel-types.js";
import type { PanelHost } from "../host.js";

/** What an element is rendered with. */
export interface Rendering {
  readonly host: PanelHost;
  readonly filter: string;
  readonly level: number;
  readonly placement: string;
}

/** How each component is rendered: templates are told apart by where they stand in the source, so each has its own. */
const TEMPLATES = new Map<string, (node: ViewElement, rendering: Rendering) => TemplateResult>([
  ["Layout", (node, { host, filter, level, placement }) => html`<nexus-panel-layout .node=${node} .host=${host} .placement=${placement} .filter=${filter} .level=${level}></nexus-panel-layout>`],
  ["Container", (node, { host, filter, level, placement }) => html`<nexus-panel-container .node=${node} .host=${host} .placement=${placement} .filter=${filter} .level=${level}></nexus-panel-container>`],
  ["If", (node, { host, filter, level, placement }) => html`<nexus-panel-if .node=${node} .host=${host} .placement=${placement} .filter=${filter} .level=${level}></nexus-panel-if>`],
  ["Iterate", (node, { host, filter, level, placement }) => html`<nexus-panel-iterate .node=${node} .host=${host} .placement=${placement} .filter=${filter} .level=${level}></nexus-panel-iterate>`],
  ["Text", (node, { host, placement }) => html`<nexus-panel-text .node=${node} .host=${host} .placement=${placement}></nexus-panel-text>`],
  ["Metric", (node, { host, placement }) => html`<nexus-panel-metric .node=${node} .host=${host} .placement=${placement}></nexus-panel-metric>`],
  ["StatusBadge", (node, { host, placement }) => html`<nexus-panel-status-badge .node=${node} .host=${host} .placement=${placement}></nexus-panel-status-badge>`],
  ["LogStream", (node, { host, filter, placement }) => html`<nexus-panel-log-stream .node=${node} .host=${host} .placement=${placement} .filter=${filter}></nexus-panel-log-stream>`],
  ["Chart", (node, { host, filter, placement }) => html`<nexus-panel-chart .node=${node} .host=${host} .placement=${placement} .filter=${filter}></nexus-panel-chart>`],
  ["Input", (node, { host, placement }) => html`<nexus-panel-input .node=${node} .host=${host} .placement=${placement}></nexus-panel-input>`],
  ["Button", (node, { host, placement }) => html`<nexus-panel-button .node=${node} .host=${host} .placement=${placement}></nexus-panel-button>`],
  ["Action", (node, { host, placement }) => html`<nexus-panel-button .node=${node} .host=${host} .placement=${placement}></nexus-panel-button>`],
  ["Switch", (node, { host, placement }) => html`<nexus-panel-switch .node=${node} .host=${host} .placement=${placement}></nexus-panel-switch>`],
  ["CustomComponent", (node, { host, filter, level, placement }) => html`<nexus-panel-custom .node=${node} .host=${host} .placement=${placement} .filter=${filter} .level=${level}></nexus-panel-custom>`],
]);

/** Renders an element of a view. */
export function renderElement(node: ViewElement, rendering: Rendering): TemplateResult {
  const template = TEMPLATES.get(node.type);
  return template ? template(node, rendering) : html`<nexus-panel-unknown .node=${node} .host=${rendering.host} .placement=${rendering.placement}></nexus-panel-unknown>`;
}


import { html } from "lit";
import { textOf, wordOf } from "../text.js";
import { PanelComponent } from "./component.js";

/** A heading, a paragraph, code or small print. */
export class TextComponent extends PanelComponent {
  protected override template(): unknown {
    const content = textOf(this.prop("content"));
    switch (wordOf(this.prop("variant"), ["body", "h1", "h2", "h3", "h4", "code", "caption"])) {
      case "h1":
        return html`<h1>${content}</h1>`;
      case "h2":
        return html`<h2>${content}</h2>`;
      case "h3":
        return html`<h3>${content}</h3>`;
      case "h4":
        return html`<h4>${content}</h4>`;
      case "code":
        return html`<pre tabindex="0" role="group" aria-label="Code"><code>${content}</code></pre>`;
      case "caption":
        return html`<p class="caption">${content}</p>`;
      default:
        return html`<p class="body">${content}</p>`;
    }
  }
}

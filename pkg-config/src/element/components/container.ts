import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { textOf, wordOf } from "../text.js";
import { ParentComponent } from "./children.js";

/** A part of the panel with a title. */
export class ContainerComponent extends ParentComponent {
  get #title(): string {
    return textOf(this.prop("title"));
  }

  protected override get childLevel(): number {
    return Math.min(6, this.level + (this.#title ? 1 : 0));
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    this.dataset["variant"] = wordOf(this.prop("variant"), ["card", "panel", "section", "transparent"]);
    const title = this.#title;
    if (title) {
      this.setAttribute("role", "group");
      this.setAttribute("aria-label", title);
    } else {
      this.removeAttribute("role");
      this.removeAttribute("aria-label");
    }
  }

  protected override template(): unknown {
    const title = this.#title;
    return html`${title ? heading(this.level, title) : nothing}
      <div class="grid">${this.renderChildren()}</div>`;
  }
}

function heading(level: number, title: string): TemplateResult {
  switch (level) {
    case 2:
      return html`<h2 class="title">${title}</h2>`;
    case 3:
      return html`<h3 class="title">${title}</h3>`;
    case 4:
      return html`<h4 class="title">${title}</h4>`;
    case 5:
      return html`<h5 class="title">${title}</h5>`;
    default:
      return html`<h6 class="title">${title}</h6>`;
  }
}

import { html, nothing, render } from "lit";
import type { CustomRegistration } from "../host.js";
import { textOf } from "../text.js";
import { ParentComponent } from "./children.js";

/** Properties that say which component it is. */
const OWN = ["module", "component"];

/** A component that the embedder has registered; nothing is ever loaded for one. */
export class CustomComponent extends ParentComponent {
  #element: HTMLElement | undefined;
  #registration: CustomRegistration | undefined;
  #heard = new Set<string>();

  override get label(): string {
    return textOf(this.prop("component"));
  }

  protected override get methods(): Readonly<Record<string, (...args: unknown[]) => void>> {
    const element = this.#element as unknown as Record<string, unknown> | undefined;
    const methods = (this.#registration?.methods ?? []).filter((name) => typeof element?.[name] === "function");
    return Object.fromEntries(methods.map((name) => [name, (...args: unknown[]) => void (element![name] as Function)(...args)]));
  }

  protected override template(): unknown {
    const [module, name] = OWN.map((property) => textOf(this.prop(property))) as [string, string];
    const registration = this.host.custom(module, name);
    if (!registration) return html`<p class="notice">This page has no component “${name}” of “${module}”.</p>`;
    if (this.#registration?.tagName !== registration.tagName) {
      this.#element = document.createElement(registration.tagName);
      this.#heard.clear();
      // Until then it has no properties to be given.
      void customElements.whenDefined(registration.tagName).then(() => this.requestUpdate());
    }
    this.#registration = registration;
    const element = this.#element!;
    this.#give(element);
    this.#listen(element);
    if (this.node.children.length > 0) render(this.renderChildren(), element);
    return element ?? nothing;
  }

  #give(element: HTMLElement): void {
    for (const name of Object.keys(this.node.props)) {
      if (OWN.includes(name) || !isOfComponent(element, name)) continue;
      const value = this.prop(name);
      if ((element as never)[name] !== value) (element as unknown as Record<string, unknown>)[name] = value;
    }
  }

  #listen(element: HTMLElement): void {
    const listen = (event: string, listener: (event: Event) => void) => {
      if (this.#heard.has(event)) return;
      this.#heard.add(event);
      element.addEventListener(event, listener);
    };
    for (const event of Object.keys(this.node.on ?? {})) {
      if (event === "trigger") continue;
      listen(event, ({ detail }: Event & { detail?: unknown }) => {
        void this.run(event, typeof detail === "object" && detail !== null ? detail : undefined);
      });
    }
    const bound = Object.keys(this.node.bind ?? {});
    if (bound.length === 0) return;
    for (const event of ["input", "change", ...bound.map((name) => `${name}-changed`)]) listen(`${event}`, () => this.#changed(element));
  }

  #changed(element: HTMLElement): void {
    for (const [name, path] of Object.entries(this.node.bind ?? {})) {
      const value = (element as unknown as Record<string, unknown>)[name];
      if (JSON.stringify(value) !== JSON.stringify(this.prop(name))) void this.host.set(path, value);
    }
  }
}

/** Whether a property is the component's own: what every element has, `innerHTML` among it, no panel sets. */
function isOfComponent(element: HTMLElement, name: string): boolean {
  return name in element && !(name in HTMLElement.prototype);
}

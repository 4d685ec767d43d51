// The workspace of panels, through its visitor's eyes.

import { inflateRawSync } from "node:zlib";
import { openPage, write } from "./site.mjs";

const DOCUMENT = "Panel document";

/** Opens the workspace and waits for its panel. */
export async function openWorkspace(site, { hash = "", ...options } = {}) {
  const { page, problems } = await openPage(site, hash, options);
  const workspace = new Workspace(page, problems);
  await workspace.status.filter({ hasText: /Live|Waiting|Mount failed/ }).waitFor({ timeout: 20_000 });
  return workspace;
}

export class Workspace {
  constructor(page, problems) {
    this.page = page;
    this.problems = problems;
    this.status = page.getByTestId("panel-status");
    /** The element, whose insides the locators below reach. */
    this.panel = page.locator("nexus-panel");
    this.problemList = page.getByRole("list", { name: "Problems" });
    this.chain = page.getByTestId("chain");
  }

  write(text) {
    return write(this.page, DOCUMENT, text);
  }

  /** What the address holds once it has followed: the document and what is refused it, or the name of a sample. */
  async address() {
    await this.page.waitForTimeout(500);
    const [, kind, value] = /#(\w+)=(.*)$/.exec(this.page.url());
    return kind === "nxml" ? JSON.parse(inflateRawSync(Buffer.from(value, "base64url")).toString()) : { [kind]: value };
  }

  tab(name) {
    return this.page.getByRole("tab", { name: new RegExp(`^${name}`) }).click();
  }

  sample(title) {
    return this.page.getByRole("navigation", { name: "Sample panels" }).getByRole("button", { name: title }).click();
  }

  try(title) {
    return this.page.getByRole("group", { name: "Changes to try" }).getByRole("button", { name: title }).click();
  }

  /** A value of the state, as the tree shows it. */
  leaf(path) {
    return this.page.locator(`[data-path="${path}"]`);
  }

  close() {
    return this.page.context().close();
  }
}

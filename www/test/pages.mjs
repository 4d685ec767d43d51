// The site for the tests of a file, each with a page of its own.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSite } from "./site.mjs";

/**
 * @param {typeof import("./workspace.mjs").openWorkspace} open opens the page
 * @returns what makes a test: `check` is given what `open` answered, its page and the site. The page's console must stay clean
 */
export function onPages(open) {
  let site;
  before(async () => {
    site = await startSite();
  });
  after(() => site?.stop());
  return (name, options, check) =>
    test(name, async () => {
      const opened = await open(site, options);
      try {
        await check(opened, opened.page, site);
        assert.deepEqual(opened.problems, []);
      } finally {
        await opened.close();
      }
    });
}

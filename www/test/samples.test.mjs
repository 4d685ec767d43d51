// Each sample shows what it promises, in the page and in a Web Worker.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { openPlayground, startSite } from "./site.mjs";

let site;
before(async () => {
  site = await startSite();
});
after(() => site?.stop());

for (const place of ["page", "worker"]) {
  describe(place === "page" ? "in the page" : "in a Web Worker", () => {
    const sample = (title, check) =>
      test(title, async () => {
        const playground = await openPlayground(site, { place });
        try {
          await playground.sample(title);
          await check(playground);
          assert.deepEqual(playground.problems, []);
        } finally {
          await playground.close();
        }
      });

    sample("Counter", async (playground) => {
      await playground.run();
      assert.equal(await playground.status.textContent(), "Success");
      assert.equal(await playground.answer.textContent(), "5");
      assert.deepEqual(await playground.state("count"), { change: "changed", cells: ["4", "5"] });
      assert.deepEqual(await playground.state("history"), { change: "changed", cells: ["[2,3,4]", "[2,3,4,5]"] });
      assert.deepEqual(await playground.entries("event"), [
        ["event", 'counted {"count":5}', ""],
        ["toast", "Reached 5", "success"],
      ]);
      const [[type, command]] = await playground.entries("view");
      assert.equal(type, "custom");
      assert.match(command, /^#total .*setProp.*5/);
      assert.deepEqual((await playground.entries("log")).map(([level]) => level), ["debug"]);
      assert.equal(await playground.segments.count(), 1);
      assert.match(await playground.page.locator(".metrics").textContent(), /Fuel\d/);
      assert.equal(await playground.page.getByRole("button", { name: "All granted" }).isDisabled(), true);
    });

    sample("Two requests at once", async (playground) => {
      // Watched from inside: a look from outside may come too late for what lasts a moment.
      await playground.page.evaluate(() => {
        globalThis.seen = [];
        new MutationObserver(() => {
          const waiting = document.querySelectorAll(".bar.wait.waiting").length;
          seen.push(`${document.querySelector(".badge").textContent} for ${waiting}`);
        }).observe(document.querySelector(".output"), { subtree: true, childList: true, attributes: true, characterData: true });
      });
      await playground.run();
      const seen = [...new Set(await playground.page.evaluate(() => globalThis.seen))];
      // Between the last answer and the end there may be a picture or none.
      const steps = seen.filter((step) => step !== "Waiting for 0");
      assert.deepEqual(steps, ["Running for 0", "Waiting for 2", "Waiting for 1", "Success for 0"]);
      assert.equal(await playground.answer.textContent(), '"light snow, 3 headlines"');
      const calls = await playground.entries("call");
      assert.deepEqual(
        calls.map(([, text]) => text),
        [
          `http.get("${site.api}/sample/weather?city=Oslo&delay=350")`,
          `http.get("${site.api}/sample/news?delay=150")`,
        ],
      );
      const [slow, quick] = calls.map(([, , note]) => Number(/^200 in (\d+) ms$/.exec(note)?.[1]));
      assert.ok(slow >= 345 && slow < 2_000, `${slow} ms`);
      assert.ok(quick >= 145 && quick < slow, `${quick} ms beside ${slow} ms`);
      assert.equal((await playground.state("weather")).change, "changed");
      assert.equal(await playground.segments.last().locator(".ending").textContent(), "returned");
      // Two that were made together belong to the segment that made them.
      assert.equal(await playground.segments.first().locator(".entry.call").count(), 2);
    });

    sample("Denied", async (playground) => {
      await playground.run();
      assert.equal(await playground.status.textContent(), "Success");
      const { greeting, refused } = JSON.parse(await playground.answer.textContent());
      assert.equal(greeting, "Hello, Ada");
      assert.deepEqual(refused, ["PERMISSION_DENIED", "PERMISSION_DENIED", "PERMISSION_DENIED"]);
      assert.deepEqual(await playground.entries("denial"), [
        ["denied", "state.get", "needs state:read:password"],
        ["denied", "state.set", "needs state:write:profile"],
        ["denied", "ext.http.post", "needs ext:http.post"],
      ]);
      assert.deepEqual((await playground.entries("log")).map(([level]) => level), ["warn", "warn", "warn"]);
      assert.equal((await playground.state("profile")).change, "none");
      await playground.page.getByRole("button", { name: "Grant 3 missing" }).waitFor();
    });

    sample("Runaway loop", async (playground) => {
      const { page } = playground;
      const start = performance.now();
      await playground.run();
      const elapsed = performance.now() - start;
      assert.ok(elapsed < 2_500, `took ${elapsed} ms`);
      assert.equal(await playground.errorCode.textContent(), "TIMEOUT");
      assert.deepEqual(await playground.state("started"), { change: "changed", cells: ["false", "true"] });
      const marked = await page.locator(".cm-line.error-line").textContent();
      assert.match(marked, /numbers\.toSorted\(\);.*TIMEOUT/);
      // The page and its kernel live on.
      await playground.sample("Counter");
      await playground.run();
      assert.equal(await playground.answer.textContent(), "5");
    });
  });
}

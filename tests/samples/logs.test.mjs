import assert from "node:assert/strict";
import { test } from "node:test";
import { opened, until } from "./harness.mjs";

const filled = (shown) => until(() => shown.panel.computed.kept >= 9_500 && shown.panel.info().suspendedRuns === 0, "the backlog");
const lines = (shown) => shown.byId("lines").props.data;
const metric = (shown, label) => shown.elements().find(({ props }) => props.label === label).props;

/** The newest `count` lines of the source, as the panel writes them. */
async function told(sources, count) {
  const { next } = await (await fetch(`${sources.origin}/logs?limit=1`)).json();
  const found = [];
  for (let after = next - count; after < next; after += 4000) {
    const answer = await (await fetch(`${sources.origin}/logs?after=${after}&limit=4000`)).json();
    found.push(...answer.lines.map(({ at, level, service, message }) => `${at.slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${service.padEnd(8)} ${message}`));
  }
  return found.slice(0, count);
}

test("the newest lines are there, in order, and more follow as they come", opened("logs", async ({ shown, sources, clock }) => {
  await filled(shown);
  assert.deepEqual(lines(shown), await told(sources, lines(shown).length));
  for (let tick = 1; tick <= 5; tick++) {
    const before = lines(shown).at(-1);
    clock.pass(2000);
    await until(() => lines(shown).at(-1) !== before);
  }
  assert.deepEqual(lines(shown), await told(sources, lines(shown).length));
}));

test("never more than 10 000 lines are kept, and never fewer than 9 500 of that many", opened("logs", async ({ shown, sources, clock }) => {
  await filled(shown);
  await shown.enter("following", false);
  for (let tick = 1; tick <= 80; tick++) {
    clock.pass(2000);
    await shown.panel.trigger("follow");
    const { kept } = shown.panel.computed;
    assert.ok(kept >= 9_500 && kept <= 10_000, String(kept));
  }
  assert.deepEqual(lines(shown), await told(sources, lines(shown).length));
  // A long pause: what would be thrown away is not asked for.
  clock.pass(3_600_000);
  await shown.panel.trigger("follow");
  assert.deepEqual(lines(shown), await told(sources, lines(shown).length));
}));

test("what follows costs as much as is new, whatever is kept", opened("logs", async ({ shown, clock }) => {
  await filled(shown);
  const sizes = [];
  shown.panel.on("patch", (patch) => sizes.push([patch.mutations.map(({ key }) => key).join(), JSON.stringify(patch).length]));
  for (let tick = 1; tick <= 10; tick++) {
    clock.pass(2000);
    await until(() => sizes.length === tick);
  }
  for (const [keys, size] of sizes) {
    assert.equal(keys, "newest,last");
    assert.ok(size < 20_000, `${size} characters`);
  }
}));

test("levels and texts choose lines", opened("logs", async ({ shown }) => {
  await filled(shown);
  const all = lines(shown);
  const isAtLeast = (...levels) => all.filter((line) => levels.includes(line.slice(13, 18).trim()));
  await shown.press("Error");
  assert.deepEqual(lines(shown), isAtLeast("ERROR"));
  assert.ok(lines(shown).length > 50);
  assert.equal(metric(shown, "Errors").value, lines(shown).length);
  await shown.press("Warn");
  assert.deepEqual(lines(shown), isAtLeast("WARN", "ERROR"));
  await shown.press("Info");
  assert.deepEqual(lines(shown), isAtLeast("INFO", "WARN", "ERROR"));
  await shown.enter("text", " /CHECKOUT ");
  assert.deepEqual(lines(shown), isAtLeast("INFO", "WARN", "ERROR").filter((line) => line.includes("/checkout")));
  assert.equal(metric(shown, "Lines").value, lines(shown).length);
  assert.equal(metric(shown, "Lines").unit, `of ${all.length}`);
  await shown.press("All");
  await shown.enter("text", "");
  assert.deepEqual(lines(shown), all);
}));

test("nothing that matches is said, and so is nothing at all", opened("logs", async ({ shown }) => {
  await filled(shown);
  await shown.enter("text", "no such words");
  assert.deepEqual(lines(shown), []);
  assert.match(shown.text, /No line matches/);
  await shown.enter("following", false);
  await shown.press("Clear");
  assert.match(shown.text, /No lines yet/);
  assert.equal(await shown.press("Clear"), undefined, "there is nothing to clear");
}));

test("after clearing only new lines are there", opened("logs", async ({ shown, sources, clock }) => {
  await filled(shown);
  await shown.press("Clear");
  clock.pass(2000);
  await until(() => lines(shown).length > 0);
  assert.deepEqual(lines(shown), await told(sources, 16));
}));

test("a paused viewer stands still, and catches up", opened("logs", async ({ shown, sources, clock }) => {
  await filled(shown);
  await shown.enter("following", false);
  const { version } = shown.panel;
  clock.pass(6000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(shown.panel.version, version);
  assert.equal(shown.byId("source").props.value, "paused");
  assert.equal(shown.byId("lines").props.autoScroll, false);
  await shown.enter("following", true);
  clock.pass(2000);
  await until(() => lines(shown).length === 9_500 + 64);
  assert.deepEqual(lines(shown), await told(sources, lines(shown).length));
}));

for (const [kind, said] of [["error", /out of order \(status 503\)/], ["garbage", /malformed JSON/], ["noise", /no log/]]) {
  test(`a source in trouble (${kind}) is told once, and the lines stay`, opened("logs", async ({ shown, sources, clock }) => {
    await filled(shown);
    await shown.enter("following", false);
    const before = lines(shown);
    sources.trouble("/logs", kind);
    clock.pass(2000);
    await shown.panel.trigger("follow");
    await shown.panel.trigger("follow");
    assert.equal(shown.toasts.length, 1);
    assert.match(shown.text, said);
    assert.equal(shown.byId("source").props.status, "error");
    assert.deepEqual(lines(shown), before);
    sources.trouble("/logs");
    await shown.panel.trigger("follow");
    assert.equal(shown.toasts.at(-1), "success: The log is back");
    assert.deepEqual(lines(shown), await told(sources, lines(shown).length));
  }));
}

test("lines of any length and alphabet fit", async () => {
  const { createServer } = await import("node:http");
  const line = (seq) => ({ seq, at: "2026-11-22T08:20:00.000Z", level: "warn", service: "ünïcode", message: "🦭".repeat(300) });
  const lines = Array.from({ length: 10_000 }, (_, index) => line(index + 1));
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://host");
    const limit = Math.min(Number(searchParams.get("limit")), 150);
    const after = Number(searchParams.get("after") ?? lines.length - limit);
    const some = lines.slice(after, after + limit);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ next: after + some.length, end: lines.length, lines: some }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { createKernel, httpExtension } = await import("nexus-kernel");
  const { samples } = await import("../../samples/samples.mjs");
  const { documentOf } = await import("./harness.mjs");
  const host = `127.0.0.1:${server.address().port}`;
  const kernel = await createKernel({ extensions: [httpExtension({ allowedDomains: [host], allowPrivateNetworks: true })] });
  try {
    const panel = await kernel.panels.create(await documentOf(samples.find(({ id }) => id === "logs")), { state: { origin: `http://${host}`, following: false } });
    const failures = [];
    panel.on("error", ({ error }) => failures.push(error.message));
    await until(() => panel.state.last === 10_000 || failures.length > 0, "all lines");
    assert.deepEqual(failures, []);
    const { oldest, older, newest } = panel.state;
    const kept = [...oldest, ...older, ...newest];
    assert.ok(kept.length > 1000, `${kept.length} lines fit`);
    assert.match(kept.at(-1), /^08:20:00\.000 WARN {2}ünïcode  (🦭){249,250}…$/u);
  } finally {
    await kernel.close();
    server.close();
    server.closeAllConnections();
  }
});

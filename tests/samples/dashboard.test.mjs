import assert from "node:assert/strict";
import { test } from "node:test";
import { opened, until } from "./harness.mjs";

const filled = (shown) => until(() => shown.state.points.length > 0, "points");
const charts = (shown) => shown.elements().filter(({ type }) => type === "Chart").map(({ props }) => props);

test("four charts show what the source says", opened("dashboard", async ({ shown, sources }) => {
  await filled(shown);
  const { points, pages } = await (await fetch(`${sources.origin}/metrics?points=60`)).json();
  assert.deepEqual(charts(shown).map(({ type, yKey, data }) => `${type} ${yKey} ${data.length}`), ["area requests 60", "line latencyMs 60", "bar requests 5", "pie requests 5"]);
  const [{ data, xKey }] = charts(shown);
  assert.equal(data.at(-1).requests, points.at(-1).requests);
  assert.equal(data.at(-1)[xKey], "08:20:00");
  assert.deepEqual(charts(shown)[2].data, pages);
}));

test("numbers have trends against the half minute before", opened("dashboard", async ({ shown }) => {
  await filled(shown);
  const latest = shown.state.points.at(-1);
  const before = shown.state.points.slice(-16, -1);
  const mean = before.reduce((sum, { requests }) => sum + requests, 0) / before.length;
  const change = Math.round((100 * (latest.requests - mean)) / mean);
  const metric = shown.elements().find(({ props }) => props.label === "Requests").props;
  assert.deepEqual([metric.value, metric.trend], [latest.requests, `${change > 0 ? "+" : ""}${change} %`]);
  assert.equal(shown.elements().filter(({ type }) => type === "Metric").length, 4);
}));

test("every two seconds it is asked anew, until it is paused", opened("dashboard", async ({ shown, clock }) => {
  await filled(shown);
  const last = () => shown.state.points.at(-1).time;
  clock.pass(2000);
  await until(() => last() === "08:20:02");
  await shown.enter("live", false);
  const { version } = shown.panel;
  clock.pass(2000);
  clock.pass(2000);
  await shown.panel.trigger("span", [2]).then(() => until(() => last() === "08:20:06"));
  assert.ok(shown.panel.version > version);
  clock.pass(2000);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(last(), "08:20:06");
  assert.match(shown.text, /Paused/);
  await shown.enter("live", true);
  clock.pass(2000);
  await until(() => last() === "08:20:10");
}));

test("a paused dashboard can be refreshed by hand", opened("dashboard", async ({ shown, clock }) => {
  await filled(shown);
  await shown.enter("live", false);
  clock.pass(10_000);
  await shown.press("Refresh");
  assert.equal(shown.state.points.at(-1).time, "08:20:10");
}));

test("more minutes are more points", opened("dashboard", async ({ shown }) => {
  await filled(shown);
  await shown.press("5 min");
  await until(() => shown.state.points.length === 150);
  await shown.press("1 min");
  await until(() => shown.state.points.length === 30);
  const { error } = await shown.panel.trigger("span", [99]);
  assert.match(error.message, /1 to 10 minutes/);
}));

for (const [kind, said] of [["error", /out of order \(status 503\)/], ["garbage", /malformed JSON/], ["noise", /no metrics/], ["slow", /timeout/]]) {
  test(`a source in trouble (${kind}) is told once, and what was shown stays`, opened("dashboard", async ({ shown, sources, clock }) => {
    await filled(shown);
    const { points } = shown.state;
    sources.trouble("/metrics", kind);
    await shown.enter("live", false);
    const asked = shown.press("Refresh");
    if (kind === "slow") {
      await until(() => shown.panel.info().suspendedRuns === 1);
      clock.pass(4000);
    }
    await asked;
    if (kind !== "slow") await shown.press("Refresh");
    assert.equal(shown.toasts.length, 1);
    assert.match(shown.toasts[0], /^error: No metrics: /);
    assert.match(shown.text, said);
    assert.equal(shown.byId("health").props.status, "error");
    assert.deepEqual(shown.state.points, points);
    assert.equal(charts(shown).length, 4);
    sources.trouble("/metrics");
    await shown.press("Refresh");
    assert.equal(shown.toasts.at(-1), "success: The metrics are back");
    assert.doesNotMatch(shown.text, said);
  }));
}

test("nothing was measured yet", opened("dashboard", async ({ shown }) => {
  await until(() => shown.state.failure !== "");
  assert.match(shown.text, /Nothing has been measured yet\./);
  assert.match(shown.text, /What is shown is from never/);
}, { state: { origin: "http://127.0.0.1:1" } }));

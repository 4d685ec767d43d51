import assert from "node:assert/strict";
import { test } from "node:test";
import { createSources } from "../../samples/sources.mjs";
import { start } from "../../samples/servers.mjs";
import { BEGIN } from "./harness.mjs";

const PATHS = ["/weather/fjord?city=Oslo", "/weather/almanac/Oslo", "/feeds/harbour.rss", "/feeds/rails.rss", "/feeds/orchard.atom", "/logs?limit=50", "/metrics?points=50"];
const ask = async (sources, path) => (await sources.fetch(new Request(`http://sources.example${path}`))).text();

test("the same seed at the same time says the same, another seed something else", async () => {
  const now = () => BEGIN;
  const [one, same, other] = [createSources({ seed: 1, now }), createSources({ seed: 1, now }), createSources({ seed: 2, now })];
  let different = 0;
  for (const path of PATHS) {
    const said = await ask(one, path);
    assert.equal(await ask(same, path), said, path);
    if ((await ask(other, path)) !== said) different++;
  }
  // News are news.
  assert.equal(different, PATHS.length - 3);
});

test("the server on loopback answers pages of any origin", async () => {
  const server = await start({ now: () => BEGIN });
  try {
    assert.match(server.origin, /^http:\/\/127\.0\.0\.1:\d+$/);
    const answer = await fetch(`${server.origin}/metrics?points=3`, { headers: { origin: "http://page.example" } });
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.equal((await answer.json()).points.length, 3);
    const preflight = await fetch(`${server.origin}/logs`, { method: "OPTIONS", headers: { "access-control-request-headers": "accept" } });
    assert.equal(preflight.status, 204);
    assert.equal((await fetch(`${server.origin}/nothing`)).status, 404);
    assert.equal((await fetch(`${server.origin}/logs`, { method: "POST" })).status, 405);
  } finally {
    await server.close();
  }
  await assert.rejects(fetch(`${server.origin}/metrics`), "it is closed");
});

test("the log grows with the time, each line once and in order", async () => {
  let now = BEGIN;
  const sources = createSources({ now: () => now });
  const first = JSON.parse(await ask(sources, "/logs?limit=2"));
  assert.equal(first.lines.length, 2);
  now += 1000;
  const second = JSON.parse(await ask(sources, `/logs?after=${first.next}`));
  assert.equal(second.lines.length, 8);
  assert.deepEqual(second.lines.map(({ seq }) => seq), Array.from({ length: 8 }, (_, index) => first.next + 1 + index));
  assert.deepEqual(JSON.parse(await ask(sources, `/logs?after=${second.next}`)).lines, []);
});

test("the two weather services write the same in different words", async () => {
  const sources = createSources({ now: () => BEGIN });
  const fjord = JSON.parse(await ask(sources, "/weather/fjord?city=montreal"));
  const almanac = JSON.parse(await ask(sources, `/weather/almanac/${encodeURIComponent("Montréal")}`));
  assert.equal(fjord.place.name, "Montréal");
  assert.equal(almanac.city, "Montréal, Canada");
  assert.equal(almanac.temperature.unit, "F");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { opened, until } from "./harness.mjs";

const verdict = (shown) => shown.byId("verdict").props;
const answered = (shown) => until(() => shown.state.asked !== "" && !shown.panel.computed.waiting, "answers");

test("both services are asked at once, and each is shown when it answers", opened("weather", async ({ shown }) => {
  await answered(shown);
  const patches = [];
  shown.panel.on("patch", ({ mutations }) => patches.push(mutations.map(({ key, value }) => `${key} ${value.waiting ? "asked" : "answered"}`)));
  const begin = performance.now();
  await shown.panel.trigger("lookUp", { city: "Lisbon" });
  const took = performance.now() - begin;
  const [first, ...rest] = patches.map((keys) => keys.filter((key) => /fjord|almanac/.test(key)).join(", "));
  assert.equal(first, "fjord asked, almanac asked");
  assert.deepEqual(rest, ["fjord answered", "almanac answered"]);
  // 80 and 320 ms: one after the other takes 400.
  assert.ok(took >= 310, `${took} ms`);
  assert.match(shown.text, /Lisbon, Portugal/);
}));

test("their fields and units are made the same, and compared", opened("weather", async ({ shown, sources }) => {
  await answered(shown);
  const said = async (path) => (await fetch(sources.origin + path)).json();
  const [fjord, almanac] = [await said("/weather/fjord?city=Oslo"), await said("/weather/almanac/Oslo")];
  assert.equal(shown.state.fjord.celsius, fjord.now.temp_c);
  assert.equal(almanac.temperature.unit, "F");
  const celsius = (almanac.temperature.value - 32) / 1.8;
  assert.ok(Math.abs(shown.state.almanac.celsius - celsius) < 1e-9);
  const apart = Math.abs(fjord.now.temp_c - celsius);
  assert.equal(shown.panel.computed.apart.toFixed(3), apart.toFixed(3));
  assert.deepEqual([verdict(shown).status, verdict(shown).value], ["warn", `They disagree: ${apart.toFixed(1)} °C apart`]);
}));

test("cities about which they agree say so", opened("weather", async ({ shown }) => {
  await answered(shown);
  const statuses = {};
  for (const city of ["Bergen", "Ghent", "Lisbon", "Nairobi", "Quito"]) {
    await shown.panel.trigger("lookUp", [city]);
    const { apart } = shown.panel.computed;
    assert.equal(verdict(shown).status, apart > 2 ? "warn" : "success", city);
    statuses[verdict(shown).status] = city;
  }
  assert.ok(statuses.success, "some agree");
}));

test("other units show the same weather", opened("weather", async ({ shown }) => {
  await answered(shown);
  const { celsius } = shown.state.fjord;
  assert.ok(shown.text.includes(`Temperature\n${celsius.toFixed(1)}\n°C`), shown.text);
  await shown.enter("Imperial units", true);
  assert.ok(shown.text.includes(`Temperature\n${(celsius * 1.8 + 32).toFixed(0)}\n°F`), shown.text);
  assert.match(shown.text, /mph/);
  assert.match(verdict(shown).value, /°F apart/);
}));

for (const [kind, said] of [["error", /out of order \(status 503\)/], ["garbage", /cannot be asked: malformed JSON/], ["noise", /sent something that is no weather/]]) {
  test(`one service in trouble (${kind}) leaves the other's answer`, opened("weather", async ({ shown, sources }) => {
    await answered(shown);
    sources.trouble("/weather/fjord", kind);
    await shown.panel.trigger("lookUp", ["Quito"]);
    assert.match(shown.text, said);
    assert.match(shown.text, /Quito, Ecuador/);
    assert.deepEqual([verdict(shown).status, verdict(shown).value], ["warn", "One service only: nothing to compare with"]);
    sources.trouble("/weather/fjord");
    await shown.panel.trigger("lookUp", ["Quito"]);
    assert.equal(shown.state.fjord.error, undefined);
  }));
}

test("a service that never answers is given up, the other is shown at once", opened("weather", async ({ shown, sources, clock }) => {
  await answered(shown);
  sources.trouble("/weather/almanac", "slow");
  const asking = shown.panel.trigger("lookUp", ["Seville"]);
  await until(() => shown.state.fjord.place === "Seville, Spain");
  assert.deepEqual(shown.state.almanac, { waiting: true });
  assert.deepEqual([verdict(shown).status, verdict(shown).value], ["info", "Asking both services…"]);
  clock.pass(5000);
  await asking;
  assert.match(shown.text, /did not answer in time/);
}));

test("no service at all is an error, and no city of that name another", opened("weather", async ({ shown, sources }) => {
  await answered(shown);
  await shown.panel.trigger("lookUp", ["Atlantis"]);
  assert.match(shown.text, /knows no city “Atlantis”/);
  assert.equal(verdict(shown).status, "error");
  await sources.close();
  await shown.panel.trigger("lookUp", ["Oslo"]);
  assert.match(shown.text, /cannot be asked: network error/);
  assert.equal(verdict(shown).value, "Neither service has an answer");
}));

test("an answer about a city that nobody asks about any more is dropped", opened("weather", async ({ shown, sources, clock }) => {
  await answered(shown);
  sources.trouble("/weather/almanac", "slow");
  const first = shown.panel.trigger("lookUp", ["Oslo"]);
  await until(() => shown.state.fjord.place?.startsWith("Oslo") && shown.state.almanac.waiting);
  sources.trouble("/weather/almanac");
  await shown.panel.trigger("lookUp", ["Mumbai"]);
  clock.pass(5000);
  await first;
  assert.deepEqual([shown.state.asked, shown.state.fjord.place, shown.state.almanac.place], ["Mumbai", "Mumbai, India", "Mumbai, India"]);
  assert.equal(shown.state.almanac.error, undefined, "what the first came to is not told of the second");
}));

test("favourites are kept, chosen and dropped", opened("weather", async ({ shown }) => {
  await answered(shown);
  await shown.enter("city", "Sapporo");
  await shown.press("Look up");
  await shown.press("Keep as favourite");
  assert.equal(shown.state.favourites.at(-1), "Sapporo");
  await shown.press("Lisbon");
  assert.deepEqual([shown.state.asked, shown.state.city], ["Lisbon", "Lisbon"]);
  await shown.press("Drop favourite");
  assert.deepEqual(shown.state.favourites, ["Oslo", "Montréal", "Wellington", "Sapporo"]);
}));

test("without a city nothing is asked", opened("weather", async ({ shown }) => {
  await answered(shown);
  await shown.enter("city", "  ");
  assert.equal(await shown.press("Look up"), undefined);
  await shown.panel.trigger("lookUp");
  assert.deepEqual(shown.toasts, ["warn: Which city? Write its name first."]);
  assert.equal(shown.state.asked, "Oslo");
}));

test("every ten minutes the city is asked about again, not what is half typed", opened("weather", async ({ shown, clock }) => {
  await answered(shown);
  const { at } = shown.state.fjord;
  await shown.enter("city", "Lis");
  clock.pass(3_600_000);
  await until(() => shown.state.fjord.at !== at);
  assert.deepEqual([shown.state.asked, shown.state.city, shown.state.fjord.place], ["Oslo", "Lis", "Oslo, Norway"]);
}));

test("the panel may ask its sources and nobody else", opened("weather", async ({ shown }) => {
  await answered(shown);
  await shown.panel.set("origin", "http://127.0.0.1:1");
  await shown.panel.trigger("lookUp", ["Oslo"]);
  assert.match(shown.state.fjord.error, /not granted/);
}));

// Two weather services that know the same cities and agree about little else: names of fields, units, delays, and now and then the weather.

import { json, wait } from "./answer.mjs";
import { pick, randomOf } from "./random.mjs";

const HOUR_MS = 3_600_000;
/** Milliseconds until an answer: one service is quick, the other is not. */
const DELAYS = { fjord: 80, almanac: 320 };

/** Mean temperature in °C, and how far the day swings around it. */
const CITIES = [
  { name: "Bergen", country: "Norway", mean: 6, swing: 2 },
  { name: "Ghent", country: "Belgium", mean: 9, swing: 4 },
  { name: "Lisbon", country: "Portugal", mean: 17, swing: 5 },
  { name: "Montréal", country: "Canada", mean: -2, swing: 5 },
  { name: "Mumbai", country: "India", mean: 28, swing: 4 },
  { name: "Nairobi", country: "Kenya", mean: 20, swing: 6 },
  { name: "Oslo", country: "Norway", mean: 1, swing: 4 },
  { name: "Quito", country: "Ecuador", mean: 14, swing: 7 },
  { name: "Reykjavík", country: "Iceland", mean: 3, swing: 2 },
  { name: "Sapporo", country: "Japan", mean: 4, swing: 5 },
  { name: "Seville", country: "Spain", mean: 19, swing: 8 },
  { name: "Wellington", country: "New Zealand", mean: 14, swing: 3 },
];

const SKIES = {
  cold: ["light snow", "overcast", "freezing fog", "clear and cold"],
  mild: ["light rain", "broken clouds", "overcast", "sunny spells"],
  warm: ["sunny", "sunny spells", "haze", "thunderstorms"],
};
const skiesOf = (celsius) => (celsius < 3 ? SKIES.cold : celsius < 18 ? SKIES.mild : SKIES.warm);

/** Without case and accents, as people type. */
const plain = (name) => name.normalize("NFD").replaceAll(/\p{M}/gu, "").trim().toLowerCase();
const cityOf = (name) => CITIES.find((city) => plain(city.name) === plain(name ?? ""));

/**
 * `GET /weather/fjord?city=Oslo` and `GET /weather/almanac/Oslo`.
 * @param {{ seed: number, now: () => number }} options
 */
export function weather({ seed, now }) {
  const random = randomOf(`${seed} weather`);

  /** What a station of `service` measures in this hour. */
  function measure(service, city) {
    const hour = Math.floor(now() / HOUR_MS);
    const own = (what) => random(service, city.name, hour, what) - 0.5;
    const shared = random(city.name, hour, "weather");
    // The almanac's stations lie out of town; in every fourth hour that shows.
    const away = service === "almanac" && random(city.name, hour, "away") < 0.25 ? 4 : 0;
    const day = Math.sin(((hour % 24) / 24) * 2 * Math.PI - 2);
    const celsius = city.mean + city.swing * day + 4 * (shared - 0.5) + own("temperature") + away;
    return {
      celsius,
      wind: 1 + 11 * shared + own("wind"),
      humidity: Math.round(45 + 50 * shared + 4 * own("humidity")),
      sky: pick(skiesOf(celsius), away ? random(city.name, hour, "sky away") : shared),
      at: hour * HOUR_MS + 60_000 * Math.floor(15 + 30 * random(service, city.name, hour, "minute")),
    };
  }

  return {
    async "/weather/fjord"({ url, signal }) {
      await wait(DELAYS.fjord, signal);
      const city = cityOf(url.searchParams.get("city"));
      if (!city) return json({ message: "no station in that city" }, 404);
      const { celsius, wind, humidity, sky, at } = measure("fjord", city);
      return json({
        place: { name: city.name, country: city.country },
        observed: new Date(Math.min(at, now())).toISOString(),
        now: { temp_c: Number(celsius.toFixed(1)), wind_ms: Number(wind.toFixed(1)), humidity, sky },
      });
    },
    async "/weather/almanac/*"({ url, signal }) {
      await wait(DELAYS.almanac, signal);
      const city = cityOf(decodeURIComponent(url.pathname.split("/").at(-1)));
      if (!city) return json({ error: { code: "unknown_city" } }, 404);
      const { celsius, wind, humidity, sky, at } = measure("almanac", city);
      return json({
        city: `${city.name}, ${city.country}`,
        time: Math.floor(Math.min(at, now()) / 1000),
        temperature: { value: Math.round(celsius * 1.8 + 32), unit: "F" },
        wind: { value: Math.round(wind * 2.23694), unit: "mph" },
        relative_humidity: humidity / 100,
        summary: sky[0].toUpperCase() + sky.slice(1),
      });
    },
  };
}

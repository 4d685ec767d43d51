// GET /sample/weather and GET /sample/news: endpoints for the samples to call.

import { ANY_ORIGIN, HttpError } from "./http.ts";

interface Weather {
  city: string;
  temperature: number;
  conditions: string;
  windMetresPerSecond: number;
}

// Averages of November, rounded: stable enough to be asserted, plausible enough to be read.
const WEATHER: readonly Weather[] = [
  { city: "Oslo", temperature: 1, conditions: "light snow", windMetresPerSecond: 3 },
  { city: "Lisbon", temperature: 15, conditions: "showers", windMetresPerSecond: 5 },
  { city: "Nairobi", temperature: 20, conditions: "partly cloudy", windMetresPerSecond: 4 },
  { city: "Tokyo", temperature: 13, conditions: "clear", windMetresPerSecond: 3 },
  { city: "Auckland", temperature: 17, conditions: "windy", windMetresPerSecond: 8 },
  { city: "São Paulo", temperature: 22, conditions: "thunderstorms", windMetresPerSecond: 2 },
];

const NEWS = [
  { id: 1, title: "Ferry timetable changes for the winter", section: "Local" },
  { id: 2, title: "Library extends its opening hours", section: "Culture" },
  { id: 3, title: "New bridge passes its load test", section: "Engineering" },
];

/** Milliseconds that `?delay=` can ask for at most. */
const MAX_DELAY_MS = 5_000;

/** The weather of `?city=`, whatever its case. */
export async function answerWeather(request: Request): Promise<Response> {
  const { searchParams } = new URL(request.url);
  await delay(searchParams);
  const city = searchParams.get("city")?.trim();
  if (!city) throw new HttpError(400, "INVALID_ARGUMENT", "which city? add ?city=", { details: { field: "city" } });
  const weather = WEATHER.find((entry) => entry.city.toLowerCase() === city.toLowerCase());
  if (!weather) {
    const known = WEATHER.map((entry) => entry.city);
    throw new HttpError(404, "NOT_FOUND", `no weather for ${city}`, { details: { known } });
  }
  return Response.json(weather, { headers: ANY_ORIGIN });
}

/** A few headlines. */
export async function answerNews(request: Request): Promise<Response> {
  await delay(new URL(request.url).searchParams);
  return Response.json({ items: NEWS }, { headers: ANY_ORIGIN });
}

/** Waits `?delay=` milliseconds, so that a sample can show calls that overlap and calls that are aborted. */
async function delay(searchParams: URLSearchParams): Promise<void> {
  const wanted = Number(searchParams.get("delay") ?? 0);
  if (!(wanted >= 0 && wanted <= MAX_DELAY_MS)) {
    throw new HttpError(400, "INVALID_ARGUMENT", `delay is milliseconds from 0 to ${MAX_DELAY_MS}`, { details: { field: "delay" } });
  }
  if (wanted > 0) await new Promise((resolve) => setTimeout(resolve, wanted));
}

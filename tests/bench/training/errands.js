// Calls to the outside: one after the other, side by side, failing now and then, tried again.
const { cities } = $args;
const retry = async (times, attempt) => {
  for (let left = times; ; left--) {
    try {
      return await attempt(times - left);
    } catch (error) {
      if (left <= 1) throw error;
      $log.warn(`again: ${error.message}`);
    }
  }
};
const weather = [];
for (const city of cities) {
  const { temperature, wind } = await $ext.weather.now({ city, units: "metric" });
  weather.push({ city, temperature, wind, feels: Math.round(temperature - wind * 0.7) });
}
const forecasts = await Promise.all(cities.map((city, i) => $ext.weather.forecast(city, i % 5)));
const stations = await Promise.allSettled(cities.map((city) => retry(2, (turn) => $ext.weather.station(city, turn))));
const warmest = weather.toSorted((a, b) => b.temperature - a.temperature).slice(0, 3).map(({ city }) => city);
const days = forecasts.flat().reduce((all, { day, rain }) => all.set(day, (all.get(day) ?? 0) + rain), new Map());
$state.weather = { updated: true, warmest, windy: weather.filter(({ wind }) => wind > 5).length };
$emit("updated", { cities: cities.length });
$emit.toast(`${cities.length} cities`);
return { warmest, days: Object.fromEntries(days), failed: stations.filter(({ status }) => status === "rejected").length, note: stations[0].value?.name ?? "none" };

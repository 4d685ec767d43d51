$state.visits++;
$log(`fetching ${$args.city} and the news at once`);

const [weather, news] = await Promise.all([
  $ext.http.get(`${$args.api}/sample/weather?city=${encodeURIComponent($args.city)}`),
  $ext.http.get(`${$args.api}/sample/news`),
]);
if (!weather.ok) throw new Error(`no weather for ${$args.city}: ${weather.status}`);

$state.report = {
  city: weather.data.city,
  temperature: weather.data.temperature,
  headlines: news.data.items.map((item) => item.title),
};
$emit("report-ready", { city: weather.data.city });
$emit.toast("Report updated", "success");
$view.getElementById("report").setProp("title", `${weather.data.city}, ${weather.data.temperature} °C`);
$view.scrollTo("report", "top");
$log.debug("visits", $state.visits);
return $state.report;

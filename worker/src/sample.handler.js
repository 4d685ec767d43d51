$state.visits++;
$log(`fetching ${$args.city} and the news at once`);

const [weather, news] = await Promise.all([
  $ext.http.get(`${$args.api}/sample/weather?city=${encodeURIComponent($args.city)}`),
  $ext.http.get(`${$args.api}/sample/news`),
]);
if (!weather.ok) throw new Error(`no weather for ${$args.city}: ${weather.status}`);

const report = {
  city: weather.data.city,
  temperature: weather.data.temperature,
  headlines: news.data.items.map((item) => item.title),
};
$state.report = report;
$emit("report-ready", { city: report.city });
$emit.toast("Report updated", "success");
$view.getElementById("report").setProp("title", `${report.city}, ${report.temperature} °C`);
$view.scrollTo("report", "top");
$log.debug("visits", $state.visits);
return report;

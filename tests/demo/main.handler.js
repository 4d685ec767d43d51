// The main job: state, two HTTP calls at once, an event, view commands, a log.
$state.visits++;
$log(`visit ${$state.visits}: asking for the weather in ${$args.city} and the news at once`);

const [weather, news] = await Promise.all([
  $ext.http.get(`${$args.api}/weather?city=${encodeURIComponent($args.city)}&run=${$args.run}`),
  $ext.http.get(`${$args.api}/news?run=${$args.run}`),
]);

$state.report = {
  city: weather.data.city,
  temperature: weather.data.temperature,
  headlines: news.data.map((item) => item.title),
};
$state.history.push(weather.data.temperature);
$emit("report-ready", { city: $args.city });
$emit.toast("Report updated", "success");
$view.getElementById("report").setProp("title", `${$args.city}, ${weather.data.temperature} °C`);
$view.scrollTo("report", "top");

try {
  $state.password;
} catch (error) {
  $log.warn(error.message);
}
return $state.report;

// A call to the outside suspends the handler. Two calls
// at once are one suspension, and wait side by side.
$log(`asking for ${$args.city} and the news`);

const city = encodeURIComponent($args.city);
const [weather, news] = await Promise.all([
  $ext.http.get(`${$args.api}/sample/weather?city=${city}&delay=350`),
  $ext.http.get(`${$args.api}/sample/news?delay=150`),
]);

$state.weather = weather.data;
$state.headlines = news.data.items.map((item) => item.title);

$emit.toast(`${weather.data.city}: ${weather.data.temperature} °C`);
$view.scrollTo("report", "top");
return `${weather.data.conditions}, ${news.data.items.length} headlines`;

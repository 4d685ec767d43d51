// What to order, from the stock that the warehouse reports and each product's sales by day: a lot of data, looked at one by one.
const { warehouse, budget, today } = $args;
const settings = $state.settings;

function daysBetween(from, to) {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function demandPerDay(product) {
  const recent = product.sales.filter(({ day }) => daysBetween(day, today) <= settings.window);
  const sold = recent.reduce((sum, { count }) => sum + count, 0);
  return sold / settings.window;
}

class Order {
  lines = [];
  total = 0;

  add(product, count) {
    const cost = Math.round(count * product.price * 100) / 100;
    if (this.total + cost > budget) return false;
    this.lines.push({ sku: product.sku, name: product.name, count, cost });
    this.total = Math.round((this.total + cost) * 100) / 100;
    return true;
  }
}

const products = $state.products.filter(({ sku, retired }) => /^[A-Z]{2}-\d{2}$/.test(sku) && !retired);
$log(`${products.length} products in ${warehouse}`);

let levels;
try {
  levels = await $ext.stock.levels(products.map(({ sku }) => sku));
} catch (error) {
  $emit("failed", { warehouse, reason: error.message });
  return { ordered: 0 };
}

const wanted = products
  .map((product) => {
    const level = levels[product.sku] ?? 0;
    const demand = demandPerDay(product);
    const lasts = demand > 0 ? level / demand : Infinity;
    return { product, level, demand, lasts };
  })
  .filter(({ lasts }) => lasts < settings.leadDays + settings.spareDays)
  .sort((a, b) => a.lasts - b.lasts || (a.product.sku < b.product.sku ? -1 : 1));

const order = new Order();
const skipped = [];
for (const { product, level, demand } of wanted) {
  const target = Math.ceil(demand * (settings.leadDays + settings.spareDays));
  const packs = Math.ceil((target - level) / product.pack);
  if (!order.add(product, packs * product.pack)) skipped.push(product.sku);
}

const byCategory = {};
for (const { sku, cost } of order.lines) {
  const { category } = products.find((product) => product.sku === sku);
  byCategory[category] = (byCategory[category] ?? 0) + cost;
}

$state.order = { warehouse, day: today, lines: order.lines, total: order.total };
$state.openOrders = $state.openOrders + 1;
if (skipped.length > 0) $emit("over-budget", { skipped, budget });
$emit("ordered", { warehouse, lines: order.lines.length, total: order.total.toFixed(2) });
return { ordered: order.lines.length, skipped: skipped.length, total: order.total, byCategory };

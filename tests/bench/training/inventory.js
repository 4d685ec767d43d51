// Orders of customers: records that are filtered, joined, grouped and summed up.
const customers = Array.from({ length: 80 }, (_, i) => ({ id: `c${i}`, name: `Customer ${i}`, country: ["NO", "SE", "DK", "FI"][i % 4], vip: i % 9 === 0 }));
const orders = Array.from({ length: 600 }, (_, i) => ({
  id: i,
  customer: `c${(i * 7) % 80}`,
  lines: Array.from({ length: 1 + (i % 4) }, (_, k) => ({ sku: `s${(i + k) % 30}`, count: 1 + (k % 3), price: 5 + ((i * k) % 40) })),
  paid: i % 5 !== 0,
}));
const report = [];
for (let round = 0; round < 3; round++) {
  const byId = new Map(customers.map((customer) => [customer.id, customer]));
  const open = orders.filter((order) => !order.paid);
  const totals = {};
  for (const order of orders) {
    const customer = byId.get(order.customer);
    if (customer === undefined || (customer.vip && round === 1)) continue;
    const total = order.lines.reduce((sum, line) => sum + line.count * line.price, 0);
    const country = (totals[customer.country] ??= { orders: 0, total: 0, largest: null });
    country.orders++;
    country.total += total;
    if (country.largest === null || country.largest.total < total) country.largest = { id: order.id, total };
  }
  const bySku = new Map();
  orders.forEach(({ lines }) => {
    lines.forEach(({ sku, count }) => bySku.set(sku, (bySku.get(sku) ?? 0) + count));
  });
  const best = [...bySku].map(([sku, count]) => ({ sku, count })).sort((a, b) => b.count - a.count || (a.sku < b.sku ? -1 : 1)).slice(0, 5);
  report.push({ totals, best, open: open.length, first: open.find(({ lines }) => lines.length > 2)?.id, every: orders.every(({ id }) => id >= 0) });
}
return report;

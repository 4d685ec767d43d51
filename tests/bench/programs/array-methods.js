// Arrays through callbacks.
const rows = Array.from({ length: 2_000 }, (_, i) => ({ id: i, group: i % 10, amount: (i * 37) % 101 }));
let result;
for (let turn = 0; turn < 5; turn++) {
  const large = rows.filter(({ amount }) => amount > 20).map(({ group, amount }) => [group, amount * 2]);
  const totals = large.reduce((all, [group, amount]) => ((all[group] = (all[group] ?? 0) + amount), all), {});
  result = [Object.values(totals), large.some(([group]) => group === 11), large.findLast(([group]) => group === 3), large.flat().includes(99)];
}
return result;

// Tables of rows and columns: read from text, sorted by several keys, pivoted, paged, changed in place.
const csv = ["name,team,score,joined"].concat(Array.from({ length: 160 }, (_, i) => `${["Åsa", "Bo", "Cy", "Di", "eli"][i % 5]} ${i % 13},t${i % 6},${(i * 17) % 97},2026-0${1 + (i % 9)}-${10 + (i % 18)}`)).join("\n");
const [head, ...lines] = csv.split("\n");
const names = head.split(",");
const rows = lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], names[i] === "score" ? Number(cell) : cell])));
const by = (...keys) => (a, b) => {
  for (const key of keys) {
    if (a[key] < b[key]) return -1;
    if (a[key] > b[key]) return 1;
  }
  return 0;
};
const pages = [];
for (let i = 0; i < 3; i++) {
  const sorted = rows.toSorted(by(names[i], "score"));
  pages.push(sorted.slice(i * 10, i * 10 + 10).map(({ name, score }) => `${name}:${score}`));
}
const pivot = {};
for (const { team, joined, score } of rows) {
  const month = joined.slice(5, 7);
  const cells = (pivot[team] = pivot[team] || {});
  if (month in cells) cells[month].push(score);
  else cells[month] = [score];
}
const grid = Object.entries(pivot).sort(([a], [b]) => a.localeCompare(b)).map(([team, cells]) => [team, ...Object.keys(cells).sort().map((month) => Math.max(...cells[month]))]);
const transposed = grid[0].map((_, column) => grid.map((row) => row[column] ?? null));
const list = rows.map(({ score }) => score);
while (list.length > 20) {
  list.splice(list.indexOf(Math.min(...list)), 1);
  if (list.length % 16 === 0) list.unshift(list.pop());
}
const html = `<table>${rows.slice(0, 60).map((row) => `<tr>${names.map((name) => `<td>${String(row[name]).replace(/&/g, "&amp;")}</td>`).join("")}</tr>`).join("")}</table>`;
return [pages, transposed, list.reverse(), html.length, rows.findLastIndex(({ team }) => team === "t2"), rows.flatMap(({ score }) => (score > 90 ? [score, -score] : [])), new Set(rows.map(({ name }) => name)).size, list.lastIndexOf(5), list.concat([1], 2).includes(2), Array.isArray(list.keys()), list.copyWithin(0, 3, 5).at(0), list.fill(1, 2, 4).join("")];

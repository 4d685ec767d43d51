// Template strings, tagged ones included, as a handler would make texts with.
const tag = (parts, ...values) => parts.reduce((text, part, i) => text + part + (i < values.length ? `<${values[i]}>` : ""), "");
const lines = [];
for (let i = 0; i < 6_000; i++) {
  lines.push(`row ${i}: ${i % 2 ? "odd" : "even"}, ${(i / 7).toFixed(2)} of ${i * 3}`);
  if (i % 4 === 0) lines.push(tag`id ${i} has ${i % 9} parts`);
}
return [lines.length, lines.join("\n").length, lines[4_001]];

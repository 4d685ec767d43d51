// Regular expressions: matches, captures, replacements, some backtracking.
const line = "2026-11-21T14:05:09Z host-17 app[1234]: user=alice@example.com status=200 time=12.5ms ";
let found = 0;
for (let i = 0; i < 120; i++) {
  const [, year, month] = /^(\d{4})-(\d{2})/.exec(line);
  found += Number(year) + Number(month);
  for (const { groups } of line.matchAll(/(?<key>\w+)=(?<value>[^\s]+)/g)) found += groups.key.length + groups.value.length;
  found += line.replace(/[aeiou]+/g, (vowels) => vowels.length).length;
  if (/(a+)+b/.test(`aaaaaaa${i}`)) found++;
}
return found;

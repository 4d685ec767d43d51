// Documents as JSON: read, walked, changed, written.
const node = (depth, i) => ({ type: depth ? "section" : "text", title: `Title ${i} "quoted"`, attributes: { level: depth, hidden: i % 4 === 0, weight: i / 8 }, children: depth ? Array.from({ length: 3 }, (_, k) => node(depth - 1, i * 3 + k)) : [] });
const source = JSON.stringify(node(4, 1));
let nodes = 0;
let titles = [];
const walk = (element, visit, parent = null) => {
  visit(element, parent);
  for (const child of element.children) walk(child, visit, element);
};
for (let i = 0; i < 6; i++) {
  const document = JSON.parse(source);
  walk(document, (element, parent) => {
    nodes++;
    element.id = parent ? `${parent.id}.${parent.children.indexOf(element)}` : "0";
    if (element.attributes.hidden) delete element.attributes.weight;
    if (element.type === "text") titles.push(element.title);
  });
  const text = JSON.stringify(document, (key, value) => (key === "hidden" ? undefined : value), i % 2 ? 2 : 0);
  titles.push(text.length);
  const small = JSON.parse('[{"at":"2026-01-05","n":[1,2.5,-3e2,null,true]},{"at":"x\\u00e9\\n","n":[]}]', (key, value) => (key === "n" ? value.length : value));
  titles = titles.slice(-20).concat(small.map(({ n }) => n));
}
let bad = 0;
for (const text of ["{", "[1,]", '{"a":1}', "nul", '"\\x"', "12"]) {
  try {
    JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) bad++;
  }
}
return [nodes, titles, bad, JSON.stringify({ date: new Date(0), list: [undefined, () => 1, NaN], big: "\u2028\ud800" })];

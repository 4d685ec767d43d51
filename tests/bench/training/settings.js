// Nested settings: taken apart, completed by defaults, spread, compared and put together.
const defaults = { theme: { dark: false, accent: "blue" }, panes: [{ id: 1 }], limits: { rows: 50, columns: 8 }, tags: [] };
const merge = (base, over) => {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    merged[key] = typeof value === "object" && value !== null && !Array.isArray(value) ? merge(base[key] ?? {}, value) : value;
  }
  return merged;
};
const equal = (a, b) => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return keys.length === others.length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
};
function describe({ theme: { dark, accent = "none" } = {}, panes: [{ id: first = 0, ...pane } = {}, ...others] = [], limits: { rows, ...limits }, ...rest }) {
  return `${dark ? "dark" : "light"} ${accent} ${first} ${Object.keys(pane).length} ${others.length} ${rows} ${limits.columns ?? "-"} ${Object.keys(rest)}`;
}
const changes = (before, after, path = []) => Object.keys({ ...before, ...after }).flatMap((key) => {
  const [was, is] = [before?.[key], after?.[key]];
  if (equal(was, is)) return [];
  return typeof was === "object" && typeof is === "object" && was && is ? changes(was, is, [...path, key]) : [{ path: [...path, key].join("."), was, is }];
});
const results = new Set();
let changed = 0;
for (let i = 0; i < 260; i++) {
  const own = { theme: { dark: i % 2 === 0 }, panes: Array.from({ length: i % 4 }, (_, id) => ({ id, width: i })), tags: ["t" + (i % 3)], extra: i % 5 ? i : undefined };
  const all = merge(defaults, own);
  let { limits: { rows: least }, panes: [, second] } = all;
  if (second?.width > 100) [least, second] = [second.width, null];
  results.add(describe(all));
  changed += changes(defaults, all).length + least;
}
return [results.size, changed, Object.fromEntries(Object.entries(defaults).map(([key, value]) => [key.toUpperCase(), typeof value])), structuredLike(defaults)];
function structuredLike(value) {
  if (Array.isArray(value)) return value.map(structuredLike);
  return value && typeof value === "object" ? Object.assign({}, ...Object.keys(value).map((key) => ({ [key]: structuredLike(value[key]) }))) : value;
}

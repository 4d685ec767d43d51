// Ways through a graph: sets, maps, a heap, a linked queue, memory of what was seen.
class Heap {
  #items = [];
  get size() {
    return this.#items.length;
  }
  push(item) {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent].cost <= items[at].cost) break;
      [items[parent], items[at]] = [items[at], items[parent]];
      at = parent;
    }
  }
  pop() {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length === 0) return top;
    items[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < items.length && items[child].cost < items[least].cost) least = child;
      if (least === at) return top;
      [items[least], items[at]] = [items[at], items[least]];
      at = least;
    }
  }
}
const SIZE = 16;
const key = (x, y) => `${x},${y}`;
const cost = (x, y) => 1 + ((x * 7 + y * 13) % 5);
const neighbours = (x, y) => [[x + 1, y], [x - 1, y], [x, y + 1], [x, y - 1]].filter(([a, b]) => a >= 0 && b >= 0 && a < SIZE && b < SIZE);
const best = new Map([[key(0, 0), 0]]);
const from = new Map();
const heap = new Heap();
heap.push({ x: 0, y: 0, cost: 0 });
while (heap.size > 0) {
  const { x, y, cost: sofar } = heap.pop();
  if (sofar > best.get(key(x, y))) continue;
  for (const [a, b] of neighbours(x, y)) {
    const next = sofar + cost(a, b);
    if (next < (best.get(key(a, b)) ?? Infinity)) {
      best.set(key(a, b), next);
      from.set(key(a, b), key(x, y));
      heap.push({ x: a, y: b, cost: next });
    }
  }
}
const path = [];
for (let at = key(SIZE - 1, SIZE - 1); at !== undefined; at = from.get(at)) path.unshift(at);
const edges = Array.from({ length: 300 }, (_, i) => [i % 90, (i * 37 + 11) % 90]);
const graph = edges.reduce((all, [a, b]) => {
  (all[a] ??= new Set()).add(b);
  return all;
}, {});
const reach = (start) => {
  const seen = new Set([start]);
  let queue = { node: start, next: null };
  let last = queue;
  for (; queue; queue = queue.next) {
    for (const other of graph[queue.node] ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      last = last.next = { node: other, next: null };
    }
  }
  return seen.size;
};
const colours = new WeakMap();
const objects = Object.values(graph);
objects.forEach((set, i) => colours.set(set, i % 3));
return [best.get(key(SIZE - 1, SIZE - 1)), path.length, Array.from({ length: 25 }, (_, i) => reach(i)), objects.filter((set) => colours.get(set) === 1).length];

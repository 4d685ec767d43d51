// Asynchronous functions that wait for each other, in sequence and side by side; streams; a queue that limits what runs at once.
const later = async (value, turns = 1) => {
  for (let i = 0; i < turns; i++) await null;
  return value;
};
async function* pages(count) {
  for (let page = 0; page < count; page++) {
    const items = await later(Array.from({ length: 5 }, (_, i) => page * 5 + i));
    yield items;
  }
}
class Queue {
  #waiting = [];
  #running = 0;
  constructor(most) {
    this.most = most;
  }
  add(task) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    });
  }
  #next() {
    if (this.#running >= this.most || this.#waiting.length === 0) return;
    const { task, resolve, reject } = this.#waiting.shift();
    this.#running++;
    task().then(resolve, reject).finally(() => {
      this.#running--;
      this.#next();
    });
  }
}
let sum = 0;
for await (const items of pages(60)) sum += items.reduce((all, item) => all + item, 0);
const queue = new Queue(4);
const queued = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => queue.add(async () => {
  const value = await later(i, i % 3);
  if (value % 50 === 49) throw new Error(`no ${value}`);
  return value * 2;
})));
const chained = await [1, 2, 3, 4, 5].reduce((before, n) => before.then((all) => later([...all, n])), Promise.resolve([]));
let caught = 0;
for (let i = 0; i < 120; i++) {
  try {
    sum += await (i % 4 ? later(i) : Promise.reject(new TypeError("no")));
  } catch {
    caught++;
  }
}
const fastest = await Promise.race([later("slow", 5), later("fast", 1)]);
const first = await Promise.any([Promise.reject(1), later("any", 2)]);
const all = await Promise.all(Array.from({ length: 150 }, async (_, i) => (await later(i)) + (await later(1))));
return [sum, queued.filter(({ status }) => status === "rejected").length, chained, caught, fastest, first, all.length];

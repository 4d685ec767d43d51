// Lets a few requests at a time pass, in the order in which they came.
//
// Workers tie whatever is under way to the request that began it. One that waits for another to wake it counts as hung and
// is ended, and what it then begins belongs to the other. So those who wait look again by a timer of their own.

/** Milliseconds between looks. */
const LOOK_MS = 5;
/** A waiting request that has not looked for so long has been ended with its client. */
const GONE_MS = 2_000;

interface Waiting {
  seen: number;
}

/** The gate. */
export class Gate {
  #free: number;
  readonly #most: number;
  #queue: Waiting[] = [];

  /**
   * @param width requests inside at a time
   * @param most requests that wait
   */
  constructor(width: number, most: number) {
    this.#free = width;
    this.#most = most;
  }

  /** Does `work` once it is its turn; `undefined` if too many wait already. */
  async pass<T>(work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    if (this.#queue.length >= this.#most) return undefined;
    const me = { seen: Date.now() };
    this.#queue.push(me);
    while (this.#free === 0 || this.#first() !== me) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      me.seen = Date.now();
    }
    this.#queue.shift();
    this.#free--;
    try {
      return { value: await work() };
    } finally {
      this.#free++;
    }
  }

  #first(): Waiting | undefined {
    const now = Date.now();
    this.#queue = this.#queue.filter((waiting) => now - waiting.seen < GONE_MS);
    return this.#queue[0];
  }
}

// Medians, ratios and the order of measurements.

/**
 * Milliseconds that the processor has computed for this process so far, its threads for compiling and collecting garbage included.
 * Other programs on the machine do not add to it, as they do to the time that passes.
 */
export function processorMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The middle of numbers. */
export const median = (numbers) => quantile(numbers, 0.5);

/** What the given part of the numbers does not exceed. */
export function quantile(numbers, part) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = Math.floor(at);
  return sorted[below] + (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]) * (at - below);
}

/** The mean of ratios. */
export const geometricMean = (ratios) => Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

/**
 * Measures contestants in turn, in changing order, so that whatever else the machine does meets all of them.
 * @param contestants functions that do the work once and answer a number
 * @param rounds how often each is asked
 * @returns {Promise<number[][]>} for each contestant, its numbers
 */
export async function interleave(contestants, rounds) {
  const numbers = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const index = (turn + round) % contestants.length;
      numbers[index].push(await contestants[index]());
    }
  }
  return numbers;
}

/**
 * Makes a contestant that is measured in batches: a single short run would be lost between two looks at the clock.
 * @param run does the work once and answers what came of it, or a promise of that
 * @returns {(times: number) => Promise<{ ms: number, outcome: unknown }>} processor time of one run of so many, and what came of the
 * last one
 */
export function batch(run) {
  return async (times) => {
    let outcome;
    const began = processorMs();
    for (let i = 0; i < times; i++) outcome = await run();
    return { ms: (processorMs() - began) / times, outcome };
  };
}

/**
 * Repeats until it gets no faster: the platform compiles a module's code with all its effort only once it has been used for a while,
 * beside everything else that the machine does.
 */
export async function warmUp(pass) {
  let best = Infinity;
  for (let slow = 0; slow < 2; ) {
    const began = performance.now();
    await pass();
    const ms = performance.now() - began;
    slow = ms > 0.95 * best ? slow + 1 : 0;
    best = Math.min(best, ms);
  }
}

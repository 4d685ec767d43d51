/** Whole numbers of 32 bits that follow from a seed (Mulberry32, Tommy Ettinger): plenty to make different tests, the same each time. */
export function mulberry32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Numbers from 0 to below 1 that follow from a seed. */
export function randomNumbers(seed) {
  const next = mulberry32(seed);
  return () => next() / 2 ** 32;
}

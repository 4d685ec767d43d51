// Numbers that follow from a seed and a name: the same for everybody who asks, in whatever order.

/** A whole number of 32 bits (FNV-1a, its bits mixed as MurmurHash3 does at its end). */
function hash(text) {
  let bits = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Answers a number from 0 to below 1 for any names, by `seed`. */
export function randomOf(seed) {
  return (...names) => hash([seed, ...names].join("\u0000")) / 2 ** 32;
}

/** One of `list`, by a number from 0 to below 1. */
export const pick = (list, number) => list[Math.floor(number * list.length)];

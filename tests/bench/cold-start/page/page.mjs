// Nothing of an engine is loaded until it is asked for.

const ENGINES = {
  nexus: () => import("../nexus.mjs"),
  quickjs: () => import("../quickjs.mjs"),
  "quickjs-ng": () => import("../quickjs-ng.mjs"),
  ses: () => import("../ses.mjs"),
};

globalThis.places = {
  /** @returns what the engine took to its first result, and the addresses of the files that it had loaded for that */
  async start(engine) {
    const before = performance.getEntriesByType("resource").length;
    const began = performance.now();
    const { first } = await ENGINES[engine]();
    const result = await first();
    const ms = performance.now() - began;
    if (result !== 42) throw new Error(`${engine} returned ${result}`);
    return { ms, files: performance.getEntriesByType("resource").slice(before).map(({ name }) => name) };
  },
};

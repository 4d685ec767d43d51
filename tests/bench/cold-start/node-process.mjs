// A process that knows nothing yet: `node node-process.mjs nexus` tells how long the file `nexus.mjs` takes to its first result.

const began = performance.now();
const { first } = await import(`./${process.argv[2]}.mjs`);
const result = await first();
const ms = performance.now() - began;
if (result !== 42) throw new Error(`returned ${result}`);
process.stdout.write(String(ms), () => process.exit());

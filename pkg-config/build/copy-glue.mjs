// tsc leaves out what is not TypeScript: the generated glue goes beside the compiled facade as it is.

import { cp } from "node:fs/promises";

for (const file of ["kernel.js", "kernel.d.ts"]) {
  await cp(new URL(`../src/generated/${file}`, import.meta.url), new URL(`../dist/generated/${file}`, import.meta.url));
}

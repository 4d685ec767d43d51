// `nexus-kernel/element` is one bundle with what it borrows, so that pages need nothing else; what draws charts is a chunk of its own.

import { rm } from "node:fs/promises";
import { build } from "esbuild";

const out = new URL("../dist/element/", import.meta.url).pathname;

await build({
  entryPoints: ["src/element/index.ts"],
  absWorkingDir: new URL("..", import.meta.url).pathname,
  outdir: out,
  bundle: true,
  format: "esm",
  splitting: true,
  chunkNames: "[name]-[hash]",
  target: "es2022",
  minify: true,
  // Licences of what is borrowed travel with it.
  legalComments: "eof",
  // The package's own modules stay what they are: an error of one is an error of all.
  external: ["../client/*", "../errors.js"],
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
// Only types stand in it.
await rm(new URL("../dist/element/api.js", import.meta.url), { force: true });

// Puts the packages that the server is made of into dist/serve/third-party.js, whose first comment says why, with their licences.

import { readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const file = fileURLToPath(new URL("../dist/serve/third-party.js", import.meta.url));

const { metafile } = await build({
  entryPoints: [file],
  outfile: file,
  allowOverwrite: true,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  // ws looks for faster native helpers; without them it works.
  external: ["bufferutil", "utf-8-validate"],
  // It is CommonJS.
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
});

const folders = new Set(Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
const licences = await Promise.all([...folders].sort().map(licence));
await writeFile(file, `${licences.join("")}${await readFile(file, "utf8")}`);
// Its types are other packages'.
await rm(file.replace(/\.js$/, ".d.ts"));

/** The licence of a package, as a comment. */
async function licence(folder) {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve(`./${folder}/package.json`, { paths: [process.cwd()] });
  const { name, version } = JSON.parse(await readFile(manifest, "utf8"));
  const text = await readFile(join(dirname(manifest), "LICENSE"), "utf8");
  return `/*! ${name} ${version}\n\n${text.trim().replaceAll("*/", "* /")}\n*/\n`;
}

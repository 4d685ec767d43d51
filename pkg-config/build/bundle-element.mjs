// `nexus-kernel/element` is one bundle with what it borrows, so that pages need nothing else; what draws charts is a chunk of its own.

import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = new URL("../", import.meta.url);
const out = new URL("dist/element/", root);

// A chunk is called by its hash: those of an earlier build would stay. Of this one tsc has only left types.
for (const file of await readdir(out)) if (file.endsWith(".js")) await rm(new URL(file, out));

const { metafile } = await build({
  entryPoints: ["src/element/index.ts"],
  absWorkingDir: fileURLToPath(root),
  outdir: fileURLToPath(out),
  bundle: true,
  format: "esm",
  splitting: true,
  chunkNames: "[name]-[hash]",
  target: "es2022",
  minify: true,
  legalComments: "eof",
  // The package's own modules stay what they are: an error of one is an error of all.
  external: ["../client/*", "../errors.js"],
  define: { "process.env.NODE_ENV": '"production"' },
  metafile: true,
  logLevel: "warning",
});
await writeFile(new URL("THIRD-PARTY.txt", out), await licenses());

/** The licenses of what the bundle holds: not every package names its own in its code. */
async function licenses() {
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const packages = new Set(used.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]).filter(Boolean));
  const notices = [...packages].sort().map(async (name) => {
    const folder = new URL(`node_modules/${name}/`, root);
    const { version, license } = JSON.parse(await readFile(new URL("package.json", folder), "utf8"));
    const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
    const text = file ? await readFile(new URL(file, folder), "utf8") : "";
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  return (await Promise.all(notices)).join(`\n${"-".repeat(80)}\n\n`);
}

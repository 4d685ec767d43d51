// What a page has to load before its first result.

import { brotliCompressSync } from "node:zlib";
import { openStartPage } from "./cold-start/page.mjs";
import { table } from "./report.mjs";

const ENGINES = { "nexus-kernel": "nexus", "quickjs-emscripten": "quickjs", "quickjs-ng": "quickjs-ng", SES: "ses" };

/** Measures. Answers a section of the report. */
export async function measure() {
  const page = await openStartPage();
  const rows = [];
  for (const [name, engine] of Object.entries(ENGINES)) {
    const { files } = await page.start(engine);
    const loaded = await Promise.all(files.map(async (file) => ({ wasm: file.endsWith(".wasm"), ...(await sizes(file)) })));
    const sum = (of, key) => of.reduce((total, file) => total + file[key], 0);
    const wasm = loaded.filter((file) => file.wasm);
    const script = loaded.filter((file) => !file.wasm);
    rows.push([name, loaded.length, sum(script, "compressed"), sum(wasm, "compressed"), sum(loaded, "compressed"), sum(loaded, "bytes")]);
  }
  await page.stop();
  const section = `## What a page loads

Files that a page requests until its first result, as Vite builds it; bytes, compressed by brotli with quality 11, as a host does it once.

${table(["", "files", "scripts", "wasm", "together", "not compressed"], rows)}`;
  return { section, promises: [] };
}

async function sizes(file) {
  const bytes = Buffer.from(await (await fetch(file)).arrayBuffer());
  // Node's default quality is 11, the highest.
  return { bytes: bytes.length, compressed: brotliCompressSync(bytes).length };
}

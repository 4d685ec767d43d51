// A Worker's first answer: of workerd just started, with the bundle that wrangler makes.

import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Miniflare } from "miniflare";

const COMPATIBILITY_DATE = "2026-04-01";

/**
 * Bundles the Worker `workers/<name>.mjs`.
 * @returns {Promise<() => Promise<number>>} a function that starts workerd with it and answers how many milliseconds passed until the first
 * request was answered
 */
export async function bundled(name) {
  const modules = await bundle(fileURLToPath(new URL(`workers/${name}.mjs`, import.meta.url)));
  return async () => {
    const began = performance.now();
    const worker = new Miniflare({ modules, compatibilityDate: COMPATIBILITY_DATE, host: "127.0.0.1", cf: false });
    const response = await worker.dispatchFetch("http://localhost/");
    const text = await response.text();
    const ms = performance.now() - began;
    await worker.dispose();
    if (text !== "42") throw new Error(`${name} answered ${text}`);
    return ms;
  };
}

async function bundle(entry) {
  const require = createRequire(new URL("../../../worker/package.json", import.meta.url));
  const wrangler = join(require.resolve("wrangler/package.json"), "../bin/wrangler.js");
  const folder = await mkdtemp(join(tmpdir(), "nexus-bench-"));
  try {
    const args = [wrangler, "deploy", entry, "--dry-run", "--outdir", folder, "--name", "bench", "--compatibility-date", COMPATIBILITY_DATE];
    await promisify(execFile)(process.execPath, args, { cwd: folder, env: { ...process.env, WRANGLER_SEND_METRICS: "false", DO_NOT_TRACK: "1", CI: "true" } });
    // The entry first, as Miniflare wants it.
    const files = (await readdir(folder)).filter((file) => /\.(js|wasm)$/.test(file)).sort((a, b) => a.endsWith(".wasm") - b.endsWith(".wasm"));
    return await Promise.all(
      files.map(async (file) => {
        const contents = await readFile(join(folder, file));
        return file.endsWith(".wasm") ? { type: "CompiledWasm", path: file, contents } : { type: "ESModule", path: file, contents: String(contents) };
      }),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

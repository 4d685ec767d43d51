// A fresh project, far from this repository, with the packed package installed in it.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const PACKAGE = fileURLToPath(new URL("../../target/npm/nexus-kernel", import.meta.url));
const run = promisify(execFile);

/**
 * Packs the built package and installs the tarball.
 * @param files contents by path, relative to the project
 * @returns the folder, a way to run a file of it in Node, what npm packed, and a way to remove it all
 */
export async function createProject(files) {
  const folder = await mkdtemp(join(tmpdir(), "nexus-kernel-packaging-"));
  const npm = async (...args) => (await run("npm", args, { cwd: folder, shell: process.platform === "win32" })).stdout;
  const [packed] = JSON.parse(await npm("pack", PACKAGE, "--json", "--pack-destination", folder));
  const manifest = { name: "fresh", private: true, type: "module" };
  for (const [path, text] of Object.entries({ "package.json": JSON.stringify(manifest), ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await npm("install", `./${packed.filename}`, "--no-audit", "--no-fund", "--offline");
  return {
    folder,
    packed: packed.files.map((file) => file.path).sort(),
    node: async (...args) => (await run(process.execPath, args, { cwd: folder })).stdout,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * What every environment does with the package, as the body of an async function of `createKernel` and `executor`: a handler that reads and writes
 * state, calls an extension twice at once, emits, commands the view and logs.
 */
export const MAIN_JOB = `
  const greet = { name: "greeter", methods: ["greet"], call: async (_method, [name]) => "hello " + name };
  const kernel = await createKernel({ executor, extensions: [greet] });
  const source = \`
    $state.count++;
    const greetings = await Promise.all([$ext.greeter.greet("a"), $ext.greeter.greet("b")]);
    $emit("greeted", { greetings }); $view.focus("list"); $log.warn("done");
    return { count: $state.count, greetings };\`;
  const capabilities = ["state:read:count", "state:write:count", "ext:greeter.greet", "events:emit:greeted", "view:update:list"];
  const result = await kernel.run(source, { state: { count: 41 }, capabilities });
  const stopped = await kernel.run("while (true) {}", { limits: { fuel: 1_000_000 } });
  await kernel.close();
  const { status, returnValue, stateMutations, events, viewCommands, logs } = result;
  return { status, returnValue, stateMutations, events, viewCommands, logs, stopped: stopped.error.code };`;

/** What it answers, everywhere. */
export const MAIN_RESULT = {
  status: "success",
  returnValue: { count: 42, greetings: ["hello a", "hello b"] },
  stateMutations: [{ key: "count", value: 42, operation: "set" }],
  events: [{ name: "greeted", payload: { greetings: ["hello a", "hello b"] } }],
  viewCommands: [{ type: "focus", componentId: "list", args: {} }],
  logs: [{ level: "warn", message: "done" }],
  stopped: "TIMEOUT",
};

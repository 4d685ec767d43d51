import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { MAIN_JOB, MAIN_RESULT, createProject } from "./project.mjs";

const CONSUMER = `
import { createKernel, httpExtension, type RunResult } from "nexus-kernel";
import { createKernel as createSlim } from "nexus-kernel/slim";
import { createKernel as createSmall } from "nexus-kernel/small";
import { serve, type Server } from "nexus-kernel/serve";
import { PanelsObject, fetchPanels } from "nexus-kernel/worker";
const kernel = await createKernel({ extensions: [httpExtension({ allowedDomains: ["*"] })] });
const result: RunResult<number> = await kernel.run<number>("return 1");
if (result.status === "success") console.log(result.returnValue);
const server: Server = await serve(kernel, { port: 0 });
await server.close();
class Panels extends PanelsObject<{ readonly GREETING: string }> {
  override documents() {
    return { greeting: this.env.GREETING };
  }
}
void [Panels, fetchPanels];
void createSlim;
void createSmall;
`;

let project;
before(async () => {
  project = await createProject({
    "main.js": `import { createKernel } from "nexus-kernel";\nconst main = async (executor) => {${MAIN_JOB}};\nconsole.log(JSON.stringify(await main(process.argv[2])));`,
    "small.js": `import { createKernel } from "nexus-kernel/small";\nconst main = async (executor) => {${MAIN_JOB}};\nconsole.log(JSON.stringify(await main(process.argv[2])));`,
    "both.js": `
      import { createKernel } from "nexus-kernel";
      import { createKernel as createSmall } from "nexus-kernel/small";
      const [full, small] = await Promise.all([createKernel(), createSmall()]);
      const { record } = await full.run("return [1, 2].map((n) => n * 2)", { record: true });
      const replayed = async (kernel) => kernel.replay(record).then(({ result }) => result.returnValue, ({ code, message }) => [code, message]);
      console.log(JSON.stringify([await replayed(full), await replayed(small)]));
      await Promise.all([full.close(), small.close()]);`,
    "slim.js": `
      import { readFile } from "node:fs/promises";
      import { fileURLToPath } from "node:url";
      import { createKernel as create } from "nexus-kernel/slim";
      const wasm = async (name) => readFile(fileURLToPath(import.meta.resolve("nexus-kernel/" + name)));
      const modules = { kernel: wasm("kernel.wasm"), sandbox: wasm("sandbox.wasm") };
      const createKernel = (options) => create({ ...options, modules });
      const main = async (executor) => {${MAIN_JOB}};
      console.log(JSON.stringify(await main()));`,
    "server.js": `
      import { connect } from "node:net";
      import { createKernel } from "nexus-kernel";
      import { serve } from "nexus-kernel/serve";
      const kernel = await createKernel();
      await kernel.panels.create('<NexusPanel id="p"/>');
      const server = await serve(kernel, { port: 0 });
      const { status } = await (await fetch(server.url + "/health")).json();
      const socket = connect(server.port, "127.0.0.1");
      socket.write("GET /panels/p/ws HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n");
      let told = "";
      for await (const bytes of socket) if ((told += bytes).includes("heartbeatMs")) break;
      console.log(JSON.stringify({ health: status, hello: /"type":"(\\w+)"/.exec(told)?.[1] }));
      await server.close();
      await kernel.close();`,
    "required.cjs": `import("nexus-kernel").then(async ({ createKernel }) => {
      const kernel = await createKernel();
      console.log((await kernel.run("return 'from CommonJS'")).returnValue);
      await kernel.close();
    });`,
    "version.js": `import manifest from "nexus-kernel/package.json" with { type: "json" }; console.log(manifest.version);`,
    "consumer.ts": CONSUMER,
  });
});
after(() => project?.remove());

test("the main job runs from the packed tarball", async () => {
  assert.deepEqual(JSON.parse(await project.node("main.js")), MAIN_RESULT);
});

test("it does in Workers too", async () => {
  assert.deepEqual(JSON.parse(await project.node("main.js", "worker")), MAIN_RESULT);
});

test("the smaller sandbox runs it, and in Workers too", async () => {
  assert.deepEqual(JSON.parse(await project.node("small.js")), MAIN_RESULT);
  assert.deepEqual(JSON.parse(await project.node("small.js", "worker")), MAIN_RESULT);
});

test("both sandboxes work side by side, and neither takes the other's records", async () => {
  const [own, foreign] = JSON.parse(await project.node("both.js"));
  assert.deepEqual(own, [2, 4]);
  assert.equal(foreign[0], "INVALID_ARGUMENT");
  assert.match(foreign[1], /made by the engine/);
});

test("a server of the package answers requests, and makes WebSockets", async () => {
  const { health, hello } = JSON.parse(await project.node("server.js"));
  assert.deepEqual([health, hello], ["healthy", "CONNECTED"]);
});

test("slim runs it with modules that the embedder brings", async () => {
  assert.deepEqual(JSON.parse(await project.node("slim.js")), MAIN_RESULT);
});

test("CommonJS imports it", async () => {
  assert.equal((await project.node("required.cjs")).trim(), "from CommonJS");
});

test("importing it loads no module and leaves nothing open", async () => {
  const started = performance.now();
  await project.node("--eval", "import('nexus-kernel')");
  assert.ok(performance.now() - started < 20_000, "Node ends by itself");
});

test("its version can be read", async () => {
  assert.match(await project.node("--no-warnings", "version.js"), /^\d+\.\d+\.\d+/);
});

test("its types are found, by Node's rules and by bundlers'", async () => {
  const tsc = createRequire(new URL("../../www/package.json", import.meta.url)).resolve("typescript/bin/tsc");
  for (const resolution of [["--module", "NodeNext"], ["--module", "ESNext", "--moduleResolution", "bundler"]]) {
    const args = [tsc, "--noEmit", "--strict", "--target", "ES2022", "--lib", "ES2022,ESNext.Disposable,DOM", ...resolution, "consumer.ts"];
    await promisify(execFile)(process.execPath, args, { cwd: project.folder }).catch((error) => assert.fail(error.stdout));
  }
});

test("README's first example, pasted into an empty project, works", async () => {
  const readme = await readFile(join(project.folder, "node_modules/nexus-kernel/README.md"), "utf8");
  const example = /```(?:js|javascript|ts|typescript)\n([\s\S]*?)```/.exec(readme)?.[1];
  assert.ok(example?.includes('from "nexus-kernel"'), "README.md begins with an example");
  assert.equal((await project.node("--input-type=module", "--eval", example)).trim(), "42");
});

test("the tarball holds what is needed and nothing else", () => {
  const expected = /^(package\.json|README\.md|CHANGELOG\.md|LICENSE-MIT|LICENSE-APACHE|kernel\.wasm|sandbox(-small)?\.wasm|dist\/.+\.(js|d\.ts)|dist\/element\/THIRD-PARTY\.txt|protocol\.schema\.json)$/;
  assert.deepEqual(project.packed.filter((path) => !expected.test(path)), []);
  for (const path of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "kernel.wasm", "sandbox.wasm", "sandbox-small.wasm", "protocol.schema.json"]) {
    assert.ok(project.packed.includes(path), path);
  }
  for (const entry of ["node", "browser", "workerd", "small-node", "small-browser", "small-workerd", "slim"]) {
    for (const kind of ["js", "d.ts"]) assert.ok(project.packed.includes(`dist/entry/${entry}.${kind}`), entry);
  }
  for (const entry of ["serve", "cloudflare"]) {
    for (const kind of ["js", "d.ts"]) assert.ok(project.packed.includes(`dist/${entry}/index.${kind}`), entry);
  }
});

test("the package depends on nothing", async () => {
  const manifest = JSON.parse(await readFile(join(project.folder, "node_modules/nexus-kernel/package.json"), "utf8"));
  for (const kind of ["dependencies", "peerDependencies", "optionalDependencies", "scripts"]) assert.equal(manifest[kind], undefined, kind);
});

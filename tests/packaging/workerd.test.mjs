// workerd, from a bundle that wrangler makes with no setting.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startWorkerd } from "../support/workerd.mjs";
import { MAIN_JOB, MAIN_RESULT, createProject } from "./project.mjs";

let project;
let worker;
before(async () => {
  project = await createProject({
    "worker.js": `
      import { attenuate, createKernel as createFull } from "nexus-kernel";
      import { createKernel as createSmall } from "nexus-kernel/small";
      const main = async (createKernel, executor) => {${MAIN_JOB}};
      export default {
        async fetch(request) {
          const { pathname } = new URL(request.url);
          if (pathname === "/attenuate") return Response.json(attenuate(["ext:*"], ["ext:a"]));
          return Response.json(await main(pathname === "/small" ? createSmall : createFull));
        },
      };`,
  });
  worker = await startWorkerd({ entrypoint: join(project.folder, "worker.js") });
});
after(async () => {
  await worker?.stop();
  await project?.remove();
});

const get = async (path) => {
  const response = await fetch(new URL(path, worker.url));
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
};

test("what cannot wait works before any kernel was made", async () => {
  assert.deepEqual(await get("/attenuate"), ["ext:a"]);
});

test("the main job runs, request after request", async () => {
  for (let request = 0; request < 3; request++) assert.deepEqual(await get("/"), MAIN_RESULT);
});

test("it does with the smaller sandbox", async () => {
  for (let request = 0; request < 3; request++) assert.deepEqual(await get("/small"), MAIN_RESULT);
});

test("requests at the same time do not disturb each other", async () => {
  for (const result of await Promise.all(Array.from({ length: 8 }, () => get("/")))) assert.deepEqual(result, MAIN_RESULT);
});

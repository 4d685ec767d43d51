// Every file of tests in this folder once more, with the executor "worker".

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";

const { NODE_TEST_CONTEXT, ...env } = process.env;
const others = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.mjs") && !["in-workers.test.mjs", "workers.test.mjs"].includes(name));

for (const name of others.sort()) {
  test(`${name} holds with executor "worker"`, () => {
    const args = ["--test", "--test-force-exit", "--test-reporter=spec", `${import.meta.dirname}/${name}`];
    const { status, stdout } = spawnSync(process.execPath, args, { env: { ...env, NEXUS_TEST_EXECUTOR: "worker" }, encoding: "utf8" });
    assert.equal(status, 0, stdout.slice(stdout.indexOf("failing tests")));
    assert.match(stdout, /ℹ pass [1-9]/);
  });
}

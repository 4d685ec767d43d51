// The commands of docs/cli.md print what stands there, with the packed package in a fresh project.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { createProject } from "../packaging/project.mjs";

const page = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
const files = Object.fromEntries([...page.matchAll(/`([\w-]+\.nxml)`:\n\n```xml\n(.*?)```/gs)].map(([, name, text]) => [name, text]));
const sessions = [...page.matchAll(/```console\n(.*?)```/gs)].map(([, session]) => session);
const commands = sessions.flatMap((session) => session.split(/^\$ /m).slice(1));

let project;
before(async () => {
  project = await createProject(files);
});
after(() => project?.remove());

test("the page has files and commands", () => {
  assert.deepEqual(Object.keys(files), ["counter.nxml", "wrong.nxml"]);
  assert.ok(commands.length >= 8);
});

for (const [index, text] of commands.entries()) {
  const [command, ...expected] = text.split("\n");
  test(`command ${index + 1}: ${command}`, async () => {
    const printed = await new Promise((resolve) => {
      execFile("sh", ["-c", `{ ${command}; } 2>&1`], { cwd: project.folder, env: { ...process.env, npm_config_loglevel: "error" } }, (_, stdout) => resolve(stdout));
    });
    assert.equal(printed, expected.join("\n"));
  });
}

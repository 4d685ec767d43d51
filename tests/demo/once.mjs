// `cargo xtask demo --once`: the main job in Node, a Chromium page, a Chromium Web Worker and workerd, then the samples on a server.
// Prints what happened, compares the four, and exits 0 or 1.

import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { startEndpoints } from "./endpoints.mjs";
import { runSamples } from "./once-samples.mjs";
import { PLACES } from "./places.mjs";
import { comparable, story } from "./story.mjs";

const CAPABILITIES = [
  "state:read:visits",
  "state:write:visits",
  "state:read:report",
  "state:write:report",
  "state:read:history",
  "state:write:history",
  "ext:http.get",
  "events:emit:report-ready",
  "events:emit:toast",
  "view:update:report",
];

/** What the job has to do, so that four equal failures are none the less a failure. */
function complaints({ status, error, returnValue, stateMutations, suspensions, events, viewCommands, logs, denials }) {
  const expected = [
    [status === "success", `it ended as ${status}: ${error?.message}`],
    [returnValue?.city === "Oslo" && returnValue.headlines.length === 2, "it did not return the report"],
    [stateMutations.some(({ key, value }) => key === "visits" && value === 42), "it did not count the visit"],
    [stateMutations.some(({ key, value }) => key === "history" && value.length === 3), "it did not record the nested change"],
    [suspensions.length === 2, "it did not make two calls"],
    [events.length === 2 && viewCommands.length === 2 && logs.length === 2, "an event, a view command or a log line is missing"],
    [denials?.length === 1 && denials[0].capability === "state:read:password", "reading the password was not denied"],
  ];
  return expected.filter(([holds]) => !holds).map(([, complaint]) => complaint);
}

/** Runs the job in one place. @returns what is compared */
async function runIn(name, endpoints, source) {
  const place = await PLACES[name](endpoints);
  try {
    const job = {
      source,
      state: { visits: 41, history: [3, 2], password: "hunter2" },
      args: { api: endpoints.url, city: "Oslo", run: "main" },
      capabilities: CAPABILITIES,
      host: endpoints.host,
    };
    const result = await place.run(job);
    console.log(`\n${place.label}`);
    for (const line of story(result, job.state)) console.log(line);
    const wrong = complaints(result);
    for (const complaint of wrong) console.log(`  WRONG   ${complaint}`);
    return { result: comparable(result), isRight: wrong.length === 0 };
  } finally {
    await place.stop();
  }
}

/** Where two values differ, as lines of text. */
function differences(left, right, path = "") {
  if (isDeepStrictEqual(left, right)) return [];
  const isTree = (value) => typeof value === "object" && value !== null;
  if (!isTree(left) || !isTree(right)) return [`${path || "the result"}: ${JSON.stringify(left)} and ${JSON.stringify(right)}`];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => differences(left[key], right[key], path ? `${path}.${key}` : key));
}

const source = await readFile(new URL("main.handler.js", import.meta.url), "utf8");
const endpoints = await startEndpoints();
let isGood = true;
try {
  const done = {};
  // One after the other: the machine may be small.
  for (const name of Object.keys(PLACES)) {
    done[name] = await runIn(name, endpoints, source);
    isGood &&= done[name].isRight;
  }
  const { node, ...others } = done;
  console.log();
  for (const [name, { result }] of Object.entries(others)) {
    for (const difference of differences(node.result, result)) {
      isGood = false;
      console.log(`node and ${name} differ in ${difference}`);
    }
  }
  console.log(isGood ? "same result in all four" : "not the same, or not right");
  isGood = (await runSamples()) && isGood;
} catch (error) {
  isGood = false;
  console.error(error);
} finally {
  await endpoints.stop();
}
process.exit(isGood ? 0 : 1);

// How long a stopped run delays the next one: from the result of the stopped run to the result of a healthy one after it, less
// what the healthy run takes when it follows its own kind. One kernel with one instance.

import { createKernel } from "nexus-kernel";
import { median, processorMs, quantile } from "./measure.mjs";
import { table } from "./report.mjs";

/** Milliseconds that the median delay may take. */
const MOST_MS = 5;

const HEALTHY = `let sum = 0; for (const n of $args) sum += n; $state.sum = sum; $emit("done", { sum }); return await sum`;
const GIVEN = { args: [1, 2, 3], capabilities: ["state:write:sum", "events:emit:done"] };

/** What stops the run: source, options, the code and the resource that it ends with. */
const KINDS = [
  { name: "fuel", source: "for (;;);", limits: { fuel: 2_000_000 }, code: "TIMEOUT", resource: "fuel" },
  { name: "fuel, with 6 MiB in use", source: "const kept = []; for (let i = 0; ; i++) if (i < 6) kept.push('x'.repeat(1 << 20) + i)", limits: { fuel: 8_000_000 }, code: "TIMEOUT", resource: "fuel" },
  { name: "clock", source: "for (;;);", limits: { timeoutMs: 10 }, code: "TIMEOUT", resource: "timeoutMs" },
  { name: "abort", source: "$host.abort(); for (;;);", aborts: true, code: "CANCELLED" },
  { name: "memory, 32 MiB in objects", source: "const kept = []; for (;;) kept.push({ kept })", code: "MEMORY_LIMIT", resource: "memory" },
  { name: "memory, 32 MiB in texts", source: "let text = 'x'; for (;;) text += text", code: "MEMORY_LIMIT", resource: "memory" },
  { name: "stack, in native calls", source: "const call = () => [0].map(call); call()", code: "RESOURCE_LIMIT", resource: "stack" },
  { name: "stack, in the handler's calls", source: "const call = () => call() + 1; call()", code: ["RESOURCE_LIMIT", "MEMORY_LIMIT"] },
];

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const stops = quick ? 15 : 60;
  const rows = await stopAll(stops);
  const shown = (numbers, part) => quantile(numbers, part).toFixed(2);
  const section = `## Recovery after a stop

How much longer than usual the run after a stopped one takes, on a kernel with one instance; milliseconds, ${stops} stops of each kind. In
processor time, which is what the stop causes, and in time that passed, to which everything else on the machine adds.

${table(
    ["stopped by", "processor, median", "95 %", "passed, median", "95 %"],
    rows.map(({ name, processor, passed }) => [name, shown(processor, 0.5), shown(processor, 0.95), shown(passed, 0.5), shown(passed, 0.95)]),
  )}
Promised: a median of at most ${MOST_MS} ms.
`;
  const slowest = Math.max(...rows.map(({ processor }) => median(processor)));
  return { section, promises: [{ what: "recovery after a stop, at worst", measured: slowest, most: MOST_MS, unit: "ms" }] };
}

async function stopAll(stops) {
  let controller;
  const kernel = await createKernel({ pool: { minInstances: 1, maxInstances: 1 } });
  kernel.hostFunctions.register({ name: "abort", call: () => controller.abort() });

  const healthy = async () => {
    const [began, before] = [performance.now(), processorMs()];
    const { status, returnValue, events } = await kernel.run(HEALTHY, GIVEN);
    const cost = { processor: processorMs() - before, passed: performance.now() - began };
    if (status !== "success" || returnValue !== 6 || events.length !== 1) throw new Error("the healthy run is not healthy");
    return cost;
  };

  const stop = async ({ name, source, limits, aborts, code, resource }) => {
    controller = new AbortController();
    const options = { limits, capabilities: ["host:abort"], signal: aborts ? controller.signal : undefined };
    const { error } = await kernel.run(source, options);
    const right = [code].flat().includes(error?.code) && (resource === undefined || error.context.resource === resource);
    if (!right) throw new Error(`${name}: ended with ${JSON.stringify(error)}`);
  };

  const rows = [];
  for (const kind of KINDS) {
    for (let i = 0; i < 20; i++) await healthy();
    await stop(kind);
    const [alone, after] = [[], []];
    for (let i = 0; i < stops; i++) {
      await healthy();
      alone.push(await healthy());
      await stop(kind);
      after.push(await healthy());
    }
    const delays = (time) => {
      const usual = median(alone.map((cost) => cost[time]));
      return after.map((cost) => cost[time] - usual);
    };
    rows.push({ name: kind.name, processor: delays("processor"), passed: delays("passed") });
  }
  await kernel.close();
  return rows;
}

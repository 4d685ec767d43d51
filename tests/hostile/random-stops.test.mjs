// A run that is stopped at any point of it reports what it did until then, and leaves nothing behind.
//
// The same stops each time, so that what fails here fails for everybody; `SEED=n` tries others. A failure names seed, handler and limit.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { randomNumbers } from "../support/mulberry32.mjs";
import { GROWTH, RECURSION, WORK } from "./random-handlers.mjs";
import { Stops } from "./stops.mjs";

const SEED = Number(process.env.SEED ?? 3);

const FUEL_STOPS = 850;
const MEMORY_STOPS = 55;
const STACK_STOPS = 95;

/** Longer than any of these takes on a machine that is busy with other things. */
const PATIENCE = { timeout: 300_000 };

/** The least memory that a run can be given, and what the engine has of it before the handler's heap begins. */
const [LEAST_MEMORY, ENGINE_MEMORY] = [8 << 20, 3 << 20];

describe(`stops at random points, seed ${SEED}`, { concurrency: false }, () => {
  const random = randomNumbers(SEED);
  const between = (from, to) => from + Math.floor(random() * (to - from));
  let stops;
  before(async () => {
    stops = await Stops.open();
  });
  after(() => stops.close());

  /** Does `count` stops, on handlers in turn. */
  async function each(handlers, count, stop) {
    const names = Object.keys(handlers);
    for (let i = 0; i < count; i++) {
      const name = names[i % names.length];
      let limit;
      const told = (value) => (limit = value);
      try {
        await stop(handlers[name], told);
      } catch (error) {
        const what = error.message.length > 1_000 ? `${error.message.slice(0, 500)} … ${error.message.slice(-500)}` : error.message;
        throw new Error(`seed ${SEED}, ${name}, limit ${limit}: ${what}`);
      }
    }
  }

  test("by fuel", PATIENCE, () =>
    each(WORK, FUEL_STOPS, async (source, told) => {
      const { metrics } = await stops.whole(source);
      await stops.byFuel(source, told(between(1, metrics.fuelUsed)));
    }),
  );

  test("by memory", PATIENCE, () =>
    each(GROWTH, MEMORY_STOPS, async (source, told) => {
      // Less may be enough, where garbage is collected in time.
      const { metrics } = await stops.whole(source);
      for (let tries = 0; tries < 20; tries++) {
        if (await stops.byMemory(source, told(between(LEAST_MEMORY, ENGINE_MEMORY + metrics.memoryPeakBytes)))) return;
      }
      assert.fail("nothing stops it");
    }),
  );

  test("by the stack", PATIENCE, () =>
    each(RECURSION, STACK_STOPS, async (shape, told) => {
      const effects = told(between(0, 50));
      await stops.byStack(`${shape}\nfor (let i = 0; i < ${effects}; i++) $emit("step", i);\nawait call(0);`, effects);
    }),
  );

  test("most of them tell the place, and the functions that led there", (t) => {
    const { stops: all, known, outside, unknown } = stops.counts;
    t.diagnostic(`${all} stops: ${known} in a known place, ${outside} outside of all functions, ${unknown} unknown`);
    assert.ok(all >= FUEL_STOPS + MEMORY_STOPS + STACK_STOPS);
    assert.ok(known >= 0.8 * all, `${known} of ${all}`);
  });
});

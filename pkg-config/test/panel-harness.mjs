// What the tests of panels share.

import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { sleep } from "./harness.mjs";

/** Everything that a tool of these tests may need. */
const EVERYTHING = "state:read:*, state:write:*, events:emit:*, view:update:*, ext:test";

/** A tool that may do everything; `parts` are its arguments and triggers. */
export function tool(name, code, parts = "") {
  return `<Tool name="${name}" capabilities="${EVERYTHING}">${parts}<Handler><![CDATA[${code}]]></Handler></Tool>`;
}

/** A lifecycle that may do everything. */
export function lifecycle(on, code) {
  return `<Lifecycle on="${on}" capabilities="${EVERYTHING}"><Handler><![CDATA[${code}]]></Handler></Lifecycle>`;
}

/** A document. Its state `count` is there for whoever only counts; `double` is computed from it. */
export function nxml({ data = "", logic = "", view = "", root = "" } = {}) {
  const count = `<State name="count" type="number"/><Computed name="double" value="$state.count * 2"/>`;
  return `<NexusPanel title="Test"${root && ` ${root}`}>
<Data>${count}${data}</Data>
<Logic><Extension name="nexus.test"/>${logic}</Logic>
${view && `<View>${view}</View>`}
</NexusPanel>`;
}

/**
 * Writes down everything that a panel tells, and what its patches make of the state that it has now.
 * @returns `{ told, patches, folded, computed, check(), stop() }`; `told` has `[name, event]` in order
 */
export function watch(panel) {
  const told = [];
  const patches = [];
  const folded = panel.state;
  const computed = panel.computed;
  let version = panel.version;
  const offs = ["patch", "event", "view", "log", "status", "error"].map((name) =>
    panel.on(name, (event) => {
      told.push([name, event]);
      // Patches and events are counted together.
      if (name === "event") version++;
      if (name !== "patch") return;
      assert.equal(event.version, ++version, "versions have no gaps and no repeats");
      patches.push(event);
      for (const { key, value, operation } of event.mutations) {
        if (operation === "set") folded[key] = value;
        else delete folded[key];
      }
      Object.assign(computed, event.computed);
    }),
  );
  return {
    told,
    patches,
    folded,
    of: (name) => told.filter(([kind]) => kind === name).map(([, event]) => event),
    /** Fails unless the state is what the patches make of it. */
    check() {
      assert.deepEqual(panel.state, folded);
      assert.deepEqual(panel.computed, computed);
      // Of a panel that was destroyed in the middle of telling, the rest is told to nobody.
      assert.ok(panel.status === "stopped" ? panel.version >= version : panel.version === version, `${panel.version}, told ${version}`);
    },
    stop: () => offs.forEach((off) => off()),
  };
}

/** Waits for what becomes true by itself. */
export async function until(holds, what = holds.toString()) {
  for (const end = Date.now() + 20_000; !holds(); await sleep(1)) if (Date.now() > end) assert.fail(`never: ${what}`);
}

/** Nothing of these is left in use once the kernel has come to rest. */
export async function assertIdle(kernel) {
  await until(() => {
    const { activeRuns, suspendedRuns, queuedRuns, activeInstances, parkedRuns } = kernel.stats();
    return activeRuns + suspendedRuns + queuedRuns + activeInstances + parkedRuns === 0;
  }, "a kernel that does nothing");
}

/** A clock that stands still until it is told to go on. */
export class FakeClock {
  #now = Date.UTC(2030, 0, 1, 12, 0, 0);
  #timers = new Map();
  #next = 1;
  now = () => this.#now;
  setTimeout = (callback, ms) => {
    this.#timers.set(this.#next, { due: this.#now + ms, callback });
    return this.#next++;
  };
  clearTimeout = (timer) => void this.#timers.delete(timer);

  /** How many timers wait. */
  get waiting() {
    return this.#timers.size;
  }

  /**
   * Lets time pass. Whatever a timer starts has come to rest before the next one fires.
   * @param kernel whose clock it is
   */
  async advance(ms, kernel) {
    const end = this.#now + ms;
    for (;;) {
      await this.#rest(kernel);
      const [first] = [...this.#timers].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due);
      if (!first) break;
      const [timer, { due, callback }] = first;
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, due);
      callback();
    }
    this.#now = end;
  }

  async #rest(kernel) {
    for (let quiet = 0; quiet < 5; ) {
      await nextTurn();
      quiet = kernel.stats().activeRuns > 0 ? 0 : quiet + 1;
    }
  }
}

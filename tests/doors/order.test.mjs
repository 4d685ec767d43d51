// Who is told what, and in which order.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DOORS, createPanel, post, stateOf } from "./doors.mjs";

/** A message as what matters of it. */
const brief = ({ type, version, mutations, event, requestId, result }) =>
  [
    type,
    version,
    mutations && mutations.map(({ key, value }) => `${key}=${value}`).join(),
    event?.name,
    requestId,
    result?.status,
  ].filter((part) => part !== undefined && part !== "");

/** What everybody is told of a run of `twice`. */
const BROADCAST = [
  ["PATCH", 1, "step=1"],
  ["EVENT", 2, "begun"],
  ["PATCH", 3, "step=2"],
  ["EVENT", 4, "between"],
  ["PATCH", 5, "step=3"],
  ["EVENT", 6, "done"],
];

for (const { name, open } of DOORS) {
  describe(name, () => {
    let door;
    before(async () => {
      door = await open();
    });
    after(() => door?.stop());

    test("two watch, a third triggers: the order of each segment, and one requestId through two suspensions", async () => {
      const id = await createPanel(door);
      const watchers = [await door.connect(id), await door.connect(id)];
      const caller = await door.connect(id);
      const { result } = await caller.trigger("twice", undefined, { requestId: "mine" });
      assert.deepEqual(caller.messages.slice(1).map(brief), [
        ...BROADCAST.slice(0, 2),
        ["PROGRESS", "mine"],
        ...BROADCAST.slice(2, 4),
        ["PROGRESS", "mine"],
        ...BROADCAST.slice(4),
        ["RESULT", "mine", "success"],
      ]);
      assert.equal(result.returnValue, "ab");
      assert.deepEqual(result.viewCommands.map(({ type, componentId }) => [type, componentId]), [["focus", "shown"]]);
      assert.deepEqual(result.logs.map(({ message }) => message), ["both a b"]);
      const [first, second] = caller.of("PROGRESS");
      assert.equal(first.runId, result.runId);
      assert.equal(second.runId, result.runId);
      assert.notEqual(first.suspensionId, second.suspensionId);
      assert.deepEqual(first.suspensions.map(({ extensionName, method }) => [extensionName, method]), [["test", "echo"]]);
      assert.equal(first.status, "suspended");
      for (const watcher of watchers) {
        await watcher.reaches(6);
        await watcher.settle();
        const told = watcher.messages.slice(1).filter(({ type }) => type !== "PONG");
        assert.deepEqual(told.map(brief), BROADCAST);
        assert.deepEqual(watcher.state, { count: 0, step: 3, note: "", list: [] });
      }
      assert.deepEqual(await stateOf(door, id), { panelId: id, state: caller.state, version: 6 });
    });

    test("the view is told after a segment's events and before its answer, and shows what it did", async () => {
      const id = await createPanel(door);
      const client = await door.connect(id, { topics: "state,events,view" });
      await client.heard(({ type }) => type === "VIEW");
      await client.trigger("both");
      const order = client.messages.slice(2).map(({ type, version }) => [type, version].filter((part) => part !== undefined));
      assert.deepEqual(order, [["PATCH", 1], ["EVENT", 2], ["VIEW", 2], ["RESULT"]]);
      assert.equal(client.of("VIEW").at(-1).view.root.children[0].props.content, 1);
    });

    test("what is told of a panel does not depend on who runs its tools: HTTP, a client, a binding", async () => {
      const id = await createPanel(door);
      const watcher = await door.connect(id);
      const { status, body } = await post(door, `/panels/${id}/trigger/both`, { who: 1 });
      assert.deepEqual([status, body.returnValue], [200, 1]);
      const caller = await door.connect(id);
      assert.equal((await caller.trigger("both", [2])).result.returnValue, 2);
      assert.equal((await caller.ask({ type: "SET", path: "note", value: "hello" })).version, 5);
      await watcher.reaches(5);
      assert.deepEqual(
        watcher.messages.slice(1).map(brief),
        [["PATCH", 1, "count=1"], ["EVENT", 2, "counted"], ["PATCH", 3, "count=2"], ["EVENT", 4, "counted"], ["PATCH", 5, "note=hello"]],
      );
      assert.deepEqual(watcher.of("EVENT").map(({ event }) => event.payload), [{ count: 1, by: 1 }, { count: 2, by: 2 }]);
      assert.deepEqual(watcher.of("PATCH").map(({ computed }) => computed), [{ double: 2 }, { double: 4 }, {}]);
    });

    test("a handler's own failure is a RESULT, with nothing of its segment told", async () => {
      const id = await createPanel(door);
      const client = await door.connect(id);
      const { type, result } = await client.trigger("fail");
      assert.deepEqual([type, result.status, result.error.code], ["RESULT", "error", "EXECUTION_ERROR"]);
      assert.equal(result.error.location.line > 1, true);
      const refused = await client.trigger("refused");
      assert.equal(refused.result.error.code, "EXTENSION_ERROR");
      await client.settle();
      assert.deepEqual(client.messages.map(({ type }) => type), ["CONNECTED", "RESULT", "PROGRESS", "RESULT", "PONG"]);
      assert.equal(client.version, 0);
    });

    test("answers come under the names that were given, numbers and texts, also out of order", async () => {
      const id = await createPanel(door);
      const client = await door.connect(id);
      const slow = client.trigger("wait", { ms: 2000 }, { requestId: "slow" });
      const quick = client.trigger("add", {}, { requestId: 7 });
      assert.equal((await quick).requestId, 7);
      assert.equal(client.of("RESULT").length, 1);
      assert.equal((await slow).requestId, "slow");
      assert.equal((await slow).result.returnValue, "slept");
    });
  });
}

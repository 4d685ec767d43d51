// Who hears of what.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DOORS, createPanel, post } from "./doors.mjs";

for (const { name, open } of DOORS) {
  describe(name, () => {
    let door;
    before(async () => {
      door = await open();
    });
    after(() => door?.stop());
    const both = (id) => post(door, `/panels/${id}/trigger/both`, {});
    const types = ({ messages }) => messages.map(({ type, version }) => `${type}${version ?? ""}`).filter((type) => type !== "PONG");

    test("a client hears the topics that it asked for, and no others", async () => {
      const id = await createPanel(door);
      const [all, state, events, none] = await Promise.all([undefined, "state", "events", ""].map((topics) => door.connect(id, { topics })));
      await both(id);
      for (const client of [all, state, events, none]) await client.settle();
      assert.deepEqual(types(all), ["CONNECTED0", "PATCH1", "EVENT2"]);
      assert.deepEqual(types(state), ["CONNECTED0", "PATCH1"]);
      assert.deepEqual(types(events), ["CONNECTED0", "EVENT2"]);
      assert.deepEqual(types(none), ["CONNECTED0"]);
      // Its own runs are told to it all the same.
      const { result } = await none.trigger("twice");
      assert.equal(result.returnValue, "ab");
      assert.deepEqual(types(none), ["CONNECTED0", "PROGRESS", "PROGRESS", "RESULT"]);
    });

    test("topics come and go while the client stays", async () => {
      const id = await createPanel(door);
      const client = await door.connect(id, { topics: "state" });
      client.hearsAll = false;
      await both(id);
      client.send({ type: "SUBSCRIBE", topics: ["events"] });
      await client.settle();
      await both(id);
      client.send({ type: "UNSUBSCRIBE", topics: ["state", "view"] });
      await client.settle();
      await both(id);
      await client.settle();
      assert.deepEqual(types(client), ["CONNECTED0", "PATCH1", "PATCH3", "EVENT4", "EVENT6"]);
      client.send({ type: "UNSUBSCRIBE", topics: ["events"] });
      await client.settle();
      await both(id);
      await client.settle();
      assert.equal(client.of("EVENT").length, 2);
    });

    test("SUBSCRIBE with since tells what was missed of the topic, and nothing twice", async () => {
      const id = await createPanel(door);
      const client = await door.connect(id, { topics: "state" });
      client.hearsAll = false;
      await both(id);
      await both(id);
      await client.reaches(3);
      client.version = 0;
      client.send({ type: "SUBSCRIBE", topics: ["state", "events"], since: 0 });
      await client.settle();
      assert.deepEqual(types(client), ["CONNECTED0", "PATCH1", "PATCH3", "EVENT2", "EVENT4"]);
      client.send({ type: "SUBSCRIBE", topics: ["events"], since: 0 });
      await client.settle();
      await both(id);
      await client.reaches(6);
      assert.deepEqual(types(client).slice(5), ["PATCH5", "EVENT6"]);
    });

    test("the view is a snapshot: at once, and then when it changed", async () => {
      const id = await createPanel(door);
      const client = await door.connect(id, { topics: "view" });
      client.hearsAll = false;
      const first = await client.heard(({ type }) => type === "VIEW");
      assert.equal(first.version, 0);
      await Promise.all(Array.from({ length: 20 }, () => both(id)));
      const last = await client.heard(({ type, version }) => type === "VIEW" && version === 40, "the view at the end");
      assert.match(JSON.stringify(last.view), /"content":20/);
      const versions = client.of("VIEW").map(({ version }) => version);
      assert.deepEqual(versions, versions.toSorted((a, b) => a - b));
      assert.ok(versions.length <= 22, `${versions.length} views of 20 changes`);
    });
  });
}

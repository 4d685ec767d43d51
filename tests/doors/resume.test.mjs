// Coming back with what was seen last.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DOORS, ask, createPanel, post } from "./doors.mjs";

const kinds = ({ messages }) => messages.map(({ type, version }) => `${type} ${version ?? ""}`.trim());

for (const { name, open } of DOORS) {
  describe(name, () => {
    let door;
    before(async () => {
      door = await open();
    });
    after(() => door?.stop());
    const both = (id, times) => Promise.all(Array.from({ length: times }, () => post(door, `/panels/${id}/trigger/both`, {})));

    test("what was missed is told once, in order, before what happens", async () => {
      const id = await createPanel(door);
      const first = await door.connect(id);
      await both(id, 2);
      await first.reaches(4);
      first.close();
      await first.closed;
      await both(id, 3);
      const again = await door.connect(id, { since: 4, state: first.state });
      assert.equal(again.hello.resumed, true);
      assert.equal(again.hello.version, 10);
      assert.equal("state" in again.hello || "computed" in again.hello, false);
      await again.trigger("both");
      assert.deepEqual(kinds(again).slice(0, -1), ["CONNECTED 10", ...[5, 6, 7, 8, 9, 10, 11, 12].map((version) => `${version % 2 ? "PATCH" : "EVENT"} ${version}`)]);
      assert.equal(again.state.count, 6);
    });

    test("who has seen everything is told nothing twice, also from the very beginning", async () => {
      const id = await createPanel(door);
      (await door.connect(id)).close();
      const early = await door.connect(id, { since: 0, state: { count: 0, step: 0, note: "", list: [] } });
      await both(id, 1);
      await early.reaches(2);
      assert.deepEqual(kinds(early), ["CONNECTED 0", "PATCH 1", "EVENT 2"]);
      const late = await door.connect(id, { since: 2 });
      await late.settle();
      assert.deepEqual(kinds(late), ["CONNECTED 2", "PONG"]);
      assert.equal(late.hello.resumed, true);
    });

    test("what is asked for and cannot be known begins with the whole state", async () => {
      const id = await createPanel(door);
      await both(id, 1);
      const future = await door.connect(id, { since: 1000 });
      assert.equal(future.hello.resumed, false);
      assert.equal(future.hello.state.count, 1);
      assert.deepEqual(future.hello.computed, { double: 2 });
      const other = await door.connect(id, { since: 2, instance: "of-another-panel" });
      assert.equal(other.hello.resumed, false);
    });

    test("a panel that was made anew is another one, even if it has as many versions", async () => {
      const id = await createPanel(door);
      const first = await door.connect(id);
      await both(id, 1);
      await first.reaches(2);
      assert.equal((await door.fetch(`/panels/${id}`, { method: "DELETE" })).status, 204);
      await createPanel(door, { id, state: { count: 7 } });
      (await door.connect(id)).close();
      await both(id, 1);
      const again = await door.connect(id, { since: first.version, instance: first.hello.instance });
      assert.equal(again.hello.resumed, false);
      assert.equal(again.hello.state.count, 8);
    });

    test("what was told over ten thousand messages ago is not known any more", async () => {
      const id = await createPanel(door);
      const client = await door.connect(id);
      const loop = `<NexusPanel><Data><State name="n" type="number"/></Data><Logic><Tool name="go" capabilities="events:emit:*">
        <Handler>for (let i = 0; i &lt; 99; i++) $emit("e", i);</Handler></Tool></Logic></NexusPanel>`;
      const noisy = await createPanel(door, { nxml: loop });
      const watcher = await door.connect(noisy);
      for (let i = 0; i < 102; i++) assert.equal((await post(door, `/panels/${noisy}/trigger/go`, {})).body.status, "success");
      await watcher.reaches(10_098);
      assert.equal((await door.connect(noisy, { since: 98 })).hello.resumed, true);
      const [lost] = await Promise.all([door.connect(noisy, { since: 97 })]);
      assert.equal(lost.hello.resumed, false);
      client.close();
    });

    test("a since that is no version is refused before there is a socket", { skip: name === "MessagePort" }, async () => {
      const id = await createPanel(door);
      for (const since of ["-1", "x", "1.5", "", "99999999999999999999999"]) {
        const { response } = await door.connect(id, { since }).then(() => assert.fail(`${since} was taken`), (error) => error);
        assert.equal(response?.statusCode, 400, since);
      }
      const { response } = await door.connect(id, { topics: "state,nothing" }).then(() => assert.fail("taken"), (error) => error);
      assert.equal(response.statusCode, 400);
      assert.equal((await ask(door, "/health")).status, 200);
    });
  });
}

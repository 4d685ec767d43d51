// How connections end.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DOORS, ask, createPanel } from "./doors.mjs";

for (const { name, open, isServer } of DOORS) {
  describe(name, () => {
    let door;
    before(async () => {
      door = await open();
    });
    after(() => door?.stop());

    test("destroying a panel closes its clients with 1000, after what they were told, and no others", async () => {
      const [id, other] = [await createPanel(door), await createPanel(door)];
      const clients = await Promise.all([door.connect(id), door.connect(id)]);
      const elsewhere = await door.connect(other);
      await clients[0].trigger("both");
      assert.equal((await door.fetch(`/panels/${id}`, { method: "DELETE" })).status, 204);
      for (const client of clients) {
        assert.deepEqual(await client.closed, { code: 1000, reason: "Panel destroyed" });
        assert.deepEqual(client.messages.map(({ type }) => type).filter((type) => type !== "RESULT"), ["CONNECTED", "PATCH", "EVENT"]);
      }
      await elsewhere.settle();
    });

    test("the count of clients follows who comes and goes, with a word or without", async () => {
      const id = await createPanel(door);
      const count = async () => (await ask(door, `/panels/${id}`)).body.clientCount;
      const becomes = async (expected) => {
        for (const end = Date.now() + 5_000; (await count()) !== expected; await new Promise((resolve) => setTimeout(resolve, 5))) {
          assert.ok(Date.now() < end, `never ${expected}`);
        }
      };
      const clients = await Promise.all(Array.from({ length: 3 }, () => door.connect(id)));
      assert.equal(await count(), 3);
      clients[0].close(1000, "bye");
      assert.equal((await clients[0].closed).code, 1000);
      await becomes(2);
      clients[1].close();
      await becomes(1);
      if (isServer) clients[2].socket.terminate();
      else clients[2].close(4000);
      await becomes(0);
    });

    test("a run goes on when the client that began it has gone", async () => {
      const id = await createPanel(door);
      const [caller, watcher] = [await door.connect(id), await door.connect(id)];
      caller.send({ type: "TRIGGER", tool: "twice" });
      await caller.heard(({ type }) => type === "PROGRESS");
      caller.close();
      await watcher.reaches(6);
      assert.equal(watcher.state.step, 3);
    });

    test("a client that goes while it is being told much disturbs nobody", async () => {
      const id = await createPanel(door);
      const watcher = await door.connect(id);
      const goers = await Promise.all(Array.from({ length: 10 }, () => door.connect(id)));
      const runs = Promise.all(Array.from({ length: 40 }, () => watcher.trigger("both")));
      for (const goer of goers) {
        await goer.reaches(2);
        if (isServer) goer.socket.terminate();
        else goer.close();
      }
      await runs;
      await watcher.reaches(80);
    });
  });
}

for (const { name, open, isServer } of DOORS.filter(({ name }) => name !== "workerd")) {
  test(`${name}: clients are told 1001 when the kernel is closed, and requests that it is`, async () => {
    const door = await open();
    const id = await createPanel(door);
    const client = await door.connect(id);
    const run = client.trigger("wait", { ms: 10_000 }).catch((error) => error);
    await client.heard(({ type }) => type === "PROGRESS");
    await door.kernel.close();
    assert.equal((await client.closed).code, 1001);
    await run;
    const { status, body } = await ask(door, "/health");
    assert.deepEqual([status, body.status], [503, "unhealthy"]);
    const refused = await ask(door, `/panels/${id}`);
    assert.equal(refused.status, 503);
    assert.equal(typeof refused.body.error.message, "string");
    if (isServer) await door.stop();
  });
}

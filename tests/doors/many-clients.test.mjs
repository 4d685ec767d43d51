// Fifty clients at once: not one update is lost, told twice or out of order, whoever is cut off in between.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { randomNumbers } from "../support/mulberry32.mjs";
import { DOORS, createPanel, stateOf } from "./doors.mjs";

const CLIENTS = 50;
/** Of each client. */
const TRIGGERS = 12;

for (const { name, open } of DOORS) {
  describe(name, () => {
    let door;
    before(async () => {
      door = await open({ panels: { maxQueuedRuns: CLIENTS * TRIGGERS } });
    });
    after(() => door?.stop());

    test("all trigger at once, and all are told the same", { timeout: 120_000 }, async () => {
      const id = await createPanel(door);
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => door.connect(id)));
      const counts = await Promise.all(
        clients.flatMap((client, who) => Array.from({ length: TRIGGERS }, async () => (await client.trigger("both", { who })).result.returnValue)),
      );
      // Each run saw what the one before it had left.
      assert.deepEqual(counts.sort((a, b) => a - b), Array.from({ length: CLIENTS * TRIGGERS }, (_, index) => index + 1));
      const last = 2 * CLIENTS * TRIGGERS;
      await Promise.all(clients.map((client) => client.reaches(last)));
      const told = updatesOf(clients[0]);
      assert.equal(told.length, last);
      for (const client of clients) {
        assert.deepEqual(updatesOf(client), told);
        assert.equal(client.of("RESULT").length, TRIGGERS);
        assert.equal(client.of("ERROR").length, 0);
        client.close();
      }
    });

    test("clients that are cut off again and again come back with since, and miss nothing", { timeout: 180_000 }, async () => {
      const id = await createPanel(door);
      const random = randomNumbers(0xd00e5);
      const watcher = await door.connect(id);
      const people = Array.from({ length: CLIENTS }, () => new Person(door, id));
      await Promise.all(people.map((person) => person.connect()));
      await Promise.all(
        people.map(async (person, who) => {
          for (let i = 0; i < TRIGGERS; i++) {
            if (random() < 0.3) await person.reconnect();
            // One that is cut off in the middle never hears of its run; the panel has run it all the same.
            if (random() < 0.2) {
              person.client.send({ type: "TRIGGER", tool: "both", args: { who } });
              await person.client.settle();
              await person.reconnect();
            } else {
              await person.client.trigger("both", { who });
            }
          }
        }),
      );
      const last = 2 * CLIENTS * TRIGGERS;
      await watcher.reaches(last);
      const told = updatesOf(watcher);
      assert.equal(told.length, last);
      await Promise.all(people.map((person) => person.client.reaches(last)));
      assert.ok(people.reduce((count, { cuts }) => count + cuts, 0) > CLIENTS);
      const { state, version } = await stateOf(door, id);
      assert.deepEqual([state.count, version], [CLIENTS * TRIGGERS, last]);
      for (const person of people) {
        assert.deepEqual(person.updates(), told);
        assert.deepEqual(person.client.state, state);
      }
    });
  });
}

/** What was told of a panel, as one text for each message. */
const updatesOf = (...clients) =>
  clients.flatMap(({ messages }) => messages.filter(({ type }) => type === "PATCH" || type === "EVENT").map((message) => JSON.stringify(message)));

/** Somebody who comes back. */
class Person {
  cuts = 0;
  #door;
  #id;
  #before = [];

  constructor(door, id) {
    this.#door = door;
    this.#id = id;
  }

  async connect(how) {
    this.client = await this.#door.connect(this.#id, how);
  }

  /** Cuts the connection without a word, and comes again with what was seen last. */
  async reconnect() {
    this.cuts++;
    const { client } = this;
    if (client.socket) client.socket.terminate();
    else client.close();
    await client.closed;
    this.#before.push(client);
    await this.connect({ since: client.version, instance: client.hello.instance, state: client.state });
    assert.equal(this.client.hello.resumed, true);
    assert.equal(this.client.hello.state, undefined);
  }

  updates() {
    return updatesOf(...this.#before, this.client);
  }
}

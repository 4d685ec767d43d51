// Clients that send too much, too fast, or do not read: they are sent away with a reason, and others go on.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DOORS, createPanel, post, stateOf } from "./doors.mjs";

const MAX_MESSAGE_BYTES = 4096;
const MAX_BUFFERED_BYTES = 256 * 1024;
const API = { maxMessageBytes: MAX_MESSAGE_BYTES, messagesPerSecond: 200, messageBurst: 50, maxBufferedBytes: MAX_BUFFERED_BYTES, idleTimeoutMs: 60_000 };

/** A PING of so many bytes, in characters of so many bytes each. */
function ping(bytes, character = " ") {
  const empty = '{"type":"PING"}';
  const room = bytes - empty.length;
  // White space around JSON is allowed, in strings everything is.
  if (character === " ") return empty + " ".repeat(room);
  const wrap = (text) => `{"type":"PING","requestId":"${text}"}`;
  const size = Buffer.byteLength(character);
  const count = Math.floor((bytes - wrap("").length) / size);
  const text = wrap(character.repeat(count));
  return text + " ".repeat(bytes - Buffer.byteLength(text));
}

for (const { name, open, isServer } of DOORS) {
  describe(name, () => {
    let door;
    let id;
    let other;
    before(async () => {
      door = await open({ api: API });
      id = await createPanel(door);
      other = await door.connect(id);
    });
    after(() => door?.stop());
    /** The other client is there, and hears what happens. */
    const undisturbed = async () => {
      const { result } = await other.trigger("both");
      await other.heard(({ type, event }) => type === "EVENT" && event.payload.count === result.returnValue);
    };

    test("a message of the most bytes is taken, one more ends the connection with 1009", async () => {
      const client = await door.connect(id);
      assert.equal((await client.answerTo(ping(MAX_MESSAGE_BYTES))).type, "PONG");
      client.send(ping(MAX_MESSAGE_BYTES + 1));
      const { code, reason } = await client.closed;
      assert.equal(code, 1009);
      assert.match(reason, /4096 bytes/);
      await undisturbed();
    });

    test("bytes are counted, not characters", async () => {
      const client = await door.connect(id);
      const text = ping(MAX_MESSAGE_BYTES, "é");
      assert.ok(text.length < MAX_MESSAGE_BYTES && Buffer.byteLength(text) === MAX_MESSAGE_BYTES);
      assert.equal((await client.answerTo(text)).type, "ERROR");
      client.send(ping(MAX_MESSAGE_BYTES + 1, "é"));
      assert.equal((await client.closed).code, 1009);
    });

    test("a message far beyond that is not even gathered", async () => {
      const client = await door.connect(id);
      client.send(ping(8 * 1024 * 1024));
      assert.equal((await client.closed).code, 1009);
      await undisturbed();
    });

    test("binary messages are bounded as well", { skip: !isServer }, async () => {
      const client = await door.connect(id);
      client.send(new Uint8Array(MAX_MESSAGE_BYTES));
      assert.equal((await client.heard(({ type }) => type === "ERROR")).code, "PARSE_ERROR");
      client.send(new Uint8Array(8 * 1024 * 1024));
      assert.equal((await client.closed).code, 1009);
    });

    test("beyond the burst messages are refused one by one, and who goes on is sent away with 1008", async () => {
      const client = await door.connect(id);
      for (let i = 0; i < 90; i++) client.send({ type: "PING" });
      await client.heard(({ type, code }) => type === "ERROR" && code === "RESOURCE_LIMIT");
      await new Promise((resolve) => setTimeout(resolve, 100));
      // It still is one of us.
      await client.settle();
      const pongs = client.of("PONG").length;
      assert.ok(pongs >= 51 && pongs <= 91, `${pongs} of 91`);
      for (let i = 0; i < 2000; i++) client.send({ type: "PING" });
      const { code } = await client.closed;
      assert.equal(code, 1008);
      await undisturbed();
    });

    test("refused messages did nothing", async () => {
      const quiet = await createPanel(door);
      const client = await door.connect(quiet);
      const answers = Array.from({ length: 80 }, (_, index) => index);
      for (const requestId of answers) client.send({ type: "TRIGGER", tool: "add", requestId });
      await client.heard(({ type, requestId }) => type === "RESULT" && requestId === 49);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { state } = await stateOf(door, quiet);
      assert.equal(client.of("RESULT").length, state.count);
      assert.equal(client.of("RESULT").length + client.of("ERROR").length, 80);
    });

    // Ports tell nobody what has not been read.
    test("who does not read is sent away with 1013, and comes back for the rest", { skip: name !== "Node", timeout: 60_000 }, async () => {
      const full = await createPanel(door);
      const client = await door.connect(full);
      const watcher = await door.connect(full, { topics: "events" });
      client.socket.pause();
      const bytes = 60_000;
      // What the system holds between two ends of a connection comes first.
      let sent = 0;
      for (; sent < 400; sent++) {
        const { body } = await post(door, `/panels/${full}/trigger/fill`, { bytes: bytes + (sent % 7) });
        assert.equal(body.status, "success");
        if ((await door.fetch(`/panels/${full}`).then((response) => response.json())).clientCount === 1) break;
      }
      assert.ok(sent < 400, "it was never sent away");
      await watcher.settle();
      client.socket.resume();
      assert.equal((await client.closed).code, 1013);
      const again = await door.connect(full, { since: client.version, instance: client.hello.instance, state: client.state });
      assert.equal(again.hello.resumed, true);
      const { version, state } = await stateOf(door, full);
      await again.reaches(version);
      assert.deepEqual(again.state, state);
    });

    test("a state larger than what may be waiting still reaches a client that reads", async () => {
      const large = await createPanel(door);
      await post(door, `/panels/${large}/trigger/fill`, { bytes: 2 * MAX_BUFFERED_BYTES });
      const client = await door.connect(large);
      assert.equal(client.hello.state.note.length, 2 * MAX_BUFFERED_BYTES);
      await client.settle();
    });
  });
}

for (const { name, open } of DOORS) {
  describe(`${name}, silence`, () => {
    let door;
    before(async () => {
      door = await open({ api: { idleTimeoutMs: 1000 } });
    });
    after(() => door?.stop());

    test("nothing heard for too long ends with 4408; who sends a PING in time stays", async () => {
      const id = await createPanel(door);
      const [silent, lively] = [await door.connect(id), await door.connect(id)];
      assert.equal(lively.hello.heartbeatMs, 250);
      const beating = setInterval(() => lively.send({ type: "PING" }), lively.hello.heartbeatMs);
      const { code } = await silent.closed;
      assert.equal(code, 4408);
      await lively.settle();
      clearInterval(beating);
      assert.equal((await lively.closed).code, 4408);
    });
  });
}

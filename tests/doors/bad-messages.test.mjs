// Whatever a client sends, it is told what was wrong with it, and others are not disturbed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DOORS, createPanel } from "./doors.mjs";

/** What is sent, the code of the answer, and the requestId in it. */
const BAD = [
  ["", "PARSE_ERROR"],
  ["hello", "PARSE_ERROR"],
  ['{"type":"PING"', "PARSE_ERROR"],
  ['{"type":"PING"}{"type":"PING"}', "PARSE_ERROR"],
  ['{"type":"PING"} trailing', "PARSE_ERROR"],
  ["{'type':'PING'}", "PARSE_ERROR"],
  ['{"type":"PING","requestId":"\\ud800"}', "PARSE_ERROR|INVALID_ARGUMENT"],
  ["[".repeat(100_000), "PARSE_ERROR"],
  ['{"type":"TRIGGER","tool":"echo","args":' + '{"a":'.repeat(5_000) + "1" + "}".repeat(5_000) + "}", "PARSE_ERROR|INVALID_ARGUMENT|RESOURCE_LIMIT"],
  ["null", "INVALID_ARGUMENT"],
  ["1", "INVALID_ARGUMENT"],
  ['"PING"', "INVALID_ARGUMENT"],
  ["[]", "INVALID_ARGUMENT"],
  ["{}", "INVALID_ARGUMENT"],
  [{ type: null }, "INVALID_ARGUMENT"],
  [{ type: 5, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "HELLO", requestId: "r" }, "UNKNOWN_MESSAGE", "r"],
  [{ type: "ping" }, "UNKNOWN_MESSAGE"],
  [{ type: "CONNECTED", requestId: 5 }, "UNKNOWN_MESSAGE", 5],
  [{ type: "PING", extra: 1, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "PING", requestId: {} }, "INVALID_ARGUMENT"],
  [{ type: "PING", requestId: 1.5 }, "INVALID_ARGUMENT"],
  [{ type: "PING", requestId: "x".repeat(129) }, "INVALID_ARGUMENT"],
  [{ type: "TRIGGER", requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: 5, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "add", args: 5, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "add", args: "by", requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "add", args: { by: "many" }, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "add", args: [1, 2], requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "add", scope: 5, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "add", scope: [], requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "add", arg: {}, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "TRIGGER", tool: "nothing", requestId: "r" }, "TOOL_NOT_FOUND", "r"],
  [{ type: "TRIGGER", tool: "__proto__", requestId: "r" }, "TOOL_NOT_FOUND", "r"],
  [{ type: "TRIGGER", tool: "", requestId: "r" }, "TOOL_NOT_FOUND", "r"],
  [{ type: "SUBSCRIBE", requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SUBSCRIBE", topics: "state", requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SUBSCRIBE", topics: ["everything"], requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SUBSCRIBE", topics: ["state"], since: -1, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SUBSCRIBE", topics: ["state"], since: "1", requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "UNSUBSCRIBE", topics: [1], requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SET", path: "note", requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SET", value: 1, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SET", path: [], value: 1, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SET", path: [1], value: 1, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  [{ type: "SET", path: ["note", -1], value: 1, requestId: "r" }, "INVALID_ARGUMENT", "r"],
  // Nothing in the view is bound to it.
  [{ type: "SET", path: "count", value: 1, requestId: "r" }, "PERMISSION_DENIED", "r"],
  [{ type: "SET", path: "double", value: 1, requestId: "r" }, "PERMISSION_DENIED", "r"],
  [{ type: "SET", path: "__proto__", value: 1, requestId: "r" }, "PERMISSION_DENIED", "r"],
  [{ type: "SET", path: ["note", "length"], value: 1, requestId: "r" }, "PERMISSION_DENIED", "r"],
  [{ type: "SET", path: "note", value: { a: 1 }, requestId: "r" }, "INVALID_ARGUMENT", "r"],
];

for (const { name, open } of DOORS) {
  describe(name, () => {
    let door;
    let id;
    let client;
    before(async () => {
      door = await open();
      id = await createPanel(door);
      client = await door.connect(id);
    });
    after(() => door?.stop());

    for (const [message, codes, requestId] of BAD) {
      const shown = typeof message === "string" ? message : JSON.stringify(message);
      test(`${shown.length > 90 ? `${shown.slice(0, 90)}…` : shown}: ${codes}`, async () => {
        const from = client.messages.length;
        const error = await client.answerTo(message);
        assert.equal(error.type, "ERROR");
        assert.ok(codes.split("|").includes(error.code), `${error.code}: ${error.message}`);
        assert.equal(error.requestId, requestId);
        assert.ok(error.message.length > 0 && error.message.length < 500, error.message);
        await client.settle();
        assert.deepEqual(client.messages.slice(from).map(({ type }) => type), ["ERROR", "PONG"]);
      });
    }

    test("a binary message is told to be none, and the socket stays", async () => {
      const from = client.messages.length;
      for (const bytes of [Buffer.from('{"type":"PING"}'), Buffer.alloc(0), Buffer.from([0xff, 0xfe])]) client.send(new Uint8Array(bytes));
      await client.settle();
      assert.deepEqual(client.messages.slice(from).map(({ type, code }) => code ?? type), ["PARSE_ERROR", "PARSE_ERROR", "PARSE_ERROR", "PONG"]);
    });

    test("meanwhile nothing of the panel changed, and others hear what happens", async () => {
      const other = await door.connect(id);
      assert.equal(other.hello.version, 0);
      const noise = (async () => {
        for (const [message] of BAD) client.send(message);
        await client.settle();
      })();
      assert.equal((await other.trigger("both")).result.returnValue, 1);
      await noise;
      await client.reaches(2);
      assert.deepEqual(other.messages.map(({ type }) => type), ["CONNECTED", "PATCH", "EVENT", "RESULT"]);
    });
  });
}

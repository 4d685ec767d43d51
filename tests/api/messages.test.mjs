// Messages of real sessions are those of the protocol's JSON Schema, and what it refuses the kernel refuses.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createKernel } from "nexus-kernel";
import { closed, protocol, validators } from "./schemas.mjs";

const NXML = `<NexusPanel id="notes" title="Notes">
  <Data><State name="draft" type="list"/><State name="list"/><State name="count" type="number"/><Computed name="twice" value="$state.count * 2"/></Data>
  <Logic><Extension name="slow"/>
    <Tool name="echo"><Arg name="value" type="number"/><Handler>return $args.value ?? null;</Handler></Tool>
    <Tool name="work" capabilities="state:read:*, state:write:*, events:emit:*, view:update:*, ext:slow">
      <Handler>$state.count += 1; $emit("begun", { at: $state.count }); $log("waits"); $view.focus("field");
        await $ext.slow.wait(5); delete $state.draft; $emit("done"); return $state.count;</Handler></Tool>
    <Tool name="fail"><Handler>throw new TypeError("no");</Handler></Tool>
  </Logic>
  <View><Layout><Input id="field" bind="$state.draft"/><If condition="{$state.count > 0}"><Button label="{$state.count}" trigger="work"/></If>
    <Iterate items="{$state.list}" as="item"><Text content="{$scope.item}"/></Iterate></Layout></View>
</NexusPanel>`;

const toServer = validators(protocol)("$defs", "ClientMessage");
const toClient = validators(closed(protocol))("$defs", "ServerMessage");
const types = ({ $defs }, name) => ($defs[name].oneOf ?? $defs[name].anyOf.map(({ $ref }) => $defs[$ref.split("/").at(-1)])).map((one) => one.properties.type.const);

let kernel;
let panel;
const seen = new Set();

/** A client; everything that it is told is looked at. */
function connect(options) {
  const { port1, port2 } = new MessageChannel();
  const told = [];
  port2.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    told.push(message);
    if (message.type === "CLOSE") return;
    seen.add(message.type);
    assert.equal(toClient(message), undefined, data);
  };
  const connection = panel.accept(port1, options);
  const send = (message) => port2.postMessage(typeof message === "string" ? message : JSON.stringify(message));
  const until = async (find) => {
    for (let tries = 0; tries < 400; tries++) {
      const found = told.find(find);
      if (found) return found;
      await sleep(5);
    }
    return assert.fail(`not told; told were ${JSON.stringify(told)}`);
  };
  return { told, send, until, close: () => connection.close() };
}

before(async () => {
  const slow = { name: "slow", methods: ["wait"], call: (_, [ms]) => sleep(ms) };
  kernel = await createKernel({ extensions: [slow], api: { messagesPerSecond: 100_000, messageBurst: 100_000 } });
  panel = await kernel.panels.create(NXML);
});
after(() => kernel.close());

test("the schema is one", () => {
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
  assert.equal(ajv.validateSchema(protocol), true);
  assert.deepEqual(types(protocol, "ClientMessage"), ["TRIGGER", "SET", "SUBSCRIBE", "UNSUBSCRIBE", "PING"]);
});

test("every message that a client is told is as the schema says", async () => {
  const all = connect({ topics: ["state", "events", "view"] });
  all.send({ type: "TRIGGER", tool: "work", requestId: "w" });
  all.send({ type: "TRIGGER", tool: "fail", requestId: "f" });
  all.send({ type: "TRIGGER", tool: "nothing", requestId: "n" });
  all.send({ type: "SET", path: "draft", value: [1, null, { a: "b" }], requestId: "s" });
  all.send({ type: "SET", path: ["count"], value: 1, requestId: "d" });
  all.send({ type: "PING", requestId: 7 });
  all.send("{");
  assert.equal((await all.until((one) => one.requestId === "w" && one.type === "RESULT")).result.returnValue, 1);
  assert.equal((await all.until((one) => one.requestId === "f")).result.error.code, "EXECUTION_ERROR");
  assert.equal((await all.until((one) => one.requestId === "n")).code, "TOOL_NOT_FOUND");
  assert.equal((await all.until((one) => one.requestId === "d")).code, "PERMISSION_DENIED");
  await all.until((one) => one.requestId === "s" && one.version > 0);
  await all.until((one) => one.type === "VIEW" && one.view.errors.length > 0);
  const { instance, version } = all.told[0];
  const again = connect({ since: version, instance });
  await again.until((one) => one.type === "EVENT" && one.event.name === "done");
  assert.equal(again.told[0].resumed, true);
  assert.deepEqual([...seen].sort(), types(protocol, "ServerMessage").sort());
  all.close();
  again.close();
});

const GOOD = [
  { type: "TRIGGER", tool: "echo", args: { value: 1 }, scope: {}, requestId: "a" },
  { type: "SET", path: ["draft"], value: [1], requestId: "a" },
  { type: "SUBSCRIBE", topics: ["view"], since: 0, requestId: "a" },
  { type: "UNSUBSCRIBE", topics: ["view"], requestId: 5 },
  { type: "PING", requestId: "a" },
];
const VALUES = [null, true, 0, -1, 1.5, 1e20, "", "view", "x".repeat(129), [], [0], [[]], ["state"], ["view", "nothing"], {}, { a: 1 }];

/** How a refusal begins that is about a message's shape, and not about what a tool or a state takes. */
const SHAPE = /^(?:(?:TRIGGER|SET|UNSUBSCRIBE|PING|SUBSCRIBE(?!: what was told)): |requestId |type |a message |.* takes a list or an object of arguments)/;

/** Each good message with a member more, less, or of another value. */
function* variations() {
  for (const message of GOOD) {
    yield message;
    yield { ...message, more: 1 };
    for (const name of Object.keys(message)) {
      const { [name]: _, ...less } = message;
      yield less;
      for (const value of VALUES) yield { ...message, [name]: value };
    }
  }
  yield* [[], null, 1, true, { type: "HELLO" }, { type: "ping" }];
}

test("the schema takes the messages that the kernel takes, and no others", async () => {
  const client = connect();
  const counts = { taken: 0, refused: 0 };
  let pings = 0;
  for (const message of variations()) {
    const name = `ping ${++pings}`;
    const from = client.told.length;
    client.send(message);
    client.send({ type: "PING", requestId: name });
    await client.until((one) => one.requestId === name);
    if (message?.type === "TRIGGER" || message?.type === "SET") await sleep(3);
    const refusals = client.told.slice(from).filter(({ type }) => type === "ERROR");
    const refused = refusals.some(({ code, message: why }) => code === "UNKNOWN_MESSAGE" || (code === "INVALID_ARGUMENT" && SHAPE.test(why)));
    counts[refused ? "refused" : "taken"] += 1;
    assert.equal(toServer(message) !== undefined, refused, `${JSON.stringify(message)}: ${toServer(message)}; ${JSON.stringify(refusals)}`);
  }
  assert.ok(counts.taken > 60 && counts.refused > 200, JSON.stringify(counts));
  client.close();
});

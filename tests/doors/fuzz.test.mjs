// Thousands of frames and requests that nobody meant: each is answered, and the kernel goes on as if nothing had been.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { randomNumbers } from "../support/mulberry32.mjs";
import { DOORS, ask, createPanel, post } from "./doors.mjs";
import { PANEL } from "./test-kernel.mjs";

const SEED = 0x5eed5;
const FRAMES = 4000;
/** Frames between two looks at whether everybody is still there. */
const BATCH = 200;
const REQUESTS = 1500;

/** What random things are made of. */
class Dice {
  #next;

  constructor(seed) {
    this.#next = randomNumbers(seed);
  }

  below(count) {
    return Math.floor(this.#next() * count);
  }

  chance(part) {
    return this.#next() < part;
  }

  of(list) {
    return list[this.below(list.length)];
  }

  text() {
    return Array.from({ length: this.below(12) }, () => this.of(["a", "0", "\0", "\u2028", "é", "😀", "\ud800", "\\", '"', "$", "{", "__proto__", "<", "%", "\n"])).join("");
  }

  value(depth = 0) {
    const kind = this.below(depth > 4 ? 6 : 8);
    if (kind === 0) return null;
    if (kind === 1) return this.chance(0.5);
    if (kind === 2) return this.of([0, -0, 1, -1, 1.5, 1e308, -1e-308, 2 ** 53, 2 ** 64, NaN]);
    if (kind === 6) return Array.from({ length: this.below(4) }, () => this.value(depth + 1));
    if (kind === 7) return Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.of(NAMES), this.value(depth + 1)]));
    return this.chance(0.5) ? this.of(NAMES) : this.text();
  }

  /** A text with a few of its characters lost, doubled or changed. */
  mutated(text) {
    let changed = text;
    for (let i = this.below(4); i > 0; i--) {
      const at = this.below(changed.length + 1);
      const cut = this.below(6);
      changed = this.of([
        changed.slice(0, at) + changed.slice(at + cut),
        changed.slice(0, at) + this.text() + changed.slice(at),
        changed.slice(0, at) + changed.slice(at, at + cut) + changed.slice(at),
        changed.slice(0, at),
      ]);
    }
    return changed;
  }
}

const NAMES = ["type", "tool", "args", "scope", "requestId", "topics", "since", "path", "value", "state", "events", "view", "count", "note", "by", "who", "nxml", "id",
  "TRIGGER", "SET", "SUBSCRIBE", "UNSUBSCRIBE", "PING", "CLOSE", "add", "both", "tell", "echo", "fail", "tools", "handler", "name", "__proto__", "constructor"];

/** Frames that mean something, to start from. */
const MESSAGES = [
  { type: "TRIGGER", tool: "add", args: { by: 1 }, requestId: "r" },
  { type: "TRIGGER", tool: "echo", args: [{ a: [1, 2, { b: null }] }], scope: { x: 1 } },
  { type: "SET", path: ["note"], value: "x", requestId: 1 },
  { type: "SUBSCRIBE", topics: ["state", "events", "view"], since: 0 },
  { type: "UNSUBSCRIBE", topics: ["view"] },
  { type: "PING" },
];

function frame(dice) {
  const kind = dice.below(10);
  if (kind === 0) return new Uint8Array(Array.from({ length: dice.below(40) }, () => dice.below(256)));
  if (kind === 1) return dice.text();
  if (kind === 2) return JSON.stringify(dice.value()) ?? "";
  if (kind < 6) return dice.mutated(JSON.stringify(dice.of(MESSAGES)));
  const message = { ...dice.of(MESSAGES) };
  for (let i = dice.below(3); i >= 0; i--) message[dice.of([...Object.keys(message), dice.of(NAMES)])] = dice.value();
  return JSON.stringify(message);
}

const PATHS = ["/health", "/metrics", "/openapi.json", "/panels", "/panels/from-nxml", "/panels/ID", "/panels/ID/state", "/panels/ID/view", "/panels/ID/trigger/add", "/panels/ID/trigger/echo", "/panels/ID/ws", "/panels/none", "/"];
const BODIES = [
  JSON.stringify({ nxml: "<NexusPanel><Data><State name='a'/></Data></NexusPanel>", state: { a: 1 } }),
  JSON.stringify({ nxmlSource: "<NexusPanel/>", id: "x", initialState: {} }),
  JSON.stringify({ id: "fuzz", tools: [{ name: "t", handler: "return 1", args: [{ name: "a", type: "number", default: 1 }] }], initialState: { n: 1 } }),
  JSON.stringify({ by: 1 }),
  PANEL,
];

function request(dice, id) {
  let path = dice.of(PATHS).replace("ID", id);
  if (dice.chance(0.3)) path += dice.of(["/", "//", "%2f", "%00", "%ff", "?since=-1", "?wait=false", "?id=fuzz", "?&&==%", "/..%2f..", ";x", "%20", "?wait=maybe"]);
  if (dice.chance(0.1)) path += `/${encodeURIComponent(dice.text().toWellFormed?.() ?? "x")}`;
  const method = dice.of(["GET", "GET", "HEAD", "POST", "POST", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
  // The panel that is looked at all the time has to stay.
  if (method === "DELETE" && path.includes(id)) path = "/panels/fuzz";
  const headers = {};
  for (const [header, values] of [
    ["content-type", ["application/json", "application/json", "application/json; charset=latin1", "application/xml", "text/plain", "x", "application/x+json"]],
    ["origin", ["null", "http://localhost", "https://evil.example", "x", "http://"]],
    ["authorization", ["Bearer", "Bearer x.y.z", "Basic eA==", "x".repeat(2000)]],
    ["sec-websocket-protocol", ["bearer, a.b.c", ",,,"]],
    ["access-control-request-method", ["POST", "x"]],
  ]) {
    if (dice.chance(header === "content-type" ? 0.9 : 0.1)) headers[header] = dice.of(values);
  }
  const bytes = () => new Uint8Array(Array.from({ length: dice.below(60) }, () => dice.below(256)));
  const bodies = [() => dice.mutated(dice.of(BODIES)).toWellFormed?.() ?? "", () => JSON.stringify(dice.value()) ?? "", bytes, () => undefined, () => dice.of(BODIES)];
  const body = method === "GET" || method === "HEAD" ? undefined : dice.of(bodies)();
  return { path, init: { method, headers, ...(body !== undefined && { body }) } };
}

/** Answers that there may be: nothing that a client sends is the kernel's failure. */
const STATUSES = [200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 413, 415, 426, 429];

for (const { name, open } of DOORS) {
  describe(name, () => {
    let door;
    let id;
    before(async () => {
      door = await open({ api: { messagesPerSecond: 1_000_000, messageBurst: 1_000_000 } });
      id = await createPanel(door, { id: "watched" });
    });
    after(() => door?.stop());
    const isWell = async () => {
      const { status, body } = await ask(door, "/health");
      assert.deepEqual([status, body.status], [200, "healthy"]);
      const ran = await post(door, `/panels/${id}/trigger/twice`, {});
      assert.deepEqual([ran.status, ran.body.returnValue], [200, "ab"]);
    };

    test(`${FRAMES} frames`, { timeout: 180_000 }, async () => {
      const dice = new Dice(SEED);
      const watcher = await door.connect(id);
      let client = await door.connect(id, { topics: "events" });
      client.hearsAll = false;
      for (let sent = 0; sent < FRAMES; sent += BATCH) {
        for (let i = 0; i < BATCH; i++) {
          const message = frame(dice);
          // Over a port this is a close, and not of the protocol.
          if (typeof message === "string" && message.startsWith('{"type":"CLOSE"')) continue;
          client.send(message);
        }
        await client.settle();
        for (const message of client.messages) {
          if (message.type === "ERROR") assert.notEqual(message.code, "INTERNAL_ERROR", message.message);
        }
        client.messages.length = 0;
      }
      await isWell();
      // Versions without gaps, all the time, and the state that they make.
      const { body } = await ask(door, `/panels/${id}/state`);
      await watcher.reaches(body.version);
      assert.deepEqual(watcher.state, body.state);
      client.close();
      watcher.close();
    });

    test(`${REQUESTS} requests`, { timeout: 240_000 }, async () => {
      const dice = new Dice(SEED + 1);
      for (let sent = 0; sent < REQUESTS; sent += 10) {
        await Promise.all(
          Array.from({ length: 10 }, async () => {
            const { path, init } = request(dice, id);
            const answer = await ask(door, path, init);
            assert.ok(STATUSES.includes(answer.status), `${init.method} ${path}: ${answer.status} ${answer.text.slice(0, 300)}`);
            if (answer.status >= 400 && init.method !== "HEAD") assert.equal(typeof answer.body?.error?.code, "string", `${init.method} ${path}: ${answer.text.slice(0, 200)}`);
          }),
        );
      }
      await isWell();
    });
  });
}

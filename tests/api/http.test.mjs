// Requests and answers of a real kernel are those that /openapi.json tells of.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createKernel } from "nexus-kernel";
import { closed, validators } from "./schemas.mjs";

const NXML = `<NexusPanel id="counter" title="Counter" description="Counts">
  <Data><State name="count" type="number"/><State name="unused"/></Data>
  <Logic><Extension name="slow"/>
    <Tool name="add" capabilities="state:read:count, state:write:count, events:emit:*, ext:slow"><Arg name="by" type="number" default="1"/>
      <Handler>$state.count += $args.by; $emit("added"); await $ext.slow.wait(5); return $state.count;</Handler></Tool>
    <Tool name="fail"><Handler>throw new TypeError("no");</Handler></Tool></Logic>
  <View><Layout><Button label="{$state.count}" trigger="add" args="[5]"/><Input bind="$state.count"/></Layout></View>
</NexusPanel>`;
const DEFINITION = {
  id: "data", kind: "note", title: "T", description: "D", metadata: { a: 1 }, initialState: { n: 1, any: null }, capabilities: ["state:write:*"],
  tools: [
    { name: "set", handler: "$state.n = $args.to", description: "sets", capabilities: ["state:read:n"], trigger: { type: "manual" },
      args: [{ name: "to", type: "number", required: false, default: 2, description: "what" }] },
    { name: "tick", handler: "return;", trigger: { type: "interval", ms: 60_000 } },
    { name: "hear", handler: "return;", trigger: { type: "event", pattern: "order.*" } },
    { name: "daily", handler: "return;", trigger: { type: "cron", expression: "0 0 * * *" } },
    { name: "follow", handler: "return;", trigger: { type: "state_change", path: "n" } },
  ],
};
const SECRET = "a secret that has thirty-two bytes at least";
const JSON_BODY = { "content-type": "application/json" };

let kernel;
let guarded;
let document;
let open;
let strict;
const seen = new Map();

before(async () => {
  const slow = { name: "slow", methods: ["wait"], call: (_, [ms]) => sleep(ms) };
  kernel = await createKernel({ extensions: [slow], panels: { maxPanels: 4 }, api: { bodyLimit: 4000 } });
  guarded = await createKernel({ auth: { secret: SECRET } });
  document = await (await kernel.fetch(new Request("http://localhost/openapi.json"))).json();
  open = validators(document);
  strict = validators(closed(document));
});
after(() => Promise.all([kernel.close(), guarded.close()]));

/** The path of the document that a URL's path is one of: the one with the fewest names in it. */
function templateOf(path, method) {
  const fits = (template) => new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path) && method in document.paths[template];
  return Object.keys(document.paths).filter(fits).sort((a, b) => a.split("{").length - b.split("{").length)[0];
}

/** Asks, and checks request and answer against the document. */
async function ask(method, path, { body, headers = {}, at = kernel, status } = {}) {
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const given = body !== undefined && typeof body !== "string" ? { ...JSON_BODY, ...headers } : headers;
  const response = await at.fetch(new Request(`http://localhost:3000${path}`, { method, body: text, headers: given }));
  const what = `${method} ${path} ${text ?? ""}`.slice(0, 300);
  const verb = method === "HEAD" ? "get" : method.toLowerCase();
  const template = templateOf(path.split("?")[0], verb);
  const place = ["paths", template, verb];
  const operation = document.paths[template][verb];
  const told = operation.responses[response.status];
  assert.ok(told, `${what}: ${response.status} is not told of`);
  seen.set(operation.operationId, (seen.get(operation.operationId) ?? new Set()).add(response.status));
  const answer = await response.text();
  const reference = told.$ref?.slice(2).split("/");
  const content = (reference ? document.components.responses[reference.at(-1)] : told).content;
  if (method === "HEAD" || !content) assert.equal(answer, "", what);
  else {
    const type = response.headers.get("content-type").split(";")[0];
    assert.ok(type in content, `${what}: ${type}`);
    const wrong = strict(...(reference ?? [...place, "responses", response.status]), "content", type, "schema");
    assert.equal(wrong(type === "application/json" ? JSON.parse(answer) : answer), undefined, `${what}: ${answer}`);
  }
  if (status !== undefined) assert.equal(response.status, status, `${what}: ${answer}`);
  if (body !== undefined && typeof body !== "string" && response.status !== 403 && response.status !== 401) {
    const refused = open(...place, "requestBody", "content", "application/json", "schema")(body);
    if (response.status < 300) assert.equal(refused, undefined, what);
  }
  return { status: response.status, headers: response.headers, body: answer.startsWith("{") ? JSON.parse(answer) : answer };
}

test("the document is OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.deepEqual([valid, errors], [true, undefined]);
  assert.match(document.openapi, /^3\.1\./);
});

describe("requests and answers", () => {
  test("panels are made, read, run and destroyed", async () => {
    const xml = { "content-type": "application/xml" };
    const { headers, body } = await ask("POST", "/panels", { body: NXML, headers: xml, status: 201 });
    assert.equal(headers.get("location"), "/panels/counter");
    assert.ok(body.diagnostics.length > 0);
    await ask("POST", "/panels/from-nxml", { body: { nxmlSource: NXML }, status: 409 });
    await ask("POST", "/panels?id=other", { body: NXML, headers: xml, status: 201 });
    await ask("POST", "/panels", { body: DEFINITION, status: 201 });
    await ask("DELETE", "/panels/other", { status: 204 });
    await ask("POST", "/panels", { body: { nxml: NXML, id: "other", state: { count: 2 } }, status: 201 });
    await ask("POST", "/panels/from-nxml", { body: { nxmlSource: NXML, id: "third", initialState: { count: 3 } }, status: 201 });
    await ask("POST", "/panels", { body: { nxml: NXML, id: "fifth" }, status: 429 });
    const add = "/panels/counter/trigger/add";
    assert.equal((await ask("POST", add, { body: { by: 4 }, status: 200 })).body.returnValue, 4);
    assert.equal((await ask("POST", add, { status: 200 })).body.returnValue, 5);
    assert.equal((await ask("POST", `${add}?wait=false`, { body: {}, status: 202 })).body.status, "suspended");
    assert.equal((await ask("POST", "/panels/counter/trigger/fail", { status: 200 })).body.status, "error");
    for (const path of ["/panels", "/panels/counter", "/panels/data", "/panels/counter/state", "/panels/counter/view", "/health", "/metrics", "/openapi.json"]) {
      await ask("GET", path, { status: 200 });
      await ask("HEAD", path, { status: 200 });
    }
  });

  test("what is wrong is refused as the document says", async () => {
    const add = "/panels/counter/trigger/add";
    const origin = { origin: "https://elsewhere.example" };
    for (const [method, path, status, rest] of [
      ["POST", "/panels", 400, { body: "<NexusPanel><Datu/></NexusPanel>", headers: { "content-type": "text/xml" } }],
      ["POST", "/panels", 400, { body: "{", headers: JSON_BODY }],
      ["POST", "/panels", 413, { body: { nxml: "x".repeat(5000) } }],
      ["POST", "/panels", 415, { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } }],
      ["POST", "/panels/from-nxml", 415, { body: NXML, headers: { "content-type": "application/xml" } }],
      ["POST", "/panels", 403, { body: {}, headers: origin }],
      ["POST", add, 403, { body: {}, headers: origin }],
      ["DELETE", "/panels/counter", 403, { headers: origin }],
      ["POST", add, 400, { body: { nope: 1 } }],
      ["POST", add, 400, { body: [2] }],
      ["POST", `${add}?wait=perhaps`, 400, { body: {} }],
      ["POST", add, 413, { body: { by: "x".repeat(5000) } }],
      ["POST", "/panels/counter/trigger/nope", 404, { body: {} }],
      ["GET", "/panels/counter/ws", 426, {}],
      ["GET", "/panels/nope", 404, {}],
      ["GET", "/panels/nope/state", 404, {}],
      ["GET", "/panels/nope/view", 404, {}],
      ["GET", "/panels/nope/ws", 404, {}],
      ["DELETE", "/panels/nope", 404, {}],
    ]) await ask(method, path, { ...rest, status });
  });

  test("without the right token nothing is told", async () => {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg: "HS256" })}.${part({ exp: 4e9, permissions: ["panel:read:counter"] })}`;
    const authorization = `Bearer ${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
    const names = { id: "secret", tool: "run" };
    for (const [template, operations] of Object.entries(document.paths)) {
      const path = template.replaceAll(/\{(\w+)\}/g, (_, name) => names[name]);
      for (const [method, { security }] of Object.entries(operations)) {
        const isOpen = security.length === 0;
        await ask(method.toUpperCase(), path, { at: guarded, status: isOpen ? 200 : 401 });
        // Of the panels that it may read it is told; for the rest it is the wrong one.
        const status = isOpen || template === "/panels" && method === "get" ? 200 : 403;
        await ask(method.toUpperCase(), path, { at: guarded, headers: { authorization }, status });
        if (!isOpen) assert.match(security[0].token[0], /^panel:(create|read|execute|delete)$/);
      }
    }
  });

  test("the schema takes the bodies that the kernel takes, and no others", async () => {
    const takes = open("paths", "/panels", "post", "requestBody", "content", "application/json", "schema");
    const values = [null, true, 0, "", "x", [], [1], {}, { a: 1 }, [{}]];
    const bodies = [{ ...DEFINITION, more: 1 }, {}, [], null, { nxml: NXML, more: 1 }, { nxml: 1 }, { nxml: NXML, state: [] }, { nxml: NXML, id: null }];
    for (const name of Object.keys(DEFINITION)) {
      const { [name]: _, ...less } = DEFINITION;
      bodies.push(less, ...values.map((value) => ({ ...DEFINITION, [name]: value })));
    }
    for (const name of Object.keys(DEFINITION.tools[0])) {
      const { [name]: _, ...less } = DEFINITION.tools[0];
      for (const tool of [less, ...values.map((value) => ({ ...DEFINITION.tools[0], [name]: value }))]) bodies.push({ ...DEFINITION, tools: [tool] });
    }
    const counts = { taken: 0, refused: 0 };
    for (const body of bodies) {
      const request = new Request("http://localhost/panels", { method: "POST", body: JSON.stringify(body), headers: JSON_BODY });
      const response = await kernel.fetch(request);
      const answer = await response.json();
      // What is found in what the data says (a name, a token, a handler) is beyond its shape.
      const isShape = response.status === 400 && answer.error.code === "INVALID_ARGUMENT" && /no such field|has no field|needs |has to be|is no trigger/.test(answer.error.message);
      counts[isShape ? "refused" : "taken"] += 1;
      if (!isShape && !/cannot be|has to be of type/.test(answer.error?.message)) assert.equal(takes(body), undefined, `${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
      if (isShape && !/has to be of type/.test(answer.error.message)) assert.ok(takes(body), `${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
    }
    assert.ok(counts.taken > 20 && counts.refused > 80, JSON.stringify(counts));
  });

  test("a closed kernel says so", async () => {
    const closing = await createKernel();
    await closing.close();
    await ask("GET", "/health", { at: closing, status: 503 });
    await ask("GET", "/panels", { at: closing, status: 503 });
  });

  test("every operation was asked for, and every answer but these was given", () => {
    const missing = [];
    for (const operations of Object.values(document.paths))
      for (const { operationId, responses } of Object.values(operations))
        for (const status of Object.keys(responses)) if (status < 400 && !seen.get(operationId)?.has(Number(status))) missing.push(`${operationId} ${status}`);
    assert.deepEqual(missing, ["connect 101"]);
    const statuses = new Set([...seen.values()].flatMap((one) => [...one]));
    assert.deepEqual([...statuses].sort(), [200, 201, 202, 204, 400, 401, 403, 404, 409, 413, 415, 426, 429, 503]);
  });
});

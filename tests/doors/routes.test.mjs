// The routes of the HTTP API, what they take and what they refuse.

import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, before, describe, test } from "node:test";
import { DOORS, ask, createPanel, post } from "./doors.mjs";
import { PANEL } from "./test-kernel.mjs";

const BODY_LIMIT = 64 * 1024;

/** The answer is an error and nothing else. */
function assertError({ status, headers, body, text }, expected, codes) {
  assert.equal(status, expected, text.slice(0, 300));
  assert.deepEqual(Object.keys(body), ["error"]);
  const { code, message, ...more } = body.error;
  assert.ok(codes.split("|").includes(code), `${code}: ${message}`);
  assert.ok(typeof message === "string" && message.length > 0);
  assert.ok(Object.keys(more).every((name) => name === "details"));
  assert.match(headers.get("content-type"), /^application\/json/);
  return body.error;
}

for (const { name, open, isServer } of DOORS) {
  describe(name, () => {
    let door;
    let id;
    before(async () => {
      door = await open({ api: { bodyLimit: BODY_LIMIT, corsOrigins: ["https://app.example"] } });
      id = await createPanel(door, { id: "a.b:c$d" });
    });
    after(() => door?.stop());
    const at = (rest = "") => `/panels/${encodeURIComponent(id)}${rest}`;

    test("/health tells how the kernel is", async () => {
      const { status, body } = await ask(door, "/health");
      assert.equal(status, 200);
      assert.equal(body.status, "healthy");
      assert.deepEqual(body.reasons, []);
      assert.match(body.version, /^\d+\.\d+\.\d+/);
      assert.ok(body.uptime >= 0 && body.panels.active >= 1 && body.panels.suspended === 0);
      for (const number of ["activeInstances", "availableInstances", "cacheHitRate", "memoryBytes"]) assert.equal(typeof body.runtime[number], "number");
    });

    test("/metrics is what Prometheus reads", async () => {
      const { status, headers, text } = await ask(door, "/metrics");
      assert.equal(status, 200);
      assert.match(headers.get("content-type"), /^text\/plain; version=0\.0\.4/);
      assert.match(text, /^# TYPE nexus_\w+ (counter|gauge|histogram)$/m);
    });

    test("/openapi.json describes every route", async () => {
      const { status, body } = await ask(door, "/openapi.json");
      assert.equal(status, 200);
      assert.match(body.openapi, /^3\.1\./);
      const paths = Object.keys(body.paths).map((path) => path.replace(/\{\w+\}/g, "{}")).sort();
      for (const path of ["/health", "/metrics", "/openapi.json", "/panels", "/panels/from-nxml", "/panels/{}", "/panels/{}/state", "/panels/{}/view", "/panels/{}/trigger/{}", "/panels/{}/ws"]) {
        assert.ok(paths.includes(path), path);
      }
    });

    test("a panel is told, listed, shown and destroyed", async () => {
      const mine = await createPanel(door, { state: { count: 3 } });
      const { status, body } = await ask(door, `/panels/${mine}`);
      assert.equal(status, 200);
      const { createdAt, lastActivity, state, tools, ...rest } = body;
      assert.deepEqual(rest, { id: mine, kind: rest.kind, title: "Test", description: "A panel of the tests", status: "running", version: 0, clientCount: 0 });
      assert.equal(state.count, 3);
      assert.ok(tools.includes("twice"));
      for (const time of [createdAt, lastActivity]) assert.equal(new Date(time).toISOString(), time);
      const list = await ask(door, "/panels");
      assert.equal(list.body.total, list.body.panels.length);
      assert.deepEqual(list.body.panels.find((panel) => panel.id === mine), body);
      assert.deepEqual((await ask(door, `/panels/${mine}/state`)).body, { panelId: mine, state, version: 0 });
      const view = await ask(door, `/panels/${mine}/view`);
      assert.equal(view.body.root.children[0].props.content, 3);
      const gone = await door.fetch(`/panels/${mine}`, { method: "DELETE" });
      assert.deepEqual([gone.status, await gone.text()], [204, ""]);
      assertError(await ask(door, `/panels/${mine}`), 404, "PANEL_NOT_FOUND");
      assertError(await ask(door, `/panels/${mine}`, { method: "DELETE" }), 404, "PANEL_NOT_FOUND");
    });

    test("panels are made of NXML, of NXML in JSON, and of JSON", async () => {
      const nxml = '<NexusPanel id="of-document" title="Documented"><Data><State name="n" type="number"/></Data><View><Text content="{$state.n}"/></View></NexusPanel>';
      for (const type of ["application/xml", "text/xml; charset=utf-8", "Application/XML"]) {
        const made = await ask(door, "/panels", { method: "POST", headers: { "content-type": type }, body: nxml });
        assert.equal(made.status, 201, made.text);
        assert.equal(made.headers.get("location"), "/panels/of-document");
        const { diagnostics, ...rest } = made.body;
        assert.deepEqual(rest, { id: "of-document", status: "running", wsUrl: `${door.url.replace("http", "ws")}/panels/of-document/ws` });
        assert.deepEqual(diagnostics, []);
        assertError(await post(door, "/panels", { nxml }), 409, "PANEL_EXISTS");
        await door.fetch("/panels/of-document", { method: "DELETE" });
      }
      const named = await ask(door, "/panels?id=queried", { method: "POST", headers: { "content-type": "application/xml" }, body: nxml });
      assert.equal(named.body.id, "queried");
      const from = await post(door, "/panels/from-nxml", { nxmlSource: nxml, id: "from", initialState: { n: 4 } });
      assert.deepEqual([from.status, from.body.id], [201, "from"]);
      assert.equal((await ask(door, "/panels/from/state")).body.state.n, 4);
      const json = await post(door, "/panels", {
        id: "json",
        kind: "counter",
        title: "Counts",
        initialState: { n: 1, items: ["a"] },
        metadata: { owner: "me" },
        capabilities: ["state:read:*"],
        tools: [{ name: "add", handler: "$state.n += $args.by; return $state.items.length", args: [{ name: "by", type: "number", default: 2 }], capabilities: ["state:write:n"] }],
      });
      assert.equal(json.status, 201, json.text);
      assert.equal((await post(door, "/panels/json/trigger/add", {})).body.returnValue, 1);
      const { body } = await ask(door, "/panels/json");
      assert.deepEqual([body.kind, body.title, body.metadata, body.state, body.tools], ["counter", "Counts", { owner: "me" }, { n: 3, items: ["a"] }, ["add"]]);
      for (const made of ["queried", "from", "json"]) assert.equal((await door.fetch(`/panels/${made}`, { method: "DELETE" })).status, 204);
    });

    test("a document with mistakes is 400 with all of them, by place", async () => {
      const nxml = '<NexusPanel>\n<Data><State name="a" type="numbr"/></Data>\n<View><Text content="{$state.b}"/></View></NexusPanel>';
      for (const answer of [
        await post(door, "/panels", { nxml }),
        await post(door, "/panels/from-nxml", { nxmlSource: nxml }),
        await ask(door, "/panels", { method: "POST", headers: { "content-type": "application/xml" }, body: nxml }),
      ]) {
        const { details } = assertError(answer, 400, "INVALID_TYPE");
        const errors = details.diagnostics.filter(({ severity }) => severity === "error");
        assert.deepEqual(errors.map(({ code, location }) => [code, location.line]), [["INVALID_TYPE", 2], ["UNDEFINED_STATE_REFERENCE", 3]]);
      }
    });

    test("trigger waits for the end, or with wait=false tells the first segment", async () => {
      const done = await post(door, at("/trigger/twice"), {});
      assert.deepEqual([done.status, done.body.status, done.body.returnValue], [200, "success", "ab"]);
      assert.deepEqual(done.body.events.map(({ name }) => name), ["begun", "between", "done"]);
      assert.deepEqual(done.body.stateMutations.map(({ value }) => value), [1, 2, 3]);
      assert.equal(done.body.suspensions.length, 2);
      const first = await post(door, at("/trigger/twice?wait=false"), {});
      assert.deepEqual([first.status, first.body.status, first.body.suspensions.length], [202, "suspended", 1]);
      assert.deepEqual(first.body.stateMutations.map(({ value }) => value), [1]);
      const quick = await post(door, at("/trigger/add?wait=false"), { by: 2 });
      assert.deepEqual([quick.status, quick.body.status], [202, "success"]);
    });

    test("arguments go by name, and a handler's own failure is a result", async () => {
      assert.equal((await post(door, at("/trigger/add"), { by: 5 })).body.status, "success");
      for (const init of [{ method: "POST" }, { method: "POST", body: "", headers: { "content-type": "application/json" } }]) {
        const { status, body } = await ask(door, at("/trigger/tell"), init);
        assert.deepEqual([status, body.returnValue], [200, "told"]);
      }
      const failed = await post(door, at("/trigger/fail"), {});
      assert.deepEqual([failed.status, failed.body.status, failed.body.error.code], [200, "error", "EXECUTION_ERROR"]);
    });

    const bad = [
      ["/panels", "", "PARSE_ERROR|INVALID_ARGUMENT"],
      ["/panels", "{", "PARSE_ERROR"],
      ["/panels", '{"nxml":"<a/>"} trailing', "PARSE_ERROR"],
      ["/panels", '{"nxml":"<a/>"}{}', "PARSE_ERROR"],
      ["/panels", "null", "INVALID_ARGUMENT"],
      ["/panels", "[]", "INVALID_ARGUMENT"],
      ["/panels", "{}", "INVALID_ARGUMENT"],
      ["/panels", { nxml: 5 }, "INVALID_ARGUMENT"],
      ["/panels", { nxml: PANEL, extra: 1 }, "INVALID_ARGUMENT"],
      ["/panels", { nxml: PANEL, id: "" }, "INVALID_ARGUMENT"],
      ["/panels", { nxml: PANEL, id: "a/b" }, "INVALID_ARGUMENT"],
      ["/panels", { nxml: PANEL, id: "x".repeat(65) }, "INVALID_ARGUMENT"],
      ["/panels", { nxml: PANEL, state: [] }, "INVALID_ARGUMENT"],
      ["/panels", { nxml: PANEL, state: { nothing: 1 } }, "INVALID_ARGUMENT"],
      ["/panels", { nxml: PANEL, state: { count: "x" } }, "INVALID_ARGUMENT"],
      ["/panels", { tools: "add" }, "INVALID_ARGUMENT"],
      ["/panels", { tools: [{ name: "add" }] }, "INVALID_ARGUMENT"],
      ["/panels", { tools: [{ name: "add", handler: "return 1", extra: 1 }] }, "INVALID_ARGUMENT"],
      ["/panels", { tools: [{ name: "add", handler: "return 1", capabilities: ["everything"] }] }, "INVALID_CAPABILITY"],
      ["/panels", { tools: [{ name: "add", handler: "return (" }] }, "COMPILATION_ERROR|INVALID_HANDLER|SYNTAX_ERROR|HANDLER_ERROR"],
      ["/panels", { tools: [], __proto__x: 1 }, "INVALID_ARGUMENT"],
      ["/panels", '{"tools":[],"__proto__":{"a":1}}', "INVALID_ARGUMENT"],
      ["/panels/from-nxml", {}, "INVALID_ARGUMENT"],
      ["/panels/from-nxml", { nxmlSource: 1 }, "INVALID_ARGUMENT"],
      ["/panels/from-nxml", { nxml: PANEL }, "INVALID_ARGUMENT"],
      ["trigger/add", "{", "PARSE_ERROR"],
      ["trigger/add", "5", "INVALID_ARGUMENT"],
      ["trigger/add", '"by"', "INVALID_ARGUMENT"],
      ["trigger/add", { by: "many" }, "INVALID_ARGUMENT"],
      ["trigger/add", { to: 1 }, "INVALID_ARGUMENT"],
      ["trigger/add?wait=maybe", {}, "INVALID_ARGUMENT"],
    ];
    for (const [path, body, codes] of bad) {
      const shown = JSON.stringify(body);
      test(`POST ${path} of ${shown.length > 60 ? `${shown.slice(0, 60)}…` : shown}: ${codes}`, async () => {
        const before = (await ask(door, "/panels")).body.total;
        assertError(await post(door, path.startsWith("/") ? path : at(`/${path}`), body), 400, codes);
        assert.equal((await ask(door, "/panels")).body.total, before);
      });
    }

    test("bytes that are no text are refused", async () => {
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: new Uint8Array([0x7b, 0xff, 0x7d]) };
      assertError(await ask(door, "/panels", init), 400, "PARSE_ERROR");
    });

    test("bodies of other kinds are 415", async () => {
      for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"]) {
        assertError(await ask(door, "/panels", { method: "POST", headers: { "content-type": type }, body: "{}" }), 415, "INVALID_ARGUMENT");
        assertError(await ask(door, at("/trigger/add"), { method: "POST", headers: { "content-type": type }, body: "{}" }), 415, "INVALID_ARGUMENT");
      }
      assertError(await ask(door, at("/trigger/add"), { method: "POST", headers: { "content-type": "application/xml" }, body: "<a/>" }), 415, "INVALID_ARGUMENT");
    });

    test("a body of the most bytes is read, one more is 413, announced or not", async () => {
      const padded = (bytes) => `{"by":1}${" ".repeat(bytes - 8)}`;
      assert.equal((await post(door, at("/trigger/add"), padded(BODY_LIMIT))).status, 200);
      const over = assertError(await post(door, at("/trigger/add"), padded(BODY_LIMIT + 1)), 413, "RESOURCE_LIMIT");
      assert.equal(over.details.limit, BODY_LIMIT);
      const streamed = (bytes) => {
        const text = padded(bytes);
        let offset = 0;
        return new ReadableStream({
          pull(controller) {
            if (offset >= text.length) return controller.close();
            controller.enqueue(new TextEncoder().encode(text.slice(offset, (offset += 10_000))));
          },
        });
      };
      const init = (bytes) => ({ method: "POST", duplex: "half", headers: { "content-type": "application/json" }, body: streamed(bytes) });
      assert.equal((await ask(door, at("/trigger/add"), init(BODY_LIMIT))).status, 200);
      assertError(await ask(door, at("/trigger/add"), init(BODY_LIMIT + 1)), 413, "RESOURCE_LIMIT");
      assertError(await ask(door, "/panels", init(BODY_LIMIT * 20)), 413, "RESOURCE_LIMIT");
      assert.equal((await ask(door, "/health")).status, 200);
    });

    test("what is not there is 404, with its own code", async () => {
      for (const path of ["/", "/nope", "/Panels", "/panels/", "/panels//state", "/panels/x/y", "/panels/x/trigger", "/panels/x/trigger/", "/panels/%ff", "/constructor"]) {
        assertError(await ask(door, path), 404, "NOT_FOUND");
      }
      for (const path of ["/panels/none", "/panels/none/state", "/panels/none/view", "/panels/__proto__", "/panels/a%2Fb", "/panels/none/ws"]) {
        assertError(await ask(door, path), 404, "PANEL_NOT_FOUND");
      }
      assertError(await post(door, "/panels/none/trigger/add", {}), 404, "PANEL_NOT_FOUND");
      assertError(await post(door, at("/trigger/none"), {}), 404, "TOOL_NOT_FOUND");
      assertError(await post(door, at("/trigger/toString"), {}), 404, "TOOL_NOT_FOUND");
    });

    test("names in paths are percent-encoded, whole or in part", async () => {
      for (const path of ["/panels/a.b:c$d", "/panels/a.b%3Ac%24d", "/panels/%61.b%3ac$d"]) assert.equal((await ask(door, path)).body.id, id);
      assert.equal((await post(door, `/panels/%61.b:c$d/trigger/%61dd`, {})).status, 200);
    });

    test("other methods are 405 and say which are right", async () => {
      for (const [path, method, allow] of [
        ["/health", "POST", "GET"],
        ["/metrics", "DELETE", "GET"],
        ["/panels", "PUT", "POST"],
        ["/panels", "DELETE", "POST"],
        ["/panels/from-nxml", "PUT", "GET|POST"],
        [at(), "PATCH", "DELETE"],
        [at(), "POST", "DELETE"],
        [at("/state"), "PUT", "GET"],
        [at("/view"), "POST", "GET"],
        [at("/trigger/add"), "GET", "POST"],
        [at("/ws"), "POST", "GET"],
      ]) {
        const answer = await ask(door, path, { method, ...(method !== "GET" && { body: "{}", headers: { "content-type": "application/json" } }) });
        assertError(answer, 405, "METHOD_NOT_ALLOWED");
        assert.match(answer.headers.get("allow"), new RegExp(`\\b(${allow})\\b`), `${method} ${path}`);
      }
    });

    test("HEAD is GET without the body", async () => {
      for (const path of ["/health", "/panels", at(), at("/state"), "/panels/none"]) {
        const [got, head] = [await ask(door, path), await ask(door, path, { method: "HEAD" })];
        assert.equal(head.status, got.status);
        assert.equal(head.text, "");
        assert.equal(head.headers.get("content-type"), got.headers.get("content-type"));
      }
      assertError({ ...(await ask(door, at("/trigger/add"))), headers: new Headers({ "content-type": "application/json" }) }, 405, "METHOD_NOT_ALLOWED");
    });

    test("a socket's address that is asked without an upgrade is 426", async () => {
      const answer = await ask(door, at("/ws"));
      assertError(answer, 426, "INVALID_ARGUMENT|UPGRADE_REQUIRED");
      assert.match(answer.headers.get("upgrade") ?? "websocket", /websocket/i);
    });

    test("pages of origins that are named may ask, others may not, and programs have none", async () => {
      const origin = "https://app.example";
      const preflight = (from) =>
        ask(door, at("/trigger/add"), { method: "OPTIONS", headers: { origin: from, "access-control-request-method": "POST", "access-control-request-headers": "authorization, content-type" } });
      const allowed = await preflight(origin);
      assert.equal(allowed.status, 204);
      assert.equal(allowed.headers.get("access-control-allow-origin"), origin);
      assert.match(allowed.headers.get("access-control-allow-methods"), /POST/);
      assert.match(allowed.headers.get("access-control-allow-headers"), /authorization/);
      assert.match(allowed.headers.get("vary"), /Origin/);
      const answered = await ask(door, "/panels", { headers: { origin } });
      assert.equal(answered.headers.get("access-control-allow-origin"), origin);
      for (const foreign of ["https://evil.example", "null", "https://app.example.evil.example", "http://app.example"]) {
        const refused = await preflight(foreign);
        assert.equal(refused.headers.get("access-control-allow-origin"), null, foreign);
        const { state } = (await ask(door, at("/state"))).body;
        assertError(await post(door, at("/trigger/add"), {}, { origin: foreign }), 403, "PERMISSION_DENIED");
        assert.deepEqual((await ask(door, at("/state"))).body.state, state);
        assert.equal((await ask(door, "/panels", { headers: { origin: foreign } })).headers.get("access-control-allow-origin"), null);
      }
      const options = await ask(door, at(), { method: "OPTIONS" });
      assert.equal(options.status, 204);
      assert.match(options.headers.get("allow"), /DELETE/);
    });

    test("a page of another origin opens no socket", { skip: !isServer }, async () => {
      const { response } = await door.connect(id, { headers: { origin: "https://evil.example" } }).then(() => assert.fail("let in"), (error) => error);
      assert.equal(response.statusCode, 403);
      (await door.connect(id, { headers: { origin: "https://app.example" } })).close();
    });

    test("a request to another host is not served without auth: names can be made to lead here", { skip: !isServer }, async () => {
      const asked = (host, path = "/panels") =>
        new Promise((resolve, reject) => {
          httpRequest(door.url + path, { headers: { host } }, async (response) => {
            let text = "";
            for await (const part of response.setEncoding("utf8")) text += part;
            resolve({ status: response.statusCode, text });
          }).once("error", reject).end();
        });
      const { status, text } = await asked("panels.example");
      assert.equal(status, 401);
      assert.match(JSON.parse(text).error.message, /auth/);
      assert.equal((await asked("panels.localhost")).status, 200);
      assert.equal((await asked("panels.example", "/health")).status, 200);
    });
  });
}

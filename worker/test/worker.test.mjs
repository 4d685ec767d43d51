import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { after, before, describe, test } from "node:test";
import { startWorker } from "./start.mjs";

let worker;
before(async () => {
  worker = await startWorker();
});
after(() => worker?.stop());

/** Answers status, headers and body, which must be JSON. */
async function ask(path, options) {
  const response = await fetch(worker.url + path, options);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

const run = (body) => ask("/run", { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

/** The body is an error body and nothing else. */
function assertError({ status, body }, expectedStatus, code, message) {
  assert.equal(status, expectedStatus, JSON.stringify(body));
  assert.deepEqual(Object.keys(body), ["error"]);
  assert.ok(Object.keys(body.error).every((key) => ["code", "message", "details"].includes(key)));
  assert.equal(body.error.code, code);
  assert.match(body.error.message, message);
}

test("a fresh isolate takes several requests at once", async () => {
  const fresh = await startWorker();
  try {
    const answers = await Promise.all(Array.from({ length: 8 }, () => fetch(`${fresh.url}/sample`)));
    for (const answer of answers) assert.equal((await answer.json()).status, "success");
  } finally {
    await fresh.stop();
  }
});

describe("routes", () => {
  test("/ lists every route", async () => {
    const { status, body } = await ask("/");
    assert.equal(status, 200);
    assert.deepEqual(
      body.routes.map(({ path, methods }) => [path, ...methods].join(" ")),
      ["/ GET", "/run GET POST", "/sample GET POST", "/sample/weather GET", "/sample/news GET", "/panels GET POST", "/health GET"],
    );
  });

  test("GET /run tells the numbers of the kernel that runs handlers", async () => {
    const before = await ask("/run");
    assert.equal(before.status, 200);
    await run({ source: "return 1" });
    const after = await ask("/run");
    assert.equal(after.body.totalExecutions, before.body.totalExecutions + 1);
    assert.equal(after.body.activeRuns, 0);
  });

  test("an unknown path is 404, also a name that every object has", async () => {
    assertError(await ask("/nope"), 404, "NOT_FOUND", /\/nope/);
    assertError(await ask("/run/"), 404, "NOT_FOUND", /\/run\//);
    assertError(await ask("/constructor"), 404, "NOT_FOUND", /constructor/);
  });

  test("a wrong method is 405 and says which is right", async () => {
    for (const [path, method, allow] of [
      ["/run", "PUT", "GET, POST"],
      ["/sample", "DELETE", "GET, POST"],
      ["/sample/news", "PUT", "GET"],
    ]) {
      const answer = await ask(path, { method });
      assertError(answer, 405, "METHOD_NOT_ALLOWED", new RegExp(path));
      assert.equal(answer.headers.get("allow"), allow);
    }
  });

  test("HEAD is GET without the body", async () => {
    const { status, body } = await ask("/sample/news", { method: "HEAD" });
    assert.equal(status, 200);
    assert.equal(body, undefined);
  });

  test("pages of any origin may call, with the headers that http sends", async () => {
    const preflight = await ask("/sample/weather", { method: "OPTIONS", headers: { origin: "https://page.example" } });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-origin"), "*");
    assert.match(preflight.headers.get("access-control-allow-headers"), /user-agent/);
    for (const path of ["/run", "/sample/news", "/nope"]) {
      assert.equal((await ask(path)).headers.get("access-control-allow-origin"), "*");
    }
  });
});

describe("POST /run", () => {
  test("runs the handler with everything it was given", async () => {
    const { status, body } = await run({
      source: "$state.count += $args.step; $emit('counted', $scope); $log('hi'); return $state.count;",
      state: { count: 41 },
      args: { step: 1 },
      scope: { row: 7 },
      capabilities: ["state:read:count", "state:write:count", "events:emit:counted"],
    });
    assert.equal(status, 200);
    assert.equal(body.status, "success");
    assert.equal(body.returnValue, 42);
    assert.deepEqual(body.stateMutations, [{ key: "count", value: 42, operation: "set" }]);
    assert.deepEqual(body.events, [{ name: "counted", payload: { row: 7 } }]);
    assert.deepEqual(body.logs, [{ level: "info", message: "hi" }]);
    assert.ok(body.metrics.fuelUsed > 0);
  });

  test("source alone is enough, and may do nothing", async () => {
    const allowed = await run({ source: "return 6 * 7" });
    assert.equal(allowed.body.returnValue, 42);
    const { status, body } = await run({ source: "\n$state.x = 1" });
    assert.equal(status, 200);
    assert.equal(body.status, "error");
    assert.equal(body.error.code, "PERMISSION_DENIED");
    assert.equal(body.error.location.line, 2);
    assert.deepEqual(body.denials, [{ operation: "state.set", capability: "state:write:x" }]);
  });

  test("a syntax error is the handler's failure, not the request's", async () => {
    const { status, body } = await run({ source: "return 1;\nlet = ;" });
    assert.equal(status, 200);
    assert.equal(body.error.code, "COMPILATION_ERROR");
    assert.equal(body.error.location.line, 2);
  });

  test("a loop without end is stopped by its fuel, and the next run works", async () => {
    const { status, body } = await run({ source: "while (true) {}", limits: { fuel: 5_000_000 } });
    assert.equal(status, 200);
    assert.equal(body.error.code, "TIMEOUT");
    assert.equal((await run({ source: "return 'alive'" })).body.returnValue, "alive");
  });

  test("a host that ALLOWED_DOMAINS does not name is out of reach", async () => {
    const { body } = await run({
      source: "return (await $ext.http.get('http://localhost:1/')).status",
      capabilities: ["ext:http"],
    });
    assert.equal(body.status, "error");
    assert.equal(body.error.code, "EXTENSION_ERROR");
  });

  // More than there are instances: some wait until the runs of other requests end.
  test("runs at once do not see each other", async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        run({
          source: `const { data } = await $ext.http.get($args.url); $state.mine = $args.index; return [data.city, $state.mine];`,
          args: { index, url: `${worker.url}/sample/weather?city=Oslo&delay=${(index % 7) * 40}` },
          capabilities: ["ext:http.get", "state:read:mine", "state:write:mine"],
        }),
      ),
    );
    assert.deepEqual(
      answers.map(({ body }) => body.returnValue ?? body.error),
      answers.map((_, index) => ["Oslo", index]),
    );
  });

  test("clients who leave in the middle cost no instance", async () => {
    const source = "await $ext.http.get($args.url)";
    const args = { url: `${worker.url}/sample/news?delay=400` };
    const body = JSON.stringify({ source, args, capabilities: ["ext:http.get"] });
    for (let client = 0; client < 12; client++) {
      await assert.rejects(fetch(`${worker.url}/run`, { method: "POST", body, signal: AbortSignal.timeout(30) }));
    }
    const start = performance.now();
    assert.equal((await run({ source: "return 'here'" })).body.returnValue, "here");
    assert.ok(performance.now() - start < 5_000);
    // Their runs end by themselves.
    const suspended = async () => (await ask("/run")).body.suspendedRuns;
    while ((await suspended()) > 0) assert.ok(performance.now() - start < 5_000, "runs hang");
  });

  test("a body that is not usable is 400 and names the field", async () => {
    for (const [body, code, message, field] of [
      ["", "PARSE_ERROR", /not JSON/],
      ["{", "PARSE_ERROR", /not JSON/],
      ["null", "INVALID_ARGUMENT", /must be an object/],
      ["[]", "INVALID_ARGUMENT", /must be an object/],
      [{}, "INVALID_ARGUMENT", /source must be a string/, "source"],
      [{ source: 1 }, "INVALID_ARGUMENT", /source must be a string/, "source"],
      [{ source: "", sauce: 1 }, "INVALID_ARGUMENT", /no field "sauce"/, "sauce"],
      ['{"source": "", "__proto__": {}}', "INVALID_ARGUMENT", /no field "__proto__"/, "__proto__"],
      [{ source: "", state: [] }, "INVALID_ARGUMENT", /state must be an object/, "state"],
      [{ source: "", args: "x" }, "INVALID_ARGUMENT", /args must be an object/, "args"],
      [{ source: "", scope: null }, "INVALID_ARGUMENT", /scope must be an object/, "scope"],
      [{ source: "", capabilities: "ext:*" }, "INVALID_ARGUMENT", /array of strings/, "capabilities"],
      [{ source: "", capabilities: [1] }, "INVALID_ARGUMENT", /array of strings/, "capabilities"],
      [{ source: "", limits: 5 }, "INVALID_ARGUMENT", /limits must be an object/, "limits"],
      [{ source: "", limits: { maxPendingCalls: 101 } }, "INVALID_ARGUMENT", /raise maxPendingCalls above/, "limits"],
      [{ source: "", limits: { fuel: 1e12 } }, "INVALID_ARGUMENT", /raise fuel above/, "limits"],
    ]) {
      const answer = await run(body);
      assertError(answer, 400, code, message);
      assert.equal(answer.body.error.details?.field, field);
    }
  });

  test("what the kernel refuses to take is 400 as well", async () => {
    assertError(await run({ source: "", capabilities: ["state:read:"] }), 400, "INVALID_CAPABILITY", /state:read:/);
    assertError(await run({ source: "", limits: { fule: 1 } }), 400, "INVALID_ARGUMENT", /fule/);
    assertError(await run({ source: "", limits: { fuel: "much" } }), 400, "INVALID_ARGUMENT", /fuel/);
    const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
    assertError(await ask("/run", { method: "POST", body: bytes }), 400, "PARSE_ERROR", /not JSON/);
  });

  test("a body over 1 MiB and 64 KiB is 413, announced or not", async () => {
    const limit = 1024 * 1024 + 64 * 1024;
    const padded = (length) => {
      const empty = JSON.stringify({ source: "return 1//" });
      return JSON.stringify({ source: `return 1//${"x".repeat(length - empty.length)}` });
    };
    assert.equal(padded(limit).length, limit);
    assert.notEqual((await run(padded(limit))).status, 413);
    assertError(await run(padded(limit + 1)), 413, "PAYLOAD_TOO_LARGE", /bytes/);
    assertError(await chunked("/run", padded(limit + 1)), 413, "PAYLOAD_TOO_LARGE", /bytes/);
    const small = await chunked("/run", JSON.stringify({ source: "return 1" }));
    assert.equal(small.body.returnValue, 1);
  });
});

/** Sends a body without announcing its length. */
function chunked(path, text) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(worker.url + path, { method: "POST" }, async (response) => {
      let body = "";
      for await (const part of response.setEncoding("utf8")) body += part;
      resolve({ status: response.statusCode, body: JSON.parse(body) });
    });
    request.once("error", reject);
    for (let offset = 0; offset < text.length; offset += 65_536) request.write(text.slice(offset, offset + 65_536));
    request.end();
  });
}

describe("/sample", () => {
  for (const method of ["GET", "POST"]) {
    test(`${method} runs the sample handler and answers all it did`, async () => {
      const { status, body } = await ask("/sample?city=Tokyo", { method });
      assert.equal(status, 200);
      assert.equal(body.status, "success", JSON.stringify(body.error));
      assert.equal(body.returnValue.city, "Tokyo");
      assert.equal(body.returnValue.temperature, 13);
      assert.equal(body.returnValue.headlines.length, 3);
      assert.deepEqual(body.stateMutations, [
        { key: "visits", value: 1, operation: "set" },
        { key: "report", value: body.returnValue, operation: "set" },
      ]);
      assert.deepEqual(
        body.suspensions.map(({ extensionName, method }) => `${extensionName}.${method}`),
        ["http.get", "http.get"],
      );
      assert.deepEqual(body.events, [
        { name: "report-ready", payload: { city: "Tokyo" } },
        { name: "toast", payload: { message: "Report updated", type: "success" } },
      ]);
      assert.deepEqual(
        body.viewCommands.map(({ type, componentId }) => [type, componentId]),
        [
          ["custom", "report"],
          ["scrollTo", "report"],
        ],
      );
      assert.deepEqual(
        body.logs.map(({ level }) => level),
        ["info", "debug"],
      );
      assert.equal(body.denials, undefined);
    });
  }

  test("an unknown city is the handler's error, with its line", async () => {
    const { status, body } = await ask("/sample?city=Atlantis");
    assert.equal(status, 200);
    assert.equal(body.error.code, "EXECUTION_ERROR");
    assert.match(body.error.message, /Atlantis: 404/);
    assert.equal(body.error.location.line, 8);
  });

  test("a forged Host does not make the Worker call elsewhere", async () => {
    const answer = await new Promise((resolve, reject) => {
      httpRequest(`${worker.url}/sample`, { headers: { host: "localhost:1" } }, async (response) => {
        let text = "";
        for await (const part of response.setEncoding("utf8")) text += part;
        resolve(JSON.parse(text));
      })
        .once("error", reject)
        .end();
    });
    assert.equal(answer.error.code, "EXTENSION_ERROR");
    assert.match(answer.error.message, /not allowed: localhost:1/);
  });
});

describe("sample endpoints", () => {
  test("weather knows its cities, whatever their case", async () => {
    const { status, body } = await ask(`/sample/weather?city=${encodeURIComponent("são paulo")}`);
    assert.equal(status, 200);
    assert.equal(body.city, "São Paulo");
    assert.equal(typeof body.temperature, "number");
  });

  test("weather refuses no city and an unknown one", async () => {
    assertError(await ask("/sample/weather"), 400, "INVALID_ARGUMENT", /which city/);
    const unknown = await ask("/sample/weather?city=Atlantis");
    assertError(unknown, 404, "NOT_FOUND", /Atlantis/);
    assert.ok(unknown.body.error.details.known.includes("Oslo"));
  });

  test("news are a list", async () => {
    const { body } = await ask("/sample/news");
    assert.equal(body.items.length, 3);
    assert.ok(body.items.every(({ title }) => typeof title === "string"));
  });

  test("a delay is kept, within bounds", async () => {
    const start = performance.now();
    await ask("/sample/news?delay=120");
    assert.ok(performance.now() - start >= 115);
    for (const delay of ["-1", "5001", "soon"]) {
      assertError(await ask(`/sample/news?delay=${delay}`), 400, "INVALID_ARGUMENT", /delay/);
    }
  });
});

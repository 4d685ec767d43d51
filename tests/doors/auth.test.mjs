// Who may do what, and what those learn who may not: nothing, not even whether there is such a panel.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { DOORS, ask, createPanel, tokenOf } from "./doors.mjs";
import { PANEL } from "./test-kernel.mjs";

const SECRET = "a secret of more than thirty-two bytes";
const AUDIENCE = "nexus-tests";
const now = () => Math.floor(Date.now() / 1000);
const PERMISSIONS = ["panel:create", "panel:read", "panel:execute", "panel:delete"];
const claims = (more = {}) => ({ sub: "somebody", aud: AUDIENCE, exp: now() + 600, permissions: PERMISSIONS, ...more });
const good = (more) => tokenOf(claims(more), { secret: SECRET });
const unsigned = (header, payload) => [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const PEM = publicKey.export({ type: "spki", format: "pem" });
const eddsa = (payload, header = { alg: "EdDSA", typ: "JWT" }, key = privateKey) => {
  const text = unsigned(header, payload);
  return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`;
};

/** Tokens that are not accepted, under the secret. */
const REFUSED = {
  "no token": undefined,
  "an empty one": "",
  "no token's shape": "abc",
  "alg none": `${unsigned({ alg: "none" }, claims())}.`,
  "alg None with a signature": `${unsigned({ alg: "None" }, claims())}.${good().split(".")[2]}`,
  "no alg": tokenOf(claims(), { secret: SECRET, header: {} }),
  "another hash": tokenOf(claims(), { secret: SECRET, header: { alg: "HS512" }, hash: "sha512" }),
  "HS256 said, another hash used": tokenOf(claims(), { secret: SECRET, hash: "sha512" }),
  "another secret": tokenOf(claims(), { secret: `${SECRET}.` }),
  "an empty secret": tokenOf(claims(), { secret: "" }),
  "EdDSA where a secret is expected": eddsa(claims()),
  "no signature": `${unsigned({ alg: "HS256" }, claims())}.`,
  "the signature of another": `${unsigned({ alg: "HS256", typ: "JWT" }, claims({ sub: "else" }))}.${good().split(".")[2]}`,
  "a signature cut short": good().slice(0, -4),
  "more behind it": `${good()}.more`,
  "expired": good({ exp: now() - 1 }),
  "without an end": good({ exp: undefined }),
  "an end that is text": good({ exp: String(now() + 600) }),
  "not yet valid": good({ nbf: now() + 600 }),
  "another audience": good({ aud: "others" }),
  "no audience": good({ aud: undefined }),
  "an audience that holds ours": good({ aud: `${AUDIENCE}-other` }),
  "permissions that are text": good({ permissions: "panel:read" }),
  "a permission that there is not": good({ permissions: ["panel:everything"] }),
  "a header that must be understood": tokenOf(claims(), { secret: SECRET, header: { alg: "HS256", crit: ["x"], x: 1 } }),
};

/** Tokens that are genuine and allow nothing of the panels asked for. */
const POWERLESS = {
  "no permissions": good({ permissions: [] }),
  "permissions absent": good({ permissions: undefined }),
  "those of other things": good({ permissions: ["files:read", "*"] }),
  "another panel's": good({ permissions: PERMISSIONS.map((permission) => `${permission}:other`) }),
  "a panel's whose name begins alike": good({ permissions: PERMISSIONS.map((permission) => `${permission}:ther`) }),
};

/** Everything that can be asked of a panel of that name. */
const requests = (id) => [
  ["GET", `/panels/${id}`],
  ["HEAD", `/panels/${id}`],
  ["GET", `/panels/${id}/state`],
  ["GET", `/panels/${id}/view`],
  ["DELETE", `/panels/${id}`],
  ["POST", `/panels/${id}/trigger/add`],
  ["POST", `/panels/${id}/trigger/nothing`],
  ["GET", `/panels/${id}/ws`],
];

/** An answer as bytes on the wire, without what tells the time and the name that was asked for. */
const wire = ({ status, headers, text }, id) => {
  const fields = [...headers].filter(([name]) => name !== "date").sort();
  return JSON.stringify([status, fields, text]).replaceAll(id, "<id>");
};

for (const { name, open, isServer } of DOORS) {
  describe(name, () => {
    let door;
    before(async () => {
      door = await open({ auth: { secret: SECRET, audience: AUDIENCE } });
      await createPanel(door, { id: "there", token: good() });
      await createPanel(door, { id: "other", token: good() });
    });
    after(() => door?.stop());
    const asked = (method, path, token, more = {}) =>
      ask(door, path, {
        method,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...(method === "POST" && { "content-type": "application/json" }), ...more },
        ...(method === "POST" && { body: "{}" }),
      });
    const unharmed = async () => {
      const { status, body } = await asked("GET", "/panels/there/state", good());
      assert.deepEqual([status, body.state.count, body.version], [200, 0, 0]);
    };

    for (const [what, token] of Object.entries(REFUSED)) {
      test(`${what}: 401, the same whether there is such a panel or not`, async () => {
        for (const [index, [method, path]] of requests("there").entries()) {
          const there = await asked(method, path, token);
          assert.equal(there.status, 401, `${method} ${path}: ${there.text}`);
          assert.match(there.headers.get("www-authenticate"), /^Bearer/);
          if (method !== "HEAD") assert.equal(there.body.error.code, "UNAUTHORIZED");
          const [, absent] = requests("none!")[index];
          assert.equal(wire(await asked(method, absent, token), "none!"), wire(there, "there"));
        }
        for (const [method, path] of [["GET", "/panels"], ["POST", "/panels"], ["POST", "/panels/from-nxml"], ["GET", "/metrics"]]) {
          assert.equal((await asked(method, path, token)).status, 401, path);
        }
        await unharmed();
      });
    }

    test("all that is refused is told the same, whatever was wrong with the token", async () => {
      const answers = new Set();
      for (const [what, token] of Object.entries(REFUSED)) {
        if (token) answers.add(wire(await asked("GET", "/panels/there", token), "there"));
        else assert.ok(what);
      }
      assert.equal(answers.size, 1, [...answers].join("\n"));
    });

    for (const [what, token] of Object.entries(POWERLESS)) {
      test(`${what}: 403, the same whether there is such a panel or not`, async () => {
        for (const [index, [method, path]] of requests("there").entries()) {
          const there = await asked(method, path, token);
          assert.equal(there.status, 403, `${method} ${path}: ${there.text}`);
          if (method !== "HEAD") assert.equal(there.body.error.code, "PERMISSION_DENIED");
          const [, absent] = requests("none!")[index];
          assert.equal(wire(await asked(method, absent, token), "none!"), wire(there, "there"));
        }
        const made = await ask(door, "/panels", {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ nxml: PANEL, id: "there" }),
        });
        assert.equal(made.status, 403, made.text);
        assert.equal((await asked("GET", "/metrics", token)).status, 403);
        await unharmed();
      });
    }

    test("each permission allows its own and nothing else, for all panels or for one", async () => {
      const cases = [
        ["panel:read", "GET", "/panels/there", 200],
        ["panel:read", "GET", "/panels/there/view", 200],
        ["panel:read", "POST", "/panels/there/trigger/echo", 403],
        ["panel:read", "DELETE", "/panels/there", 403],
        ["panel:read", "GET", "/metrics", 200],
        ["panel:execute", "POST", "/panels/there/trigger/echo", 200],
        ["panel:execute", "GET", "/panels/there/state", 403],
        ["panel:delete", "GET", "/panels/there", 403],
        ["panel:create", "DELETE", "/panels/there", 403],
        ["panel:read:there", "GET", "/panels/there", 200],
        ["panel:read:there", "GET", "/panels/other", 403],
        ["panel:read:there", "GET", "/metrics", 403],
        ["panel:read:*", "GET", "/metrics", 200],
        ["panel:execute:there", "POST", "/panels/there/trigger/echo", 200],
        ["panel:execute:there", "POST", "/panels/other/trigger/echo", 403],
      ];
      for (const [permission, method, path, status] of cases) {
        assert.equal((await asked(method, path, good({ permissions: [permission] }))).status, status, `${permission}: ${method} ${path}`);
      }
      const list = await asked("GET", "/panels", good({ permissions: ["panel:read:there"] }));
      assert.deepEqual(list.body.panels.map(({ id }) => id), ["there"]);
      await unharmed();
    });

    test("who may make one panel makes no other", async () => {
      const token = good({ permissions: ["panel:create:mine", "panel:delete:mine"] });
      const make = (id) =>
        ask(door, "/panels", {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: JSON.stringify({ nxml: PANEL, ...(id && { id }) }),
        });
      assert.equal((await make("mine")).status, 201);
      assert.equal((await asked("DELETE", "/panels/mine", token)).status, 204);
      for (const id of ["theirs", undefined, "there"]) assert.equal((await make(id)).status, 403, id);
    });

    test("/health needs no token, and takes none from a stranger", async () => {
      assert.equal((await asked("GET", "/health")).status, 200);
      assert.equal((await asked("GET", "/health", "abc")).status, 200);
    });

    test("a token in the URL is none", async () => {
      for (const parameter of ["token", "access_token", "authorization"]) {
        assert.equal((await asked("GET", `/panels/there?${parameter}=${good()}`)).status, 401);
      }
    });

    describe("sockets", { skip: !isServer }, () => {
      const refused = async (how, id = "there") => {
        const { response } = await door.connect(id, how).then(() => assert.fail("let in"), (error) => error);
        assert.ok(response, "an answer");
        let text = "";
        for await (const part of response) text += part;
        const fields = Object.entries(response.headers).filter(([field]) => field !== "date").sort();
        return { status: response.statusCode, text, shown: JSON.stringify([response.statusCode, fields, text]) };
      };

      test("the token comes in the header or among the protocols, and is never sent back", async () => {
        const byHeader = await door.connect("there", { token: good() });
        assert.equal(byHeader.protocol, "");
        const byProtocol = await door.connect("there", { protocols: ["bearer", good()] });
        assert.equal(byProtocol.protocol, "bearer");
        for (const client of [byHeader, byProtocol]) {
          await client.settle();
          client.close();
        }
      });

      test("whoever is not let in is told the same whether there is such a panel or not", async () => {
        for (const token of Object.values(REFUSED).filter(Boolean)) {
          const [there, none] = [await refused({ token }), await refused({ token }, "none")];
          assert.equal(there.status, 401);
          assert.equal(none.shown, there.shown);
        }
        for (const token of Object.values(POWERLESS)) {
          const [there, none] = [await refused({ token }), await refused({ token }, "none")];
          assert.equal(there.status, 403);
          assert.equal(none.shown, there.shown);
        }
        assert.equal((await refused({})).status, 401);
        assert.equal((await refused({ protocols: ["bearer"] })).status, 401);
        assert.equal((await refused({ token: good() }, "none")).status, 404);
      });

      test("who may only read is told what happens, and changes nothing", async () => {
        const reader = await door.connect("other", { token: good({ permissions: ["panel:read:other"] }) });
        for (const message of [{ type: "TRIGGER", tool: "both" }, { type: "TRIGGER", tool: "nothing" }, { type: "SET", path: "note", value: "x" }]) {
          const { type, code } = await reader.ask(message);
          assert.deepEqual([type, code], ["ERROR", "PERMISSION_DENIED"]);
        }
        assert.equal((await asked("POST", "/panels/other/trigger/both", good())).status, 200);
        await reader.reaches(2);
        assert.equal(reader.state.note, "");
        assert.equal((await refused({ token: good({ permissions: ["panel:execute"] }) })).status, 403);
      });

      test("a socket ends with its token", async () => {
        const client = await door.connect("there", { token: good({ exp: now() + 2 }) });
        const { code } = await client.closed;
        assert.equal(code, 1008);
      });
    });
  });
}

for (const { name, open } of DOORS) {
  describe(`${name}, with a public key`, () => {
    let door;
    before(async () => {
      door = await open({ auth: { publicKey: PEM, clockToleranceS: 30 } });
    });
    after(() => door?.stop());
    const status = async (token) => (await ask(door, "/panels", { headers: { authorization: `Bearer ${token}` } })).status;
    const mine = (more) => ({ exp: now() + 600, permissions: ["panel:read"], ...more });

    test("what its private key signed is taken, and nothing else: no secret made of the public key", async () => {
      assert.equal(await status(eddsa(mine())), 200);
      assert.equal(await status(eddsa(mine(), undefined, generateKeyPairSync("ed25519").privateKey)), 401);
      const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
      for (const secret of [PEM, PEM.trim(), raw, raw.toString("base64url"), raw.toString("base64"), publicKey.export({ type: "spki", format: "der" })]) {
        assert.equal(await status(tokenOf(mine(), { secret })), 401);
        assert.equal(await status(tokenOf(mine(), { secret, header: { alg: "EdDSA" } })), 401);
      }
      assert.equal(await status(`${unsigned({ alg: "none" }, mine())}.`), 401);
      assert.equal(await status(eddsa(mine(), { alg: "HS256" })), 401);
      assert.equal(await status(eddsa(mine(), { alg: "EdDSA", jwk: publicKey.export({ format: "jwk" }), jku: "http://127.0.0.1/keys" })), 200);
      const other = generateKeyPairSync("ed25519");
      assert.equal(await status(eddsa(mine(), { alg: "EdDSA", jwk: other.publicKey.export({ format: "jwk" }) }, other.privateKey)), 401);
    });

    test("clocks may differ by what was said", async () => {
      assert.equal(await status(eddsa(mine({ exp: now() - 20 }))), 200);
      assert.equal(await status(eddsa(mine({ exp: now() - 40 }))), 401);
      assert.equal(await status(eddsa(mine({ nbf: now() + 20 }))), 200);
      assert.equal(await status(eddsa(mine({ nbf: now() + 40 }))), 401);
    });

    test("a token for an audience is not for a kernel that has none", async () => {
      assert.equal(await status(eddsa(mine({ aud: "others" }))), 401);
    });
  });
}

// The extension http, against a real server.

import { httpExtension } from "nexus-kernel";
import { equal, match, ok, rejects, throws } from "../assert.mjs";
import { errorOf, valueOf } from "../trial.mjs";

const GRANTED = ["ext:http"];

/** A kernel and a way to run handlers on it: `base` is the server's address inside. */
async function scene(t, options) {
  const kernel = await t.openHttp(options);
  const run = (body, more) =>
    kernel.run(`const base = $args.base; const { http } = $ext; ${body}`, { args: { base: t.server.url, host: t.server.host }, capabilities: GRANTED, ...more });
  return {
    kernel,
    run,
    value: async (body, more) => valueOf(await run(body, more), body),
    /** The failure, which has to be the extension's and of that kind. */
    async fails(body, kind, more) {
      const error = errorOf(await run(body, more), body);
      equal([error.code, error.context?.extension], ["EXTENSION_ERROR", "http"], body);
      match(error.message, kind, body);
      return error;
    },
  };
}

/** A page is not told where a redirect leads. */
const followsRedirects = (t) => t.place === "node" || t.place === "workerd";

let rooms = 0;
const newRoom = (t) => `${t.place}-${++rooms}-${Math.random()}`;

export default {
  "an answer has status, statusText, headers, data and ok": async (t) => {
    const { value } = await scene(t);
    const answer = await value("return await http.get(`${base}/json?value=${encodeURIComponent('{\"a\":[1,null,\"é\"]}')}`)");
    equal(Object.keys(answer).toSorted(), ["data", "headers", "ok", "status", "statusText"]);
    equal([answer.status, answer.ok, answer.data], [200, true, { a: [1, null, "é"] }]);
    equal(answer.headers["content-type"], "application/json");
    equal(await value("return (await http.get(`${base}/text`)).data"), "héllo");
    equal(await value("return (await http.get(`${base}/bytes`)).data"), new Uint8Array([0, 1, 254, 255]));
  },

  "all eight methods send what they say": async (t) => {
    const { value } = await scene(t);
    const told = await value(`
      const told = [];
      const options = { headers: { 'x-mine': 'yes' } };
      for (const method of ['get', 'delete']) told.push((await http[method](base + '/echo?' + method, options)).data);
      for (const method of ['post', 'put', 'patch']) told.push((await http[method](base + '/echo', { a: [1] }, options)).data);
      told.push((await http.request({ url: base + '/echo', method: 'PUT', body: 'plain', headers: { 'x-mine': 'yes' } })).data);
      return told`);
    equal(told.map(({ method }) => method), ["GET", "DELETE", "POST", "PUT", "PATCH", "PUT"]);
    equal(told.map(({ body }) => body), ["", "", '{"a":[1]}', '{"a":[1]}', '{"a":[1]}', "plain"]);
    equal(told.map(({ headers }) => headers["x-mine"]), Array(6).fill("yes"));
    equal(told[2].headers["content-type"], "application/json");
    match(told[5].headers["content-type"], /^text\/plain/);
    const bare = await value("const h = await http.head(base + '/json'); const o = await http.options(base + '/echo'); return [h.status, h.data, h.headers['content-type'], o.status]");
    equal(bare, [200, null, "application/json", 200]);
  },

  "bodies are text, bytes or JSON": async (t) => {
    const { value } = await scene(t);
    equal(await value("return (await http.post(base + '/echo', 'ünï')).data.body"), "ünï");
    equal(await value("return (await http.post(base + '/echo', new Uint8Array([104, 105]))).data.body"), "hi");
    equal(await value("return (await http.post(base + '/echo', [1, null, { a: 'é' }])).data.body"), '[1,null,{"a":"é"}]');
    equal(await value("return (await http.post(base + '/echo')).data.body"), "");
  },

  "a status of failure is an answer": async (t) => {
    const { value } = await scene(t);
    for (const code of [400, 404, 418, 500, 503]) {
      equal(await value(`const r = await http.get(base + '/status?code=${code}'); return [r.status, r.ok, r.data]`), [code, false, "told"]);
    }
    equal(await value("const r = await http.get(base + '/status?code=204'); return [r.status, r.ok, r.data]"), [204, true, null]);
  },

  "two calls at once are under way at once": async (t) => {
    const { value } = await scene(t);
    const source = `const call = (name) => http.get(base + '/meet?room=${newRoom(t)}&count=2&name=' + name); const both = await Promise.all([call('a'), call('b')]); return both.map((one) => one.data.most)`;
    equal(await value(source), [2, 2]);
  },

  "requests for one URL do not wait for each other": async (t) => {
    const { value } = await scene(t, { defaultTimeout: 15_000 });
    const source = `const call = () => http.get(base + '/meet?room=${newRoom(t)}&count=2'); const both = await Promise.all([call(), call()]); return both.map((one) => one.data.most)`;
    equal(await value(source), [2, 2]);
  },

  "only hosts on the list are asked": async (t) => {
    const refused = /^domain not allowed/;
    const body = "return (await http.get(base + '/json')).status";
    await (await scene(t, { allowedDomains: [] })).fails(body, refused);
    await (await scene(t, { allowedDomains: ["example.com"] })).fails(body, refused);
    await (await scene(t, { allowedDomains: ["*.0.0.1.example"] })).fails(body, refused);
    await (await scene(t, { allowedDomains: ["127.0.0.1"] })).fails(body, refused);
    await (await scene(t, { allowPrivateNetworks: false })).fails(body, refused);
    await (await scene(t, { allowedDomains: ["*"], allowPrivateNetworks: false })).fails(body, refused);
    equal(await (await scene(t, { allowedDomains: ["*"] })).value(body), 200);
    const { fails } = await scene(t);
    for (const url of ["http://localhost/", "http://intranet/", "http://printer.local/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest", "http://2130706433/"]) {
      await fails(`await http.get('${url}')`, refused);
    }
  },

  "what is no request is refused with the reason": async (t) => {
    const { fails } = await scene(t);
    await fails("await http.get('file:///etc/passwd')", /^invalid URL/);
    await fails("await http.get('http://user:secret@' + $args.host + '/json')", /^invalid URL/);
    await fails("await http.get('nonsense')", /^invalid URL/);
    for (const call of ["get()", "get(5)", "get(base, 'x')", "get(base, { json: true })", "get(base, { timeout: -1 })", "request('x')", "request({ url: base, method: 'CONNECT' })",
      "request({ url: base, method: 'GET', body: 'x' })", "get(base, { headers: { host: 'internal' } })", "get(base, { headers: { 'a b': 'c' } })",
      "get(base, { headers: { a: 'b\\r\\nc: d' } })", "post(base, { a: new Uint8Array(1) })"]) {
      await fails(`await http.${call}`, /^invalid (request|URL)/);
    }
  },

  "a connection that fails is the extension's failure": async (t) => {
    // Port 9 is discard: nobody listens there.
    const { fails } = await scene(t, { allowedDomains: ["127.0.0.1:9"] });
    await fails("await http.get('http://127.0.0.1:9/')", /^network error/);
  },

  "JSON that is none is told": async (t) => {
    const { fails } = await scene(t);
    await fails("await http.get(base + '/json?value={bad')", /^malformed JSON/);
  },

  "redirects are followed and counted": async (t) => {
    if (!followsRedirects(t)) {
      const { fails } = await scene(t);
      await fails("await http.get(base + '/redirect')", /^redirect refused/);
      return;
    }
    const { value, fails } = await scene(t);
    equal(await value("const r = await http.get(base + '/redirect?times=5'); return [r.status, r.data.path]"), [200, "/echo?redirected"]);
    await fails("await http.get(base + '/redirect?times=6')", /^too many redirects/);
    await (await scene(t, { maxRedirects: 0 })).fails("await http.get(base + '/redirect')", /^too many redirects/);
    for (const [status, method, body] of [[301, "GET", ""], [302, "GET", ""], [303, "GET", ""], [307, "POST", "kept"], [308, "POST", "kept"]]) {
      equal(await value(`const { data } = await http.post(base + '/redirect?status=${status}', 'kept'); return [data.method, data.body]`), [method, body], `${status}`);
    }
  },

  "each hop of a redirect is checked": async (t) => {
    if (!followsRedirects(t)) return;
    const { fails } = await scene(t);
    for (const [to, kind] of [["http://example.com/", /^domain not allowed/], ["http://169.254.169.254/", /^domain not allowed/], ["file:///etc/passwd", /^invalid URL/], ["http://a:b@127.0.0.1/", /^invalid URL/]]) {
      await fails(`await http.get(base + '/redirect?to=${encodeURIComponent(to)}')`, kind);
    }
    const to = encodeURIComponent(`http://localhost:${t.server.host.split(":")[1]}/echo`);
    const both = await scene(t, { allowedDomains: [t.server.host, `localhost:${t.server.host.split(":")[1]}`] });
    const capabilities = [`ext:http?host=${t.server.host}`];
    await both.fails(`await http.get(base + '/redirect?to=${to}')`, /^not granted/, { capabilities });
  },

  "caveats of a token hold for host and method": async (t) => {
    const { run } = await scene(t);
    const code = async (token, body) => (await run(body, { capabilities: [token] })).error?.code ?? "ok";
    const get = "await http.get(base + '/json')";
    equal(await code(`ext:http?host=${t.server.host}`, get), "ok");
    equal(await code("ext:http?host=example.com", get), "PERMISSION_DENIED");
    equal(await code("ext:http?method=GET", get), "ok");
    equal(await code("ext:http?method=GET", "await http.post(base + '/json')"), "PERMISSION_DENIED");
    equal(await code(`ext:http.get?host=${t.server.host}&method=GET`, get), "ok");
    equal(await code("ext:http.post", get), "PERMISSION_DENIED");
    await rejects(run(get, { capabilities: ["ext:http?path=/x"] }), "INVALID_CAPABILITY", /path/);
  },

  "the timeout covers the head and the body, and gives the connection up": async (t) => {
    const { fails } = await scene(t);
    for (const part of ["", "&body"]) {
      const room = newRoom(t);
      await fails(`await http.get(base + '/hold?room=${room}${part}', { timeout: 60 })`, /^timeout/);
      equal((await t.ask(`/left?room=${room}`)).entered, 1);
    }
    const usual = await scene(t, { defaultTimeout: 60 });
    await usual.fails(`await http.get(base + '/hold?room=${newRoom(t)}&body')`, /^timeout/);
  },

  "an abort gives the connection up": async (t) => {
    const { run } = await scene(t);
    const controller = new AbortController();
    const room = newRoom(t);
    const result = run(`await http.get(base + '/hold?room=${room}')`, { signal: controller.signal });
    await t.ask(`/entered?room=${room}`);
    controller.abort();
    equal((await result).error.code, "CANCELLED");
    await t.ask(`/left?room=${room}`);
  },

  "the loser of a race is given up": async (t) => {
    const { value } = await scene(t);
    const room = newRoom(t);
    const body = `return await Promise.race([http.get(base + '/hold?room=${room}'), http.get(base + '/entered?room=${room}').then((r) => r.data)])`;
    equal(await value(body), true);
    await t.ask(`/left?room=${room}`);
  },

  "the size of a body is capped, announced or not": async (t) => {
    const { value, fails } = await scene(t, { maxResponseBytes: 100_000 });
    for (const how of ["", "&announce"]) {
      equal(await value(`return (await http.get(base + '/big?bytes=100000${how}')).data.length`), 100_000);
      await fails(`await http.get(base + '/big?bytes=100001${how}')`, /^response too large/);
    }
  },

  "requests wait for a place, in a queue that is bounded": async (t) => {
    const { value } = await scene(t, { maxConcurrent: 2, maxQueue: 10 });
    const room = newRoom(t);
    equal(await value(`const six = Array.from({ length: 6 }, () => http.get(base + '/meet?room=${room}&count=2')); return (await Promise.all(six)).map((one) => one.data.most)`), Array(6).fill(2));
    const narrow = await scene(t, { maxConcurrent: 1, maxQueue: 1 });
    const held = newRoom(t);
    const told = await narrow.value(`
      const call = () => http.get(base + '/hold?room=${held}', { timeout: 400 });
      const all = await Promise.allSettled([call(), call(), call()]);
      return all.map((one) => one.reason.message.split(':')[0])`);
    equal(told.filter((kind) => kind === "timeout").length, 2);
    match(told[2], /queue/);
  },

  "requests name their user agent where the platform lets them": async (t) => {
    const agent = async (options, headers = "{}") => (await scene(t, options)).value(`return (await http.get(base + '/echo', { headers: ${headers} })).data.headers['user-agent']`);
    const usual = await agent();
    if (t.place === "node" || t.place === "workerd") {
      match(usual, /^nexus-kernel\/\d/);
      equal(await agent({ userAgent: "mine/1" }), "mine/1");
      equal(await agent({}, "{ 'User-Agent': 'own' }"), "own");
    } else {
      ok(usual.length > 0);
    }
  },

  "a fetch of the embedder's is used instead of the platform's": async (t) => {
    const asked = [];
    const fetch = async (url, init) => {
      asked.push([String(url), init.method]);
      return new Response('{"from":"mine"}', { status: 201, headers: { "content-type": "application/json" } });
    };
    const { value } = await scene(t, { fetch });
    equal(await value("const r = await http.get(base + '/json'); return [r.status, r.data]"), [201, { from: "mine" }]);
    equal(asked, [[`${t.server.url}/json`, "GET"]]);
  },

  "unusable options are refused at once and by name": async (t) => {
    for (const [name, value] of [
      ["allowedDomain", []], ["allowedDomains", "a.org"], ["allowedDomains", [1]], ["allowedDomains", ["https://a.org"]], ["allowedDomains", ["a.org/path"]], ["allowedDomains", ["a*.org"]],
      ["maxConcurrent", 0], ["maxConcurrent", 1.5], ["maxQueue", -1], ["defaultTimeout", 0], ["defaultTimeout", "30s"], ["maxResponseBytes", NaN], ["maxRedirects", -1],
      ["allowPrivateNetworks", 1], ["userAgent", ""], ["userAgent", "a\r\nb: c"], ["fetch", 1],
    ]) {
      throws(() => httpExtension({ [name]: value }), "INVALID_ARGUMENT", new RegExp(name));
    }
    for (const options of [null, 1, "x", []]) throws(() => httpExtension(options), "INVALID_ARGUMENT");
    const kernel = await t.open({ extensions: [httpExtension()] });
    equal(kernel.extensions.getMethods("http"), ["get", "post", "put", "patch", "delete", "head", "options", "request"]);
  },

  "without it there is no http": async (t) => {
    const kernel = await t.open();
    equal((await kernel.run("await $ext.http.get('http://a.org/')", { capabilities: ["ext:*"] })).error.code, "EXTENSION_NOT_FOUND");
  },
};

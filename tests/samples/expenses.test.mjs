import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { fill } from "../../samples/expenses/people.mjs";
import { BEGIN, documentOf, opened, until } from "./harness.mjs";
import { samples } from "../../samples/samples.mjs";

/** With the past of some days. */
const FILLED = { before: (kernel) => fill(kernel, BEGIN) };
const settled = async ({ panels }) => {
  for (const { panel } of Object.values(panels)) {
    await panel.trigger("refresh");
    await until(() => panel.info().suspendedRuns === 0 && panel.info().queuedRuns === 0);
  }
};
const of = ({ panels }, person) => panels[`expenses-${person}`];
const status = (shown, claim) => shown.state.claims.find(({ id, purpose }) => claim === id || claim === purpose)?.status;

test("each sees who they are, all see the same claims", opened("expenses", async (sample) => {
  await settled(sample);
  assert.deepEqual(["ann", "bo", "dora", "carl"].map((person) => of(sample, person).byId("me").props.value), ["employee", "manager", "director", "accountant"]);
  const [ann, ...others] = Object.values(sample.panels).map(({ state }) => state.claims);
  assert.deepEqual(ann.map(({ id, status }) => `${id} ${status}`), ["c6 submitted", "c5 submitted", "c4 submitted", "c3 rejected", "c2 approved", "c1 paid"]);
  for (const other of others) assert.deepEqual(other, ann);
}, FILLED));

test("a claim goes from Ann by Bo to Carl, each at a panel of their own", opened("expenses", async (sample) => {
  await settled(sample);
  const [ann, bo, carl] = ["ann", "bo", "carl"].map((person) => of(sample, person));
  await ann.enter("purpose", "Ferry to the islands");
  await ann.enter("amount", "12,5");
  await ann.press("Submit");
  assert.deepEqual(ann.toasts, ["success: Submitted “Ferry to the islands”, 12.50 €"]);
  assert.deepEqual([ann.state.purpose, ann.state.amount], ["", ""]);
  // Others look by themselves.
  sample.clock.pass(3000);
  await until(() => status(bo, "Ferry to the islands") === "submitted");
  await bo.press("Approve");
  await until(() => status(bo, "Ferry to the islands") === "approved");
  sample.clock.pass(3000);
  await until(() => status(carl, "Ferry to the islands") === "approved");
  await carl.press("Approved (1)");
  await carl.press("Pay");
  await until(() => status(carl, "Ferry to the islands") === "paid");
  await settled(sample);
  const [claim] = ann.state.claims;
  assert.equal(claim.history, "submitted by Ann Lund, approved by Bo Achterberg, paid by Carl Osei");
  assert.deepEqual(ann.state.trail.map((entry) => entry.slice(22)), ["Carl Osei paid “Ferry to the islands”, 12.50 €", "Bo Achterberg approved “Ferry to the islands”, 12.50 €", "Ann Lund submitted “Ferry to the islands”, 12.50 €"]);
}));

for (const [person, tool, args, said] of [
  ["ann", "decide", ["c5", true], "only managers and directors decide (Ann Lund: employee)"],
  ["carl", "decide", ["c6", false], "only managers and directors decide (Carl Osei: accountant)"],
  ["bo", "decide", ["c4", true], "only a director decides above 500 € (Bo Achterberg: manager)"],
  ["ann", "pay", ["c2"], "only accountants pay (Ann Lund: employee)"],
  ["dora", "pay", ["c2"], "only accountants pay (Dora Quist: director)"],
]) {
  test(`the kernel refuses what ${person} may not do: ${tool} ${args[0]}`, opened("expenses", async (sample) => {
    await settled(sample);
    const shown = of(sample, person);
    const before = shown.state.claims;
    const { status, denials } = await shown.panel.trigger(tool, args);
    assert.equal(status, "success", "it is told, not thrown");
    assert.deepEqual(shown.toasts, [`error: PERMISSION_DENIED: ${said}`]);
    assert.match(denials[0].capability, new RegExp(`^ext:storage\\.put\\?prefix=expenses/(small|large|paid)/${person}/${args[0]}$`));
    await settled(sample);
    assert.deepEqual(shown.state.claims, before);
  }, FILLED));
}

test("a director decides above the limit, and a manager up to it", opened("expenses", async (sample) => {
  await settled(sample);
  await of(sample, "dora").panel.trigger("decide", ["c4", true]);
  await of(sample, "bo").panel.trigger("decide", ["c5", false]);
  await settled(sample);
  assert.deepEqual([status(of(sample, "ann"), "c4"), status(of(sample, "ann"), "c5")], ["approved", "rejected"]);
}, FILLED));

test("nobody decides about their own", opened("expenses", async (sample) => {
  const dora = of(sample, "dora");
  await dora.panel.trigger("submit", { purpose: "A new desk", amount: 900 });
  await until(() => status(dora, "A new desk") === "submitted");
  assert.equal(await dora.press("Approve"), undefined, "the button is disabled");
  await dora.panel.trigger("decide", [dora.state.claims[0].id, true]);
  assert.equal(dora.toasts.at(-1), "error: PERMISSION_DENIED: nobody decides about a claim of their own");
  // Written past the handler, it counts for nothing all the same.
  await sample.kernel.extensions.call("storage", "put", [`expenses/large/dora/${dora.state.claims[0].id}`, { name: "Dora Quist", approve: true, at: BEGIN + 1e9 }]);
  await settled(sample);
  assert.equal(status(dora, "A new desk"), "submitted");
  assert.match(dora.state.trail[0], /without effect/);
}));

test("of two decisions the first counts, and both stay in the trail", opened("expenses", async (sample) => {
  await settled(sample);
  const [bo, dora] = [of(sample, "bo"), of(sample, "dora")];
  await bo.panel.trigger("decide", ["c6", false]);
  sample.clock.pass(10);
  // Dora's panel has not looked since.
  await dora.panel.trigger("decide", ["c6", true]);
  await settled(sample);
  for (const shown of Object.values(sample.panels)) {
    assert.equal(status(shown, "c6"), "rejected");
    assert.match(shown.state.trail[0], /Dora Quist: small for “Taxi, last ferry missed”, without effect/);
  }
  await bo.panel.trigger("decide", ["c6", true]);
  assert.equal(bo.toasts.at(-1), "warn: “Taxi, last ferry missed” is rejected already.");
}, FILLED));

test("who somebody is cannot be said at the panel", opened("expenses", async (sample) => {
  const ann = of(sample, "ann");
  const inspection = await sample.kernel.panels.inspect(await documentOf(samples.find(({ id }) => id === "expenses")));
  for (const { name, declared } of inspection.handlers) assert.ok(!declared.includes("state:write:me") && !declared.includes("state:write:limit"), name);
  const bound = ann.elements().flatMap(({ bind }) => Object.values(bind ?? {})).map(([key]) => key);
  assert.deepEqual([...new Set(bound)].sort(), ["amount", "purpose"]);
  // And if it could: what counts is what the panel was granted.
  await ann.panel.set("me", { id: "bo", name: "Bo Achterberg", role: "manager" });
  await ann.panel.trigger("submit", { purpose: "In Bo's name", amount: 10 });
  assert.match(ann.toasts.at(-1), /PERMISSION_DENIED: Bo Achterberg may not submit claims/);
}, FILLED));

test("nor by a client of the panel", opened("expenses", async (sample) => {
  const { port1, port2 } = new MessageChannel();
  const heard = [];
  port1.onmessage = ({ data }) => heard.push(JSON.parse(data));
  of(sample, "ann").panel.accept(port2);
  port1.postMessage(JSON.stringify({ type: "SET", path: ["me", "id"], value: "bo", requestId: 1 }));
  port1.postMessage(JSON.stringify({ type: "SET", path: "limit", value: 1e9, requestId: 2 }));
  port1.postMessage(JSON.stringify({ type: "SET", path: "purpose", value: "Bread", requestId: 3 }));
  await until(() => heard.some(({ requestId }) => requestId === 3));
  port1.close();
  assert.deepEqual(heard.filter(({ requestId }) => requestId).map(({ type, requestId }) => `${requestId} ${type}`), ["1 ERROR", "2 ERROR", "3 RESULT"]);
  assert.deepEqual([of(sample, "ann").state.me.id, of(sample, "ann").state.limit], ["ann", 50_000]);
}));

const SECRET = "a secret of at least thirty-two bytes";
function tokenOf(permissions) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: "ann", exp: BEGIN / 1000 + 60, permissions })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

test("a token gives a person their own panel, and what is done there is done as that person", opened("expenses", async (sample) => {
  const token = tokenOf(["panel:read:expenses-ann", "panel:execute:expenses-ann"]);
  const post = async (person, tool, args, headers = { authorization: `Bearer ${token}` }) => {
    const url = `http://127.0.0.1/panels/expenses-${person}/trigger/${tool}`;
    return (await sample.kernel.fetch(new Request(url, { method: "POST", body: JSON.stringify(args), headers: { "content-type": "application/json", ...headers } }))).status;
  };
  assert.equal(await post("ann", "submit", { purpose: "Over HTTP", amount: 5 }), 200);
  await settled(sample);
  assert.equal(of(sample, "bo").state.claims[0].by, "ann");
  assert.equal(await post("bo", "decide", ["c6", true]), 403);
  assert.equal(await post("bo", "decide", ["c6", true], {}), 401);
  await settled(sample);
  assert.equal(status(of(sample, "ann"), "c6"), "submitted");
}, { ...FILLED, auth: { secret: SECRET } }));

test("a panel that was made for nobody does nothing", async () => {
  const { createKernel, storageExtension } = await import("nexus-kernel");
  const kernel = await createKernel({ extensions: [storageExtension({ namespace: "samples", backend: "memory" })] });
  await fill(kernel);
  const panel = await kernel.panels.create(await documentOf(samples.find(({ id }) => id === "expenses")));
  const toasts = [];
  panel.on("event", ({ name, payload }) => name === "toast" && toasts.push(payload.message));
  await panel.trigger("submit", { purpose: "Anything", amount: 1 });
  await panel.trigger("decide", ["c5", true]);
  await panel.trigger("pay", ["c2"]);
  assert.deepEqual(toasts, Array(3).fill("PERMISSION_DENIED: nobody is signed in at this panel"));
  assert.equal((await kernel.extensions.call("storage", "list", [{ prefix: "expenses/" }])).length, 10);
  await kernel.close();
});

test("amounts and purposes have bounds", opened("expenses", async (sample) => {
  const ann = of(sample, "ann");
  for (const [purpose, amount] of [["x", 5], ["y".repeat(121), 5], ["Nothing", 0], ["Too much", 10_000.01], ["Negative", -1]]) {
    const { returnValue } = await ann.panel.trigger("submit", { purpose, amount });
    assert.equal(returnValue ?? null, null, purpose);
  }
  for (const amount of ["much", "-5", "1e3", "12.345", " "]) {
    await ann.enter("amount", amount);
    await ann.panel.trigger("submit", { purpose: "Strange" });
  }
  assert.equal(ann.toasts.filter((toast) => toast.startsWith("warn: ")).length, 10);
  await ann.panel.trigger("submit", { purpose: "Just right", amount: 10_000 });
  await settled(sample);
  assert.deepEqual(ann.state.claims.map(({ cents }) => cents), [1_000_000]);
}));

test("totals and filters", opened("expenses", async (sample) => {
  await settled(sample);
  const ann = of(sample, "ann");
  const total = (label) => ann.elements().find(({ type, props }) => type === "Metric" && props.label === label).props.value;
  assert.deepEqual(["Waiting", "To be paid", "Paid", "Rejected"].map(total), ["796.95", "312.90", "84.60", "349.00"]);
  const titles = () => ann.byId("claims").children.find(({ type }) => type === "Iterate").children.map(({ props }) => props.title);
  assert.equal(titles().length, 3);
  await ann.press("Approved (1)");
  assert.deepEqual(titles(), ["Team dinner after the release"]);
  await ann.press("Mine");
  assert.equal(titles().length, 4);
  await ann.press("All (6)");
  assert.equal(titles().length, 6);
}, FILLED));

test("no claims are an empty state", opened("expenses", async (sample) => {
  await settled(sample);
  const ann = of(sample, "ann");
  assert.match(ann.text, /Nothing waits for a decision\.[^]*Nothing happened yet\./);
}));

test("a storage that is full says so", opened("expenses", async (sample) => {
  for (let index = 0; index < 1000; index++) await sample.kernel.extensions.call("storage", "put", [`other/${index}`, 1]);
  const ann = of(sample, "ann");
  await ann.panel.trigger("submit", { purpose: "One more", amount: 1 });
  assert.match(ann.toasts[0], /^error: Not submitted: limit of storageKeys/);
}));

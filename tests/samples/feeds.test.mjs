import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { opened, until } from "./harness.mjs";

const read = (shown) => until(() => shown.state.items.length > 0 && !shown.state.loading, "items");
const titles = (shown) => shown.elements().filter(({ type, key }) => type === "Container" && key === undefined).map(({ props }) => props.title).slice(1);

// Feeds that one does not write by hand.
const bodies = new Map();
const server = createServer((request, response) => {
  const [type, body] = bodies.get(request.url) ?? ["text/plain", "nothing"];
  response.writeHead(200, { "content-type": type }).end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => (server.close(), server.closeAllConnections()));
const OTHER = `http://127.0.0.1:${server.address().port}`;
let feeds = 0;

/** What the panel makes of a feed: its title and items, or its error. */
async function made(body, type = "application/rss+xml") {
  const path = `/feed-${++feeds}`;
  bodies.set(path, [type, body]);
  let answer;
  const open = opened("feeds", async ({ shown }) => {
    await until(() => shown.state.feeds[0].title !== "" || shown.state.feeds[0].error !== "");
    assert.deepEqual(shown.failures, []);
    shown.elements();
    const { feeds: [feed], items } = shown.state;
    answer = { title: feed.title, error: feed.error, items };
  }, { state: { feeds: [{ address: path, title: "", count: 0, error: "" }] }, origin: OTHER });
  await open();
  return answer;
}
const rss = (item) => `<rss version="2.0"><channel><title>T</title><item><title>one</title><guid>1</guid>${item}</item></channel></rss>`;
const paragraphsOf = async (html) => (await made(rss(`<description><![CDATA[${html}]]></description>`))).items[0].paragraphs;

test("items of all feeds are merged by date", opened("feeds", async ({ shown }) => {
  await read(shown);
  assert.deepEqual(shown.state.feeds.map(({ title, count, error }) => [title, count, error]), [["Harbour Office", 5, ""], ["Rails & Timetables", 4, ""], ["The Orchard Notebook", 4, ""]]);
  const dates = shown.state.items.map(({ at }) => at);
  assert.deepEqual(dates, [...dates].sort((a, b) => b - a));
  assert.deepEqual(shown.state.items.slice(0, 3).map(({ feed }) => feed), ["Harbour Office", "Rails & Timetables", "The Orchard Notebook"]);
  assert.match(shown.text, /Rails & Timetables, 22 Nov 2026, 02:20 UTC, by Mirela Ionescu/);
  assert.deepEqual(shown.toasts, [], "at first everything is new");
}));

test("what an item says is text: tags and scripts go, references become what they mean", opened("feeds", async ({ shown }) => {
  await read(shown);
  const item = (title) => shown.state.items.find((one) => one.title.startsWith(title));
  assert.deepEqual(item("Ferry").paragraphs, ["From 1 December the ferry to the islands leaves at 6:40, 9:10, 13:00 & 17:25.", "Tickets stay at €4.20; bicycles travel free of charge."]);
  assert.deepEqual(item("Seals <3").paragraphs, ["The count of this autumn: 41 seals, 12 of them pups. If you meet one, keep 30 m away 🦭."]);
  assert.deepEqual(item("Signals").paragraphs, ["The box at Kaldenkirk is worked by hand. Its keeper retires in March; so do the levers."]);
  assert.deepEqual(item("Pruning").paragraphs, ["Cut on a dry day, above an outward bud, and stop when the tree looks like a goblet."]);
  assert.deepEqual(item("Which apples").paragraphs, ["Boskoop until April, Gravenstein until next week. Keep them < 6 °C & apart from the potatoes."]);
  for (const { paragraphs } of shown.state.items) assert.doesNotMatch(paragraphs.join(), /<\/?[a-z]|&[a-z]+;|&#/i);
}));

test("an item is opened, marked as read, and closed", opened("feeds", async ({ shown }) => {
  await read(shown);
  assert.doesNotMatch(shown.text, /Tickets stay/);
  await shown.press("Open");
  assert.match(shown.text, /Tickets stay at €4\.20/);
  assert.match(shown.text, /https:\/\/harbour\.example\/ferry-timetable/);
  assert.equal(shown.panel.computed.unread, 12);
  await shown.press("Close");
  assert.doesNotMatch(shown.text, /Tickets stay/);
  await shown.enter("Read", false);
  assert.equal(shown.panel.computed.unread, 13);
}));

test("read ones are hidden, and all are marked at once", opened("feeds", async ({ shown }) => {
  await read(shown);
  await shown.enter("Read", true);
  await shown.enter("Unread only", true);
  assert.equal(titles(shown).length, 12);
  await shown.press("Mark all as read");
  assert.equal(shown.toasts.at(-1), "info: Marked 12 items as read");
  assert.match(shown.text, /No item matches/);
  assert.equal(await shown.press("Mark all as read"), undefined);
}));

test("text and feed choose items", opened("feeds", async ({ shown }) => {
  await read(shown);
  await shown.enter("text", "LADDER");
  assert.deepEqual(titles(shown), ["A hive in the old pear"]);
  await shown.enter("text", "");
  await shown.press("Show only this", 2);
  assert.equal(titles(shown).length, 4);
  await shown.press("Show all");
  assert.equal(titles(shown).length, 13);
}));

test("what was read stays read, and only new items are announced", opened("feeds", async ({ shown }) => {
  await read(shown);
  await shown.enter("Read", true);
  await shown.press("Reload");
  assert.equal(shown.panel.computed.unread, 12);
  assert.deepEqual(shown.toasts, []);
  await shown.press("Unsubscribe", 2);
  await shown.panel.trigger("subscribe", ["/feeds/orchard.atom"]);
  await until(() => shown.state.items.length === 13);
  assert.equal(shown.toasts.at(-1), "info: 4 new items");
}));

for (const [kind, said] of [["error", /out of order \(status 503\)/], ["garbage", /malformed JSON/], ["noise", /it breaks off/]]) {
  test(`a feed in trouble (${kind}) says so, keeps its items, and leaves the others alone`, opened("feeds", async ({ shown, sources }) => {
    await read(shown);
    sources.trouble("/feeds/rails", kind);
    const { returnValue } = await shown.press("Reload");
    assert.deepEqual(returnValue, { fresh: 0, failed: 1 });
    assert.match(shown.state.feeds[1].error, said);
    assert.match(shown.text, said);
    assert.equal(shown.state.items.length, 13);
    sources.trouble("/feeds/rails");
    await shown.press("Reload");
    assert.equal(shown.state.feeds[1].error, "");
  }));
}

test("one that never answers holds nobody up for longer than five seconds", opened("feeds", async ({ shown, sources, clock }) => {
  await read(shown);
  sources.trouble("/feeds/rails", "slow");
  const loading = shown.press("Reload");
  await until(() => shown.state.loading);
  assert.match(shown.text, /Reading…/);
  assert.equal(await shown.press("Reading…"), undefined, "it cannot be asked for twice");
  await new Promise((resolve) => setTimeout(resolve, 400));
  clock.pass(5000);
  await loading;
  assert.equal(shown.state.feeds[1].error, "no answer in time");
  assert.deepEqual([shown.state.feeds[0].error, shown.state.loading], ["", false]);
}));

test("feeds are subscribed to and given up", opened("feeds", async ({ shown }) => {
  await read(shown);
  await shown.press("Unsubscribe", 1);
  assert.equal(shown.state.items.length, 9);
  await shown.enter("draft", " /feeds/rails.rss ");
  await shown.press("Subscribe");
  await until(() => shown.state.items.length === 13);
  assert.equal(shown.state.draft, "");
  await shown.panel.trigger("subscribe", ["/feeds/rails.rss"]);
  await shown.panel.trigger("subscribe", ["javascript:alert(1)"]);
  assert.deepEqual(shown.toasts.slice(-2), ["info: That feed is here already.", "warn: An address begins with https:// and has no blanks."]);
  assert.equal(shown.state.feeds.length, 3);
}));

test("a feed that comes while others are being read is kept", opened("feeds", async ({ shown }) => {
  await read(shown);
  await shown.press("Unsubscribe", 2);
  const loading = shown.press("Reload");
  await until(() => shown.state.loading);
  await shown.panel.trigger("subscribe", ["/feeds/orchard.atom"]);
  await shown.enter("Read", true);
  await loading;
  await until(() => shown.state.items.length === 13 && !shown.state.loading);
  assert.equal(shown.panel.computed.unread, 12, "what was read meanwhile is read");
}));

test("another host has to be granted", opened("feeds", async ({ shown }) => {
  await read(shown);
  await shown.panel.trigger("subscribe", ["https://news.example/feed.xml"]);
  await until(() => shown.state.feeds[3].error !== "");
  assert.equal(shown.state.feeds[3].error, "the panel was not granted this host");
}));

test("no feeds are an empty state", opened("feeds", async ({ shown }) => {
  await shown.panel.trigger("load");
  assert.match(shown.text, /No feeds\. Add the address of one\./);
  assert.match(shown.text, /No items yet\./);
}, { state: { feeds: [] } }));

for (const [html, expected] of [
  ["<b>a</b> < b && c > d", ["a < b && c > d"]],
  ["&amp;lt;b&amp;gt; &lt;i&gt;", ["&lt;b&gt; <i>"]],
  ["caf&eacute; na&iuml;ve &Aring;ngstr&ouml;m &Ccedil;a", ["café naïve Ångström Ça"]],
  ["&#146;&#8217;&#x2019; &#0;&#xD800;&#x110000;", ["’’’ ���"]],
  ["&unknown; &; AT&T &constructor; &toString;", ["&unknown; &; AT&T &constructor; &toString;"]],
  ["<p>one<p>two<br>three<br/>four", ["one", "two", "three", "four"]],
  ["<ul><li>a</li><li></li><li>b</ul>", ["• a", "• b"]],
  ["<SCRIPT>if (a < b) alert('</p>')</SCRIPT>after", ["after"]],
  ["<style>p { color: red }</style><!-- <p>no</p> -->yes", ["yes"]],
  ["<script>never ends", []],
  ["<!-- never ends", []],
  ["<img src=x onerror='alert(\">\")'>shown", ["shown"]],
  ["<a title=\"a > b\" href='x'>link</a>", ["link"]],
  ["<scr<script>x</script>ipt>alert(1)</script>", ["xipt>alert(1)"]],
  ["a <", ["a <"]],
  ["a < b <c", ["a < b <c"]],
  ["<p>\u00a0</p><p>  </p>", []],
  ["", []],
]) {
  test(`HTML as text: ${html}`, async () => assert.deepEqual(await paragraphsOf(html), expected));
}

for (const [what, body, said] of [
  ["no XML", "Not found", /neither RSS nor Atom/],
  ["a page", "<!DOCTYPE html><html><head><title>x</title></head><body></body></html>", /neither RSS nor Atom/],
  ["tags that do not match", "<rss><channel></rss></channel>", /ends what was not begun/],
  ["an end without a begin", "</rss>", /ends what was not begun/],
  ["a tag that breaks off", "<rss version=", /an attribute has no value/],
  ["an attribute that breaks off", '<rss version="2', /breaks off/],
  ["CDATA that breaks off", "<rss><![CDATA[", /breaks off/],
  ["a nameless tag", "<rss>< ></rss>", /no name/],
  ["too many in one another", `${"<a>".repeat(100)}${"</a>".repeat(100)}`, /nested too deeply/],
]) {
  test(`no feed: ${what}`, async () => assert.match((await made(body)).error, said));
}

test("items without dates, ids or titles are shown all the same", async () => {
  const { items } = await made(`<rss><channel><title>T</title><item><description>a</description></item><item><title>b</title><pubDate>someday</pubDate></item></channel></rss>`);
  assert.deepEqual(items.map(({ title, when }) => [title, when]), [["Without a title", "no date"], ["b", "no date"]]);
});

test("RSS 1.0 has its items beside the channel", async () => {
  const { title, items } = await made(`<rdf:RDF xmlns:rdf="r" xmlns="p" xmlns:dc="d"><channel><title>Old</title></channel><item><title>x</title><link>https://a.example</link><dc:date>2026-11-20T08:00:00Z</dc:date></item></rdf:RDF>`);
  assert.deepEqual([title, items[0].title, items[0].when], ["Old", "x", "20 Nov 2026, 08:00 UTC"]);
});

test("no entities are defined by a document, so none can explode", async () => {
  const { items } = await made(`<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;">]>${rss("<description>&b;</description>")}`);
  assert.deepEqual(items[0].paragraphs, ["&b;"]);
});

const long = (word) => {
  const item = (index) => `<item><title>${index}</title><guid>${index}${word.repeat(300)}</guid><pubDate>${new Date(Date.UTC(2026, 0, 1) + index * 60_000).toUTCString()}</pubDate><description>${word.repeat(1_000)}</description></item>`;
  return `<rss><channel><title>Long</title>${Array.from({ length: 80 }, (_, index) => item(index)).join("")}</channel></rss>`;
};

test("of a long feed the newest items are kept, of a long item its beginning", async () => {
  const { items, error } = await made(long("🦭 "));
  assert.equal(error, "");
  assert.deepEqual([items.length, items[0].title, items.at(-1).title], [30, "79", "50"]);
  assert.match(items[0].paragraphs[0], /^(🦭 ?)+…$/u);
});

test("many long feeds in any alphabet fit into the state", async () => {
  const addresses = [1, 2, 3, 4, 5, 6].map((index) => `/long?${index}`);
  for (const address of addresses) bodies.set(address, ["text/xml", long("鯨鯨")]);
  const open = opened("feeds", async ({ shown }) => {
    await until(() => shown.state.items.length > 0 || shown.failures.length > 0);
    assert.deepEqual(shown.failures, []);
    assert.equal(shown.state.items.length, 100);
    assert.deepEqual(shown.state.feeds.map(({ error }) => error), Array(6).fill(""));
  }, { state: { feeds: addresses.map((address) => ({ address, title: "", count: 0, error: "" })) }, origin: OTHER });
  await open();
});

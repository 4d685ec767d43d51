// Three feeds as they come in the wild: RSS 2.0 with HTML escaped, the same with CDATA and namespaces, and Atom with XHTML.

import { text, wait } from "./answer.mjs";

const HOUR_MS = 3_600_000;

const HARBOUR = {
  title: "Harbour Office",
  items: [
    {
      hours: 2.5,
      title: "Ferry timetable changes on 1 December",
      html: "<p>From <b>1 December</b> the ferry to the islands leaves at 6:40, 9:10, 13:00 &amp; 17:25.</p><p>Tickets stay at &euro;4.20; bicycles travel free&nbsp;of charge.</p>",
    },
    {
      hours: 19,
      title: "Quay 3 closed for repairs",
      html: "<p>Divers found cracks in the wall of quay&nbsp;3. It stays closed until the <em>end of January</em>.</p><ul><li>Fishing boats: quay 5</li><li>Visitors: the old dock</li></ul>",
    },
    {
      hours: 44,
      title: "Storm warning lifted",
      html: "Gusts stayed below 24 m/s &mdash; nobody was hurt, two moorings were lost. &#169; Harbour Office",
    },
    {
      hours: 97,
      title: "Seals <3 the new breakwater",
      html: "<p>The count of this autumn: 41 seals, 12 of them pups. If you meet one, keep 30 m away &#x1F9AD;.</p><script>document.title = \"never shown\"</script>",
    },
    {
      hours: 190,
      title: "Dredging begins in the east basin",
      html: "<p>Depth will be &gt; 7.5 m again by spring. Work is done on weekdays, 8:00&ndash;16:00.</p>",
    },
  ],
};

const RAIL = {
  title: "Rails & Timetables",
  items: [
    {
      hours: 6,
      author: "Mirela Ionescu",
      title: "The night train is back",
      html: "<p>After eleven years without one, the sleeper runs again: <strong>three times a week</strong>, Brussels &#8211; Vienna in 14 hours.</p><p>We rode it. The coffee is what you&#8217;d expect; the sunrise over the Danube isn&#39;t.</p>",
    },
    {
      hours: 30,
      author: "Tom Okafor",
      title: "Why your train waits outside the station",
      html: "<p>Platforms are the scarce thing, not tracks. <a href=\"https://rails.example/platforms\">A look at one day of platform 4</a>: 212 trains, 38 of them late, none by its own fault.</p>",
    },
    {
      hours: 71,
      author: "Mirela Ionescu",
      title: "Signals from 1911, still in use",
      html: "<p>The box at Kaldenkirk is worked by hand. Its keeper retires in March; so do the levers.</p><!-- pictures follow -->",
    },
    {
      hours: 140,
      author: "Tom Okafor",
      title: "Delay statistics for October",
      html: "<table><tr><th>Line</th><th>On time</th></tr><tr><td>North</td><td>91 %</td></tr><tr><td>Coast</td><td>78 %</td></tr></table>",
    },
  ],
};

const ORCHARD = {
  title: "The Orchard Notebook",
  items: [
    {
      hours: 11,
      title: "Pruning before the frost",
      xhtml: "<p>Cut on a dry day, <em>above</em> an outward bud, and stop when the tree looks like a goblet.</p>",
    },
    {
      hours: 53,
      title: "Cider, week six",
      html: "<p>It stopped singing on Tuesday. 1.004 &rarr; ready for bottles.</p>",
    },
    { hours: 120, title: "Which apples keep?", text: "Boskoop until April, Gravenstein until next week. Keep them < 6 °C & apart from the potatoes." },
    {
      hours: 215,
      title: "A hive in the old pear",
      xhtml: "<p>The bees chose the hollow at three metres. We moved the ladder&#160;&#8212; not the bees.</p>",
    },
  ],
};

const escaped = (value) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const xml = (name, value) => `<${name}>${escaped(value)}</${name}>`;
const slug = (title) => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-|-$/g, "");

function rss({ title, items }, site, dated) {
  const entries = items.map((item) => {
    const link = `https://${site}/${slug(item.title)}`;
    return `<item>${xml("title", item.title)}${xml("link", link)}<guid isPermaLink="false">${site}:${slug(item.title)}</guid>
<pubDate>${dated(item).toUTCString()}</pubDate>${xml("description", item.html)}</item>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- written by hand -->
<rss version="2.0"><channel>${xml("title", title)}${xml("link", `https://${site}/`)}<description>News</description>
${entries.join("\n")}
</channel></rss>`;
}

function rssWithNamespaces({ title, items }, site, dated) {
  const entries = items.map((item) => `<item>
  <title><![CDATA[${item.title}]]></title>
  <link>https://${site}/${slug(item.title)}</link>
  <dc:creator>${escaped(item.author)}</dc:creator>
  <dc:date>${dated(item).toISOString()}</dc:date>
  <description>A summary that is shorter than the text.</description>
  <content:encoded><![CDATA[${item.html}]]></content:encoded>
</item>`);
  return `<?xml version="1.0"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel>${xml("title", title)}
${entries.join("\n")}
</channel></rss>`;
}

function atom({ title, items }, site, dated) {
  const content = (item) => {
    if (item.xhtml) return `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">${item.xhtml}</div></content>`;
    return item.html ? `<content type="html">${escaped(item.html)}</content>` : `<summary type="text">${escaped(item.text)}</summary>`;
  };
  const entries = items.map((item) => `<entry>${xml("title", item.title)}<id>tag:${site},2026:${slug(item.title)}</id>
<link rel="alternate" href="https://${site}/${slug(item.title)}"/><link rel="edit" href="https://${site}/edit"/>
<updated>${dated(item).toISOString()}</updated>${content(item)}</entry>`);
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">${xml("title", title)}<updated>${dated(items[0]).toISOString()}</updated>
${entries.join("\n")}
</feed>`;
}

/**
 * `GET /feeds/harbour.rss`, `/feeds/rails.rss`, `/feeds/orchard.atom`. Items are some hours old, whenever one asks.
 * @param {{ now: () => number }} options
 */
export function feeds({ now }) {
  // Items do not change from request to request: their age counts from the start.
  const start = Math.floor(now() / 60_000) * 60_000;
  const dated = ({ hours }) => new Date(start - hours * HOUR_MS);
  const route = (delay, type, write) => async ({ signal }) => {
    await wait(delay, signal);
    return text(write(), `${type}; charset=utf-8`);
  };
  return {
    "/feeds/harbour.rss": route(60, "application/rss+xml", () => rss(HARBOUR, "harbour.example", dated)),
    "/feeds/rails.rss": route(210, "text/xml", () => rssWithNamespaces(RAIL, "rails.example", dated)),
    "/feeds/orchard.atom": route(130, "application/atom+xml", () => atom(ORCHARD, "orchard.example", dated)),
  };
}

// What the doors take: requests and messages each second, and how long each waits, beside a server that does the same without a sandbox.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Pool } from "undici";
import { WebSocket } from "ws";
import { REQUESTS, trigger } from "./doors/job.mjs";
import { interleave, median, quantile } from "./measure.mjs";
import { milliseconds, table } from "./report.mjs";

/** Clients that ask at the same time, each for the next thing when it has its answer. */
const CLIENTS = 16;

/** Measures. Answers a section of the report. */
export async function measure({ quick }) {
  const servers = await Promise.all(["nexus", "bare"].map(start));
  const [asked, rounds] = quick ? [2_000, 3] : [20_000, 5];
  const rows = [];
  for (const [name, request] of Object.entries(REQUESTS)) {
    rows.push(await compare(`HTTP, ${name}`, servers, (server) => overHttp(server, request, asked), rounds));
  }
  rows.push(await compare("WebSocket, a tool", servers, (server) => overSockets(server, asked), rounds));
  for (const { process } of servers) process.disconnect();
  const part = (samples) => [samples.perSecond.toFixed(0), ...[0.5, 0.99].map((part) => milliseconds(quantile(samples.waited, part))), milliseconds(samples.processorMs)];
  const section = `## Doors

Requests each second to \`serve\` in Node, and messages of sockets (\`TRIGGER\` until its \`RESULT\`), from ${CLIENTS} clients at once in another process, each of which
waits for its answer: how long, in milliseconds; and milliseconds of processor time of the server for each. Beside it the bare thing: a handler of Hono on
@hono/node-server, and \`ws\`, which count in a variable, check nothing and isolate nothing. In turn in one run, ${rounds} rounds of ${asked}; the sixteen sockets all hear
of every change.

${table(
    ["", "a second", "median", "99 %", "processor", "bare, a second", "median", "99 %", "processor", "ratio of processor time", "of requests a second"],
    rows.map(({ name, nexus, bare }) => [
      name,
      ...part(nexus),
      ...part(bare),
      (nexus.processorMs / bare.processorMs).toFixed(2),
      (nexus.perSecond / bare.perSecond).toFixed(2),
    ]),
  )}`;
  return { section, promises: [] };
}

async function start(kind) {
  const process = fork(fileURLToPath(new URL("doors/server.mjs", import.meta.url)), [kind]);
  const [{ url }] = await once(process, "message");
  return { process, url };
}

async function compare(name, servers, load, rounds) {
  // Compiled with all effort before it is measured.
  for (const server of servers) await load(server);
  const samples = servers.map(() => []);
  await interleave(servers.map((server, index) => async () => samples[index].push(await measured(server, load))), rounds);
  const [nexus, bare] = samples.map((all) => ({
    perSecond: median(all.map(({ perSecond }) => perSecond)),
    processorMs: median(all.map(({ processorMs }) => processorMs)),
    waited: all.flatMap(({ waited }) => waited),
  }));
  return { name, nexus, bare };
}

async function measured(server, load) {
  const before = await processorMs(server);
  const began = performance.now();
  const waited = await load(server);
  const took = performance.now() - began;
  return { perSecond: (waited.length / took) * 1000, processorMs: ((await processorMs(server)) - before) / waited.length, waited };
}

async function processorMs({ process }) {
  process.send("processor time");
  const [message] = await once(process, "message");
  return message.processorMs;
}

/** Asks until it was answered so often. Answers how long each waited. */
async function overHttp({ url }, request, asked) {
  const pool = new Pool(url, { connections: CLIENTS });
  const waited = [];
  const client = async () => {
    while (waited.length < asked) {
      const began = performance.now();
      const { statusCode, body } = await pool.request(request);
      const text = await body.text();
      if (statusCode !== 200) throw new Error(text);
      waited.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  await pool.close();
  return waited;
}

async function overSockets({ url }, asked) {
  const waited = [];
  const client = async () => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/panels/counter/ws`);
    await once(socket, "open");
    let began;
    let answered;
    socket.on("message", (data) => {
      const text = String(data);
      if (text.startsWith('{"type":"RESULT"')) answered();
      else if (text.startsWith('{"type":"ERROR"')) throw new Error(text);
    });
    while (waited.length < asked) {
      began = performance.now();
      const answer = new Promise((resolve) => (answered = resolve));
      socket.send(trigger(waited.length));
      await answer;
      waited.push(performance.now() - began);
    }
    socket.close();
    await once(socket, "close");
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return waited;
}

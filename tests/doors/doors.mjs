// The doors of a kernel: a server of Node, workerd, and no server at all: requests as objects and clients at MessagePorts.

import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { createKernel } from "nexus-kernel";
import { serve } from "nexus-kernel/serve";
import WebSocket from "ws";
import { startWorkerd } from "../support/workerd.mjs";
import { Client } from "./client.mjs";
import { PANEL, kernelOptions } from "./test-kernel.mjs";

/**
 * An open door.
 * @typedef {object} Door
 * @property {string} url where it is
 * @property {(path: string, init?: RequestInit) => Promise<Response>} fetch
 * @property {(id: string, how?: How) => Promise<Client>} connect a client that has been told CONNECTED
 * @property {() => Promise<void>} stop
 */

/**
 * How a client connects.
 * @typedef {{ since?: number, instance?: string, topics?: string, state?: object, token?: string, protocols?: string[], headers?: Record<string, string> }} How
 */

/** Each kind of door, with how it is opened; `options` are those of `createKernel`, as JSON can hold them. */
export const DOORS = [
  { name: "Node", open: openNode, isServer: true },
  { name: "workerd", open: openWorkerd, isServer: true },
  { name: "MessagePort", open: openPort, isServer: false },
];

async function openNode(options = {}) {
  const kernel = await createKernel(kernelOptions(options));
  const server = await serve(kernel, { port: 0 });
  const stop = async () => {
    await server.close();
    await kernel.close();
  };
  return { ...overNetwork(server.url), kernel, stop };
}

async function openWorkerd(options = {}) {
  const config = fileURLToPath(new URL("workerd/wrangler.jsonc", import.meta.url));
  const { url, stop } = await startWorkerd({ config, bindings: { OPTIONS: JSON.stringify(options) } });
  return { ...overNetwork(url), stop };
}

function overNetwork(url) {
  return {
    url,
    fetch: (path, init) => fetch(url + path, init),
    connect: async (id, how = {}) => {
      const { token, protocols = [], headers = {} } = how;
      const socket = new WebSocket(`${url.replace("http", "ws")}/panels/${encodeURIComponent(id)}/ws${query(how)}`, protocols, {
        headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
        perMessageDeflate: false,
      });
      const client = new Client(wireOf(socket), how);
      await new Promise((resolve, reject) => {
        socket.once("open", resolve);
        // With what it was refused.
        socket.once("unexpected-response", (_, response) => reject(Object.assign(new Error(`refused: ${response.statusCode}`), { response })));
        socket.once("error", reject);
      });
      client.protocol = socket.protocol;
      client.socket = socket;
      return begin(client);
    },
  };
}

/** @returns {import("./client.mjs").Wire} */
function wireOf(socket) {
  socket.on("error", () => {});
  return {
    send: (message) => socket.send(message),
    close: (code, reason) => socket.close(code, reason),
    onMessage: (listener) => socket.on("message", (data) => listener(data.toString())),
    onClose: (listener) => socket.on("close", (code, reason) => listener(code, reason.toString())),
  };
}

async function openPort(options = {}) {
  const kernel = await createKernel(kernelOptions(options));
  const url = "http://localhost";
  return {
    url,
    kernel,
    fetch: (path, init) => kernel.fetch(new Request(url + path, { ...init, ...(init?.body && { duplex: "half" }) })),
    connect: async (id, how = {}) => {
      const { port1, port2 } = new MessageChannel();
      const client = new Client(wireOfPort(port1), how);
      const { since, instance, topics } = how;
      kernel.panels.get(id).accept(port2, { since, instance, ...(topics !== undefined && { topics: topics.split(",").filter(Boolean) }) });
      return begin(client);
    },
    stop: () => kernel.close(),
  };
}

/** @returns {import("./client.mjs").Wire} */
function wireOfPort(port) {
  let tellClosed = () => {};
  let isGone = false;
  const gone = (code, reason) => {
    isGone = true;
    tellClosed(code, reason);
    port.close();
  };
  return {
    send: (message) => port.postMessage(message),
    close: (code = 1000, reason = "") => {
      port.postMessage(JSON.stringify({ type: "CLOSE", code, reason }));
      gone(code, reason);
    },
    onMessage: (listener) =>
      port.on("message", (text) => {
        // What was under way when it was closed still comes.
        if (isGone) return;
        const message = JSON.parse(text);
        if (message.type === "CLOSE") gone(message.code, message.reason);
        else listener(text);
      }),
    onClose: (listener) => (tellClosed = listener),
  };
}

const query = ({ since, instance, topics }) => {
  const given = Object.entries({ since, instance, topics }).filter(([, value]) => value !== undefined);
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
};

async function begin(client) {
  await client.heard(({ type }) => type === "CONNECTED", "CONNECTED");
  return client;
}

let panels = 0;

/** Makes a panel over HTTP, and answers its id. */
export async function createPanel(door, { nxml = PANEL, id = `panel-${++panels}`, state, token } = {}) {
  const response = await door.fetch("/panels", {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ nxml, id, ...(state && { state }) }),
  });
  const body = await response.json();
  if (response.status !== 201) throw new Error(`${response.status} ${body.error.code} ${body.error.message}`);
  return body.id;
}

/** Status, headers and JSON body of an answer. */
export async function ask(door, path, init) {
  const response = await door.fetch(path, init);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, text, body: isJson && text !== "" ? JSON.parse(text) : undefined };
}

/** `ask` with a body of JSON. */
export function post(door, path, body, headers = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return ask(door, path, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: text });
}

/** The state that a panel tells over HTTP: `{ panelId, state, version }`. */
export async function stateOf(door, id) {
  return (await ask(door, `/panels/${encodeURIComponent(id)}/state`)).body;
}

/** A signed token. */
export function tokenOf(payload, { secret, header = { alg: "HS256", typ: "JWT" }, hash = "sha256" }) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
}

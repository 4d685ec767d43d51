// A client of the WebSocket protocol that knows nothing but the protocol.

import assert from "node:assert/strict";

/** Milliseconds after which something that has to come will not. */
const PATIENCE_MS = 20_000;

/**
 * What a client speaks through.
 * @typedef {{ send(message: string | Uint8Array): void, close(code?: number, reason?: string): void, onMessage(listener: (text: string) => void): void,
 *   onClose(listener: (code: number, reason: string) => void): void }} Wire
 */

export class Client {
  /** Everything that came, in order. */
  messages = [];
  /** The first message. */
  hello;
  /** What the messages make of the panel's state, and the version of the last of them. */
  state;
  version;
  #wire;
  #waiting = new Set();
  #next = 1;

  /** Whether it listens to both topics that have versions. */
  hearsAll;

  /**
   * @param {Wire} wire
   * @param {{ topics?: string, since?: number, state?: object }} how what it asks for, and the state that it has from before
   */
  constructor(wire, { topics, since, state } = {}) {
    this.#wire = wire;
    this.hearsAll = topics === undefined || (topics.includes("state") && topics.includes("events"));
    this.version = since;
    this.state = state ? { ...state } : {};
    this.closed = new Promise((resolve) => wire.onClose((code, reason) => resolve({ code, reason })));
    this.closed.then((how) => {
      for (const { reject } of this.#waiting) reject(new Error(`closed with ${how.code} ${how.reason}`));
    });
    wire.onMessage((text) => this.#hear(text));
  }

  #hear(text) {
    const message = JSON.parse(text);
    this.messages.push(message);
    if (message.type === "CONNECTED") {
      this.hello = message;
      // One that resumes goes on from the version that it said.
      if (!message.resumed) [this.state, this.version] = [message.state, message.version];
    } else if (message.type === "PATCH") {
      for (const { key, value, operation } of message.mutations) {
        if (operation === "set") this.state[key] = value;
        else delete this.state[key];
      }
    }
    if (message.type === "PATCH" || message.type === "EVENT") {
      // Of those who listen to one topic only, versions have gaps.
      assert.ok(message.version > this.version, `version ${message.version} after ${this.version}`);
      if (this.hearsAll) assert.equal(message.version, this.version + 1, "a message was lost");
      this.version = message.version;
    }
    for (const waiting of [...this.#waiting]) {
      if (!waiting.holds(message)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(message);
    }
  }

  /** Sends a message, or a text or bytes as they are. */
  send(message) {
    this.#wire.send(typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message));
  }

  /** The first message, of those that came or come, for which this holds. */
  heard(holds, what = holds.toString()) {
    const found = this.messages.find(holds);
    return found ? Promise.resolve(found) : this.#coming(holds, what);
  }

  /** The next message that comes for which this holds. */
  #coming(holds, what) {
    return new Promise((resolve, reject) => {
      const waiting = { holds, resolve, reject };
      this.#waiting.add(waiting);
      this.closed.then(() => this.#waiting.has(waiting) && reject(new Error(`closed before: ${what}`)));
      setTimeout(() => {
        if (this.#waiting.delete(waiting)) reject(new Error(`never came: ${what}; last: ${JSON.stringify(this.messages.slice(-3))}`));
      }, PATIENCE_MS).unref();
    });
  }

  /** Sends a message with a name of its own, and answers what comes back under it at last. */
  async ask(message) {
    const requestId = message.requestId ?? `r${this.#next++}`;
    const answer = this.#coming(
      (one) => one.requestId === requestId && ["RESULT", "ERROR", "PONG"].includes(one.type),
      `an answer to ${JSON.stringify(message).slice(0, 200)}`,
    );
    this.send({ ...message, requestId });
    return answer;
  }

  /** Sends a message, and answers the next that comes. */
  answerTo(message) {
    const answer = this.#coming(() => true, `an answer to ${message}`);
    this.send(message);
    return answer;
  }

  /** Runs a tool, and answers the message that ends it. */
  trigger(tool, args, more = {}) {
    return this.ask({ type: "TRIGGER", tool, ...(args && { args }), ...more });
  }

  /** Waits until everything that was sent before has been read by the server, and everything that it answered then has come. */
  async settle() {
    const { type } = await this.ask({ type: "PING" });
    assert.equal(type, "PONG");
  }

  /** Waits until it has seen this version. */
  async reaches(version) {
    if (this.version < version) await this.#coming((message) => message.version >= version, `version ${version}`);
  }

  /** All messages of a type. */
  of(type) {
    return this.messages.filter((message) => message.type === type);
  }

  close(code, reason) {
    this.#wire.close(code, reason);
  }

  /** The wire, for what no client does. */
  get wire() {
    return this.#wire;
  }
}

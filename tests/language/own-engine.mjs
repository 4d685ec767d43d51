// Runs a case on the engine of this Node, each in a realm of its own.

import { createContext, Script } from "node:vm";
import { textOf } from "./outcome.mjs";

// As in a handler.
process.env.TZ = "UTC";

/**
 * What becomes of a handler's source here, as text.
 * @param {string} source
 */
export async function runHere(source) {
  let script;
  try {
    script = new Script(`(async function handler(){"use strict";${source}\n})`, { filename: "handler.js" });
  } catch (error) {
    return `SyntaxError at ${/^handler\.js:(\d+)/.exec(error.stack)?.[1]}`;
  }
  try {
    return textOf(await script.runInContext(createContext(Object.create(null)))());
  } catch (error) {
    return `throws ${error?.name}`;
  }
}

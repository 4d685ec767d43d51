// A handler as a function, with the globals of a handler made of JavaScript: for engines that bring none.
//
// Given, state and answers come in as one JSON text each, and all that the handler did goes out as one: crossing the border of an
// engine is what costs, and nobody would find fewer crossings. The globals do less than the kernel's: no capability is checked, nothing
// is counted or frozen, and changes inside a value of the state are not recorded.

/**
 * An expression for a function `(input, ask, host)` that answers a promise of the outcome as JSON (`Outcome` in race.mjs).
 * @param source the body of an async function
 */
export const wrap = (source) => `(async ($input, $ask, $host) => {
"use strict";
const { state, args: $args } = JSON.parse($input);
const stateMutations = [], events = [], logs = [];
const $state = new Proxy(state, {
  set(target, key, value) { target[key] = value; stateMutations.push({ key, value, operation: "set" }); return true; },
});
const $emit = (name, payload) => void events.push({ name, payload });
const $log = (message) => void logs.push({ level: "info", message });
const method = (name) => (...args) => $ask(name, JSON.stringify(args)).then((answer) => JSON.parse(answer));
const $ext = { stock: { levels: method("stock.levels") }, echo: { back: method("echo.back") } };
const returnValue = await (async () => {
${source}
})();
return JSON.stringify({ returnValue, stateMutations, events, logs });
})`;

/** What a wrapped handler takes as `input`. */
export const input = ({ state = {}, args = {} }) => JSON.stringify({ state, args });

/**
 * Answers a call of a wrapped handler.
 * @param extensions by name
 * @param {string} name of the extension and its method
 * @param {string} args JSON
 * @returns {Promise<string>} JSON
 */
export async function answer(extensions, name, args) {
  const [extension, method] = name.split(".");
  return JSON.stringify(await extensions[extension][method](...JSON.parse(args)));
}

// The built-in extension `http`, as its options: what it does is in the kernel module.

import { invalidArgument } from "./errors.js";

/** Options of {@link httpExtension}. */
export interface HttpOptions {
  /**
   * Hosts that may be asked: a name, or `*.` and a name for all below it, with a port where it is not the default one. `["*"]`
   * allows every public host; empty, the default, none.
   */
  readonly allowedDomains?: readonly string[] | undefined;
  /** Requests under way at once. Default 10. */
  readonly maxConcurrent?: number | undefined;
  /** Requests that wait for one of these to end. Default 100. */
  readonly maxQueue?: number | undefined;
  /** Milliseconds a request may take, time in the queue and the body included. Default 30 000. */
  readonly defaultTimeout?: number | undefined;
  /** Bytes of a response's body. Default 10 MiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Redirects followed for one request. Default 5. */
  readonly maxRedirects?: number | undefined;
  /** Lets `allowedDomains` name hosts that are not public: `localhost`, addresses, names without a dot. */
  readonly allowPrivateNetworks?: boolean | undefined;
  /** The header `user-agent`, unless a request sets one. Pages send their own. */
  readonly userAgent?: string | undefined;
  /** Used instead of the platform's. */
  readonly fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** An extension that is built into the kernel. */
export interface BuiltInExtension {
  readonly name: string;
  readonly methods: readonly string[];
}

type Rule = readonly [expected: string, holds: (value: unknown) => boolean];

const wholeFrom = (least: number): Rule => [
  `a whole number from ${least} on`,
  // Timers and buffers take no more than 31 bits.
  (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= 0x7fff_ffff,
];

const RULES: Readonly<Record<keyof HttpOptions, Rule>> = {
  allowedDomains: ["an array of hosts", (value) => Array.isArray(value) && value.every(isDomain)],
  maxConcurrent: wholeFrom(1),
  maxQueue: wholeFrom(0),
  defaultTimeout: wholeFrom(1),
  maxResponseBytes: wholeFrom(1),
  maxRedirects: wholeFrom(0),
  allowPrivateNetworks: ["true or false", (value) => typeof value === "boolean"],
  userAgent: ["the text of a header", (value) => typeof value === "string" && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)],
  fetch: ["a function", (value) => typeof value === "function"],
};

/** What can be no host is refused here; the kernel module, which parses names as URLs do, has the last word. */
function isDomain(value: unknown): boolean {
  return typeof value === "string" && /^(?:\*|(?:\*\.)?(?:\[[0-9a-fA-F:.]+\]|[^\s/@?#*:[\]\\]+)(?::\d{1,5})?)$/.test(value);
}

/** What {@link httpExtension} made, and from what. */
const options = new WeakMap<object, HttpOptions>();

/**
 * The extension `http`: requests to the hosts that `allowedDomains` names.
 *
 * Methods: `get(url, options?)`, `delete`, `head`, `options` alike; `post(url, body?, options?)`, `put`, `patch` alike;
 * `request({ method, url, headers, body, timeout })`. Each answers `{ status, statusText, headers, data, ok }`. Tokens may carry
 * the caveats `host` and `method`: `ext:http?host=api.example.com&method=GET`.
 *
 * In a page, redirects are refused: a page is not told where they lead.
 *
 * @throws NexusError `INVALID_ARGUMENT` naming the option that does not exist or has no such value
 */
export function httpExtension(given: HttpOptions = {}): BuiltInExtension {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalidArgument("the options of httpExtension have to be an object");
  }
  const taken: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(RULES, name)) {
      throw invalidArgument(`httpExtension has no option ${JSON.stringify(name)}; it has ${Object.keys(RULES).join(", ")}`);
    }
    if (value === undefined) continue;
    const [expected, holds] = RULES[name as keyof HttpOptions];
    if (!holds(value)) throw invalidArgument(`httpExtension: ${name} has to be ${expected}, not ${describe(value)}`);
    taken[name] = Array.isArray(value) ? [...value] : value;
  }
  const methods = Object.freeze(["get", "post", "put", "patch", "delete", "head", "options", "request"]);
  const extension = Object.freeze({ name: "http", methods });
  options.set(extension, taken);
  return extension;
}

/** The options that `extension` was made with, if {@link httpExtension} made it. */
export function httpOptionsOf(extension: unknown): HttpOptions | undefined {
  return typeof extension === "object" && extension !== null ? options.get(extension) : undefined;
}

function describe(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}

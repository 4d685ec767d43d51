// The built-in extension `http`, as its options: what it does is in the kernel module.

import { FLAG, FUNCTION, builtIn, checked, wholeFrom, type BuiltInExtension, type Rule } from "./built-in.js";

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

const RULES: Readonly<Record<keyof HttpOptions, Rule>> = {
  allowedDomains: ["an array of hosts", (value) => Array.isArray(value) && value.every(isDomain)],
  maxConcurrent: wholeFrom(1),
  maxQueue: wholeFrom(0),
  defaultTimeout: wholeFrom(1),
  maxResponseBytes: wholeFrom(1),
  maxRedirects: wholeFrom(0),
  allowPrivateNetworks: FLAG,
  userAgent: ["the text of a header", (value) => typeof value === "string" && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)],
  fetch: FUNCTION,
};

/** What can be no host is refused here; the kernel module, which parses names as URLs do, has the last word. */
function isDomain(value: unknown): boolean {
  return typeof value === "string" && /^(?:\*|(?:\*\.)?(?:\[[0-9a-fA-F:.]+\]|[^\s/@?#*:[\]\\]+)(?::\d{1,5})?)$/.test(value);
}

const METHODS = ["get", "post", "put", "patch", "delete", "head", "options", "request"];

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
  const { fetch, ...options } = checked<HttpOptions>("httpExtension", given, RULES);
  return builtIn("http", METHODS, (kernel, { publicFetch }) => {
    kernel.registerHttp(options, fetch ?? (options.allowPrivateNetworks ? undefined : publicFetch));
  });
}

// The built-in extension `auth`, as its options: what it does is in the kernel module.

import { FLAG, FUNCTION, SECRET, TEXT, builtIn, checked, wholeFrom, type BuiltInExtension, type Rule } from "./built-in.js";
import type { ExtensionCallContext } from "./types.js";

/** Options of {@link authExtension}. */
export interface AuthOptions {
  /** The OpenID provider, exactly as its discovery document names it. `https`. */
  readonly issuer: string;
  /** What the provider knows you by. */
  readonly clientId: string;
  /** What proves it, where you can keep a secret: not in a page. */
  readonly clientSecret?: string | undefined;
  /** Scopes, separated by blanks. Default `openid profile`. */
  readonly scope?: string | undefined;
  /** Where the provider sends the user back to. Goes with `authorize`. */
  readonly redirectUri?: string | undefined;
  /**
   * Shows the user `url`, and answers the URL at which the provider sends them back: a popup in a page, a redirect that your server
   * waits for. State, nonce and the verifier of PKCE are seen to.
   */
  readonly authorize?: ((url: string, context: ExtensionCallContext) => string | Promise<string>) | undefined;
  /** Lets handlers log in with a user's name and password, which they then see. Default `false`. */
  readonly allowPassword?: boolean | undefined;
  /** Lets the issuer be `http` on this machine, for tests and development. Default `false`. */
  readonly allowLoopback?: boolean | undefined;
  /** Milliseconds that one exchange with the provider may take. Default 10 000. */
  readonly timeout?: number | undefined;
  /** Bytes of an answer of the provider. Default 256 KiB. */
  readonly maxResponseBytes?: number | undefined;
  /** Used instead of the platform's. */
  readonly fetch?: ((input: string, init: RequestInit) => Promise<Response>) | undefined;
}

const RULES: Readonly<Record<keyof AuthOptions, Rule>> = {
  issuer: TEXT,
  clientId: TEXT,
  clientSecret: SECRET,
  scope: TEXT,
  redirectUri: ["a URL", (value) => typeof value === "string" && /^[a-z][a-z\d+.-]*:/i.test(value)],
  authorize: FUNCTION,
  allowPassword: FLAG,
  allowLoopback: FLAG,
  timeout: wholeFrom(1),
  maxResponseBytes: wholeFrom(1),
  fetch: FUNCTION,
};

/**
 * The extension `auth`: sessions with an OpenID provider, whose tokens no handler ever sees.
 *
 * Methods: `login()` or `login({ username, password })` answers the claims about the user, `whoami()` these or `null`, `logout()`
 * whether somebody was logged in. Each panel has a session of its own for each actor; runs without a panel have one together.
 *
 * @throws NexusError `INVALID_ARGUMENT` naming the option that does not exist, is missing or has no such value
 */
export function authExtension(given: AuthOptions): BuiltInExtension {
  const { authorize, fetch, ...options } = checked<AuthOptions>("authExtension", given, RULES, ["issuer", "clientId"]);
  const authorizeText =
    authorize && (async (url: string, _: unknown, context: ExtensionCallContext) => String(await authorize(url, context)));
  return builtIn("auth", ["login", "logout", "whoami"], (kernel) => kernel.registerAuth(options, authorizeText, fetch));
}

// The fields of the configuration: one table for reading, for checking and for the documentation.

/** A field of the configuration. */
export interface ConfigField {
  /** Where it stands: `server.httpPort`. */
  readonly path: string;
  /** Its name in the environment. */
  readonly env: string;
  /** What it has to be, as messages say it. */
  readonly expected: string;
  /** What it is when nothing is said; absent: it is not there then. */
  readonly default?: string | number | boolean | readonly string[] | undefined;
  /** One in the environment stands for so many in the field: `MEMORY_LIMIT_MB`. */
  readonly envUnit?: number | undefined;
  /** Never printed. */
  readonly secret?: boolean | undefined;
  readonly doc: string;
}

/** A field with how it is read: each answers `undefined` for what it cannot be. */
export interface ReadableField extends ConfigField {
  /** From a value of JSON or of code. */
  readonly value: (given: unknown) => unknown;
  /** From the text of a variable. */
  readonly text: (given: string) => unknown;
}

type Kind = Pick<ReadableField, "expected" | "value" | "text" | "envUnit">;

const MIB = 1024 * 1024;
/** What timers and buffers take. */
const MOST = 0x7fff_ffff;

/** A number as people write whole ones: no sign, no fraction, no exponent, no leading zero. */
function decimal(given: string): number | undefined {
  return /^(?:0|[1-9]\d{0,15})$/.test(given) ? Number(given) : undefined;
}

function whole(least: number, most: number, envUnit?: number): Kind {
  const value = (given: unknown) =>
    typeof given === "number" && Number.isInteger(given) && given >= least && given <= most ? given : undefined;
  const text = (given: string) => {
    const number = decimal(given);
    return number === undefined ? undefined : value(number * (envUnit ?? 1));
  };
  return { expected: `a whole number from ${least} to ${most}`, value, text, envUnit };
}

const flag: Kind = {
  expected: "true or false",
  value: (given) => (typeof given === "boolean" ? given : undefined),
  text: (given) => (given === "true" ? true : given === "false" ? false : undefined),
};

function oneOf(...words: string[]): Kind {
  const value = (given: unknown) => (words.includes(given as string) ? given : undefined);
  return { expected: `one of ${words.join(", ")}`, value, text: value };
}

function text(expected = "a text that is not empty", holds = /^[^\s](?:[^]*[^\s])?$/): Kind {
  const value = (given: unknown) => (typeof given === "string" && holds.test(given) ? given : undefined);
  return { expected, value, text: value };
}

/** RFC 7518 wants as many bytes as the hash has. */
const HS256_BYTES = 32;

function secretOf(bytes: number): Kind {
  const isText = text().value;
  const value = (given: unknown) => (new TextEncoder().encode(isText(given) as string | undefined).length >= bytes ? given : undefined);
  return { expected: `a text of at least ${bytes} bytes`, value, text: value };
}

function list(what: string, holds: RegExp): Kind {
  const value = (given: unknown) =>
    Array.isArray(given) && given.every((item) => typeof item === "string" && holds.test(item)) ? Object.freeze([...given]) : undefined;
  return {
    expected: `a list of ${what}`,
    value,
    text: (given) => value(given.split(",").map((item) => item.trim())),
  };
}

/** A size: bytes, or a text like `512kb` and `1mb`. */
function bytes(least: number, most: number): Kind {
  const units: Record<string, number> = { "": 1, b: 1, kb: 1024, mb: MIB };
  const inRange = whole(least, most).value;
  const read = (given: string) => {
    const [, number, unit] = /^(0|[1-9]\d{0,9})(b|kb|mb|)$/i.exec(given) ?? [];
    return number === undefined ? undefined : inRange(Number(number) * units[(unit ?? "").toLowerCase()]!);
  };
  return {
    expected: `a size from ${least} to ${most} bytes: a number of them, or a text like "512kb" or "1mb"`,
    value: (given) => (typeof given === "string" ? read(given) : inRange(given)),
    text: read,
  };
}

/** `*`, or a scheme and a host with nothing behind them. */
const ORIGIN = /^(?:\*|[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*,]+)$/i;
/** As `httpExtension` reads it. */
const DOMAIN = /^(?:\*|(?:\*\.)?(?:\[[0-9a-fA-F:.]+\]|[^\s/@?#*:[\]\\,]+)(?::\d{1,5})?)$/;
/** What a header can hold. */
const HEADER = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

type Rest = Pick<ConfigField, "default" | "secret">;

function field(path: string, env: string, kind: Kind, doc: string, rest: Rest = {}): ReadableField {
  return Object.freeze({ path, env, ...kind, doc, ...rest });
}

export const FIELDS: readonly ReadableField[] = Object.freeze([
  field("server.httpPort", "HTTP_PORT", whole(1, 65_535), "The port that the server listens on, WebSockets included.", { default: 3000 }),
  field("server.host", "HOST", text("a host name or an address", /^[^\s/:]+$|^[0-9a-fA-F:.]+$/), "The address that it listens on.", {
    // 0.0.0.0 would be a door that somebody opened without asking for it.
    default: "127.0.0.1",
  }),
  field(
    "server.authEnabled",
    "AUTH_ENABLED",
    flag,
    "true: who asks needs a token; false: everybody is served. Absent: a token is needed if there is a secret or a public key; if not, this machine alone is served.",
  ),
  field("server.jwtSecret", "JWT_SECRET", secretOf(HS256_BYTES), "The secret that tokens are signed with (HS256).", { secret: true }),
  field("server.jwtPublicKey", "JWT_PUBLIC_KEY", text(undefined, /\S/), "The key that signatures of tokens are checked with (EdDSA): PEM, or the 32 bytes as base64url."),
  field("server.jwtAudience", "JWT_AUDIENCE", text(), "Whom tokens are meant for: their `aud` has to name it. Absent: tokens that name nobody."),
  field(
    "server.corsOrigins",
    "CORS_ORIGINS",
    list("origins (https://app.example.org) or *", ORIGIN),
    "Origins of pages that may ask. Empty: the server's own, and on this machine pages of this machine.",
    { default: Object.freeze([]) },
  ),
  field("server.bodyLimit", "BODY_LIMIT", bytes(1, 64 * MIB), "Bytes of a request's body.", { default: MIB }),
  field("runtime.executor", "EXECUTOR", oneOf("inline", "worker"), "Where handlers run.", { default: "inline" }),
  field("runtime.maxInstances", "MAX_INSTANCES", whole(1, 1000), "Instances of the sandbox at most.", { default: 10 }),
  field("runtime.minInstances", "MIN_INSTANCES", whole(0, 1000), "Of these, made ahead of the first run.", { default: 1 }),
  field("runtime.memoryLimitBytes", "MEMORY_LIMIT_MB", whole(8 * MIB, 4096 * MIB, MIB), "Bytes of memory of a run.", { default: 32 * MIB }),
  field("runtime.timeoutMs", "TIMEOUT_MS", whole(1, MOST), "Milliseconds that a run may compute.", { default: 5000 }),
  field("runtime.fuel", "FUEL", whole(1, Number.MAX_SAFE_INTEGER), "Units of fuel of a run.", { default: 1_000_000_000 }),
  field("runtime.maxHostCalls", "MAX_HOST_CALLS", whole(0, MOST), "Calls of host functions in a run.", { default: 10_000 }),
  field("runtime.maxCacheSizeBytes", "MAX_CACHE_SIZE_BYTES", whole(0, MOST), "Bytes of compiled handlers that are kept.", {
    default: 64 * MIB,
  }),
  field("runtime.suspensionTimeoutMs", "SUSPENSION_TIMEOUT_MS", whole(1, MOST), "Milliseconds that a call of an extension may take.", {
    default: 60_000,
  }),
  field("runtime.parkingKey", "PARKING_KEY", text(), "The secret by which parked runs are known to be one's own.", { secret: true }),
  field("extensions.http.maxConcurrent", "HTTP_MAX_CONCURRENT", whole(1, MOST), "Requests under way at once.", { default: 10 }),
  field("extensions.http.maxQueue", "HTTP_MAX_QUEUE", whole(0, MOST), "Requests that wait for one of these to end.", { default: 100 }),
  field("extensions.http.defaultTimeout", "HTTP_TIMEOUT", whole(1, MOST), "Milliseconds that a request may take.", { default: 30_000 }),
  field("extensions.http.userAgent", "HTTP_USER_AGENT", text("the text of a header", HEADER), "What requests say that they come from.", {
    default: "Nexus-Runtime/1.0",
  }),
  field("extensions.http.allowedDomains", "HTTP_ALLOWED_DOMAINS", list("hosts", DOMAIN), "Hosts that may be asked; empty: none.", {
    default: Object.freeze([]),
  }),
  field("logging.level", "LOG_LEVEL", oneOf("debug", "info", "warn", "error", "silent"), "The least that is logged.", { default: "info" }),
  field("logging.pretty", "LOG_PRETTY", flag, "Lines for people instead of JSON.", { default: false }),
  field("audit.capacity", "AUDIT_CAPACITY", whole(0, 1_000_000), "Entries of the audit log that are kept; 0: nothing is recorded.", {
    default: 10_000,
  }),
]);

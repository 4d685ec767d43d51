// One typed configuration, from defaults, JSON text, the environment and code.

import { FIELDS, type ConfigField, type ReadableField } from "./config-fields.js";
import { NexusError } from "./errors.js";
import type { HttpOptions } from "./http.js";
import type { KernelOptions } from "./types.js";

export type { ConfigField } from "./config-fields.js";

/** Every field of the configuration: what `docs/configuration.md` lists. */
export const CONFIG_FIELDS: readonly ConfigField[] = FIELDS;

/** What {@link loadConfig} answers: frozen, and printed without its secrets. */
export interface Config {
  readonly server: {
    readonly httpPort: number;
    readonly host: string;
    readonly authEnabled?: boolean;
    readonly jwtSecret?: string;
    readonly jwtPublicKey?: string;
    readonly jwtAudience?: string;
    readonly corsOrigins: readonly string[];
    /** Bytes. */
    readonly bodyLimit: number;
  };
  /** For `createKernel`; `auth` and `api` are what `server` says. */
  readonly kernel: Pick<KernelOptions, "limits" | "pool" | "cache" | "executor" | "audit" | "logger" | "parkingKey" | "auth" | "api">;
  readonly extensions: {
    /** For `httpExtension`. */
    readonly http: HttpOptions;
  };
}

/** The shape of the JSON text and of overrides; whatever is left out keeps what comes before. */
export interface ConfigInput {
  readonly server?: {
    readonly httpPort?: number | undefined;
    readonly host?: string | undefined;
    readonly authEnabled?: boolean | undefined;
    readonly jwtSecret?: string | undefined;
    readonly jwtPublicKey?: string | undefined;
    readonly jwtAudience?: string | undefined;
    readonly corsOrigins?: readonly string[] | undefined;
    readonly bodyLimit?: number | string | undefined;
  };
  readonly runtime?: {
    readonly executor?: "inline" | "worker" | undefined;
    readonly maxInstances?: number | undefined;
    readonly minInstances?: number | undefined;
    readonly memoryLimitBytes?: number | undefined;
    readonly timeoutMs?: number | undefined;
    readonly fuel?: number | undefined;
    readonly maxHostCalls?: number | undefined;
    readonly maxCacheSizeBytes?: number | undefined;
    readonly suspensionTimeoutMs?: number | undefined;
    readonly parkingKey?: string | undefined;
  };
  readonly extensions?: {
    readonly http?: {
      readonly maxConcurrent?: number | undefined;
      readonly maxQueue?: number | undefined;
      readonly defaultTimeout?: number | undefined;
      readonly userAgent?: string | undefined;
      readonly allowedDomains?: readonly string[] | undefined;
    };
  };
  readonly logging?: {
    readonly level?: "debug" | "info" | "warn" | "error" | "silent" | undefined;
    readonly pretty?: boolean | undefined;
  };
  readonly audit?: { readonly capacity?: number | undefined };
}

/** Where {@link loadConfig} looks, each before the next: what comes later wins. Lists replace lists. */
export interface ConfigSources {
  /** JSON text. */
  readonly json?: string | undefined;
  /** `process.env`, or what a Worker is given. Variables of other names are passed over. */
  readonly env?: Readonly<Record<string, unknown>> | undefined;
  readonly overrides?: ConfigInput | undefined;
}

/** Something wrong with a configuration. */
export interface ConfigProblem {
  /** Which field: `server.httpPort`; empty where the source itself is wrong. */
  readonly field: string;
  /** Where it was said: `json`, `env HTTP_PORT` or `overrides`. */
  readonly source: string;
  readonly message: string;
}

/**
 * Reads the configuration, and checks all of it.
 * @throws NexusError `INVALID_ARGUMENT` that tells every problem at once; `context.problems` holds them as {@link ConfigProblem}
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const problems: ConfigProblem[] = [];
  const values = new Map<string, Given>(FIELDS.map((field) => [field.path, { value: field.default, source: "default" }]));
  const known: readonly string[] = ["json", "env", "overrides"];
  for (const name of Object.keys(sources)) {
    if (!known.includes(name)) problems.push({ field: "", source: name, message: `there is no such source${meant(name, known)}` });
  }
  if (sources.json !== undefined) readObject(parse(sources.json, problems), "json", values, problems);
  if (sources.env !== undefined) readEnvironment(sources.env, values, problems);
  if (sources.overrides !== undefined) readObject(sources.overrides, "overrides", values, problems);
  checkTogether(values, problems);
  if (problems.length > 0) throw refusal(problems);
  return configOf((path) => values.get(path)?.value);
}

/** A value and where it was said. */
interface Given {
  readonly value: unknown;
  readonly source: string;
}

function refusal(problems: readonly ConfigProblem[]): NexusError {
  const sentences = problems.map(({ field, source, message }) => `${field === "" ? source : `${field} (${source})`}: ${message}`);
  return new NexusError({
    code: "INVALID_ARGUMENT",
    message: `the configuration cannot be used:\n  ${sentences.join("\n  ")}`,
    context: { problems },
  });
}

function parse(json: string, problems: ConfigProblem[]): unknown {
  if (typeof json !== "string") {
    problems.push({ field: "", source: "json", message: "has to be a text; give an object as overrides" });
    return undefined;
  }
  try {
    return JSON.parse(json);
  } catch {
    // Its message may quote the text, and with it a secret.
    problems.push({ field: "", source: "json", message: "is no JSON" });
    return undefined;
  }
}

function readObject(given: unknown, source: string, values: Map<string, Given>, problems: ConfigProblem[]): void {
  if (given === undefined) return;
  const read = (object: unknown, path: string) => {
    if (typeof object !== "object" || object === null || Array.isArray(object)) {
      problems.push({ field: path, source, message: "has to be an object" });
      return;
    }
    const prefix = path === "" ? "" : `${path}.`;
    for (const [name, value] of Object.entries(object)) {
      if (value === undefined) continue;
      const own = `${prefix}${name}`;
      const field = FIELDS.find((field) => field.path === own);
      if (field) take(field, source, value, field.value(value), values, problems);
      else if (FIELDS.some((field) => field.path.startsWith(`${own}.`))) read(value, own);
      else problems.push({ field: own, source, message: `there is no such field${meant(own, FIELDS.map((field) => field.path), prefix)}` });
    }
  };
  read(given, "");
}

function readEnvironment(env: Readonly<Record<string, unknown>>, values: Map<string, Given>, problems: ConfigProblem[]): void {
  if (typeof env !== "object" || env === null) {
    problems.push({ field: "", source: "env", message: "has to be an object" });
    return;
  }
  for (const field of FIELDS) {
    const given = env[field.env];
    if (given === undefined) continue;
    const source = `env ${field.env}`;
    if (given === "") {
      problems.push({ field: field.path, source, message: "is empty; without the variable the default counts" });
      continue;
    }
    // Variables of a Worker may be JSON.
    const unit = field.envUnit ?? 1;
    const read = typeof given === "string" ? field.text(given) : field.value(typeof given === "number" ? given * unit : given);
    take(field, source, given, read, values, problems);
  }
}

function take(
  field: ReadableField,
  source: string,
  given: unknown,
  read: unknown,
  values: Map<string, Given>,
  problems: ConfigProblem[],
): void {
  if (read !== undefined) {
    values.set(field.path, { value: read, source });
    return;
  }
  const unit = source.startsWith("env ") && field.envUnit !== undefined ? ` after it was multiplied by ${field.envUnit}` : "";
  problems.push({ field: field.path, source, message: `has to be ${field.expected}${unit}${field.secret ? "" : `, not ${describe(given)}`}` });
}

/** What fields have to be by one another. */
function checkTogether(values: ReadonlyMap<string, Given>, problems: ConfigProblem[]): void {
  const of = (path: string) => values.get(path)!;
  const wrong = (path: string) => problems.some((problem) => problem.field === path);
  const auth = of("server.authEnabled");
  const keys = ["server.jwtSecret", "server.jwtPublicKey"];
  if (auth.value === true && keys.every((path) => of(path).value === undefined && !wrong(path))) {
    const message = "or server.jwtPublicKey has to be there where server.authEnabled is true";
    problems.push({ field: "server.jwtSecret", source: auth.source, message });
  }
  if (keys.every((path) => of(path).value !== undefined)) {
    const message = "has to be absent where there is server.jwtSecret: tokens are signed in one way";
    problems.push({ field: "server.jwtPublicKey", source: of("server.jwtPublicKey").source, message });
  }
  const [least, most] = [of("runtime.minInstances"), of("runtime.maxInstances")];
  if ((least.value as number) > (most.value as number) && !wrong("runtime.minInstances") && !wrong("runtime.maxInstances")) {
    const source = least.source === "default" ? most.source : least.source;
    const message = `has to be at most runtime.maxInstances, ${String(most.value)}, not ${String(least.value)}`;
    problems.push({ field: "runtime.minInstances", source, message });
  }
}

/** The configuration of values that the table has checked. */
function configOf(value: (path: string) => any): Config {
  const there = (path: string) => (value(path) === undefined ? {} : { [path.slice(path.lastIndexOf(".") + 1)]: value(path) });
  const all = (prefix: string) =>
    Object.assign({}, ...FIELDS.filter((field) => field.path.startsWith(prefix)).map((field) => there(field.path))) as never;
  return guarded({
    server: guarded<Config["server"]>(all("server.")),
    kernel: guarded<Config["kernel"]>({
      executor: value("runtime.executor"),
      limits: Object.freeze({
        timeoutMs: value("runtime.timeoutMs"),
        fuel: value("runtime.fuel"),
        memoryBytes: value("runtime.memoryLimitBytes"),
        maxHostCalls: value("runtime.maxHostCalls"),
        suspensionTimeoutMs: value("runtime.suspensionTimeoutMs"),
      }),
      pool: Object.freeze({ minInstances: value("runtime.minInstances"), maxInstances: value("runtime.maxInstances") }),
      cache: Object.freeze({ bytes: value("runtime.maxCacheSizeBytes") }),
      audit: Object.freeze({ capacity: value("audit.capacity") }),
      logger: Object.freeze({ level: value("logging.level"), pretty: value("logging.pretty") }),
      ...authOf(value),
      api: Object.freeze({
        ...(value("server.corsOrigins").length > 0 && { corsOrigins: value("server.corsOrigins") }),
        bodyLimit: value("server.bodyLimit"),
      }),
      ...there("runtime.parkingKey"),
    }),
    extensions: Object.freeze({ http: Object.freeze(all("extensions.http.")) }),
  });
}

/** The kernel's option `auth`, as the server's fields say it. */
function authOf(value: (path: string) => any): Pick<KernelOptions, "auth"> {
  if (value("server.authEnabled") === false) return { auth: false };
  const [secret, publicKey, audience] = ["jwtSecret", "jwtPublicKey", "jwtAudience"].map((name) => value(`server.${name}`));
  if (secret === undefined && publicKey === undefined) return {};
  return {
    auth: guarded({
      ...(secret !== undefined && { secret }),
      ...(publicKey !== undefined && { publicKey }),
      ...(audience !== undefined && { audience }),
    }),
  };
}

/** Names of what is not printed: those of the fields, and the kernel's for `server.jwtSecret`. */
const SECRETS = new Set(["secret", ...FIELDS.filter((field) => field.secret).map((field) => field.path.slice(field.path.lastIndexOf(".") + 1))]);

/** Frozen, and printed without its secrets. A copy (`{ ...config.kernel }`) has them like any other member. */
function guarded<T extends object>(object: T): T {
  const shown = () => Object.fromEntries(Object.entries(object).map(([name, own]) => [name, SECRETS.has(name) ? "[secret]" : own]));
  Object.defineProperty(object, "toJSON", { value: shown });
  // What Node's console prints by.
  Object.defineProperty(object, Symbol.for("nodejs.util.inspect.custom"), { value: shown });
  return Object.freeze(object);
}

function describe(value: unknown): string {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : (safeJson(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** `; did you mean …?`, if something of what there is comes close, or what there is below `prefix`. */
function meant(given: string, names: readonly string[], prefix = ""): string {
  const word = (name: string) => name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  const close = names
    .map((name) => ({ name, far: Math.min(distance(given.toLowerCase(), name.toLowerCase()), distance(word(given), word(name)) + 0.5) }))
    .sort((a, b) => a.far - b.far)[0];
  if (close && close.far <= Math.max(2, word(given).length / 3)) return `; did you mean ${close.name}?`;
  const here = new Set(names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split(".")[0]));
  return here.size > 0 ? `; there are ${[...here].join(", ")}` : "";
}

/** Levenshtein's: characters to change, add or take. */
function distance(a: string, b: string): number {
  // Nobody means a name by a word that is much longer.
  if (Math.abs(a.length - b.length) > 8) return 9;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

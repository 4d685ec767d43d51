// What the types of audit log, log and configuration promise. Checked by `npm run check`; nothing here runs.

import {
  CONFIG_FIELDS,
  createKernel,
  httpExtension,
  loadConfig,
  verifyAudit,
  type AuditEntry,
  type AuditProblem,
  type Config,
  type ConfigField,
  type LogRecord,
} from "nexus-kernel";
import { verifyAudit as verifySlim } from "nexus-kernel/slim";

/** Compiles if `Actual` is exactly `Expected`. */
type Same<Actual, Expected> =
  (<T>() => T extends Actual ? 1 : 2) extends <T>() => T extends Expected ? 1 : 2 ? true : never;
const same = <Actual, Expected>(_: Same<Actual, Expected>) => {};

const kernel = await createKernel({
  audit: { capacity: 100 },
  logger: { level: "info", pretty: true, color: false, write: (line: string, record: LogRecord) => void [line, record.fields?.["code"]] },
});
await createKernel({ audit: false, logger: {} });
// @ts-expect-error true is no capacity
await createKernel({ audit: true });
// @ts-expect-error no such level
await createKernel({ logger: { level: "loud" } });

const entries = kernel.audit.entries({ since: 1, limit: undefined });
same<typeof entries, AuditEntry[]>(true);
for (const { outcome } of entries) {
  if (outcome.status === "denied") same<typeof outcome.reason, string>(true);
  // @ts-expect-error what was allowed has no reason
  if (outcome.status === "allowed") void outcome.reason;
}
const unsubscribe: () => void = kernel.audit.subscribe((entry) => same<typeof entry, AuditEntry>(true));
void unsubscribe;
const problem: AuditProblem | undefined = verifyAudit(kernel.audit.export()).firstProblem;
void [problem, verifySlim, kernel.audit.stats().lastHash satisfies string, kernel.metrics() satisfies string];

const config = loadConfig({ env: process.env, json: "{}", overrides: { server: { httpPort: 80, bodyLimit: "1mb" } } });
same<typeof config, Config>(true);
await createKernel({ ...config.kernel, extensions: [httpExtension(config.extensions.http)] });
same<typeof config.server.jwtSecret, string | undefined>(true);
const fields: readonly ConfigField[] = CONFIG_FIELDS;
void fields;
// @ts-expect-error there is no such field
loadConfig({ overrides: { server: { htpPort: 80 } } });
// @ts-expect-error it cannot be changed
config.server.httpPort = 1;

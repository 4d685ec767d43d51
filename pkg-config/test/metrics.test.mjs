import assert from "node:assert/strict";
import { test } from "node:test";
import parsePrometheusTextFormat from "parse-prometheus-text-format";
import { extension, kernelFor } from "./harness.mjs";

/** Every family that dashboards are told of. */
const NAMES = {
  nexus_handler_executions_total: "COUNTER",
  nexus_handler_execution_time_us: "GAUGE",
  nexus_handler_execution_duration_seconds: "HISTOGRAM",
  nexus_cache_hit_rate: "GAUGE",
  nexus_wasm_cache_hit_rate: "GAUGE",
  nexus_peak_memory_bytes: "GAUGE",
  nexus_host_calls_total: "COUNTER",
  nexus_errors_total: "COUNTER",
  nexus_panel_executions_total: "COUNTER",
  nexus_panel_execution_duration_seconds: "HISTOGRAM",
  nexus_runs: "GAUGE",
  nexus_queued_runs: "GAUGE",
  nexus_instances: "GAUGE",
  nexus_memory_bytes: "GAUGE",
};

test("the text is what a parser of Prometheus reads, with every name and the counts", async () => {
  const kernel = await kernelFor({ extensions: [extension("slow", { never: () => new Promise(() => {}) })] });
  kernel.hostFunctions.register({ name: 'odd "name"\\\n', call: () => 1 });
  const odd = '$host["odd \\"name\\"\\\\\\n"]()';
  await kernel.run(`for (let i = 0; i < 7; i++) ${odd}; $state.n`, { capabilities: ["host:*", "state:read:n"] });
  await kernel.run("while (true);", { limits: { fuel: 100_000 } });
  await kernel.run("throw new Error('x')");
  await kernel.run("throw new Error('x')");
  await kernel.execute("await $ext.slow.never()", { capabilities: ["ext:slow"] });
  const text = kernel.metrics();
  const families = Object.fromEntries(parsePrometheusTextFormat(text).map((family) => [family.name, family]));
  for (const [name, type] of Object.entries(NAMES)) {
    assert.ok(text.includes(`# TYPE ${name} ${type.toLowerCase()}\n`) && text.includes(`# HELP ${name} `), name);
  }
  const value = (name, labels = {}) => {
    const found = families[name].metrics.filter((metric) => Object.entries(labels).every(([label, own]) => metric.labels[label] === own));
    assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}`);
    return Number(found[0].value);
  };
  assert.equal(value("nexus_handler_executions_total", { status: "success" }), 1);
  assert.equal(value("nexus_handler_executions_total", { status: "error" }), 3);
  assert.equal(value("nexus_errors_total", { code: "TIMEOUT" }), 1);
  assert.equal(value("nexus_errors_total", { code: "EXECUTION_ERROR" }), 2);
  assert.equal(value("nexus_host_calls_total", { function: "state.get" }), 1);
  assert.ok(text.includes('\nnexus_host_calls_total{function="odd \\"name\\"\\\\\\n"} 7\n'), text);
  assert.equal(value("nexus_runs", { state: "suspended" }), 1);
  assert.ok(value("nexus_peak_memory_bytes") > 0 && value("nexus_memory_bytes") > 1e6);
  assert.match(text, /\nnexus_handler_execution_time_us \d+\.\d\d\n/);
  assert.match(text, /\nnexus_cache_hit_rate 0\.\d{4}\n/);
  const histogram = families.nexus_handler_execution_duration_seconds.metrics[0];
  assert.equal(Number(histogram.count), 4);
  assert.equal(Number(histogram.buckets["+Inf"]), 4);
  const bounds = Object.keys(histogram.buckets).sort((a, b) => parseFloat(a.replace("+Inf", "Infinity")) - parseFloat(b.replace("+Inf", "Infinity")));
  const buckets = bounds.map((bound) => Number(histogram.buckets[bound]));
  assert.deepEqual(buckets, buckets.toSorted((a, b) => a - b));
  assert.ok(Number(histogram.sum) > 0);
});

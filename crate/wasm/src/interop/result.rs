//! What the kernel answers, as plain data.

use js_sys::{Array, Object, Reflect};
use nexus_core::{Segment, Value};
use nexus_kernel::{HookFailure, Stats, Unparked};
use wasm_bindgen::prelude::*;

use super::{data_to_js, error_to_js, value_to_js};

/// A segment without what only the run loop needs to know.
#[must_use]
pub fn segment_to_js(mut segment: Segment) -> JsValue {
    segment.aborted.clear();
    data_to_js(&segment)
}

/// `{ runId, suspensions }`.
#[must_use]
pub fn unparked_to_js(unparked: Unparked) -> JsValue {
    data_to_js(&unparked)
}

/// `{ extension, error }` each.
#[must_use]
pub fn failures_to_js(failures: &[HookFailure]) -> JsValue {
    let describe = |failure: &HookFailure| {
        let object = Object::new();
        let _ = Reflect::set(&object, &"extension".into(), &failure.extension.as_str().into());
        let _ = Reflect::set(&object, &"error".into(), &error_to_js(&failure.error));
        object
    };
    failures.iter().map(describe).collect::<Array>().into()
}

/// Numbers about a kernel.
#[must_use]
pub fn stats_to_js(stats: &Stats) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "counts and sizes stay far below 2^53")]
    let count = |number: u64| Value::Number(number as f64);
    value_to_js(&Value::object([
        ("totalExecutions", count(stats.total_executions)),
        ("activeRuns", count(stats.active_runs)),
        ("suspendedRuns", count(stats.suspended_runs)),
        ("activeInstances", count(stats.engine.active_instances)),
        ("availableInstances", count(stats.engine.available_instances)),
        ("queuedRuns", count(stats.engine.queued_runs)),
        ("parkedRuns", count(stats.engine.parked_runs)),
        ("parkedBytes", count(stats.engine.parked_bytes)),
        ("createdInstances", count(stats.engine.created_instances)),
        ("replacedInstances", count(stats.engine.replaced_instances)),
        ("restoredInstances", count(stats.engine.restored_instances)),
        ("cacheEntries", count(stats.engine.cache_entries)),
        ("cacheBytes", count(stats.engine.cache_bytes)),
        ("cacheHits", count(stats.engine.cache_hits)),
        ("cacheMisses", count(stats.engine.cache_misses)),
        ("cacheHitRate", stats.cache_hit_rate.into()),
        ("avgExecutionTimeUs", stats.avg_execution_time_us.into()),
        ("totalMemoryBytes", count(stats.engine.memory_bytes)),
    ]))
}

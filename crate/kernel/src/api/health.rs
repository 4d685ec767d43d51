//! `/health`: whether the kernel is well.

use nexus_core::{Map, Value};

use crate::kernel::Kernel;
use crate::monitor::{MonitorSource, PanelsSource, Runtime};
use crate::panel::event::PanelStatus;

/// The status code and `{ status, reasons, version, uptime, panels, runtime }`. `uptime` is in milliseconds.
pub(super) fn health(kernel: &Kernel, uptime: f64) -> (u16, Value) {
    let stats = kernel.stats();
    let counts = kernel.panels().counts();
    let (panels, runtime) = (PanelsSource::of(kernel).health(), Runtime::of(kernel).health());
    let mut reasons: Vec<String> = panels.reasons.into_iter().chain(runtime.reasons).collect();
    let (code, status) = if kernel.is_closed() {
        reasons = vec!["the kernel is closed".to_owned()];
        (503, "unhealthy")
    } else if reasons.is_empty() {
        (200, "healthy")
    } else {
        (200, "degraded")
    };
    #[expect(clippy::cast_precision_loss, reason = "counts and sizes stay far below 2^53")]
    let number = |count: u64| Value::Number(count as f64);
    let suspended = PanelStatus::Suspended.as_str();
    let of_panels: Map = [
        ("active".to_owned(), number(counts.iter().map(|(_, count)| count).sum())),
        (
            suspended.to_owned(),
            number(counts.iter().filter(|(status, _)| *status == suspended).map(|(_, count)| count).sum()),
        ),
    ]
    .into_iter()
    .collect();
    let body = Value::object([
        ("status", Value::from(status)),
        ("reasons", reasons.into()),
        ("version", env!("CARGO_PKG_VERSION").into()),
        // A clock may be set back.
        ("uptime", uptime.max(0.0).floor().into()),
        ("panels", Value::Object(of_panels)),
        (
            "runtime",
            Value::object([
                ("activeInstances", number(stats.engine.active_instances)),
                ("availableInstances", number(stats.engine.available_instances)),
                ("queuedRuns", number(stats.engine.queued_runs)),
                ("suspendedRuns", number(stats.suspended_runs)),
                ("cacheHitRate", stats.cache_hit_rate.into()),
                ("memoryBytes", number(stats.engine.memory_bytes)),
            ]),
        ),
    ]);
    (code, body)
}

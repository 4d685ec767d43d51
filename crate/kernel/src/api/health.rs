//! `/health`: whether the kernel is well.

use serde::Serialize;

use crate::kernel::Kernel;
use crate::monitor::{MonitorSource, PanelsSource, Runtime};
use crate::panel::event::PanelStatus;

/// How a kernel is.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(super) struct Health {
    /// Whether it is well.
    status: HealthStatus,
    /// Why it is not.
    reasons: Vec<String>,
    /// The kernel's version.
    version: &'static str,
    /// Milliseconds since it was made.
    uptime: f64,
    /// How many panels there are.
    panels: PanelCounts,
    /// What it is made of.
    runtime: RuntimeCounts,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum HealthStatus {
    /// It serves.
    Healthy,
    /// It serves, but not everybody or not everything.
    Degraded,
    /// It is closed.
    Unhealthy,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct PanelCounts {
    /// All of them.
    active: u64,
    /// Those of which runs wait for answers.
    suspended: u64,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct RuntimeCounts {
    /// Instances that run or hold a suspended run.
    active_instances: u64,
    /// Instances that are ready for a run.
    available_instances: u64,
    /// Runs that wait for an instance.
    queued_runs: u64,
    /// Runs that wait for the answers to their calls.
    suspended_runs: u64,
    /// Runs that found their handler compiled, of all; 0 to 1.
    cache_hit_rate: f64,
    /// Bytes of memory over all instances.
    memory_bytes: u64,
}

impl Health {
    /// How `kernel` is, `uptime` milliseconds after it was made.
    pub(super) fn of(kernel: &Kernel, uptime: f64) -> Self {
        let stats = kernel.stats();
        let counts = kernel.panels().counts();
        let (panels, runtime) = (PanelsSource::of(kernel).health(), Runtime::of(kernel).health());
        let mut reasons: Vec<String> = panels.reasons.into_iter().chain(runtime.reasons).collect();
        let status = if kernel.is_closed() {
            reasons = vec!["the kernel is closed".to_owned()];
            HealthStatus::Unhealthy
        } else if reasons.is_empty() {
            HealthStatus::Healthy
        } else {
            HealthStatus::Degraded
        };
        let is_suspended = |status: &str| status == PanelStatus::Suspended.as_str();
        Self {
            status,
            reasons,
            version: env!("CARGO_PKG_VERSION"),
            // A clock may be set back.
            uptime: uptime.max(0.0).floor(),
            panels: PanelCounts {
                active: counts.iter().map(|(_, count)| count).sum(),
                suspended: counts.iter().filter(|(status, _)| is_suspended(status)).map(|(_, count)| count).sum(),
            },
            runtime: RuntimeCounts {
                active_instances: stats.engine.active_instances,
                available_instances: stats.engine.available_instances,
                queued_runs: stats.engine.queued_runs,
                suspended_runs: stats.suspended_runs,
                cache_hit_rate: stats.cache_hit_rate,
                memory_bytes: stats.engine.memory_bytes,
            },
        }
    }

    /// The status code to tell it with.
    pub(super) fn code(&self) -> u16 {
        if self.status == HealthStatus::Unhealthy { 503 } else { 200 }
    }
}

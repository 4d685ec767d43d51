//! Numbers about a kernel.

use std::cell::Cell;

use nexus_core::Value;

use crate::engine::EngineStats;

/// What `stats()` tells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stats {
    /// Runs started since the kernel was made.
    pub total_executions: u64,
    /// Runs that compute or wait for an instance.
    pub active_runs: u64,
    /// Runs that wait for the answers to their calls.
    pub suspended_runs: u64,
    /// The engine's own.
    pub engine: EngineStats,
    /// Runs that found their handler compiled, of all; 0 to 1.
    pub cache_hit_rate: f64,
    /// Microseconds that a run computed on average, over all its segments.
    pub avg_execution_time_us: f64,
}

impl Stats {
    /// The numbers by the names that JavaScript has for them.
    #[must_use]
    pub fn to_value(&self) -> Value {
        #[expect(clippy::cast_precision_loss, reason = "counts and sizes stay far below 2^53")]
        let count = |number: u64| Value::Number(number as f64);
        Value::object([
            ("totalExecutions", count(self.total_executions)),
            ("activeRuns", count(self.active_runs)),
            ("suspendedRuns", count(self.suspended_runs)),
            ("activeInstances", count(self.engine.active_instances)),
            ("availableInstances", count(self.engine.available_instances)),
            ("queuedRuns", count(self.engine.queued_runs)),
            ("parkedRuns", count(self.engine.parked_runs)),
            ("parkedBytes", count(self.engine.parked_bytes)),
            ("createdInstances", count(self.engine.created_instances)),
            ("replacedInstances", count(self.engine.replaced_instances)),
            ("restoredInstances", count(self.engine.restored_instances)),
            ("cacheEntries", count(self.engine.cache_entries)),
            ("cacheBytes", count(self.engine.cache_bytes)),
            ("cacheHits", count(self.engine.cache_hits)),
            ("cacheMisses", count(self.engine.cache_misses)),
            ("cacheHitRate", self.cache_hit_rate.into()),
            ("avgExecutionTimeUs", self.avg_execution_time_us.into()),
            ("totalMemoryBytes", count(self.engine.memory_bytes)),
        ])
    }
}

/// Counts as runs come and go.
#[derive(Default)]
pub(crate) struct Counters {
    started: Cell<u64>,
    open: Cell<u64>,
    computing: Cell<u64>,
    computed_us: Cell<u64>,
}

fn add(cell: &Cell<u64>, amount: u64) {
    cell.set(cell.get() + amount);
}

/// One more in a count for as long as it lives.
pub(crate) struct Counted<'a>(&'a Cell<u64>);

impl<'a> Counted<'a> {
    pub(crate) fn one_more(count: &'a Cell<u64>) -> Self {
        add(count, 1);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl Counters {
    pub(crate) fn run_started(&self) {
        add(&self.started, 1);
        add(&self.open, 1);
    }

    pub(crate) fn run_ended(&self) {
        self.open.set(self.open.get() - 1);
    }

    pub(crate) fn computing(&self) -> Counted<'_> {
        Counted::one_more(&self.computing)
    }

    pub(crate) fn computed(&self, microseconds: u64) {
        add(&self.computed_us, microseconds);
    }

    #[expect(clippy::cast_precision_loss, reason = "averages")]
    pub(crate) fn stats(&self, engine: EngineStats) -> Stats {
        let rate = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        Stats {
            total_executions: self.started.get(),
            active_runs: self.computing.get(),
            suspended_runs: self.open.get().saturating_sub(self.computing.get()),
            cache_hit_rate: rate(engine.cache_hits, engine.cache_hits + engine.cache_misses),
            avg_execution_time_us: rate(self.computed_us.get(), self.started.get()),
            engine,
        }
    }
}

//! Numbers about a kernel.

use std::cell::Cell;

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
    /// Instances that run or hold a suspended run.
    pub active_instances: u64,
    /// Instances that are ready for a run.
    pub available_instances: u64,
    /// Runs that wait for an instance; they count as active.
    pub queued_runs: u64,
    /// Instances made since the kernel was.
    pub created_instances: u64,
    /// Of these, instances that were given up because of what a run left them in: a trap that nothing explains, much
    /// memory, no answer.
    pub replaced_instances: u64,
    /// Times that an instance was brought back to an image instead of made anew.
    pub restored_instances: u64,
    /// Compiled handlers that are kept in memory.
    pub cache_entries: u64,
    /// Bytes that they take.
    pub cache_bytes: u64,
    /// Runs that found their handler compiled.
    pub cache_hits: u64,
    /// Runs that had to compile it.
    pub cache_misses: u64,
    /// Runs that found their handler compiled, of all; 0 to 1.
    pub cache_hit_rate: f64,
    /// Microseconds that a run computed on average, over all its segments.
    pub avg_execution_time_us: f64,
    /// Bytes of linear memory over all instances.
    pub total_memory_bytes: u64,
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
        add(&self.computing, 1);
        Counted(&self.computing)
    }

    pub(crate) fn computed(&self, microseconds: u64) {
        add(&self.computed_us, microseconds);
    }

    #[expect(clippy::cast_precision_loss, reason = "averages")]
    pub(crate) fn stats(&self, engine: &EngineStats) -> Stats {
        let rate = |part: u64, whole: u64| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        Stats {
            total_executions: self.started.get(),
            active_runs: self.computing.get(),
            suspended_runs: self.open.get().saturating_sub(self.computing.get()),
            active_instances: engine.active_instances,
            available_instances: engine.available_instances,
            queued_runs: engine.queued_runs,
            created_instances: engine.created_instances,
            replaced_instances: engine.replaced_instances,
            restored_instances: engine.restored_instances,
            cache_entries: engine.cache_entries,
            cache_bytes: engine.cache_bytes,
            cache_hits: engine.cache_hits,
            cache_misses: engine.cache_misses,
            cache_hit_rate: rate(engine.cache_hits, engine.cache_hits + engine.cache_misses),
            avg_execution_time_us: rate(self.computed_us.get(), self.started.get()),
            total_memory_bytes: engine.memory_bytes,
        }
    }
}

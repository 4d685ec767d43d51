//! Time, as the host has it.

use crate::engine::LocalFuture;

/// Tells the time and waits.
pub trait Clock {
    /// Milliseconds since the epoch.
    fn now(&self) -> f64;

    /// Resolves after `ms` milliseconds. Dropping the future gives the timer back.
    fn sleep(&self, ms: u64) -> LocalFuture<'static, ()>;
}

//! Work that nobody waits for.

use crate::engine::LocalFuture;

/// Runs futures of this thread to their end, in the background.
pub trait Spawner {
    /// Starts `task`. It is not polled before this returns.
    fn spawn(&self, task: LocalFuture<'static, ()>);
}

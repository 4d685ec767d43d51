//! One instance with what it takes to serve run after run, wherever it lives.

use std::cell::Cell;
use std::rc::Rc;

use nexus_core::{Error, limits};
use nexus_kernel::engine::{AbortCheck, HostDispatch};

use super::exports::Operation;
use super::image::CompiledImage;
use super::image::parked::ParkedMemory;
use super::inline_sandbox::InlineSandbox;
use super::instance::Called;
use super::meter::Budget;
use super::worker_sandbox::WorkerSandbox;

/// An instance on this thread, or one with a thread of its own. Both do the same, in the same order, with the same bytes.
///
/// Whoever drops the future of a call has to drop the sandbox too: it may be computing still.
pub enum Sandbox {
    /// On this thread: a call is over before anything else happens.
    Inline(InlineSandbox),
    /// Behind a Worker.
    Worker(WorkerSandbox),
}

/// What an instance is made ready for.
pub enum Footing {
    /// A question about a source.
    Booted,
    /// Runs of a handler that was compiled before.
    Compiled(Rc<CompiledImage>),
    /// Going on with a parked run, whose memory is told from this image.
    Parked(Rc<CompiledImage>, ParkedMemory),
    /// Runs of a handler that is to be compiled: a [`CompileRequest`](nexus_core::message::CompileRequest), and what that
    /// may use up.
    Source(Vec<u8>, Budget),
}

/// What became of it.
pub enum Prepared {
    /// It is ready.
    Restored,
    /// It is ready, and this is what the handler is compiled to.
    Compiled(Rc<CompiledImage>),
    /// The source is no handler, or compiling it used up too much.
    Refused {
        /// As a run reports it.
        error: Error,
        /// Whether the instance trapped.
        trapped: bool,
    },
}

impl Sandbox {
    /// Brings the instance to where the next call begins. `memory_limit` holds for that call; `time_ms` is what a Worker
    /// may take.
    ///
    /// # Errors
    /// `WASM_ERROR` if there is no memory for it, `INVALID_ARGUMENT` if what was parked is none of this handler's, `TIMEOUT` or
    /// `INTERNAL_ERROR` if its thread does not answer.
    pub async fn prepare(
        &mut self,
        footing: Footing,
        memory_limit: u64,
        time_ms: f64,
        aborted: Option<AbortCheck>,
    ) -> Result<Prepared, Error> {
        match self {
            Self::Inline(sandbox) => sandbox.prepare(footing, memory_limit, aborted),
            Self::Worker(sandbox) => sandbox.prepare(footing, memory_limit, time_ms).await,
        }
    }

    /// Sends a message. `host` serves the host functions that are called meanwhile.
    ///
    /// # Errors
    /// `TIMEOUT` or `INTERNAL_ERROR` if its thread does not answer; the sandbox is of no more use then.
    pub async fn call(
        &mut self,
        operation: Operation,
        message: Vec<u8>,
        budget: Budget,
        host: Option<HostDispatch>,
        aborted: Option<AbortCheck>,
    ) -> Result<Called, Error> {
        match self {
            Self::Inline(sandbox) => Ok(sandbox.call(operation, &message, budget, host, aborted)),
            Self::Worker(sandbox) => sandbox.call(operation, message, budget, host).await,
        }
    }

    /// The memory of the suspended run in it, told from `base`, or else from an image of it; answers that image too. With
    /// `collect` it is smaller, but the run goes on with a little more or less fuel than it would have.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if it traps; if its thread does not answer, as [`Self::call`].
    pub async fn park(
        &mut self,
        base: Option<Rc<CompiledImage>>,
        collect: bool,
    ) -> Result<(Rc<CompiledImage>, ParkedMemory), Error> {
        match self {
            Self::Inline(sandbox) => sandbox.park(base, collect),
            Self::Worker(sandbox) => sandbox.park(base, collect).await,
        }
    }

    /// Bytes of its memory.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        match self {
            Self::Inline(sandbox) => sandbox.memory_bytes(),
            Self::Worker(sandbox) => sandbox.memory_bytes(),
        }
    }

    /// Whether it can serve still.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        match self {
            Self::Inline(_) => true,
            Self::Worker(sandbox) => sandbox.is_alive(),
        }
    }

    /// Gives the instance up; what can take another one is kept.
    #[must_use]
    pub fn without_instance(self) -> Option<Self> {
        match self {
            Self::Inline(_) => None,
            Self::Worker(sandbox) => {
                sandbox.discard_instance();
                Some(Self::Worker(sandbox))
            }
        }
    }
}

/// The memory that compiling may use: no less than the default, whatever the run is given.
pub const fn compilation_memory(memory_limit: u64) -> u64 {
    if memory_limit > limits::MEMORY_BYTES { memory_limit } else { limits::MEMORY_BYTES }
}

/// Bytes of memory over all sandboxes of an engine.
#[derive(Clone, Default)]
pub struct TotalMemory(Rc<Cell<u64>>);

impl TotalMemory {
    /// The sum of all shares.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.get()
    }

    /// A share of nothing yet.
    #[must_use]
    pub fn share(&self) -> MemoryShare {
        MemoryShare { total: Rc::clone(&self.0), bytes: Cell::new(0) }
    }
}

/// What one sandbox has of it, until it is dropped.
pub struct MemoryShare {
    total: Rc<Cell<u64>>,
    bytes: Cell<u64>,
}

impl MemoryShare {
    /// Sets it.
    pub fn set(&self, bytes: u64) {
        self.total.set(self.total.get() - self.bytes.replace(bytes) + bytes);
    }

    /// As it was set.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.get()
    }
}

impl Drop for MemoryShare {
    fn drop(&mut self) {
        self.set(0);
    }
}

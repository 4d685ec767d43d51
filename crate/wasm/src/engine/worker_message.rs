//! What the kernel and the sandbox in a Worker send each other, as MessagePack. Both are the same build of this crate.

use nexus_core::Error;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::exports::Operation;
use super::image::parked::ParkedMemory;
use super::instance::{Called, Trap};
use super::meter::Budget;

/// What the kernel asks for. One at a time, and each but [`Request::DiscardInstance`] is answered.
#[derive(Serialize, Deserialize)]
pub enum Request {
    /// [`Sandbox::prepare`](super::sandbox::Sandbox::prepare).
    Prepare {
        /// What for.
        footing: Footing,
        /// The memory of the call that follows.
        memory_limit: u64,
    },
    /// [`Sandbox::call`](super::sandbox::Sandbox::call).
    Call {
        /// What the message asks for.
        operation: Operation,
        /// As the sandbox module takes it.
        message: ByteBuf,
        /// What it may use up.
        budget: Budget,
    },
    /// [`Sandbox::park`](super::sandbox::Sandbox::park).
    Park {
        /// The image to tell the memory from.
        base: Option<ByteBuf>,
        /// Whether garbage is collected first.
        collect: bool,
    },
    /// The next request is for another instance.
    DiscardInstance,
}

/// [`Footing`](super::sandbox::Footing).
#[derive(Serialize, Deserialize)]
pub enum Footing {
    /// Booted.
    Booted,
    /// Compiled before.
    Compiled(ByteBuf),
    /// Parked, with the image that it is told from.
    Parked(ByteBuf, ParkedMemory),
    /// To be compiled.
    Source(ByteBuf, Budget),
}

/// The answer.
#[derive(Serialize, Deserialize)]
pub struct Reply {
    /// What was asked for, or why it could not be had.
    pub outcome: Result<Outcome, Error>,
    /// Bytes of the instance's memory.
    pub memory_bytes: u64,
}

/// What was asked for.
#[derive(Serialize, Deserialize)]
pub enum Outcome {
    /// To [`Request::Prepare`].
    Prepared(Prepared),
    /// To [`Request::Park`].
    Parked {
        /// Where none was given: one of this memory.
        base: Option<ByteBuf>,
        /// The memory.
        memory: ParkedMemory,
    },
    /// To [`Request::Call`].
    Called {
        /// As the sandbox module gave it.
        answer: Result<ByteBuf, Trap>,
        /// What is left.
        budget: Budget,
    },
}

/// [`Prepared`](super::sandbox::Prepared).
#[derive(Serialize, Deserialize)]
pub enum Prepared {
    /// It is ready.
    Restored,
    /// It is ready, and this is the image.
    Compiled(ByteBuf),
    /// It cannot be.
    Refused {
        /// Why.
        error: Error,
        /// Whether the instance trapped.
        trapped: bool,
    },
}

impl From<Called> for Outcome {
    fn from(Called { outcome, budget }: Called) -> Self {
        Self::Called { answer: outcome.map(ByteBuf::from), budget }
    }
}

//! A parked run as bytes that an engine of the same build takes, here or elsewhere.

use std::rc::Rc;

use nexus_core::{Error, Limits, msgpack};
use nexus_kernel::engine::HostDispatch;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::compile_cache::CompiledHandler;
use super::image::parked::ParkedMemory;
use super::meter::Budget;
use super::suspended_runs::Run;

/// What is in the bytes. The image of the compiled handler is not: compiling the source makes the same one anywhere.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParkedRun {
    source: String,
    /// [`digest`](super::image::CompiledImage::digest) of the compiled handler.
    image: ByteBuf,
    fuel_used: u64,
    time_used_ms: f64,
    memory: ParkedMemory,
}

impl ParkedRun {
    /// Of a suspended run.
    #[must_use]
    pub fn new(run: &Run, memory: ParkedMemory) -> Self {
        Self {
            source: run.handler.source.to_string(),
            image: ByteBuf::from(run.handler.image.digest()),
            fuel_used: run.budget.fuel_used,
            time_used_ms: run.budget.time_used_ms,
            memory,
        }
    }

    /// The bytes.
    ///
    /// # Errors
    /// `SERIALIZATION_ERROR`, which cannot be.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        msgpack::encode(self)
    }

    /// Reads them.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for others.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let parked = msgpack::decode::<Self>(bytes);
        parked.map_err(|error| Error::invalid_argument(format!("this is no parked run: {}", error.message)))
    }

    /// The handler's source.
    #[must_use]
    pub fn source(&self) -> Rc<str> {
        self.source.as_str().into()
    }

    /// The run, over its handler as it was compiled here.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is compiled to something else than where it was parked.
    pub fn over(
        self,
        handler: CompiledHandler,
        limits: &Limits,
        host: HostDispatch,
    ) -> Result<(Run, ParkedMemory), Error> {
        if self.image[..] != handler.image.digest() {
            return Err(Error::invalid_argument("the run was parked over another compilation of its handler"));
        }
        let fresh = Budget::new(limits.fuel, limits.timeout_ms);
        let budget = Budget { fuel_used: self.fuel_used, time_used_ms: self.time_used_ms, ..fresh };
        Ok((Run { handler, budget, memory_limit: limits.memory_bytes, host }, self.memory))
    }
}

//! Runs that wait without an instance: the engine parks them when instances run short, or for the embedder, and wakes them.

use std::rc::Rc;

use nexus_core::Error;
use nexus_kernel::engine::Unpark;

use super::WasmEngine;
use super::parked_run::ParkedRun;
use super::pool::{Lease, Purpose};
use super::sandbox::{Footing, Sandbox};
use super::suspended_runs::{ParkedBytes, Run, Suspended};
use crate::executor;

impl WasmEngine {
    /// A sandbox. If all are taken, the run that has been suspended longest makes room.
    pub(super) async fn lease(&self, purpose: Purpose) -> Result<Lease<Sandbox>, Error> {
        if self.sandboxes.is_full() {
            self.park_oldest().await;
        }
        self.sandboxes.lease(purpose).await
    }

    /// Parks a run if somebody waits for whom none is being parked yet: in Workers that takes a while, and others are suspended meanwhile.
    pub(super) async fn make_way(&self) {
        if self.sandboxes.waiting() > Rc::strong_count(&self.making_way) as u64 - 1 {
            let _under_way = Rc::clone(&self.making_way);
            self.park_oldest().await;
        }
    }

    /// Parks the run that has been suspended longest, if there is one and room for it. Not for its caller alone: it goes on also
    /// if that one is given up.
    async fn park_oldest(&self) {
        let (suspended, sandboxes, largest) =
            (Rc::clone(&self.suspended), Rc::clone(&self.sandboxes), self.largest_kept());
        let parking = async move {
            let park = async |lease: &mut Lease<Sandbox>, base| {
                let (base, memory) = sandboxes.park(lease, base, false).await?;
                ParkedBytes::of(base, &memory)
            };
            if let Some(lease) = suspended.park_oldest(park).await {
                sandboxes.give_back(lease, largest);
            }
        };
        executor::undisturbed(parking).await;
    }

    /// A suspended run, which is out then, and the sandbox that it is in, also if it was parked.
    pub(super) async fn held(&self, run_id: &str) -> Result<(Run, Lease<Sandbox>), Error> {
        let unknown = || Error::invalid_argument(format!("no run {run_id:?} is suspended"));
        match self.suspended.take(run_id).await.ok_or_else(unknown)? {
            Suspended::Held(run, lease) => Ok((run, lease)),
            Suspended::Parked(run, memory) => {
                let lease = self.wake(&run, &memory?).await?;
                Ok((run, lease))
            }
        }
    }

    /// A sandbox with what was parked in it.
    async fn wake(&self, run: &Run, memory: &ParkedBytes) -> Result<Lease<Sandbox>, Error> {
        let mut lease = self.lease(Purpose::Resumed).await?;
        let footing = Footing::Parked(Rc::clone(&memory.base), memory.memory()?);
        self.sandboxes.prepare(&mut lease, footing, run.memory_limit, run.budget.time_ms, None).await?;
        Ok(lease)
    }

    /// Takes a parked run in.
    pub(super) async fn take_in(&self, Unpark { run_id, limits, host, memory }: Unpark) -> Result<(), Error> {
        let parked = ParkedRun::from_bytes(&memory)?;
        let handler = self.handler(parked.source(), &limits).await?;
        let base = Rc::clone(&handler.image);
        let (run, memory) = parked.over(handler, &limits, host)?;
        if let Err((run, memory)) = self.suspended.keep_parked(run_id.clone(), run, ParkedBytes::of(base, &memory)?) {
            let lease = self.wake(&run, &memory).await?;
            self.suspended.hold(run_id, run, lease);
        }
        Ok(())
    }

    /// Takes a suspended run out, as bytes.
    pub(super) async fn take_out(&self, run_id: &str) -> Result<Vec<u8>, Error> {
        let (run, mut lease) = self.held(run_id).await?;
        // Told from what can be made anywhere. It is a run of its own from here on, so fuel may differ.
        let base = Some(Rc::clone(&run.handler.image));
        let (_, memory) = self.sandboxes.park(&mut lease, base, true).await?;
        self.sandboxes.give_back(lease, self.largest_kept());
        ParkedRun::new(&run, memory).to_bytes()
    }
}

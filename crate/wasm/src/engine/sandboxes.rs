//! Sandboxes come from here: made when there are too few, lent to one run at a time, replaced when they are lost.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::future::try_join_all;
use js_sys::{Function, WebAssembly};
use nexus_core::Error;
use nexus_kernel::engine::{AbortCheck, EngineStats};

use super::image::CompiledImage;
use super::image::parked::ParkedMemory;
use super::inline_sandbox::InlineMaker;
use super::pool::{Lease, Pool, PoolSize, Purpose};
use super::sandbox::{Footing, Prepared, Sandbox, TotalMemory};
use super::worker_sandbox::WorkerMaker;

/// The sandboxes of an engine.
pub struct Sandboxes {
    maker: Maker,
    pool: Rc<Pool<Sandbox>>,
    memory: TotalMemory,
    created: Cell<u64>,
    replaced: Rc<Cell<u64>>,
    restored: Cell<u64>,
}

/// How an engine comes by them.
enum Maker {
    Inline(InlineMaker),
    Worker(WorkerMaker),
}

impl Sandboxes {
    /// Makes the first ones: in Workers that `start_worker` starts, or else on this thread. Answers also the bytes of memory
    /// that each begins with.
    ///
    /// # Errors
    /// `WASM_ERROR` if the module is not the sandbox's or the platform refuses it.
    pub async fn open(
        module: WebAssembly::Module,
        start_worker: Option<Function>,
        size: PoolSize,
    ) -> Result<(Self, u64), Error> {
        let memory = TotalMemory::default();
        let replaced = Rc::new(Cell::new(0));
        let (maker, first) = if let Some(start) = start_worker {
            let maker = WorkerMaker::new(start, module, memory.clone(), Rc::clone(&replaced));
            let first = Sandbox::Worker(maker.make().await?);
            (Maker::Worker(maker), first)
        } else {
            let (maker, first) = InlineMaker::new(module, memory.clone()).await?;
            (Maker::Inline(maker), Sandbox::Inline(first))
        };
        let (pool, boot_bytes) = (Pool::new(size), first.memory_bytes());
        let sandboxes = Self { maker, pool, memory, created: Cell::new(1), replaced, restored: Cell::new(0) };
        let others = try_join_all((1..size.min_instances).map(|_| sandboxes.make())).await?;
        others.into_iter().chain([first]).for_each(|sandbox| sandboxes.pool.add(sandbox));
        Ok((sandboxes, boot_bytes))
    }

    async fn make(&self) -> Result<Sandbox, Error> {
        let sandbox = match &self.maker {
            Maker::Inline(maker) => Sandbox::Inline(maker.make().await?),
            Maker::Worker(maker) => Sandbox::Worker(maker.make().await?),
        };
        count(&self.created);
        Ok(sandbox)
    }

    /// A lease with a sandbox.
    ///
    /// # Errors
    /// As [`Pool::lease`], `WASM_ERROR` if no instance can be had.
    pub async fn lease(&self, purpose: Purpose) -> Result<Lease<Sandbox>, Error> {
        let mut lease = self.pool.lease(purpose).await?;
        let counter = match lease.instance() {
            Some(sandbox) if !sandbox.is_alive() => {
                // A Worker that ended while nobody was looking.
                drop(lease.take());
                self.lost();
                None
            }
            // One that gave its instance up takes another with the next request.
            Some(sandbox) if sandbox.memory_bytes() == 0 => Some(&self.created),
            Some(_) => Some(&self.restored),
            None => None,
        };
        match counter {
            Some(counter) => count(counter),
            None => lease.put(self.make().await?),
        }
        Ok(lease)
    }

    /// Gives up the instance of a sandbox, and what goes with it.
    pub fn replace(&self, lease: &mut Lease<Sandbox>, sandbox: Sandbox) {
        if let Some(kept) = sandbox.without_instance() {
            lease.put(kept);
        }
        self.lost();
    }

    /// Makes the leased sandbox ready. One that cannot be is given up.
    ///
    /// # Errors
    /// As [`Sandbox::prepare`].
    pub async fn prepare(
        &self,
        lease: &mut Lease<Sandbox>,
        footing: Footing,
        memory_limit: u64,
        time_ms: f64,
        aborted: Option<AbortCheck>,
    ) -> Result<Prepared, Error> {
        // Out of the lease: if this future is dropped, so is what may be computing.
        let mut sandbox = lease.take().ok_or_else(no_sandbox)?;
        let prepared = sandbox.prepare(footing, memory_limit, time_ms, aborted).await;
        match &prepared {
            Ok(Prepared::Refused { trapped: true, .. }) => self.replace(lease, sandbox),
            Ok(_) => lease.put(sandbox),
            Err(_) => self.lost(),
        }
        prepared
    }

    /// The memory of the run in the leased sandbox, which stays as it is.
    ///
    /// # Errors
    /// As [`Sandbox::park`]; the sandbox is given up.
    pub async fn park(
        &self,
        lease: &mut Lease<Sandbox>,
        base: Option<Rc<CompiledImage>>,
        collect: bool,
    ) -> Result<(Rc<CompiledImage>, ParkedMemory), Error> {
        // Out of the lease: if this future is dropped, so is what may be computing.
        let mut sandbox = lease.take().ok_or_else(no_sandbox)?;
        let parked = sandbox.park(base, collect).await;
        match &parked {
            Ok(_) => lease.put(sandbox),
            Err(_) => self.lost(),
        }
        parked
    }

    /// Gives a sandbox back that no run needs any more. One with more memory than `largest_kept` gives up its instance.
    pub fn give_back(&self, mut lease: Lease<Sandbox>, largest_kept: u64) {
        if lease.instance().is_some_and(|sandbox| sandbox.memory_bytes() > largest_kept)
            && let Some(sandbox) = lease.take()
        {
            self.replace(&mut lease, sandbox);
        }
    }

    /// Whether whoever wants a sandbox now has to wait for one.
    pub fn is_full(&self) -> bool {
        self.pool.is_full()
    }

    /// How many wait for one.
    pub fn waiting(&self) -> u64 {
        self.pool.waiting()
    }

    /// Counts one that was given up.
    pub fn lost(&self) {
        count(&self.replaced);
    }

    /// What is known here of an engine's numbers.
    pub fn stats(&self) -> EngineStats {
        EngineStats {
            active_instances: self.pool.active(),
            available_instances: self.pool.available(),
            memory_bytes: self.memory.bytes(),
            queued_runs: self.pool.waiting(),
            created_instances: self.created.get(),
            replaced_instances: self.replaced.get(),
            restored_instances: self.restored.get(),
            ..EngineStats::default()
        }
    }

    /// Frees them all, those in use as they come back.
    pub fn close(&self) {
        self.pool.close();
    }
}

/// A lease has a sandbox unless somebody took it out and kept it.
pub fn no_sandbox() -> Error {
    Error::internal("a lease without a sandbox")
}

/// One more.
pub fn count(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}

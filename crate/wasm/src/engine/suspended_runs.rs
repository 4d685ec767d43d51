//! Runs that wait for answers: some in the instance that they ran in, the others parked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_channel::oneshot;
use indexmap::IndexMap;
use js_sys::Uint8Array;
use nexus_core::{Error, msgpack};
use nexus_kernel::engine::HostDispatch;

use super::compile_cache::CompiledHandler;
use super::image::CompiledImage;
use super::image::parked::ParkedMemory;
use super::meter::Budget;
use super::pool::Lease;
use super::sandbox::Sandbox;

/// Most bytes of parked runs, unless the embedder says otherwise: some 10 000 runs of ordinary handlers.
pub const MAX_PARKED_BYTES: u32 = 256 << 20;

/// A run, but for its memory.
#[derive(Clone)]
pub struct Run {
    /// Its handler.
    pub handler: CompiledHandler,
    /// What it has left.
    pub budget: Budget,
    /// Most bytes of its memory.
    pub memory_limit: u64,
    /// Serves its host functions.
    pub host: HostDispatch,
}

/// A suspended run.
pub enum Suspended {
    /// In the instance that it ran in.
    Held(Run, Lease<Sandbox>),
    /// Parked. The error is why it could not be: the run is lost then.
    Parked(Run, Result<ParkedBytes, Error>),
}

/// A parked memory, as bytes of the platform's: there they are given back, while the kernel's own memory never shrinks.
pub struct ParkedBytes {
    /// What the memory is told from.
    pub base: Rc<CompiledImage>,
    bytes: Uint8Array,
}

impl ParkedBytes {
    /// Of this memory.
    ///
    /// # Errors
    /// `SERIALIZATION_ERROR`, which cannot be.
    pub fn of(base: Rc<CompiledImage>, memory: &ParkedMemory) -> Result<Self, Error> {
        Ok(Self { base, bytes: Uint8Array::from(&msgpack::encode(memory)?[..]) })
    }

    /// The memory.
    ///
    /// # Errors
    /// `SERIALIZATION_ERROR`, which cannot be.
    pub fn memory(&self) -> Result<ParkedMemory, Error> {
        msgpack::decode(&self.bytes.to_vec())
    }

    fn len(&self) -> u64 {
        self.bytes.length().into()
    }
}

/// Parked runs of one handler, which are much alike: they wait in the same places and have the same things in the same places of
/// memory.
#[derive(Default)]
struct Siblings {
    runs: u32,
    /// The memory of one of them, for the others to be told from: of another run they differ in some hundred bytes, where they
    /// differ from the handler as it was compiled in some ten thousand.
    image: Option<Rc<CompiledImage>>,
}

impl Siblings {
    /// As many as it takes for such an image, which is as large as a few runs.
    const ENOUGH: u32 = 8;

    fn len(&self) -> u64 {
        self.image.as_ref().map_or(0, |image| image.size() as u64)
    }
}

/// A parked run, or why it is lost.
type Parked = (Run, Result<ParkedBytes, Error>);

/// All suspended runs of an engine, by name.
pub struct SuspendedRuns {
    /// Longest suspended first.
    held: RefCell<IndexMap<String, (Run, Lease<Sandbox>)>>,
    parked: RefCell<HashMap<String, Parked>>,
    /// By the images of their handlers.
    siblings: RefCell<HashMap<*const CompiledImage, Siblings>>,
    /// On their way from one to the other, with whoever wants to know when they are there.
    parking: RefCell<HashMap<String, Vec<oneshot::Sender<()>>>>,
    parked_bytes: Cell<u64>,
    /// Most bytes of parked runs.
    max_parked_bytes: u64,
    /// Whether there was no room for the last that was to be parked, and none has gone since.
    full: Cell<bool>,
}

impl SuspendedRuns {
    /// None yet.
    #[must_use]
    pub fn new(max_parked_bytes: u32) -> Rc<Self> {
        Rc::new(Self {
            held: RefCell::default(),
            parked: RefCell::default(),
            siblings: RefCell::default(),
            parking: RefCell::default(),
            parked_bytes: Cell::new(0),
            max_parked_bytes: max_parked_bytes.into(),
            full: Cell::new(max_parked_bytes == 0),
        })
    }

    /// Keeps a run with its instance.
    pub fn hold(&self, run_id: String, run: Run, lease: Lease<Sandbox>) {
        self.held.borrow_mut().insert(run_id, (run, lease));
    }

    /// Keeps a parked run, if that is within the budget.
    ///
    /// # Errors
    /// The run and its memory, as they came.
    pub fn keep_parked(&self, run_id: String, run: Run, memory: ParkedBytes) -> Result<(), (Run, ParkedBytes)> {
        let mut all = self.siblings.borrow_mut();
        let siblings = all.entry(Rc::as_ptr(&run.handler.image)).or_default();
        // An image that it brought along is for the others too.
        let image = Some(&memory.base).filter(|base| siblings.image.is_none() && !Rc::ptr_eq(base, &run.handler.image));
        let bytes = self.parked_bytes.get() + memory.len() + image.map_or(0, |image| image.size() as u64);
        if bytes > self.max_parked_bytes {
            if siblings.runs == 0 {
                all.remove(&Rc::as_ptr(&run.handler.image));
            }
            self.full.set(true);
            return Err((run, memory));
        }
        if let Some(image) = image {
            siblings.image = Some(Rc::clone(image));
        }
        siblings.runs += 1;
        self.parked_bytes.set(bytes);
        self.parked.borrow_mut().insert(run_id, (run, Ok(memory)));
        Ok(())
    }

    /// Takes a run out, wherever it is; `None` if there is none of that name.
    pub async fn take(&self, run_id: &str) -> Option<Suspended> {
        loop {
            if let Some((run, lease)) = self.held.borrow_mut().shift_remove(run_id) {
                return Some(Suspended::Held(run, lease));
            }
            if let Some((run, memory)) = self.take_parked(run_id) {
                return Some(Suspended::Parked(run, memory));
            }
            let (sender, there) = oneshot::channel();
            self.parking.borrow_mut().get_mut(run_id)?.push(sender);
            // Whether it is there or was given up meanwhile shows in the next round.
            let _ = there.await;
        }
    }

    fn take_parked(&self, run_id: &str) -> Option<Parked> {
        let (run, memory) = self.parked.borrow_mut().remove(run_id)?;
        if let Ok(memory) = &memory {
            let mut bytes = memory.len();
            let handler = Rc::as_ptr(&run.handler.image);
            let mut all = self.siblings.borrow_mut();
            if let Some(siblings) = all.get_mut(&handler) {
                siblings.runs -= 1;
                if siblings.runs == 0 {
                    bytes += siblings.len();
                    all.remove(&handler);
                }
            }
            self.parked_bytes.set(self.parked_bytes.get() - bytes);
            self.full.set(false);
        }
        Some((run, memory))
    }

    /// What a run of this handler is to be told from when it is parked; `None` if it should become that for others.
    fn base(&self, handler: &CompiledHandler) -> Option<Rc<CompiledImage>> {
        match self.siblings.borrow().get(&Rc::as_ptr(&handler.image)) {
            Some(Siblings { image: Some(image), .. }) => Some(Rc::clone(image)),
            Some(Siblings { runs, .. }) if *runs >= Siblings::ENOUGH => None,
            _ => Some(Rc::clone(&handler.image)),
        }
    }

    /// Gives a run up.
    pub fn discard(&self, run_id: &str) {
        // Dropped out of the borrows: the lease may go to a run that waits.
        let held = self.held.borrow_mut().shift_remove(run_id);
        drop(held);
        drop(self.take_parked(run_id));
        let waiting = self.parking.borrow_mut().remove(run_id);
        drop(waiting);
    }

    /// Parks the run that has been suspended longest among those that hold an instance, if there is room for it. `park` tells
    /// what is in an instance from an image, or from one that it makes of it. Answers the lease that came free.
    pub async fn park_oldest(
        &self,
        park: impl AsyncFnOnce(&mut Lease<Sandbox>, Option<Rc<CompiledImage>>) -> Result<ParkedBytes, Error>,
    ) -> Option<Lease<Sandbox>> {
        if self.full.get() {
            return None;
        }
        let (run_id, (run, mut lease)) = self.held.borrow_mut().shift_remove_index(0)?;
        self.parking.borrow_mut().insert(run_id.clone(), Vec::new());
        let parked = park(&mut lease, self.base(&run.handler)).await;
        let waiting = self.parking.borrow_mut().remove(&run_id);
        // Dropped at the end: whoever waits finds the run where it is then.
        let Some(_waiting) = waiting else { return Some(lease) };
        match parked {
            Ok(memory) => {
                if let Err((run, _)) = self.keep_parked(run_id.clone(), run, memory) {
                    self.held.borrow_mut().shift_insert(0, run_id, (run, lease));
                    return None;
                }
            }
            Err(error) => {
                self.parked.borrow_mut().insert(run_id, (run, Err(error)));
            }
        }
        Some(lease)
    }

    /// Parked runs, and the bytes that they take.
    #[must_use]
    pub fn parked(&self) -> (u64, u64) {
        (self.parked.borrow().len() as u64, self.parked_bytes.get())
    }

    /// Gives all up.
    pub fn clear(&self) {
        let all = (self.held.take(), self.parked.take(), self.parking.take(), self.siblings.take());
        drop(all);
        self.parked_bytes.set(0);
    }
}

//! A sandbox in a Worker, as the kernel's thread sees it.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use js_sys::{Function, JsString, Uint8Array, WebAssembly};
use nexus_core::{Error, ErrorCode, Value, msgpack};
use nexus_kernel::engine::HostDispatch;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use super::exports::Operation;
use super::host_call;
use super::image::CompiledImage;
use super::image::parked::ParkedMemory;
use super::instance::Called;
use super::meter::{Budget, monotonic_ms};
use super::sandbox::{Footing, MemoryShare, Prepared, TotalMemory};
use super::worker_message::{self as wire, Outcome, Reply, Request};
use crate::interop::error_from_js;
use crate::surroundings::Thread;
use crate::timer;

/// Milliseconds that a Worker may take, beyond the time that its call has left, until it is given up: what a stopped
/// instance may take to tell what it did.
const MARGIN_MS: f64 = 2_000.0;

/// Milliseconds that a Worker may take to start, which is to load a script and to instantiate two modules that are
/// compiled already. Only one that never starts takes so long.
const START_MS: f64 = 30_000.0;

/// What comes from a Worker.
enum Event {
    /// A [`Reply`].
    Answer(Vec<u8>),
    /// A [`HostCall`](nexus_core::message::HostCall); the Worker waits.
    HostCall(Vec<u8>),
    /// It is gone.
    Failed(String),
}

/// Starts Workers.
pub struct WorkerMaker {
    start: Function,
    module: WebAssembly::Module,
    memory: TotalMemory,
    /// Counts those that are dropped while they compute.
    given_up: Rc<Cell<u64>>,
}

/// A Worker with an instance in it. Dropping it ends the Worker.
pub struct WorkerSandbox {
    thread: Thread,
    inbox: UnboundedReceiver<Event>,
    alive: Rc<Cell<bool>>,
    computing: bool,
    given_up: Rc<Cell<u64>>,
    memory: MemoryShare,
    /// Alive as long as the Worker may call it.
    _receive: Closure<dyn Fn(JsString, JsValue)>,
}

impl WorkerMaker {
    /// `start` is [`Threads::start`](crate::surroundings::Threads::start).
    #[must_use]
    pub fn new(start: Function, module: WebAssembly::Module, memory: TotalMemory, given_up: Rc<Cell<u64>>) -> Self {
        Self { start, module, memory, given_up }
    }

    /// Starts one, and waits until it is ready.
    ///
    /// # Errors
    /// `WASM_ERROR` if the platform refuses, or the module is not the sandbox's.
    pub async fn make(&self) -> Result<WorkerSandbox, Error> {
        let cannot = |why: &str| Error::new(ErrorCode::WasmError, format!("the Worker cannot be started: {why}"));
        let (sender, inbox) = unbounded();
        let alive = Rc::new(Cell::new(true));
        let receive: Closure<dyn Fn(JsString, JsValue)> = {
            let alive = Rc::clone(&alive);
            Closure::new(move |kind: JsString, content: JsValue| {
                let bytes = || content.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default();
                let event = match String::from(kind).as_str() {
                    "answer" => Event::Answer(bytes()),
                    "call" => Event::HostCall(bytes()),
                    _ => {
                        alive.set(false);
                        Event::Failed(error_from_js(&content).message)
                    }
                };
                // Nobody listens any more when the sandbox was dropped.
                let _ = sender.unbounded_send(event);
            })
        };
        let started = self.start.call2(&JsValue::UNDEFINED, receive.as_ref(), &self.module);
        let thread = started.map_err(|thrown| cannot(&error_from_js(&thrown).message))?.unchecked_into();
        let mut sandbox = WorkerSandbox {
            thread,
            inbox,
            alive,
            computing: false,
            given_up: Rc::clone(&self.given_up),
            memory: self.memory.share(),
            _receive: receive,
        };
        match sandbox.event(START_MS).await {
            Some(Event::Answer(reply)) => {
                let Reply { outcome, memory_bytes } = msgpack::decode(&reply)?;
                outcome?;
                sandbox.memory.set(memory_bytes);
                sandbox.thread.keep_alive(false);
                Ok(sandbox)
            }
            Some(Event::Failed(why)) => Err(cannot(&why)),
            Some(Event::HostCall(_)) => Err(Error::internal("a Worker called before it was asked")),
            None => Err(cannot("it does not answer")),
        }
    }
}

impl WorkerSandbox {
    /// As [`Sandbox::prepare`](super::sandbox::Sandbox::prepare).
    ///
    /// # Errors
    /// What the Worker answers with, `TIMEOUT` or `INTERNAL_ERROR` if it does not.
    pub async fn prepare(&mut self, footing: Footing, memory_limit: u64, time_ms: f64) -> Result<Prepared, Error> {
        let footing = match footing {
            Footing::Booted => wire::Footing::Booted,
            Footing::Compiled(image) => wire::Footing::Compiled(ByteBuf::from(image.to_bytes())),
            Footing::Parked(image, parked) => wire::Footing::Parked(ByteBuf::from(image.to_bytes()), parked),
            Footing::Source(request, budget) => wire::Footing::Source(ByteBuf::from(request), budget),
        };
        let request = Request::Prepare { footing, memory_limit };
        let Outcome::Prepared(prepared) = self.exchange(&request, time_ms, time_ms, None).await? else {
            return Err(unexpected());
        };
        Ok(match prepared {
            wire::Prepared::Restored => Prepared::Restored,
            wire::Prepared::Compiled(image) => {
                Prepared::Compiled(Rc::new(CompiledImage::from_bytes(&image).ok_or_else(unexpected)?))
            }
            wire::Prepared::Refused { error, trapped } => Prepared::Refused { error, trapped },
        })
    }

    /// As [`Sandbox::call`](super::sandbox::Sandbox::call).
    ///
    /// # Errors
    /// `TIMEOUT` or `INTERNAL_ERROR` if the Worker does not answer.
    pub async fn call(
        &mut self,
        operation: Operation,
        message: Vec<u8>,
        budget: Budget,
        host: Option<HostDispatch>,
    ) -> Result<Called, Error> {
        let request = Request::Call { operation, message: ByteBuf::from(message), budget };
        let left_ms = (budget.time_ms - budget.time_used_ms).max(0.0);
        match self.exchange(&request, left_ms, budget.time_ms, host).await? {
            Outcome::Called { answer, budget } => Ok(Called { outcome: answer.map(ByteBuf::into_vec), budget }),
            Outcome::Prepared(_) | Outcome::Parked { .. } => Err(unexpected()),
        }
    }

    /// As [`Sandbox::park`](super::sandbox::Sandbox::park).
    ///
    /// # Errors
    /// What the Worker answers with, `TIMEOUT` or `INTERNAL_ERROR` if it does not.
    pub async fn park(
        &mut self,
        base: Option<Rc<CompiledImage>>,
        collect: bool,
    ) -> Result<(Rc<CompiledImage>, ParkedMemory), Error> {
        let request = Request::Park { base: base.as_ref().map(|base| ByteBuf::from(base.to_bytes())), collect };
        // No time of the run's: it only waits.
        match self.exchange(&request, 0.0, 0.0, None).await? {
            Outcome::Parked { base: made, memory } => {
                let made = made.and_then(|made| CompiledImage::from_bytes(&made)).map(Rc::new);
                Ok((made.or(base).ok_or_else(unexpected)?, memory))
            }
            Outcome::Prepared(_) | Outcome::Called { .. } => Err(unexpected()),
        }
    }

    /// Has the Worker take another instance for what comes next.
    pub fn discard_instance(&self) {
        if let Ok(request) = msgpack::encode(&Request::DiscardInstance) {
            self.thread.post(Uint8Array::from(request.as_slice()));
            self.memory.set(0);
        }
    }

    /// Bytes of the instance's memory when it last answered.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.memory.bytes()
    }

    /// Whether the Worker has not ended by itself.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.alive.get()
    }

    /// Sends a request and serves the calls of host functions until it is answered.
    ///
    /// # Errors
    /// What the Worker answers with; `TIMEOUT` if it is silent for longer than `left_ms` and the margin, with `limit_ms` as
    /// the limit; `INTERNAL_ERROR` if it ends.
    async fn exchange(
        &mut self,
        request: &Request,
        left_ms: f64,
        limit_ms: f64,
        host: Option<HostDispatch>,
    ) -> Result<Outcome, Error> {
        let request = msgpack::encode(request)?;
        self.computing = true;
        self.thread.keep_alive(true);
        self.thread.post(Uint8Array::from(request.as_slice()));
        let outcome = self.outcome(left_ms, limit_ms, host).await;
        self.thread.keep_alive(false);
        self.computing = false;
        outcome
    }

    async fn outcome(&mut self, left_ms: f64, limit_ms: f64, host: Option<HostDispatch>) -> Result<Outcome, Error> {
        let since = monotonic_ms();
        let mut deadline = since + left_ms + MARGIN_MS;
        loop {
            match self.event(deadline - monotonic_ms()).await {
                Some(Event::Answer(reply)) => {
                    let Reply { outcome, memory_bytes } = msgpack::decode(&reply)?;
                    self.memory.set(memory_bytes);
                    return outcome;
                }
                Some(Event::HostCall(call)) => {
                    self.thread.answer(Uint8Array::from(host_call::serve(&call, host.as_ref())?.as_slice()));
                    // While the function ran the Worker could not say anything.
                    deadline = deadline.max(monotonic_ms() + MARGIN_MS);
                }
                Some(Event::Failed(why)) => return Err(Error::internal(format!("the Worker ended: {why}"))),
                None => return Err(no_answer(limit_ms, limit_ms - left_ms + monotonic_ms() - since)),
            }
        }
    }

    /// The next that comes from the Worker, within `ms`.
    async fn event(&mut self, ms: f64) -> Option<Event> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a time that timers can wait")]
        let ms = ms.clamp(0.0, f64::from(i32::MAX)) as u32;
        match select(self.inbox.next(), pin!(timer::sleep(ms))).await {
            Either::Left((event, _)) => event,
            Either::Right(_) => None,
        }
    }
}

impl Drop for WorkerSandbox {
    fn drop(&mut self) {
        if self.computing {
            self.given_up.set(self.given_up.get() + 1);
        }
        self.thread.terminate();
    }
}

fn unexpected() -> Error {
    Error::internal("a Worker answered something else than it was asked")
}

fn no_answer(limit_ms: f64, used_ms: f64) -> Error {
    let context =
        [("resource", Value::from("timeoutMs")), ("limit", limit_ms.into()), ("used", used_ms.round().into())];
    let message = format!("out of time: {limit_ms} ms, and the Worker did not stop by itself");
    Error::new(ErrorCode::Timeout, message).with_context(Value::object(context))
}

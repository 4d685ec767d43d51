//! What runs in a Worker: one sandbox, and the requests of the kernel's thread.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Uint8Array, WebAssembly};
use nexus_core::message::{HostCall, HostReply};
use nexus_core::{Error, msgpack};
use nexus_kernel::engine::HostDispatch;
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;

use super::image::CompiledImage;
use super::inline_sandbox::{InlineMaker, InlineSandbox};
use super::sandbox::{Footing, Prepared, TotalMemory};
use super::worker_message::{self as wire, Outcome, Reply, Request};
use crate::arguments::refused;
use crate::interop::Failure;
use crate::promise::promise;

/// The sandbox of a Worker.
#[wasm_bindgen(js_name = WorkerSide)]
pub struct WorkerSide(Rc<Inner>);

struct Inner {
    maker: InlineMaker,
    sandbox: RefCell<Option<InlineSandbox>>,
    host: HostDispatch,
}

/// A sandbox for the Worker that this is: a promise for a [`WorkerSide`].
///
/// `host_call` sends a call of a host function to the kernel's thread and waits for the reply, both as bytes.
///
/// # Errors
/// Rejected with `WASM_ERROR` if the module is not the sandbox's.
#[wasm_bindgen(js_name = openWorkerSide)]
pub fn open_worker_side(sandbox: &JsValue, host_call: Function) -> Result<Promise, JsValue> {
    let module = sandbox.clone().dyn_into::<WebAssembly::Module>();
    promise(async move {
        let module = module.map_err(|_| refused("the sandbox has to be a WebAssembly.Module"))?;
        let (maker, first) = InlineMaker::new(module, TotalMemory::default()).await.map_err(Failure::from)?;
        let inner = Inner { maker, sandbox: RefCell::new(Some(first)), host: host_dispatch(host_call) };
        Ok(WorkerSide(Rc::new(inner)).into())
    })
}

#[wasm_bindgen(js_class = WorkerSide)]
impl WorkerSide {
    /// What a Worker says when it is ready.
    pub fn ready(&self) -> Result<Uint8Array, JsValue> {
        Ok(self.0.reply(Ok(Outcome::Prepared(wire::Prepared::Restored)))?)
    }

    /// Does what a request asks for: a promise for the reply, or for nothing where none is due.
    pub fn answer(&self, request: &Uint8Array) -> Result<Promise, JsValue> {
        let (inner, request) = (Rc::clone(&self.0), request.to_vec());
        promise(async move {
            let request = msgpack::decode(&request).map_err(Failure::from)?;
            Ok(match inner.answer(request).await {
                Some(outcome) => inner.reply(outcome)?.into(),
                None => JsValue::UNDEFINED,
            })
        })
    }
}

impl Inner {
    async fn answer(&self, request: Request) -> Option<Result<Outcome, Error>> {
        let taken = self.sandbox.take();
        if let Request::DiscardInstance = request {
            return None;
        }
        let sandbox = match taken {
            Some(sandbox) => sandbox,
            None => match self.maker.make().await {
                Ok(sandbox) => sandbox,
                Err(error) => return Some(Err(error)),
            },
        };
        let outcome = self.perform(&sandbox, request);
        self.sandbox.replace(Some(sandbox));
        Some(outcome)
    }

    fn perform(&self, sandbox: &InlineSandbox, request: Request) -> Result<Outcome, Error> {
        match request {
            Request::Prepare { footing, memory_limit } => {
                let footing = match footing {
                    wire::Footing::Booted => Footing::Booted,
                    wire::Footing::Compiled(bytes) => Footing::Compiled(image(bytes)?),
                    wire::Footing::Parked(bytes, parked) => Footing::Parked(image(bytes)?, parked),
                    wire::Footing::Source(request, budget) => Footing::Source(request.into_vec(), budget),
                };
                Ok(Outcome::Prepared(match sandbox.prepare(footing, memory_limit, None)? {
                    Prepared::Restored => wire::Prepared::Restored,
                    Prepared::Compiled(image) => wire::Prepared::Compiled(ByteBuf::from(image.to_bytes())),
                    Prepared::Refused { error, trapped } => wire::Prepared::Refused { error, trapped },
                }))
            }
            Request::Call { operation, message, budget } => {
                Ok(sandbox.call(operation, &message, budget, Some(Rc::clone(&self.host)), None).into())
            }
            Request::Park { base, collect } => {
                let (made, base) = (base.is_none(), base.map(image).transpose()?);
                let (base, memory) = sandbox.park(base, collect)?;
                Ok(Outcome::Parked { base: made.then(|| ByteBuf::from(base.to_bytes())), memory })
            }
            Request::DiscardInstance => Err(Error::internal("a request without an answer")),
        }
    }

    fn reply(&self, outcome: Result<Outcome, Error>) -> Result<Uint8Array, Failure> {
        let memory_bytes = self.sandbox.borrow().as_ref().map_or(0, InlineSandbox::memory_bytes);
        Ok(Uint8Array::from(msgpack::encode(&Reply { outcome, memory_bytes })?.as_slice()))
    }
}

fn image(bytes: ByteBuf) -> Result<Rc<CompiledImage>, Error> {
    CompiledImage::from_bytes(&bytes).map(Rc::new).ok_or_else(|| Error::internal("no image"))
}

/// Host functions live on the kernel's thread.
fn host_dispatch(host_call: Function) -> HostDispatch {
    Rc::new(move |name, args| {
        let call = msgpack::encode(&HostCall { name: name.to_owned(), args })?;
        let reply = host_call.call1(&JsValue::UNDEFINED, &Uint8Array::from(call.as_slice()));
        let reply = reply.map_err(|thrown| Failure::Thrown(thrown).into_error())?;
        let reply: HostReply = msgpack::decode(&reply.unchecked_into::<Uint8Array>().to_vec())?;
        reply.outcome
    })
}

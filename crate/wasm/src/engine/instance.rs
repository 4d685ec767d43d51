//! One instance of the sandbox module: its memory, its globals, its calls.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::WebAssembly::{self, Global};
use js_sys::{Function, Object, Reflect, Uint8Array};
use nexus_core::{Error, ErrorCode, msgpack};
use nexus_kernel::engine::{AbortCheck, HostDispatch};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::exports::{Exports, Operation};
use super::host_call;
use super::meter::{Budget, Meter};
use crate::interop::error_from_js;
use crate::promise;

/// Bytes of a WebAssembly page.
pub const WASM_PAGE: usize = 64 << 10;

/// What a stopped instance may spend on telling what it did.
const POST_MORTEM: Budget = Budget::new(200_000_000, 2_000);

/// The import `nexus.tick`.
type Tick = Closure<dyn Fn(i64) -> i64>;
/// The import `nexus.host_call`.
type HostCallImport = Closure<dyn Fn(u32, u32) -> Result<u32, JsValue>>;

/// Why a call ended without an answer.
#[derive(Debug, Serialize, Deserialize)]
pub struct Trap {
    /// As the run reports it.
    pub error: Error,
    /// What the stopped instance still told: a [`PostMortem`](nexus_core::message::PostMortem).
    pub post_mortem: Option<ByteBuf>,
}

/// What a call answered and cost.
#[derive(Debug)]
pub struct Called {
    /// The answer, as the module gave it.
    pub outcome: Result<Vec<u8>, Trap>,
    /// What is left.
    pub budget: Budget,
}

impl Called {
    /// The answer as the message that it is.
    ///
    /// # Errors
    /// The trap; one with `INTERNAL_ERROR` for bytes that are no such message.
    pub fn answer<T: DeserializeOwned>(self) -> Result<T, Trap> {
        msgpack::decode(&self.outcome?).map_err(|error| {
            let error = Error::internal(format!("the sandbox's answer: {}", error.message));
            Trap { error, post_mortem: None }
        })
    }
}

/// What the imports share with the instance.
struct Inner {
    meter: Meter,
    host: RefCell<Option<HostDispatch>>,
    exports: RefCell<Option<Exports>>,
}

/// More than an instance needs to boot: nothing of a handler is in it yet.
const BOOT: Budget = Budget::new(1 << 40, 60_000);

/// One instance.
pub struct Instance {
    inner: Rc<Inner>,
    exports: Exports,
    boot_stack_pointer: JsValue,
    /// Segments that its run has told.
    told: Cell<u32>,
    /// Alive as long as the module may call them.
    _imports: (Tick, HostCallImport),
}

impl Instance {
    /// Instantiates the module, whose interpreter has booted when the module was built.
    ///
    /// # Errors
    /// `WASM_ERROR` if the platform refuses, or the module is not the sandbox's.
    pub async fn new(module: &WebAssembly::Module) -> Result<Self, Error> {
        let inner = Rc::new(Inner { meter: Meter::default(), host: RefCell::new(None), exports: RefCell::new(None) });
        let tick: Tick = {
            let inner = Rc::clone(&inner);
            Closure::new(move |used| inner.meter.tick(used))
        };
        let host_call: HostCallImport = {
            // Weak: the closure belongs to the instance, and the exports that it calls lead back to it.
            let inner = Rc::downgrade(&inner);
            Closure::new(move |pointer, length| {
                inner
                    .upgrade()
                    .map_or_else(|| Err(JsValue::from_str("no instance")), |inner| inner.host_call(pointer, length))
            })
        };
        // The smaller sandbox boots now; the other did when it was built.
        inner.meter.open(BOOT, None);
        let instantiate = async {
            let functions = Object::new();
            Reflect::set(&functions, &"tick".into(), tick.as_ref())?;
            Reflect::set(&functions, &"host_call".into(), host_call.as_ref())?;
            let imports = Object::new();
            Reflect::set(&imports, &"nexus".into(), &functions)?;
            let instance = JsFuture::from(WebAssembly::instantiate_module(module, &imports)).await?;
            Exports::of(instance.unchecked_ref())
        };
        let exports = instantiate.await.map_err(|thrown| {
            Error::new(
                ErrorCode::WasmError,
                format!("the sandbox cannot be started: {}", error_from_js(&thrown).message),
            )
        })?;
        inner.meter.close(0);
        inner.exports.replace(Some(exports.clone()));
        let boot_stack_pointer = exports.stack_pointer.value();
        Ok(Self { inner, exports, boot_stack_pointer, told: Cell::new(0), _imports: (tick, host_call) })
    }

    /// Bytes of its memory.
    pub fn memory_bytes(&self) -> usize {
        self.view().length() as usize
    }

    /// Bytes at the beginning of its memory that are stack.
    pub fn stack_bytes(&self) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an address")]
        let bytes = self.boot_stack_pointer.as_f64().unwrap_or_default() as usize;
        bytes
    }

    /// A copy of its memory.
    pub fn snapshot(&self) -> Vec<u8> {
        self.view().to_vec()
    }

    /// Its memory as it is now. Of no use after the next call or growth.
    pub fn view(&self) -> Uint8Array {
        self.exports.view()
    }

    /// Makes its memory at least `bytes` long.
    ///
    /// # Errors
    /// `WASM_ERROR` if the platform has no more.
    pub fn grow_to(&self, bytes: usize) -> Result<(), Error> {
        let missing = bytes.saturating_sub(self.memory_bytes()).div_ceil(WASM_PAGE);
        if missing == 0 {
            return Ok(());
        }
        let delta = JsValue::from(u32::try_from(missing).unwrap_or(u32::MAX));
        // js-sys has no `grow` that may throw.
        let grow = Reflect::get(&self.exports.memory, &"grow".into()).and_then(|grow| grow.dyn_into::<Function>());
        grow.and_then(|grow| grow.call1(&self.exports.memory, &delta)).map(drop).map_err(|thrown| {
            Error::new(ErrorCode::WasmError, format!("no memory for the sandbox: {}", error_from_js(&thrown).message))
        })
    }

    /// Segments that its run has told.
    pub const fn told(&self) -> u32 {
        self.told.get()
    }

    /// Takes a run over that has told so many segments elsewhere.
    pub fn set_told(&self, segments: u32) {
        self.told.set(segments);
    }

    /// Brings the globals back to where they were after the boot; the memory is the caller's to restore.
    pub fn reset_globals(&self) {
        self.exports.stack_pointer.set_value(&self.boot_stack_pointer);
        self.set_grant(0);
    }

    /// Sets the most bytes that the memory may grow to.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if even that traps.
    pub fn set_memory_limit(&self, bytes: u64) -> Result<(), Error> {
        // The limit of 4 GiB is one past what the ABI's 32 bits hold.
        let bytes = JsValue::from(u32::try_from(bytes).unwrap_or(u32::MAX));
        self.set_grant(self.inner.meter.open(POST_MORTEM, None));
        self.exports.set_memory_limit.call1(&JsValue::UNDEFINED, &bytes).map(drop).map_err(|thrown| {
            rethrow_panic(&thrown);
            Error::internal(format!("the sandbox takes no memory limit: {}", error_from_js(&thrown).message))
        })
    }

    /// Has the instance clear what is free in its memory, and garbage too if it is to `collect` it.
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if it traps.
    pub fn scrub(&self, collect: bool) -> Result<(), Error> {
        self.set_grant(self.inner.meter.open(POST_MORTEM, None));
        self.exports.scrub.call1(&JsValue::UNDEFINED, &u32::from(collect).into()).map(drop).map_err(|thrown| {
            rethrow_panic(&thrown);
            Error::internal(format!("the sandbox does not clear its memory: {}", error_from_js(&thrown).message))
        })
    }

    /// Sends a message and reads the answer. `host` serves the host functions that are called meanwhile.
    pub fn call(
        &self,
        operation: Operation,
        message: &[u8],
        budget: Budget,
        host: Option<HostDispatch>,
        aborted: Option<AbortCheck>,
    ) -> Called {
        let meter = &self.inner.meter;
        if operation != Operation::Resume {
            self.told.set(0);
        }
        self.inner.host.replace(host);
        self.set_grant(meter.open(budget, aborted));
        let answered = self.exports.exchange(operation, message);
        let budget = meter.close(self.unreported());
        self.inner.host.replace(None);
        if answered.is_ok() {
            self.told.set(self.told.get() + 1);
        }
        let outcome = answered.map_err(|thrown| {
            rethrow_panic(&thrown);
            let stopped = meter.stopped();
            self.trap(stopped, &thrown)
        });
        Called { outcome, budget }
    }

    /// Fuel used since the last tick.
    fn unreported(&self) -> i64 {
        let read = |global: &Global| i64::try_from(global.value()).unwrap_or_default();
        read(&self.exports.grant) - read(&self.exports.fuel)
    }

    fn set_grant(&self, grant: i64) {
        let grant = JsValue::from(grant);
        self.exports.fuel.set_value(&grant);
        self.exports.grant.set_value(&grant);
    }

    /// Looks into the stopped instance.
    fn trap(&self, stopped: Option<Error>, thrown: &JsValue) -> Trap {
        let prepare = || {
            self.exports.stack_pointer.set_value(&self.boot_stack_pointer);
            self.set_grant(self.inner.meter.open(POST_MORTEM, None));
        };
        prepare();
        let out_of_memory =
            || self.exports.out_of_memory.call0(&JsValue::UNDEFINED).ok().and_then(|flag| flag.as_f64());
        let error = stopped.unwrap_or_else(|| {
            if out_of_memory() == Some(1.0) {
                Error::new(ErrorCode::MemoryLimit, "out of memory")
            } else {
                describe(thrown)
            }
        });
        let tell = || {
            prepare();
            let length = self.exports.post_mortem.call1(&JsValue::UNDEFINED, &self.told.get().into())?;
            self.exports.read_reply(&length)
        };
        // Where it traps too, it tells less when it is asked again, twice.
        let told = tell().or_else(|_| tell()).or_else(|_| tell());
        let post_mortem = told.ok().map(ByteBuf::from);
        self.exports.stack_pointer.set_value(&self.boot_stack_pointer);
        Trap { error, post_mortem }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The exports lead to the memory, and the imports lead here: without this nothing of it would ever be freed.
        self.inner.exports.replace(None);
    }
}

impl Inner {
    /// Serves a call of a host function: reads the call, answers it, writes the answer into the same instance. No
    /// borrow is held while the function runs; it may call the kernel.
    fn host_call(&self, pointer: u32, length: u32) -> Result<u32, JsValue> {
        let exports = self.exports.borrow().clone().ok_or("the instance is gone")?;
        let host = self.host.borrow().clone();
        let call = exports.read(pointer, length);
        let reply = host_call::serve(&call, host.as_ref()).map_err(|error| JsValue::from(error.message))?;
        exports.write(&reply)?;
        Ok(u32::try_from(reply.len()).unwrap_or(u32::MAX))
    }
}

/// A panic of the kernel that passed through the sandbox's frames goes on to whoever called the kernel.
fn rethrow_panic(thrown: &JsValue) {
    if promise::is_poisoned() {
        wasm_bindgen::throw_val(thrown.clone());
    }
}

/// A trap that neither the host nor the memory limit caused.
fn describe(thrown: &JsValue) -> Error {
    let text = error_from_js(thrown).message;
    let lower = text.to_lowercase();
    // The native stack ends in a RangeError (V8, JavaScriptCore) or an InternalError (SpiderMonkey); the shadow stack
    // grows down to address 0, so its end is an access out of bounds.
    let stack = thrown.has_type::<js_sys::RangeError>()
        || ["out of bounds", "call stack", "recursion", "stack overflow"].iter().any(|words| lower.contains(words));
    if stack {
        let limit = usize::try_from(nexus_core::limits::STACK_BYTES).unwrap_or_default();
        let error = Error::resource_limit("stack", limit, limit);
        return Error { message: "the stack is exhausted: calls or nesting go too deep".to_owned(), ..error };
    }
    Error::internal(format!("the sandbox trapped: {text}"))
}

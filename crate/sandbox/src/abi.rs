//! The exports of `sandbox.wasm`: bytes in, bytes out.
//!
//! The host asks for a buffer ([`nexus_alloc`]), writes a message of `nexus_core::message` into it, calls the function
//! for that message and reads the reply at [`nexus_reply`]. Everything stands in linear memory: an image of the memory
//! and the stack pointer is the whole instance.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use nexus_core::message::{CompileRequest, HostCall, HostReply, InferRequest};
use nexus_core::{Error, Segment, Status, msgpack};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::allocator;
use crate::collector;
use crate::instance::Instance;

#[link(wasm_import_module = "nexus")]
unsafe extern "C" {
    /// Calls a synchronous function of the embedder. The message is a [`HostCall`]; the host writes its [`HostReply`]
    /// into a buffer of [`nexus_alloc`] and answers its length.
    fn host_call(message: *const u8, length: usize) -> usize;
}

thread_local! {
    static INSTANCE: RefCell<Option<Instance>> = const { RefCell::new(None) };
    static MESSAGE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static REPLY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static REPLY_ADDRESS: Cell<*const u8> = const { Cell::new(std::ptr::null()) };
    static POST_MORTEMS: Cell<usize> = const { Cell::new(0) };
}

/// Starts the interpreter. The build of the package calls it, keeps the memory that it leaves as the module's own, and
/// drops the export: instances of the finished module begin booted.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_boot() {
    // What does not even fit the address space panics instead of asking the allocator: vectors, hash tables and the
    // engine's strings each in words of their own.
    const TOO_LARGE: [&str; 3] =
        ["capacity overflow", "Hash table capacity overflow", "detected overflow during string allocation"];
    std::panic::set_hook(Box::new(|panic| {
        if panic.payload_as_str().is_some_and(|message| TOO_LARGE.contains(&message)) {
            allocator::exhaust();
        }
    }));
    let instance = Instance::boot();
    collector::attach();
    INSTANCE.set(Some(instance));
    allocator::scrub();
}

/// A buffer of `length` bytes for the next message.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_alloc(length: usize) -> *mut u8 {
    MESSAGE.with_borrow_mut(|message| {
        *message = vec![0; length];
        message.as_mut_ptr()
    })
}

/// Where the last reply is.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_reply() -> *const u8 {
    REPLY_ADDRESS.get()
}

/// Takes a `CompileRequest`, answers the length of a `Compiled`.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_compile(length: usize) -> usize {
    let length = answer(length, |instance, request: Result<CompileRequest, Error>| match request {
        Ok(request) => instance.compile(request),
        Err(error) => nexus_core::message::Compiled { outcome: Err(error) },
    });
    // The message and what the parser left would be part of the image.
    MESSAGE.take();
    allocator::scrub();
    length
}

/// Clears what is free, for an image of the memory to be small. To the run it makes no difference, unless `collect` is not 0: then
/// garbage is collected first, so that later collections come at other times, and the fuel that they take.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_scrub(collect: u32) {
    if collect != 0 {
        boa_gc::force_collect();
    }
    allocator::scrub();
}

/// Takes a `StartRequest`, answers the length of a `Segment`.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_start(length: usize) -> usize {
    run(length, |instance, request| instance.run_first(request, Rc::new(call_host)))
}

/// Takes a `ResumeRequest`, answers the length of a `Segment`.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_resume(length: usize) -> usize {
    run(length, Instance::run_next)
}

/// Takes an `InferRequest`, answers the length of an `Inferred`.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_infer(length: usize) -> usize {
    answer(length, |instance, request: Result<InferRequest, Error>| match request {
        Ok(request) => instance.infer(request),
        Err(error) => nexus_core::message::Inferred { outcome: Err(error) },
    })
}

/// After a run was stopped in the middle: answers the length of a `Segment` with what it did since the first `told` segments,
/// which the host has got; 0 if no run had begun. The instance is of no further use. May trap, where the stop fell into
/// the engine's own bookkeeping; asked again, it then tells less: where the run was without its native functions, and at last the effects alone.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_post_mortem(told: u32) -> usize {
    allocator::open_reserve();
    // The stop fell into a call that still holds the instance; nothing of that call will ever go on.
    let instance = INSTANCE.with(|instance| unsafe { &mut *instance.as_ptr() });
    let Some(instance) = instance.as_mut().filter(|instance| instance.has_run()) else { return 0 };
    instance.recover(told);
    let place = match POST_MORTEMS.replace(POST_MORTEMS.get() + 1) {
        0 => Some(instance.place_of_stop()),
        1 => Some(instance.glance()),
        _ => None,
    };
    instance.tell(|segment| {
        segment.status = Status::Error;
        segment.return_value = None;
        segment.error = place;
        reply(with_memory(segment))
    })
}

/// Sets how far linear memory may grow, in bytes.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_set_memory_limit(bytes: u32) {
    allocator::set_limit(bytes);
}

/// 1 if an allocation failed for the limit, else 0.
#[unsafe(no_mangle)]
pub extern "C" fn nexus_out_of_memory() -> u32 {
    allocator::is_exhausted().into()
}

fn answer<Request: DeserializeOwned, Answer: Serialize>(
    length: usize,
    serve: impl FnOnce(&mut Instance, Result<Request, Error>) -> Answer,
) -> usize {
    let request = request(length);
    INSTANCE.with_borrow_mut(|instance| reply(&serve(instance.get_or_insert_with(Instance::boot), request)))
}

/// Runs a segment. What it did is told where it stands, for while it is being told the run may be stopped.
fn run<Request: DeserializeOwned>(
    length: usize,
    segment: impl FnOnce(&mut Instance, Request) -> Result<(), Error>,
) -> usize {
    let request = request(length);
    INSTANCE.with_borrow_mut(|instance| {
        let instance = instance.get_or_insert_with(Instance::boot);
        match request.and_then(|request| segment(instance, request)) {
            Ok(()) => instance.tell(|segment| reply(with_memory(segment))),
            Err(error) => reply(with_memory(&mut Segment::failed("", error))),
        }
    })
}

fn request<Request: DeserializeOwned>(length: usize) -> Result<Request, Error> {
    let message = MESSAGE.take();
    let request = message.get(..length).ok_or_else(|| Error::internal("the message is longer than its buffer"));
    request.and_then(msgpack::decode)
}

fn reply<T: Serialize>(answer: &T) -> usize {
    let bytes = msgpack::encode(answer).unwrap_or_default();
    let length = bytes.len();
    REPLY_ADDRESS.set(bytes.as_ptr());
    REPLY.set(bytes);
    length
}

fn with_memory(segment: &mut Segment) -> &Segment {
    let (live, peak) = allocator::usage();
    segment.metrics.memory_used_bytes = live.into();
    segment.metrics.memory_peak_bytes = peak.into();
    segment
}

fn call_host(call: HostCall) -> HostReply {
    let failed = |error| HostReply { outcome: Err(error) };
    let message = match msgpack::encode(&call) {
        Ok(message) => message,
        Err(error) => return failed(error),
    };
    // SAFETY: the message lives until the call returns, and the host only reads it.
    let length = unsafe { host_call(message.as_ptr(), message.len()) };
    let reply = MESSAGE.take();
    reply.get(..length).map_or_else(
        || failed(Error::internal("the host's reply is too long")),
        |reply| msgpack::decode(reply).unwrap_or_else(failed),
    )
}

/// Randomness for the engine's dependencies, which only seed hash maps with it: those need none inside the wall.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(buffer: *mut u8, length: usize) -> Result<(), getrandom::Error> {
    // SAFETY: getrandom hands in a buffer of that length.
    unsafe { std::ptr::write_bytes(buffer, 0x5a, length) };
    Ok(())
}

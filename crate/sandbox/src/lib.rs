//! Inside the wall: the interpreter, the handler's globals and its host functions.
//!
//! An [`Instance`] serves one run. On `wasm32` it is the whole of `sandbox.wasm`, reached through the exports of
//! `abi.rs`: bytes in, bytes out. Natively it is a plain struct, so that the kernel is tested with a sandbox linked in.
//!
//! | where | what |
//! |---|---|
//! | [`instance`] | boot, compile, start, resume |
//! | [`source`] | the wrapper that a handler's text cannot leave |
//! | [`host_function`] | the trait and registry through which every global is reached |
//! | [`globals`] | the host functions themselves, a family a file |
//! | [`run`] | what one run holds and has recorded |
//! | [`state`] | its state: reads see own writes, nested changes are recorded |
//! | [`convert`] | JavaScript values to data and back |
//! | [`failure`] | errors from the engine to the wire |
//! | [`position`] | the true positions of run-time errors |
//! | [`infer`] | which capabilities a source needs |
//! | [`builtins`] | our own `JSON`, string, array and regular expression functions, where the engine's are slow |
//! | `engine` | what the engine asks of its host: jobs, clock, modules, randomness |
//!
//! Adding a global function in Rust is one file: see `docs/host-functions.md`.

#[cfg(target_family = "wasm")]
mod abi;
#[cfg(target_family = "wasm")]
mod allocator;
pub mod builtins;
#[cfg(target_family = "wasm")]
mod collector;
pub mod convert;
mod early_error;
mod engine;
pub mod failure;
pub mod globals;
pub mod host_function;
pub mod infer;
pub mod instance;
mod lines;
pub mod position;
pub mod run;
pub mod source;
pub mod state;
mod stray_jump;

pub use failure::Failure;
pub use host_function::{Call, HostFunction};
pub use instance::{HostCaller, Instance};

//! nexus-kernel for JavaScript.
//!
//! The only crate that knows of wasm-bindgen. It binds the kernel's traits to the platform and shows the kernel as a
//! class; the facade in `pkg-config/` gives that its final shape.
//!
//! | module | what it does |
//! |---|---|
//! | [`interop`] | every conversion between JavaScript's values and the kernel's |
//! | [`kernel`], [`arguments`] | the exported class, and what its methods are given |
//! | [`api`] | requests and answers |
//! | [`panels`], [`session`] | panels and their clients as classes |
//! | [`engine`] | drives `sandbox.wasm`: instances, images, fuel |
//! | [`observation`], `console` | audit log, metrics and log |
//! | [`extension`], [`host_function`], [`authorize`] | objects of the embedder's, as the kernel sees them |
//! | [`fetch`], [`store`], [`clock`], [`entropy`], [`abort`] | the platform, as the kernel sees it |
//! | [`promise`], [`executor`], `completion`, `timer` | futures as promises, panics as rejections; waiting |
//! | [`surroundings`] | what the facade finds around it: modules, Workers, storage |
//! | [`capabilities`], [`msgpack`] | exports that need no kernel |

pub mod abort;
pub mod api;
pub mod arguments;
pub mod authorize;
pub mod capabilities;
pub mod clock;
mod completion;
mod console;
pub mod engine;
pub mod entropy;
pub mod executor;
pub mod extension;
pub mod fetch;
pub mod host_function;
pub mod interop;
pub mod kernel;
pub mod msgpack;
pub mod observation;
pub mod panels;
pub mod promise;
mod replay;
pub mod session;
pub mod store;
pub mod surroundings;
mod timer;

use wasm_bindgen::prelude::*;

#[cfg(all(test, test_in_browser))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

/// To be called once, before anything else. `error_class` makes a `NexusError` of an error as plain data.
#[wasm_bindgen]
pub fn initialize(error_class: js_sys::Function) {
    interop::error::set_error_class(error_class);
    promise::handle_panics();
}

/// The version of the package.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

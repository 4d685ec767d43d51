//! The one way from a future to a JavaScript promise, and what becomes of promises when the kernel panics.
//!
//! A panic ends in a trap: nothing after it runs, so a promise that waits for it would hang for ever. The panic hook
//! therefore rejects every promise that is still open with `INTERNAL_ERROR`, and poisons the module: its state can no
//! longer be trusted, so later calls are rejected at once.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::PanicHookInfo;
use std::rc::Rc;

use indexmap::IndexMap;
use js_sys::{Function, Promise};
use nexus_core::Error;
use wasm_bindgen::prelude::*;

use crate::{executor, interop};

/// Whether a promise stands in the list of those to be rejected.
#[derive(Clone, Copy)]
enum Registered {
    NotYet,
    As(u64),
    NoMore,
}

#[derive(Default)]
struct Open {
    next_id: u64,
    rejects: IndexMap<u64, Function>,
    /// The panic's text, once there was one.
    poison: Option<String>,
}

thread_local! {
    static OPEN: RefCell<Open> = RefCell::default();
}

/// The promise for what `future` comes to, which is begun at once. Rejected with `INTERNAL_ERROR` if the kernel panics before that.
///
/// Always `Ok`: exports that return a `Result` return several values, and those V8 does not inline into JavaScript. Inlined, they end the
/// process of Node 20 (V8 11.3) with "unreachable code" when what they call makes V8 give the caller's optimized code up.
#[expect(clippy::missing_errors_doc, reason = "there are none; see above")]
pub fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Result<Promise, JsValue> {
    if let Err(error) = ensure_sound() {
        return Ok(Promise::reject(&error));
    }
    let mut functions = None;
    let promise = Promise::new(&mut |resolve, reject| functions = Some((resolve, reject)));
    let (resolve, reject) = functions.expect("a promise's executor runs at once");
    let registered = Rc::new(Cell::new(Registered::NotYet));
    executor::begin({
        let (registered, reject) = (Rc::clone(&registered), reject.clone());
        async move {
            let outcome = future.await;
            if let Registered::As(id) = registered.replace(Registered::NoMore) {
                OPEN.with_borrow_mut(|open| open.rejects.shift_remove(&id));
            }
            // Neither function throws.
            let _ = match outcome {
                Ok(value) => resolve.call1(&JsValue::UNDEFINED, &value),
                Err(error) => reject.call1(&JsValue::UNDEFINED, &error),
            };
        }
    });
    // Only now: a panic in the first step is thrown at the caller, who has no promise yet.
    if let Registered::NotYet = registered.get() {
        let id = OPEN.with_borrow_mut(|open| {
            open.next_id += 1;
            open.rejects.insert(open.next_id, reject);
            open.next_id
        });
        registered.set(Registered::As(id));
    }
    Ok(promise)
}

/// Whether the kernel has panicked.
#[must_use]
pub fn is_poisoned() -> bool {
    OPEN.with_borrow(|open| open.poison.is_some())
}

/// To be asked at the start of every export.
///
/// # Errors
/// `INTERNAL_ERROR`, as a JavaScript error, once the kernel has panicked.
pub fn ensure_sound() -> Result<(), JsValue> {
    let poison = OPEN.with_borrow(|open| open.poison.clone());
    poison.map_or(Ok(()), |text| Err(interop::error_to_js(&poisoned(&text))))
}

/// Installs the panic hook.
pub fn handle_panics() {
    std::panic::set_hook(Box::new(on_panic));
}

fn on_panic(info: &PanicHookInfo<'_>) {
    if cfg!(debug_assertions) {
        console_error_panic_hook::hook(info);
    }
    let text = info.to_string();
    let error = interop::error_to_js(&poisoned(&text));
    // The panic may have struck while the list was in use; then the list is lost and the trap is all there is.
    let rejects = OPEN.with(|open| {
        open.try_borrow_mut().map_or_else(
            |_| IndexMap::new(),
            |mut open| {
                open.poison = Some(text);
                std::mem::take(&mut open.rejects)
            },
        )
    });
    for reject in rejects.values() {
        let _ = reject.call1(&JsValue::UNDEFINED, &error);
    }
    // What called into the module right now gets the same error instead of `RuntimeError: unreachable`.
    wasm_bindgen::throw_val(error);
}

fn poisoned(text: &str) -> Error {
    Error::internal(format!("the kernel failed and cannot be used any more: {text}"))
}

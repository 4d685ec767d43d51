//! What JavaScript completes: calls of extensions, timers.
//!
//! Each has a number, and they share one function of the kernel's, which is told the number. A closure for each would cost more than
//! most of what is waited for.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_channel::oneshot;
use js_sys::Function;
use wasm_bindgen::prelude::*;

/// What something came to: a value, or what was thrown.
type Outcome = Result<JsValue, JsValue>;

/// `(number, succeeded, value)`.
type Complete = Closure<dyn Fn(u32, bool, JsValue)>;

thread_local! {
    static WAITING: RefCell<HashMap<u32, oneshot::Sender<Outcome>>> = RefCell::default();
    static NEXT: Cell<u32> = const { Cell::new(0) };
    static COMPLETE: Complete = Closure::new(|number, succeeded, value| {
        // Nobody waits any more, if there is none.
        if let Some(sender) = WAITING.with_borrow_mut(|waiting| waiting.remove(&number)) {
            let _ = sender.send(if succeeded { Ok(value) } else { Err(value) });
        }
    });
}

/// Resolves when JavaScript calls [`complete`](Self::complete) with its number; forgotten when it is dropped.
pub struct Completion {
    number: u32,
    outcome: oneshot::Receiver<Outcome>,
}

impl Completion {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        let (sender, outcome) = oneshot::channel();
        let number = WAITING.with_borrow_mut(|waiting| {
            loop {
                let number = NEXT.replace(NEXT.get().wrapping_add(1));
                // After four thousand million of them the numbers begin again, and some may be waiting still.
                if let Entry::Vacant(entry) = waiting.entry(number) {
                    entry.insert(sender);
                    return number;
                }
            }
        });
        Self { number, outcome }
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The function to call: `(number, succeeded, value)`. Only the first call with a number counts.
    #[must_use]
    pub fn complete() -> Function {
        COMPLETE.with(|complete| complete.as_ref().unchecked_ref::<Function>().clone())
    }
}

impl Default for Completion {
    fn default() -> Self {
        Self::new()
    }
}

impl Future for Completion {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        // The sender is dropped by nobody but this.
        Pin::new(&mut self.outcome).poll(context).map(|outcome| outcome.unwrap_or(Ok(JsValue::UNDEFINED)))
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        WAITING.with_borrow_mut(|waiting| waiting.remove(&self.number));
    }
}

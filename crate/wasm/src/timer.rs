//! Timers of the platform's.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

use crate::completion::Completion;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_completion(complete: &Function, ms: u32, number: u32, succeeded: bool) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue) -> Result<(), JsValue>;
}

/// Waits for `ms` milliseconds, at most 2^31 - 1. Node goes on for as long. Where the platform lets nobody wait, as Workers outside a
/// request, it never ends.
pub async fn sleep(ms: u32) {
    let completion = Completion::new();
    let _pending = set_completion(&Completion::complete(), ms, completion.number(), true).ok().map(Pending);
    let _ = completion.await;
}

/// A timer's name; the timer goes with it. One that is over already is no matter.
struct Pending(JsValue);

impl Drop for Pending {
    fn drop(&mut self) {
        let _ = clear_timeout(&self.0);
    }
}

/// Timers of the embedder's: `setTimeout` and `clearTimeout` of an object, such as a fake clock in a test.
#[derive(Clone)]
pub struct Timers {
    object: JsValue,
    set: Function,
    clear: Function,
}

impl Timers {
    /// From the object and its two functions.
    #[must_use]
    pub const fn new(object: JsValue, set: Function, clear: Function) -> Self {
        Self { object, set, clear }
    }

    /// Waits for `ms` milliseconds. Where `setTimeout` throws, it never ends.
    pub async fn sleep(self, ms: u32) {
        let completion = Completion::new();
        let complete = Completion::complete().bind2(&JsValue::UNDEFINED, &completion.number().into(), &true.into());
        let timer = self.set.call2(&self.object, &complete, &ms.into());
        let _pending = timer.ok().map(|timer| PendingOf(self, timer));
        let _ = completion.await;
    }
}

/// A timer of the embedder's; it goes with it.
struct PendingOf(Timers, JsValue);

impl Drop for PendingOf {
    fn drop(&mut self) {
        let Self(Timers { object, clear, .. }, timer) = self;
        let _ = clear.call1(object, timer);
    }
}

/// Calls back once, unless it is dropped before. It keeps no process alive.
pub struct Timer {
    _pending: Pending,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `callback` in `ms` milliseconds. Node may end before. `None` where the platform lets nobody wait, as Workers
    /// outside a request.
    pub fn after(ms: f64, callback: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::new(callback);
        let id = set_timeout(callback.as_ref().unchecked_ref(), ms).ok()?;
        // Node's timers are objects, and hold the process unless they are told not to; everyone else's are numbers.
        if id.is_object()
            && let Some(unref) =
                Reflect::get(&id, &"unref".into()).ok().and_then(|unref| unref.dyn_into::<Function>().ok())
        {
            let _ = unref.call0(&id);
        }
        Some(Self { _pending: Pending(id), _callback: callback })
    }
}

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

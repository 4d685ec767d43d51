//! A timer of the platform's that keeps no process alive.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(callback: &Function, ms: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue) -> Result<(), JsValue>;
}

/// Calls back once, unless it is dropped before.
pub struct Timer {
    id: JsValue,
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
        Some(Self { id, _callback: callback })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        let _ = clear_timeout(&self.id);
    }
}

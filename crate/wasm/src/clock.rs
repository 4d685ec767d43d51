//! Time: the embedder's clock or the platform's, and the platform's timers.

use js_sys::{Date, Function};
use nexus_core::limits;
use nexus_kernel::clock::Clock;
use nexus_kernel::engine::LocalFuture;
use wasm_bindgen::prelude::*;

use crate::interop::{Failure, Fields};
use crate::timer;

/// Tells the embedder's time where there is one, and waits in the platform's.
pub struct JsClock {
    injected: Option<(JsValue, Function)>,
}

impl JsClock {
    /// From `{ now(): number }`, or `undefined` for the platform's clock.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is something else.
    pub fn from_js(clock: &JsValue) -> Result<Self, Failure> {
        if clock.is_undefined() {
            return Ok(Self { injected: None });
        }
        let fields = Fields::open_any(clock, "clock")?;
        let now = fields.function("now")?.ok_or_else(|| fields.wrong("now", "a function"))?;
        Ok(Self { injected: Some((clock.clone(), now)) })
    }
}

impl Clock for JsClock {
    /// A clock of the embedder's that throws or answers no number counts as not there.
    fn now(&self) -> f64 {
        let injected = self.injected.as_ref().and_then(|(clock, now)| now.call0(clock).ok()?.as_f64());
        injected.filter(|now| now.is_finite()).unwrap_or_else(Date::now)
    }

    fn sleep(&self, ms: u64) -> LocalFuture<'static, ()> {
        // Timers of the platform hold 31 bits; limits are validated against the same bound.
        let ms = u32::try_from(ms.min(limits::LONGEST_MS)).unwrap_or_default();
        Box::pin(timer::sleep(ms))
    }
}

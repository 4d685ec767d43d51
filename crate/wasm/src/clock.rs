//! Time: the embedder's clock or the platform's, and the platform's timers.

use js_sys::{Date, Function};
use nexus_core::limits;
use nexus_kernel::clock::Clock;
use nexus_kernel::engine::LocalFuture;
use wasm_bindgen::prelude::*;

use crate::interop::{Failure, Fields};
use crate::timer::{self, Timers};

/// Tells the embedder's time where there is one, and waits by the embedder's timers or, if it has none, the platform's.
pub struct JsClock {
    injected: Option<Injected>,
}

struct Injected {
    clock: JsValue,
    now: Function,
    timers: Option<Timers>,
}

impl JsClock {
    /// From `{ now(): number, setTimeout?(callback, ms), clearTimeout?(timer) }`, or `undefined` for the platform's clock.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is something else.
    pub fn from_js(clock: &JsValue) -> Result<Self, Failure> {
        if clock.is_undefined() {
            return Ok(Self { injected: None });
        }
        let fields = Fields::open_any(clock, "clock")?;
        let now = fields.function("now")?.ok_or_else(|| fields.wrong("now", "a function"))?;
        let timers = match (fields.function("setTimeout")?, fields.function("clearTimeout")?) {
            (Some(set), Some(clear)) => Some(Timers::new(clock.clone(), set, clear)),
            (None, None) => None,
            (Some(_), None) => return Err(fields.wrong("clearTimeout", "a function where setTimeout is one")),
            (None, Some(_)) => return Err(fields.wrong("setTimeout", "a function where clearTimeout is one")),
        };
        Ok(Self { injected: Some(Injected { clock: clock.clone(), now, timers }) })
    }
}

impl Clock for JsClock {
    /// A clock of the embedder's that throws or answers no number counts as not there.
    fn now(&self) -> f64 {
        let injected = self.injected.as_ref().and_then(|Injected { clock, now, .. }| now.call0(clock).ok()?.as_f64());
        injected.filter(|now| now.is_finite()).unwrap_or_else(Date::now)
    }

    fn sleep(&self, ms: u64) -> LocalFuture<'static, ()> {
        // Timers of the platform hold 31 bits; limits are validated against the same bound.
        let ms = u32::try_from(ms.min(limits::LONGEST_MS)).unwrap_or_default();
        match self.injected.as_ref().and_then(|injected| injected.timers.clone()) {
            Some(timers) => Box::pin(timers.sleep(ms)),
            None => Box::pin(timer::sleep(ms)),
        }
    }
}

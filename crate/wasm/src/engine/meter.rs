//! What a call into the sandbox may use up, and when it has to stop.

use std::cell::{Cell, RefCell};

use nexus_core::{Error, ErrorCode, Value};
use nexus_kernel::engine::AbortCheck;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds, monotonic.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    pub fn monotonic_ms() -> f64;
}

/// Units of fuel between two looks at the clock: some 7 ms of interpreted work (130 million units a second, measured in
/// Node 20).
const GRANT: u64 = 1_000_000;

/// What is left to a run, or to a call on nobody's behalf.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Budget {
    /// Units of fuel it was given in all.
    pub fuel: u64,
    /// Units it has used; never more than it was given.
    pub fuel_used: u64,
    /// Milliseconds it may compute in all.
    pub time_ms: f64,
    /// Milliseconds it has computed.
    pub time_used_ms: f64,
}

impl Budget {
    /// A budget of which nothing is used.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "limits are below 2^53")]
    pub const fn new(fuel: u64, time_ms: u64) -> Self {
        Self { fuel, fuel_used: 0, time_ms: time_ms as f64, time_used_ms: 0.0 }
    }
}

/// The error of a run that was given up.
#[must_use]
pub fn cancelled() -> Error {
    Error::new(ErrorCode::Cancelled, "the run was aborted")
}

/// Why the host stopped a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Fuel,
    Time,
    Abort,
}

/// The account of the call that an instance is in. It answers the module's ticks.
pub struct Meter {
    budget: Cell<Budget>,
    /// When the call began, by [`monotonic_ms`].
    since: Cell<f64>,
    aborted: RefCell<Option<AbortCheck>>,
    stop: Cell<Option<Stop>>,
}

impl Default for Meter {
    /// An account of nothing.
    fn default() -> Self {
        Self {
            budget: Cell::new(Budget::new(0, 0)),
            since: Cell::new(0.0),
            aborted: RefCell::new(None),
            stop: Cell::new(None),
        }
    }
}

impl Meter {
    /// Opens the account of a call. Answers the first grant.
    pub fn open(&self, budget: Budget, aborted: Option<AbortCheck>) -> i64 {
        self.budget.set(budget);
        self.since.set(monotonic_ms());
        self.aborted.replace(aborted);
        self.stop.set(None);
        // Many short calls, each over before its first tick, would never be looked at: this one ticks at once.
        if self.time_is_up() { 0 } else { self.grant() }
    }

    /// Closes it; `used` is the fuel used since the last tick. Answers what is left.
    pub fn close(&self, used: i64) -> Budget {
        // The tick that stopped the call was told of it all; the module's counters still stand there.
        if self.stop.get().is_none() {
            self.charge(used);
        }
        let mut budget = self.budget.get();
        budget.time_used_ms += (monotonic_ms() - self.since.get()).max(0.0);
        self.budget.set(budget);
        self.aborted.replace(None);
        // Work is paid for before it is done: what the last payment was for did not happen.
        Budget { fuel_used: budget.fuel_used.min(budget.fuel), ..budget }
    }

    /// The module asks for more, having used `used`. Answers the next grant; below zero: stop.
    pub fn tick(&self, used: i64) -> i64 {
        self.charge(used);
        let budget = self.budget.get();
        if budget.fuel_used > budget.fuel {
            return self.stop(Stop::Fuel);
        }
        if self.time_is_up() {
            return self.stop(Stop::Time);
        }
        // Out of the borrow: the check is the kernel's code.
        let aborted = self.aborted.borrow().clone();
        if aborted.is_some_and(|aborted| aborted()) {
            return self.stop(Stop::Abort);
        }
        self.grant()
    }

    /// Why the call was stopped, if it was.
    #[must_use]
    pub fn stopped(&self) -> Option<Error> {
        let budget = self.budget.get();
        #[expect(clippy::cast_precision_loss, reason = "limits are below 2^53")]
        let (fuel, fuel_used) = (budget.fuel as f64, budget.fuel_used as f64);
        let timeout = |resource: &str, limit: f64, used: f64, message: String| {
            let context = [("resource", Value::from(resource)), ("limit", limit.into()), ("used", used.into())];
            Error::new(ErrorCode::Timeout, message).with_context(Value::object(context))
        };
        self.stop.get().map(|stop| match stop {
            Stop::Fuel => timeout("fuel", fuel, fuel_used, format!("out of fuel: {fuel} units")),
            Stop::Time => {
                let used = budget.time_used_ms.round();
                timeout("timeoutMs", budget.time_ms, used, format!("out of time: {} ms", budget.time_ms))
            }
            Stop::Abort => cancelled(),
        })
    }

    fn charge(&self, used: i64) {
        let mut budget = self.budget.get();
        budget.fuel_used = budget.fuel_used.saturating_add(u64::try_from(used).unwrap_or_default());
        self.budget.set(budget);
    }

    fn time_is_up(&self) -> bool {
        let budget = self.budget.get();
        budget.time_used_ms + monotonic_ms() - self.since.get() > budget.time_ms
    }

    fn grant(&self) -> i64 {
        let budget = self.budget.get();
        // Never beyond what is left: the module asks when it is past the grant, so the last unit is exact.
        i64::try_from(budget.fuel.saturating_sub(budget.fuel_used).min(GRANT)).unwrap_or_default()
    }

    fn stop(&self, stop: Stop) -> i64 {
        self.stop.set(Some(stop));
        -1
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::rc::Rc;

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    fn grants_never_go_beyond_what_is_left() {
        let meter = Meter::default();
        assert_eq!(meter.open(Budget::new(2_500_000, 1_000), None), 1_000_000);
        assert_eq!(meter.tick(1_000_001), 1_000_000);
        assert_eq!(meter.tick(1_000_001), 499_998);
        assert_eq!(meter.close(100).fuel_used, 2_000_102);
        assert!(meter.stopped().is_none());
    }

    #[wasm_bindgen_test]
    fn the_last_unit_is_allowed_and_the_next_one_stops() {
        let meter = Meter::default();
        assert_eq!(meter.open(Budget::new(10, 1_000), None), 10);
        assert_eq!(meter.close(10).fuel_used, 10);
        assert!(meter.stopped().is_none());
        meter.open(Budget::new(10, 1_000), None);
        assert!(meter.tick(11) < 0);
        // What the module's counters still show was told by the tick.
        assert_eq!(meter.close(11).fuel_used, 10);
        let error = meter.stopped().unwrap();
        assert_eq!(error.code, ErrorCode::Timeout);
        let context = error.context.unwrap();
        let number = |name: &str| context.as_object().unwrap()[name].clone();
        assert_eq!((number("limit"), number("used")), (Value::Number(10.0), Value::Number(11.0)));
    }

    #[wasm_bindgen_test]
    fn time_counts_over_all_calls() {
        let meter = Meter::default();
        let mut budget = Budget::new(1_000_000_000, 20);
        let mut ticks = 0;
        loop {
            meter.open(budget, None);
            let next = meter.tick(1);
            budget = meter.close(0);
            if next < 0 {
                break;
            }
            ticks += 1;
            assert!(ticks < 100_000_000);
        }
        assert_eq!(meter.stopped().unwrap().context.unwrap().as_object().unwrap()["resource"], "timeoutMs".into());
        assert!(budget.time_used_ms >= 20.0);
    }

    #[wasm_bindgen_test]
    fn an_abort_stops_at_the_next_tick() {
        let aborted = Rc::new(Cell::new(false));
        let check: AbortCheck = {
            let aborted = Rc::clone(&aborted);
            Rc::new(move || aborted.get())
        };
        let meter = Meter::default();
        meter.open(Budget::new(10_000_000, 1_000), Some(check));
        assert!(meter.tick(1) > 0);
        aborted.set(true);
        assert!(meter.tick(1) < 0);
        assert_eq!(meter.stopped().unwrap().code, ErrorCode::Cancelled);
    }
}

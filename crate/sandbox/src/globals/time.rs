//! `$time.now()`.

use boa_engine::JsValue;

use crate::failure::Failure;
use crate::host_function::{Call, HostFunction, Registry};

pub fn register(registry: &mut Registry) {
    registry.register(Now);
}

/// Milliseconds since the epoch, as `Date.now()` has them: standing still between suspensions.
struct Now;

impl HostFunction for Now {
    fn name(&self) -> &str {
        "time.now"
    }

    fn place(&self) -> &'static str {
        "$time.now"
    }

    fn signature(&self) -> &str {
        "() => number"
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        Ok(call.run.borrow().now().into())
    }
}

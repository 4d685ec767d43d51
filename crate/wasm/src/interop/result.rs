//! What the kernel answers, as plain data.

use js_sys::{Array, Object, Reflect};
use nexus_core::Segment;
use nexus_kernel::{HookFailure, Stats, Unparked};
use wasm_bindgen::prelude::*;

use super::{data_to_js, error_to_js, value_to_js};

/// A segment without what only the run loop needs to know.
#[must_use]
pub fn segment_to_js(mut segment: Segment) -> JsValue {
    segment.aborted.clear();
    data_to_js(&segment)
}

/// `{ runId, suspensions }`.
#[must_use]
pub fn unparked_to_js(unparked: Unparked) -> JsValue {
    data_to_js(&unparked)
}

/// `{ extension, error }` each.
#[must_use]
pub fn failures_to_js(failures: &[HookFailure]) -> JsValue {
    let describe = |failure: &HookFailure| {
        let object = Object::new();
        let _ = Reflect::set(&object, &"extension".into(), &failure.extension.as_str().into());
        let _ = Reflect::set(&object, &"error".into(), &error_to_js(&failure.error));
        object
    };
    failures.iter().map(describe).collect::<Array>().into()
}

/// Numbers about a kernel.
#[must_use]
pub fn stats_to_js(stats: &Stats) -> JsValue {
    value_to_js(&stats.to_value())
}

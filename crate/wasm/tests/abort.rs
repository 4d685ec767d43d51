//! `AbortSignal`s of the embedder's are followed.
#![cfg(target_arch = "wasm32")]

use nexus_core::ErrorCode;
use nexus_wasm::abort::Followed;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(test_in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_embedder_s_signal_aborts_the_kernel_s_with_its_reason() {
    let controller = web_sys::AbortController::new().unwrap();
    let followed = Followed::from_js(&controller.signal()).unwrap();
    assert!(!followed.signal().is_aborted());
    controller.abort_with_reason(&js_sys::Error::new("enough"));
    let reason = followed.signal().reason().unwrap();
    assert_eq!(reason.code, ErrorCode::Cancelled);
    assert_eq!(reason.message, "enough");
}

#[wasm_bindgen_test]
fn a_signal_that_was_aborted_before_counts() {
    let controller = web_sys::AbortController::new().unwrap();
    controller.abort();
    assert!(Followed::from_js(&controller.signal()).unwrap().signal().is_aborted());
}

#[wasm_bindgen_test]
fn a_signal_is_followed_no_longer_than_needed_unless_it_is_let_go() {
    let controller = web_sys::AbortController::new().unwrap();
    let dropped = Followed::from_js(&controller.signal()).unwrap();
    let let_go = Followed::from_js(&controller.signal()).unwrap();
    let (dropped_signal, let_go_signal) = (dropped.signal(), let_go.signal());
    drop(dropped);
    let_go.outlive();
    controller.abort();
    assert!(!dropped_signal.is_aborted());
    assert!(let_go_signal.is_aborted());
}

#[wasm_bindgen_test]
fn what_is_no_signal_is_refused() {
    assert!(Followed::from_js(&JsValue::UNDEFINED).is_ok());
    for value in [JsValue::NULL, 1.into(), js_sys::Object::new().into()] {
        let error = Followed::from_js(&value).err().unwrap().into_error();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
    }
}

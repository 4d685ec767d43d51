//! A panic rejects every open promise with `INTERNAL_ERROR` and poisons the module. In a file of its own: nothing works
//! in a poisoned module.
#![cfg(target_arch = "wasm32")]

use js_sys::Reflect;
use nexus_wasm::executor::next_turn;
use nexus_wasm::promise::{handle_panics, is_poisoned, promise};
use nexus_wasm::{capabilities, msgpack};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(test_in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn text(error: &JsValue, field: &str) -> String {
    Reflect::get(error, &field.into()).unwrap().as_string().unwrap_or_default()
}

#[wasm_bindgen_test]
async fn a_panic_rejects_open_promises_and_all_later_ones() {
    handle_panics();
    let for_ever = promise(std::future::pending()).unwrap();
    let broken = promise(async {
        next_turn().await;
        panic!("the ship is sinking")
    })
    .unwrap();

    for open in [broken, for_ever] {
        let error = JsFuture::from(open).await.unwrap_err();
        assert_eq!(text(&error, "code"), "INTERNAL_ERROR");
        assert!(text(&error, "message").contains("the ship is sinking"), "{}", text(&error, "message"));
    }

    assert!(is_poisoned());
    let later = JsFuture::from(promise(async { Ok(JsValue::NULL) }).unwrap()).await.unwrap_err();
    assert_eq!(text(&later, "code"), "INTERNAL_ERROR");
    let synchronous = msgpack::encode(&JsValue::NULL).unwrap_err();
    assert_eq!(text(&synchronous, "code"), "INTERNAL_ERROR");
    assert!(capabilities::parse_capability(&"ext:*".into()).is_err());
}

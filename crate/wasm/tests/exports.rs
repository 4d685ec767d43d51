//! What the module exports besides the kernel: capability tokens and MessagePack.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, JSON, Reflect, Uint8Array};
use nexus_wasm::capabilities::{attenuate, check_capability, parse_capability};
use nexus_wasm::msgpack::{decode, encode};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(test_in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn list(tokens: &[&str]) -> JsValue {
    tokens.iter().map(|token| JsValue::from_str(token)).collect::<Array>().into()
}

fn code<T: std::fmt::Debug>(outcome: Result<T, JsValue>) -> String {
    Reflect::get(&outcome.unwrap_err(), &"code".into()).unwrap().as_string().unwrap()
}

#[wasm_bindgen_test]
fn a_token_is_taken_apart() {
    let parts = parse_capability(&"ext:http.get?host=a&host=b".into()).unwrap();
    let json = String::from(JSON::stringify(&parts).unwrap());
    assert_eq!(
        json,
        r#"{"token":"ext:http.get?host=a&host=b","family":"ext","name":"http","method":"get","caveats":{"host":["a","b"]}}"#
    );
    assert_eq!(code(parse_capability(&"ext:http:get".into())), "INVALID_CAPABILITY");
    assert_eq!(code(parse_capability(&JsValue::NULL)), "INVALID_ARGUMENT");
}

#[wasm_bindgen_test]
fn capabilities_are_checked() {
    assert_eq!(check_capability(&list(&["state:read:*"]), &"state:read:a".into()), Ok(true));
    assert_eq!(check_capability(&list(&["state:read:a"]), &"state:read:*".into()), Ok(false));
    assert_eq!(check_capability(&list(&[]), &"ext:http".into()), Ok(false));
    assert_eq!(code(check_capability(&list(&["nonsense"]), &"ext:http".into())), "INVALID_CAPABILITY");
    assert_eq!(code(check_capability(&JsValue::NULL, &"ext:http".into())), "INVALID_ARGUMENT");
}

#[wasm_bindgen_test]
fn capabilities_are_narrowed_and_never_widened() {
    let narrowed = attenuate(&list(&["ext:*"]), &list(&["ext:http.get"])).unwrap();
    assert_eq!(narrowed.get(0), "ext:http.get");
    assert_eq!(code(attenuate(&list(&["ext:http.get"]), &list(&["ext:http"]))), "PERMISSION_DENIED");
}

#[wasm_bindgen_test]
fn messagepack_goes_both_ways() {
    let value = JSON::parse(r#"{"a":[1,-1.5,"x",null,true],"b":{}}"#).unwrap();
    let bytes = encode(&value).unwrap();
    let back = decode(&bytes).unwrap();
    assert_eq!(String::from(JSON::stringify(&back).unwrap()), String::from(JSON::stringify(&value).unwrap()));
}

#[wasm_bindgen_test]
fn bytes_that_are_no_value_are_refused() {
    for bytes in [&[0xd4_u8, 1, 0][..], &[0xc0, 0xc0], &[0x81, 1, 1], &[]] {
        assert_eq!(code(decode(&Uint8Array::from(bytes))), "SERIALIZATION_ERROR");
    }
    assert_eq!(code(decode(&"text".into())), "INVALID_ARGUMENT");
    let nested: Vec<u8> = [vec![0x91; 65], vec![0xc0]].concat();
    assert_eq!(code(decode(&Uint8Array::from(nested.as_slice()))), "RESOURCE_LIMIT");
}

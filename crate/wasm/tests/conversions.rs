//! Values cross between JavaScript and the kernel as data, or are refused by their path.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, JSON, Map as JsMap, Object, Promise, Reflect, RegExp, Set, Symbol, Uint8Array, Uint16Array};
use nexus_core::{ErrorCode, Value};
use nexus_wasm::interop::value::Bounds;
use nexus_wasm::interop::{Failure, value_from_js, value_to_js};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(test_in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

fn read(value: &JsValue) -> Result<Value, Failure> {
    value_from_js(value, Bounds::default())
}

fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

fn member(name: &str, value: impl Into<JsValue>) -> JsValue {
    let object = Object::new();
    Reflect::set(&object, &name.into(), &value.into()).unwrap();
    object.into()
}

#[wasm_bindgen_test]
fn data_comes_back_as_it_went() {
    for json in
        ["null", "true", "-0.5", "9007199254740991", r#""ö😀\u0000""#, "[1,[2,{}]]", r#"{"z":1,"a":{"b":[null]}}"#]
    {
        let value = parse(json);
        let back = value_to_js(&read(&value).unwrap());
        assert_eq!(String::from(JSON::stringify(&back).unwrap()), String::from(JSON::stringify(&value).unwrap()));
    }
}

#[wasm_bindgen_test]
fn numbers_without_a_place_in_json_survive() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0] {
        let back = value_to_js(&read(&number.into()).unwrap()).as_f64().unwrap();
        assert!(back.to_bits() == number.to_bits() || (back.is_nan() && number.is_nan()));
    }
}

#[wasm_bindgen_test]
fn proto_is_a_member_like_any_other() {
    let value = parse(r#"{"__proto__":{"polluted":1},"constructor":2}"#);
    let back = value_to_js(&read(&value).unwrap());
    assert_eq!(String::from(JSON::stringify(&back).unwrap()), r#"{"__proto__":{"polluted":1},"constructor":2}"#);
    assert!(Reflect::get(&back, &"polluted".into()).unwrap().is_undefined());
    assert_eq!(Object::get_prototype_of(&back), Object::get_prototype_of(&Object::new()));
}

#[wasm_bindgen_test]
fn bytes_are_uint8_arrays() {
    let bytes = Uint8Array::from([0_u8, 128, 255].as_slice());
    let read = read(&bytes).unwrap();
    assert_eq!(read, Value::Bytes(vec![0, 128, 255]));
    assert!(value_to_js(&read).is_instance_of::<Uint8Array>());
}

#[wasm_bindgen_test]
fn undefined_is_dropped_from_objects_and_null_in_arrays() {
    assert_eq!(read(&member("gone", JsValue::UNDEFINED)).unwrap(), Value::object::<&str>([]));
    assert_eq!(read(&Array::of1(&JsValue::UNDEFINED)).unwrap(), Value::Array(vec![Value::Null]));
    assert_eq!(read(&JsValue::UNDEFINED).unwrap(), Value::Null);
}

#[wasm_bindgen_test]
fn a_date_is_its_iso_string() {
    let date = js_sys::Date::new(&JsValue::from(0));
    assert_eq!(read(&date).unwrap(), Value::from("1970-01-01T00:00:00.000Z"));
}

#[wasm_bindgen_test]
fn what_is_no_data_is_refused_with_its_path() {
    let lone_surrogate = js_sys::JsString::from_char_code1(0xd800);
    let keyed_by_symbol = Object::new();
    Reflect::set(&keyed_by_symbol, &Symbol::for_("key"), &1.into()).unwrap();
    let refused: [(&str, JsValue); 11] = [
        ("function", Closure::<dyn Fn()>::new(|| ()).into_js_value()),
        ("symbol", Symbol::for_("s").into()),
        ("symbol key", keyed_by_symbol.into()),
        ("BigInt", js_sys::BigInt::from(1).into()),
        ("Map", JsMap::new().into()),
        ("Set", Set::new(&JsValue::UNDEFINED).into()),
        ("RegExp", RegExp::new("x", "").into()),
        ("promise", Promise::resolve(&JsValue::NULL).into()),
        ("error", js_sys::Error::new("x").into()),
        ("Uint16Array", Uint16Array::new_with_length(1).into()),
        ("lone surrogate", lone_surrogate.into()),
    ];
    for (name, value) in refused {
        let error = read(&member("at", Array::of1(&value))).expect_err(name).into_error();
        assert_eq!(error.code, ErrorCode::SerializationError, "{name}");
        let path = error.context.as_ref().and_then(Value::as_object).and_then(|context| context.get("path"));
        assert_eq!(path, Some(&Value::from("$.at[0]")), "{name}: {}", error.message);
    }
}

#[wasm_bindgen_test]
fn cycles_are_refused_and_shared_references_are_not() {
    let shared = member("a", 1);
    assert!(read(&Array::of2(&shared, &shared)).is_ok());
    let cycle = Object::new();
    Reflect::set(&cycle, &"own".into(), &cycle).unwrap();
    assert_eq!(read(&cycle).unwrap_err().into_error().code, ErrorCode::SerializationError);
}

#[wasm_bindgen_test]
fn recursion_stops_at_the_depth_limit() {
    let nested = |levels: usize| (0..levels).fold(JsValue::NULL, |inner, _| Array::of1(&inner).into());
    let bounds = Bounds { depth: 3, bytes: 1_000 };
    assert!(value_from_js(&nested(3), bounds).is_ok());
    assert_eq!(value_from_js(&nested(4), bounds).unwrap_err().into_error().code, ErrorCode::ResourceLimit);
    assert_eq!(value_from_js(&nested(20_000), bounds).unwrap_err().into_error().code, ErrorCode::ResourceLimit);
}

#[wasm_bindgen_test]
fn size_is_bounded_while_reading() {
    let bounds = Bounds { depth: 64, bytes: 10 };
    assert!(value_from_js(&"x".repeat(9).into(), bounds).is_ok());
    assert_eq!(value_from_js(&"x".repeat(10).into(), bounds).unwrap_err().into_error().code, ErrorCode::ResourceLimit);
    // Twice as much at each level: read to the end it would never end.
    let endless = (0..60).fold(JsValue::NULL, |inner, _| Array::of2(&inner, &inner).into());
    let bounds = Bounds { depth: 64, bytes: 10_000 };
    assert_eq!(value_from_js(&endless, bounds).unwrap_err().into_error().code, ErrorCode::ResourceLimit);
}

#[wasm_bindgen_test]
fn what_a_getter_throws_comes_out_as_it_is() {
    let thrown = js_sys::Error::new("mine");
    let getter: Closure<dyn Fn() -> Result<JsValue, JsValue>> = {
        let thrown = thrown.clone();
        Closure::new(move || Err(thrown.clone().into()))
    };
    let descriptor = member("get", getter.as_ref().clone());
    Reflect::set(&descriptor, &"enumerable".into(), &JsValue::TRUE).unwrap();
    let object = Object::new();
    Object::define_property(&object, &"a".into(), descriptor.unchecked_ref());
    match read(&object) {
        Err(Failure::Thrown(got)) => assert_eq!(got, JsValue::from(thrown)),
        other => panic!("{other:?}"),
    }
}

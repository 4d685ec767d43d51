//! Futures become promises, and timers wait.
#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use js_sys::Date;
use nexus_kernel::clock::Clock;
use nexus_wasm::clock::JsClock;
use nexus_wasm::executor::{next_turn, spawn};
use nexus_wasm::promise::promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[cfg(test_in_browser)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_promise_resolves_and_rejects_with_what_the_future_comes_to() {
    assert_eq!(JsFuture::from(promise(async { Ok(7.into()) }).unwrap()).await, Ok(7.into()));
    assert_eq!(JsFuture::from(promise(async { Err("no".into()) }).unwrap()).await, Err("no".into()));
}

#[wasm_bindgen_test]
async fn a_future_goes_on_when_what_it_waits_for_is_there() {
    let (sender, receiver) = oneshot::channel::<u32>();
    let waiting = promise(async move { Ok(receiver.await.unwrap_or_default().into()) }).unwrap();
    spawn(async move {
        let _ = sender.send(42);
    });
    assert_eq!(JsFuture::from(waiting).await, Ok(42.into()));
}

#[wasm_bindgen_test]
fn a_future_runs_to_its_first_wait_at_once() {
    let reached = Rc::new(RefCell::new(Vec::new()));
    let notes = Rc::clone(&reached);
    let _ = promise(async move {
        notes.borrow_mut().push("first");
        next_turn().await;
        notes.borrow_mut().push("second");
        Ok(JsValue::NULL)
    });
    assert_eq!(*reached.borrow(), ["first"]);
}

#[wasm_bindgen_test]
async fn nothing_runs_before_spawn_returns_and_tasks_take_turns() {
    let order = Rc::new(RefCell::new(Vec::new()));
    let (sender, receiver) = oneshot::channel::<()>();
    let task = |name: &'static str| {
        let order = Rc::clone(&order);
        async move { order.borrow_mut().push(name) }
    };
    let (first, inner, second) = (task("first"), task("inner"), task("second"));
    spawn(async move {
        first.await;
        spawn(async move {
            inner.await;
            let _ = sender.send(());
        });
    });
    spawn(second);
    order.borrow_mut().push("before");
    receiver.await.unwrap();
    assert_eq!(*order.borrow(), ["before", "first", "second", "inner"]);
}

#[wasm_bindgen_test]
async fn the_clock_sleeps_and_tells_the_time_of_the_platform() {
    let clock = JsClock::from_js(&JsValue::UNDEFINED).unwrap();
    let before = Date::now();
    clock.sleep(30).await;
    let passed = clock.now() - before;
    assert!((25.0..5_000.0).contains(&passed), "{passed}");
}

#[wasm_bindgen_test]
async fn a_sleep_that_is_dropped_holds_nothing_up() {
    let clock = JsClock::from_js(&JsValue::UNDEFINED).unwrap();
    let before = Date::now();
    drop(clock.sleep(60_000));
    clock.sleep(1).await;
    assert!(Date::now() - before < 5_000.0);
}

#[wasm_bindgen_test]
fn the_embedder_s_clock_is_asked_and_distrusted() {
    let clock = |source: &str| {
        let object = js_sys::Object::new();
        let answer: JsValue = source.parse::<f64>().map_or(JsValue::from_str(source), JsValue::from_f64);
        let now = Closure::<dyn Fn() -> JsValue>::new(move || answer.clone()).into_js_value();
        js_sys::Reflect::set(&object, &"now".into(), &now).unwrap();
        JsClock::from_js(&object).unwrap().now()
    };
    assert_eq!(clock("1234.5"), 1234.5);
    assert!(clock("noon") > 1e12);
    assert!(clock("NaN") > 1e12);
    assert!(JsClock::from_js(&js_sys::Object::new()).is_err());
}

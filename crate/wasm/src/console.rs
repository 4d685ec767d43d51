//! Where failures go that nobody waits for.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn error(message: &str, thrown: &JsValue);
}

/// Tells the developer of the embedding page or server.
pub fn report(what: &str, thrown: &JsValue) {
    error(&format!("nexus-kernel: {what}"), thrown);
}

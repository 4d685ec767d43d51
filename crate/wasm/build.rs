//! `wasm-pack test --chrome` names the browser in a variable alone; the runner of wasm-bindgen wants it in the tests.
//! Everyone else chooses the place by `WASM_BINDGEN_USE_…`, which counts only where the tests themselves say nothing.

const ONLY_WEB: &str = "WASM_BINDGEN_TEST_ONLY_WEB";

fn main() {
    println!("cargo::rerun-if-env-changed={ONLY_WEB}");
    println!("cargo::rustc-check-cfg=cfg(test_in_browser)");
    if std::env::var_os(ONLY_WEB).is_some() {
        println!("cargo::rustc-cfg=test_in_browser");
    }
}

//! Which build of the sandbox a module is.

use js_sys::{ArrayBuffer, Uint8Array, WebAssembly};
use nexus_core::{Error, ErrorCode};
use wasm_bindgen::JsCast;

/// The custom section in which the build leaves the SHA-256 of the module (`nexus_passes::stamp`).
const SECTION: &str = "nexus.sha256";

/// The module's hash, in hexadecimal digits.
///
/// # Errors
/// `WASM_ERROR` if the module has none: it is not the sandbox's.
pub fn build_stamp(module: &WebAssembly::Module) -> Result<String, Error> {
    let sections = WebAssembly::Module::custom_sections(module, SECTION);
    let stamp = sections.get(0).dyn_into::<ArrayBuffer>().map_err(|_| {
        Error::new(ErrorCode::WasmError, format!("the sandbox cannot be started: the module has no section {SECTION}"))
    })?;
    Ok(Uint8Array::new(&stamp).to_vec().iter().map(|byte| format!("{byte:02x}")).collect())
}

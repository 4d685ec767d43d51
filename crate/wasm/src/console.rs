//! Where lines and failures go that nobody waits for.

use nexus_core::LogLevel;
use nexus_kernel::{LogField, LogRecord, Logger};
use wasm_bindgen::prelude::*;

use crate::interop::error_from_js;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn error_about(message: &str, thrown: &JsValue);
    #[wasm_bindgen(js_namespace = console)]
    fn debug(line: &str);
    #[wasm_bindgen(js_namespace = console)]
    fn info(line: &str);
    #[wasm_bindgen(js_namespace = console)]
    fn warn(line: &str);
    #[wasm_bindgen(js_namespace = console)]
    fn error(line: &str);
}

/// Tells the developer of the embedding page or server.
pub fn report(what: &str, thrown: &JsValue) {
    error_about(&format!("nexus-kernel: {what}"), thrown);
}

/// Writes a line of the log.
pub fn line(level: LogLevel, line: &str) {
    match level {
        LogLevel::Debug => debug(line),
        LogLevel::Info => info(line),
        LogLevel::Warn => warn(line),
        LogLevel::Error => error(line),
    }
}

/// Tells of what goes wrong with the embedder's own functions: in the kernel's log, or where none is set up on the console.
#[derive(Clone)]
pub struct Reporter(Option<Logger>);

impl Reporter {
    /// For an embedder who said nothing of a log.
    #[must_use]
    pub const fn to_console() -> Self {
        Self(None)
    }

    /// For one who did.
    #[must_use]
    pub const fn to_log(logger: Logger) -> Self {
        Self(Some(logger))
    }

    /// Tells that something threw.
    pub fn report(&self, what: &str, thrown: &JsValue) {
        let Some(logger) = &self.0 else { return report(what, thrown) };
        let why = error_from_js(thrown).message;
        logger.log(LogRecord { fields: &[("error", LogField::Text(&why))], ..LogRecord::new(LogLevel::Error, what) });
    }
}

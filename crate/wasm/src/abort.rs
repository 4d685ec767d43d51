//! `AbortSignal`s of the embedder's, as the kernel's.

use js_sys::Reflect;
use nexus_core::Error;
use nexus_kernel::abort::{AbortController, AbortSignal};
use wasm_bindgen::prelude::*;

use crate::interop::{Failure, error_from_js};

/// A signal of the embedder's, followed until this is dropped.
pub struct Followed {
    controller: AbortController,
    source: Option<(web_sys::AbortSignal, Closure<dyn FnMut()>)>,
}

impl Followed {
    /// From an `AbortSignal`, or `undefined` for one that nobody can abort.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is something else.
    pub fn from_js(signal: &JsValue) -> Result<Self, Failure> {
        let controller = AbortController::new();
        if signal.is_undefined() {
            return Ok(Self { controller, source: None });
        }
        // Judged by what is used of it: a signal may come from another realm.
        let listens = signal.is_object() && Reflect::get(signal, &"addEventListener".into())?.is_function();
        if !listens || Reflect::get(signal, &"aborted".into())?.as_bool().is_none() {
            return Err(Error::invalid_argument("signal has to be an AbortSignal").into());
        }
        let source: web_sys::AbortSignal = signal.clone().unchecked_into();
        if source.aborted() {
            controller.abort(reason(&source));
            return Ok(Self { controller, source: None });
        }
        let listener = {
            let (controller, source) = (controller.clone(), source.clone());
            Closure::new(move || controller.abort(reason(&source)))
        };
        source.add_event_listener_with_callback("abort", listener.as_ref().unchecked_ref())?;
        Ok(Self { controller, source: Some((source, listener)) })
    }

    /// Follows for as long as the embedder's signal exists.
    pub fn outlive(mut self) {
        if let Some((_, listener)) = self.source.take() {
            // The signal owns it from here on.
            let _ = listener.into_js_value();
        }
    }

    /// The kernel's side of it.
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if let Some((source, listener)) = &self.source {
            let _ = source.remove_event_listener_with_callback("abort", listener.as_ref().unchecked_ref());
        }
    }
}

fn reason(signal: &web_sys::AbortSignal) -> String {
    Reflect::get(signal, &"reason".into())
        .ok()
        .filter(|reason| !reason.is_undefined())
        .map_or_else(|| "aborted by the caller".to_owned(), |reason| error_from_js(&reason).message)
}

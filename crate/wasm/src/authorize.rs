//! The embedder's function that sends users to the provider.

use js_sys::{Array, Function};
use nexus_core::Error;
use nexus_kernel::auth::Authorize;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::extension::CallContext;
use wasm_bindgen::prelude::*;

use crate::extension::call_embedder;
use crate::interop::error_from_js;
use crate::surroundings::Surroundings;

/// `(url, [], { signal, panelId?, handler? }) => Promise<string>`.
pub struct JsAuthorize {
    authorize: Function,
    surroundings: Surroundings,
}

impl JsAuthorize {
    /// By the embedder's function.
    #[must_use]
    pub const fn new(authorize: Function, surroundings: Surroundings) -> Self {
        Self { authorize, surroundings }
    }
}

impl Authorize for JsAuthorize {
    fn authorize<'a>(&'a self, url: &'a str, context: &'a CallContext) -> LocalFuture<'a, Result<String, Error>> {
        let Self { authorize, surroundings } = self;
        Box::pin(async move {
            let nothing = JsValue::UNDEFINED;
            let answer = call_embedder(surroundings, &nothing, authorize, url, Array::new(), context).await;
            let answer = answer.map_err(|thrown| error_from_js(&thrown))?;
            answer.as_string().ok_or_else(|| Error::invalid_argument("authorize answered no text"))
        })
    }
}

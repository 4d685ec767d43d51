//! Randomness: the embedder's, or the platform's `crypto`.

use js_sys::{Function, Uint8Array};
use nexus_kernel::entropy::Entropy;
use wasm_bindgen::prelude::*;

use crate::interop::{Failure, Fields};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(bytes: &Uint8Array);
}

/// The platform refuses to give more at once (W3C Web Cryptography API, `getRandomValues`).
const MOST_AT_ONCE: usize = 65_536;

/// Fills from the embedder's source where there is one.
pub struct JsEntropy {
    injected: Option<(JsValue, Function)>,
}

impl JsEntropy {
    /// From `{ fill(bytes: Uint8Array): void }`, or `undefined` for the platform's source.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is something else.
    pub fn from_js(entropy: &JsValue) -> Result<Self, Failure> {
        if entropy.is_undefined() {
            return Ok(Self { injected: None });
        }
        let fields = Fields::open_any(entropy, "entropy")?;
        let fill = fields.function("fill")?.ok_or_else(|| fields.wrong("fill", "a function"))?;
        Ok(Self { injected: Some((entropy.clone(), fill)) })
    }
}

impl Entropy for JsEntropy {
    /// A source of the embedder's that throws counts as not there.
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(MOST_AT_ONCE) {
            let array = Uint8Array::new_with_length(u32::try_from(chunk.len()).unwrap_or_default());
            let injected = self.injected.as_ref().map(|(entropy, fill)| fill.call1(entropy, &array));
            if !matches!(injected, Some(Ok(_))) {
                get_random_values(&array);
            }
            array.copy_to(chunk);
        }
    }
}

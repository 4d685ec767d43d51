//! Randomness: the embedder's, or the platform's `crypto`.

use std::cell::RefCell;

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

/// Bytes that are asked of the platform at once: a run takes 24, and asking costs as much as giving a thousand.
const STOCK: usize = 1 << 10;

/// Fills from the embedder's source where there is one.
#[derive(Default)]
pub struct JsEntropy {
    injected: Option<(JsValue, Function)>,
    /// What the platform gave and nobody took yet.
    stock: RefCell<Vec<u8>>,
}

impl JsEntropy {
    /// From `{ fill(bytes: Uint8Array): void }`, or `undefined` for the platform's source.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is something else.
    pub fn from_js(entropy: &JsValue) -> Result<Self, Failure> {
        if entropy.is_undefined() {
            return Ok(Self::default());
        }
        let fields = Fields::open_any(entropy, "entropy")?;
        let fill = fields.function("fill")?.ok_or_else(|| fields.wrong("fill", "a function"))?;
        Ok(Self { injected: Some((entropy.clone(), fill)), ..Self::default() })
    }
}

impl Entropy for JsEntropy {
    /// A source of the embedder's that throws counts as not there.
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(MOST_AT_ONCE) {
            if !self.fill_injected(chunk) {
                self.fill_from_stock(chunk);
            }
        }
    }
}

impl JsEntropy {
    fn fill_injected(&self, bytes: &mut [u8]) -> bool {
        let Some((entropy, fill)) = &self.injected else { return false };
        let array = new_array(bytes.len());
        let filled = fill.call1(entropy, &array).is_ok();
        if filled {
            array.copy_to(bytes);
        }
        filled
    }

    fn fill_from_stock(&self, bytes: &mut [u8]) {
        let mut stock = self.stock.borrow_mut();
        if stock.len() < bytes.len() {
            let array = new_array(bytes.len().max(STOCK));
            get_random_values(&array);
            *stock = array.to_vec();
        }
        // Taken out, so that no byte is given twice.
        let rest = stock.len() - bytes.len();
        bytes.copy_from_slice(&stock[rest..]);
        stock.truncate(rest);
    }
}

fn new_array(length: usize) -> Uint8Array {
    Uint8Array::new_with_length(u32::try_from(length).unwrap_or_default())
}

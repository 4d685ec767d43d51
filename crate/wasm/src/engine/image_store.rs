//! Compiled handlers in the platform's storage: found again by the next page.
//!
//! Nothing that comes from there is believed. An entry is the version of this format, a SHA-256 over the key and the image, and the
//! image; one that is not, whatever became of it, is dropped, and the handler is compiled again.

use js_sys::{Function, Promise, Uint8Array};
use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::compile_cache::Key;
use super::image::CompiledImage;
use crate::executor;
use crate::surroundings::ImageStorage;

/// What every entry begins with. The number changes with [`CompiledImage::to_bytes`].
const VERSION: &[u8; 8] = b"nexusim1";

/// Storage of the platform's with images in it.
pub struct ImageStore(ImageStorage);

impl ImageStore {
    /// For at most `bytes`. `None` where the platform has none.
    pub async fn open(open: Option<Function>, bytes: u32) -> Option<Self> {
        let opening = open?.call1(&JsValue::UNDEFINED, &bytes.into()).ok()?;
        let storage = JsFuture::from(Promise::resolve(&opening)).await.ok()?;
        storage.is_object().then(|| Self(storage.unchecked_into()))
    }

    /// The image, if it is there as it was put.
    pub async fn get(&self, key: &Key) -> Option<CompiledImage> {
        let name = key.to_string();
        let entry = JsFuture::from(self.0.get(&name)).await.ok()?.dyn_into::<Uint8Array>().ok()?;
        let image = unsealed(key, &entry.to_vec());
        if image.is_none() {
            let dropped = JsFuture::from(self.0.delete(&name));
            // What cannot be dropped is found damaged again.
            executor::spawn(async move { drop(dropped.await) });
        }
        image
    }

    /// Keeps the image; nobody waits for that.
    pub fn put(&self, key: &Key, image: &CompiledImage) {
        let put = JsFuture::from(self.0.put(&key.to_string(), Uint8Array::from(sealed(key, image).as_slice())));
        executor::spawn(async move { drop(put.await) });
    }
}

fn digest(key: &Key, image: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key.as_bytes()).chain_update(image).finalize().into()
}

fn sealed(key: &Key, image: &CompiledImage) -> Vec<u8> {
    let image = image.to_bytes();
    [VERSION.as_slice(), &digest(key, &image), &image].concat()
}

fn unsealed(key: &Key, entry: &[u8]) -> Option<CompiledImage> {
    let (seal, image) = entry.strip_prefix(VERSION)?.split_first_chunk::<32>()?;
    if *seal == digest(key, image) { CompiledImage::from_bytes(image) } else { None }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use nexus_core::Limits;
    use nexus_core::message::CompileRequest;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn key(source: &str) -> Key {
        let request = CompileRequest { source: source.to_owned(), limits: Limits::default() };
        Key::of("engine", &request).unwrap()
    }

    fn entry() -> Vec<u8> {
        sealed(&key("a"), &CompiledImage::of_size(100))
    }

    #[wasm_bindgen_test]
    fn an_image_is_found_as_it_was_put() {
        assert_eq!(unsealed(&key("a"), &entry()).unwrap().to_bytes(), CompiledImage::of_size(100).to_bytes());
    }

    #[wasm_bindgen_test]
    fn no_byte_can_be_changed_cut_off_or_added() {
        let entry = entry();
        for index in 0..entry.len() {
            let mut changed = entry.clone();
            changed[index] ^= 1;
            assert!(unsealed(&key("a"), &changed).is_none(), "byte {index}");
            assert!(unsealed(&key("a"), &entry[..index]).is_none(), "length {index}");
        }
        assert!(unsealed(&key("a"), &[entry, vec![0]].concat()).is_none());
    }

    #[wasm_bindgen_test]
    fn an_image_under_another_key_is_none() {
        assert!(unsealed(&key("b"), &entry()).is_none());
    }
}

//! Storage of the platform's or the embedder's, in the shape of Durable Object storage, as the kernel's store.

use js_sys::{Array, ArrayBuffer, Function, JsString, Promise, Uint8Array};
use nexus_core::Error;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::store::{Entry, KeyRange, Store, StoreLock};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::interop::error_from_js;

#[wasm_bindgen]
extern "C" {
    /// `StorageBackend` of `pkg-config/src/storage.ts`. Each method may answer with a promise.
    pub type StorageBackend;
    #[wasm_bindgen(method, catch)]
    fn get(this: &StorageBackend, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &StorageBackend, key: &str, value: Uint8Array) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn delete(this: &StorageBackend, key: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn list(this: &StorageBackend, range: &ListOptions) -> Result<JsValue, JsValue>;

    /// `{ prefix, limit, startAfter? }`.
    #[wasm_bindgen(extends = js_sys::Object)]
    type ListOptions;
    #[wasm_bindgen(method, setter)]
    fn set_prefix(this: &ListOptions, prefix: &str);
    #[wasm_bindgen(method, setter)]
    fn set_limit(this: &ListOptions, limit: u32);
    #[wasm_bindgen(method, setter, js_name = startAfter)]
    fn set_start_after(this: &ListOptions, key: &str);
}

/// Keeps bytes in a [`StorageBackend`].
pub struct JsStore {
    backend: StorageBackend,
    /// `(name) => Promise<() => void>`.
    lock: Function,
}

impl JsStore {
    /// Over a backend; `lock` gives turns to all who use it.
    #[must_use]
    pub const fn new(backend: StorageBackend, lock: Function) -> Self {
        Self { backend, lock }
    }
}

/// What a method answered in the end.
async fn settled(answer: Result<JsValue, JsValue>) -> Result<JsValue, Error> {
    let settled = match answer {
        Ok(answer) => JsFuture::from(Promise::resolve(&answer)).await,
        Err(thrown) => Err(thrown),
    };
    settled.map_err(|thrown| {
        let error = error_from_js(&thrown);
        Error { message: format!("storage failed: {}", error.message), ..error }
    })
}

fn bytes_of(value: &JsValue) -> Option<Uint8Array> {
    let bytes = value.dyn_ref::<Uint8Array>().cloned();
    bytes.or_else(|| value.dyn_ref::<ArrayBuffer>().map(|buffer| Uint8Array::new(buffer)))
}

fn unusable(what: &str) -> Error {
    Error::internal(format!("storage failed: {what}"))
}

impl Store for JsStore {
    fn get<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async move {
            let value = settled(self.backend.get(key)).await?;
            if value.is_undefined() || value.is_null() {
                return Ok(None);
            }
            let bytes = bytes_of(&value).ok_or_else(|| unusable("what is kept there is not the kernel's"))?;
            Ok(Some(bytes.to_vec()))
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async move { settled(self.backend.put(key, Uint8Array::from(&value[..]))).await.map(drop) })
    }

    fn delete<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<bool, Error>> {
        Box::pin(async move { Ok(settled(self.backend.delete(key)).await?.is_truthy()) })
    }

    fn list<'a>(&'a self, range: KeyRange<'a>) -> LocalFuture<'a, Result<Vec<Entry>, Error>> {
        Box::pin(async move {
            let options: ListOptions = js_sys::Object::new().unchecked_into();
            options.set_prefix(range.prefix);
            options.set_limit(u32::try_from(range.limit).unwrap_or(u32::MAX));
            if let Some(after) = range.after {
                options.set_start_after(after);
            }
            let found = settled(self.backend.list(&options)).await?;
            // Any map will do, one of another realm too.
            let found = js_sys::try_iter(&found).ok().flatten().ok_or_else(|| unusable("list answered no map"))?;
            found.map(entry).collect()
        })
    }

    fn lock<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<StoreLock, Error>> {
        Box::pin(async move {
            let release = settled(self.lock.call1(&JsValue::UNDEFINED, &name.into())).await?;
            let release = release.dyn_into().map_err(|_| unusable("lock answered no function"))?;
            Ok(StoreLock::new(Release(release)))
        })
    }
}

fn entry(pair: Result<JsValue, JsValue>) -> Result<Entry, Error> {
    let pair: Array =
        pair.ok().and_then(|pair| pair.dyn_into().ok()).ok_or_else(|| unusable("list answered no map"))?;
    let key = pair.get(0);
    let key = key.dyn_ref::<JsString>().ok_or_else(|| unusable("list answered a key that is no text"))?;
    let bytes = bytes_of(&pair.get(1)).map_or(0, |bytes| bytes.length() as usize);
    Ok(Entry { key: String::from(key), bytes })
}

/// Gives the turn back.
struct Release(Function);

impl Drop for Release {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

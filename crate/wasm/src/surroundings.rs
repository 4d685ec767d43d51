//! What the facade finds around it, as the kernel takes it: `Surroundings` of `pkg-config/src/binding.ts`.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// What a kernel is opened over.
    #[derive(Clone)]
    pub type Surroundings;
    /// A promise for a `WebAssembly.Module`.
    #[wasm_bindgen(method, getter)]
    pub fn sandbox(this: &Surroundings) -> Promise;
    /// Where there are Workers.
    #[wasm_bindgen(method, getter)]
    pub fn threads(this: &Surroundings) -> Option<Threads>;
    /// `(bytes) => Promise<ImageStorage | undefined>`, where there may be such a thing.
    #[wasm_bindgen(method, getter, js_name = openImageStorage)]
    pub fn open_image_storage(this: &Surroundings) -> Option<Function>;
    /// Calls an extension for a handler, of a panel's where there is one. What comes of it is told to `complete`, with the number; what is answered here aborts the call's signal, for
    /// a reason.
    #[wasm_bindgen(method, js_name = callExtension)]
    pub fn call_extension(
        this: &Surroundings,
        extension: &JsValue,
        call: &Function,
        method: &str,
        args: Array,
        number: u32,
        complete: &Function,
        panel: Option<&str>,
        handler: Option<&str>,
    ) -> Function;

    /// Starts Workers: `Threads` of `pkg-config/src/threads.ts`.
    pub type Threads;
    /// `(receive: (kind: "answer" | "call" | "failed", content) => void, sandbox: WebAssembly.Module) => Thread`.
    #[wasm_bindgen(method, getter)]
    pub fn start(this: &Threads) -> Function;
    /// Whether a Worker can wait for this thread.
    #[wasm_bindgen(method, getter, js_name = sharesMemory)]
    pub fn shares_memory(this: &Threads) -> bool;

    /// A Worker: `Thread` of `pkg-config/src/threads.ts`.
    pub type Thread;
    /// Sends a request.
    #[wasm_bindgen(method)]
    pub fn post(this: &Thread, request: Uint8Array);
    /// Answers the host call that it waits for.
    #[wasm_bindgen(method)]
    pub fn answer(this: &Thread, reply: Uint8Array);
    /// Whether the process goes on while the Worker exists.
    #[wasm_bindgen(method, js_name = keepAlive)]
    pub fn keep_alive(this: &Thread, alive: bool);
    /// Ends it.
    #[wasm_bindgen(method)]
    pub fn terminate(this: &Thread);

    /// Bytes by name: `ImageStorage` of `pkg-config/src/image-storage.ts`.
    pub type ImageStorage;
    /// A promise for the bytes, or for `undefined`.
    #[wasm_bindgen(method)]
    pub fn get(this: &ImageStorage, name: &str) -> Promise;
    /// A promise that is never rejected.
    #[wasm_bindgen(method)]
    pub fn put(this: &ImageStorage, name: &str, bytes: Uint8Array) -> Promise;
    /// A promise for nothing.
    #[wasm_bindgen(method)]
    pub fn delete(this: &ImageStorage, name: &str) -> Promise;
}

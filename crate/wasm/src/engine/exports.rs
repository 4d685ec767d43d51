//! What an instance of the sandbox module exports, and how messages go in and out.

use js_sys::WebAssembly::{self, Global, Memory};
use js_sys::{Function, Reflect, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// Buffers for messages are multiples of this many bytes.
const BUFFER_UNIT: u32 = 1 << 10;

/// What a message asks for; each has an export of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// `nexus_compile`.
    Compile,
    /// `nexus_start`.
    Start,
    /// `nexus_resume`.
    Resume,
    /// `nexus_infer`.
    Infer,
}

/// The exports of `crate/sandbox/src/abi.rs`, and those that the meter pass adds.
#[derive(Clone)]
pub struct Exports {
    pub(super) memory: Memory,
    pub(super) stack_pointer: Global,
    pub(super) fuel: Global,
    pub(super) grant: Global,
    alloc: Function,
    reply: Function,
    pub(super) post_mortem: Function,
    pub(super) scrub: Function,
    pub(super) set_memory_limit: Function,
    pub(super) out_of_memory: Function,
    compile: Function,
    start: Function,
    resume: Function,
    infer: Function,
}

impl Exports {
    /// Finds them.
    ///
    /// # Errors
    /// A text naming the one that is missing.
    pub(super) fn of(instance: &WebAssembly::Instance) -> Result<Self, JsValue> {
        let exports = instance.exports();
        let get = |name: &str| Reflect::get(&exports, &name.into());
        let missing = |name: &str| JsValue::from(format!("the module has no export {name} of the right kind"));
        let function = |name: &str| get(name)?.dyn_into::<Function>().map_err(|_| missing(name));
        let global = |name: &str| get(name)?.dyn_into::<Global>().map_err(|_| missing(name));
        Ok(Self {
            memory: get("memory")?.dyn_into().map_err(|_| missing("memory"))?,
            stack_pointer: global("__stack_pointer")?,
            fuel: global("__fuel")?,
            grant: global("__grant")?,
            alloc: function("nexus_alloc")?,
            reply: function("nexus_reply")?,
            post_mortem: function("nexus_post_mortem")?,
            scrub: function("nexus_scrub")?,
            set_memory_limit: function("nexus_set_memory_limit")?,
            out_of_memory: function("nexus_out_of_memory")?,
            compile: function("nexus_compile")?,
            start: function("nexus_start")?,
            resume: function("nexus_resume")?,
            infer: function("nexus_infer")?,
        })
    }

    /// The memory as it is now. Of no use after the next call or growth.
    pub(super) fn view(&self) -> Uint8Array {
        Uint8Array::new(&self.memory.buffer())
    }

    /// Reads bytes.
    pub(super) fn read(&self, pointer: u32, length: u32) -> Vec<u8> {
        self.view().subarray(pointer, pointer.saturating_add(length)).to_vec()
    }

    /// Writes a message into a buffer that the instance gives, and answers its length.
    ///
    /// # Errors
    /// What the instance traps with.
    pub(super) fn write(&self, message: &[u8]) -> Result<u32, JsValue> {
        let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
        // Rounded, so that a byte more in the message (a seed, the time) moves nothing of what the handler allocates.
        let room = length.checked_next_multiple_of(BUFFER_UNIT).unwrap_or(length);
        let pointer = address(&self.alloc.call1(&JsValue::UNDEFINED, &room.into())?);
        self.view().subarray(pointer, pointer.saturating_add(length)).copy_from(message);
        Ok(length)
    }

    /// Sends a message and reads the reply.
    ///
    /// # Errors
    /// What the instance traps with.
    pub(super) fn exchange(&self, operation: Operation, message: &[u8]) -> Result<Vec<u8>, JsValue> {
        let function = match operation {
            Operation::Compile => &self.compile,
            Operation::Start => &self.start,
            Operation::Resume => &self.resume,
            Operation::Infer => &self.infer,
        };
        let length = self.write(message)?;
        let length = function.call1(&JsValue::UNDEFINED, &length.into())?;
        self.read_reply(&length)
    }

    /// Reads the reply of `length` bytes to the last message.
    ///
    /// # Errors
    /// What the instance traps with.
    pub(super) fn read_reply(&self, length: &JsValue) -> Result<Vec<u8>, JsValue> {
        let pointer = address(&self.reply.call0(&JsValue::UNDEFINED)?);
        Ok(self.read(pointer, address(length)))
    }
}

/// An `i32` of the module as the unsigned number it is.
fn address(number: &JsValue) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the bits of an i32")]
    let address = number.as_f64().unwrap_or_default() as i64 as u32;
    address
}

//! Images: what an instance's memory is brought back to before a run.
//!
//! Every instance of the module begins booted, with the same memory, so one copy serves all: the *boot image*. What compiling a
//! handler changes in it is kept as the pages that differ: the *compiled image*. What a suspended run changed after that
//! is its *parked memory*.

use std::cell::OnceCell;

use nexus_core::Error;
use sha2::{Digest, Sha256};

use super::instance::Instance;

mod bytes;
pub mod parked;

/// Unit of comparison: small enough that a compiled handler is some 100 KB, large enough that restoring it is few copies.
const PAGE: usize = 4 << 10;

/// The memory that instances begin with. Below the stack's beginning it is all zeros: between calls nothing lives there.
pub struct BootImage {
    stack_bytes: usize,
    /// What is above the stack.
    bytes: Vec<u8>,
}

/// How the memory of an instance that has compiled a handler differs from the boot image.
pub struct CompiledImage {
    /// Bytes of the whole memory.
    memory_bytes: usize,
    /// Stretches of changed pages: where each begins, and what is there.
    stretches: Vec<(usize, Vec<u8>)>,
    /// Of the bytes, once somebody asked.
    digest: OnceCell<[u8; 32]>,
}

impl BootImage {
    /// Of a fresh instance.
    #[must_use]
    pub fn of(instance: &Instance) -> Self {
        let mut bytes = instance.snapshot();
        let stack_bytes = instance.stack_bytes();
        bytes.drain(..stack_bytes);
        Self { stack_bytes, bytes }
    }

    /// Brings the instance to this image.
    ///
    /// # Errors
    /// `WASM_ERROR` if there is no memory for it.
    pub fn restore(&self, instance: &Instance) -> Result<(), Error> {
        let end = self.stack_bytes + self.bytes.len();
        instance.grow_to(end)?;
        let view = instance.view();
        // Clearing costs a third of copying.
        view.fill(0, 0, offset(self.stack_bytes));
        view.subarray(offset(self.stack_bytes), offset(end)).copy_from(&self.bytes);
        view.fill(0, offset(end), view.length());
        instance.reset_globals();
        Ok(())
    }

    /// What distinguishes the instance's memory from this image; no call may be under way.
    #[must_use]
    pub fn difference(&self, instance: &Instance) -> CompiledImage {
        let memory = instance.snapshot();
        let mut stretches: Vec<(usize, Vec<u8>)> = Vec::new();
        for (index, page) in memory[self.stack_bytes..].chunks(PAGE).enumerate() {
            let start = self.stack_bytes + index * PAGE;
            let same = match self.bytes.get(index * PAGE..index * PAGE + page.len()) {
                Some(booted) => booted == page,
                None => page.iter().all(|byte| *byte == 0),
            };
            if same {
                continue;
            }
            match stretches.last_mut() {
                Some((begin, bytes)) if *begin + bytes.len() == start => bytes.extend_from_slice(page),
                _ => stretches.push((start, page.to_vec())),
            }
        }
        CompiledImage { memory_bytes: memory.len(), stretches, digest: OnceCell::new() }
    }

    /// What is above the stack in an instance that has compiled a handler.
    fn with(&self, image: &CompiledImage) -> Vec<u8> {
        let mut memory = self.bytes.clone();
        memory.resize(memory.len().max(image.memory_bytes.saturating_sub(self.stack_bytes)), 0);
        for (start, bytes) in &image.stretches {
            // The stack, should there be any of it in an image, is not part of this.
            if let Some(start) = start.checked_sub(self.stack_bytes) {
                memory[start..start + bytes.len()].copy_from_slice(bytes);
            }
        }
        memory
    }
}

impl CompiledImage {
    #[cfg(all(test, target_arch = "wasm32"))]
    pub(super) fn of_size(bytes: usize) -> Self {
        let memory_bytes = bytes.next_multiple_of(super::instance::WASM_PAGE);
        Self { memory_bytes, stretches: vec![(0, vec![0; bytes])], digest: OnceCell::new() }
    }

    /// SHA-256 of its bytes: tells images apart.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        *self.digest.get_or_init(|| Sha256::digest(self.to_bytes()).into())
    }

    /// Brings an instance that is at the boot image to this one.
    ///
    /// # Errors
    /// `WASM_ERROR` if there is no memory for it.
    pub fn apply(&self, instance: &Instance) -> Result<(), Error> {
        instance.grow_to(self.memory_bytes)?;
        let view = instance.view();
        for (start, bytes) in &self.stretches {
            view.subarray(offset(*start), offset(start + bytes.len())).copy_from(bytes);
        }
        Ok(())
    }

    /// Bytes that keeping it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.stretches.iter().map(|(_, bytes)| bytes.len()).sum()
    }
}

/// Memories of the sandbox are below 4 GiB.
fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

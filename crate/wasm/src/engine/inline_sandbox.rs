//! A sandbox on this thread.

use std::rc::Rc;

use js_sys::WebAssembly;
use nexus_core::Error;
use nexus_core::message::Compiled;
use nexus_kernel::engine::{AbortCheck, HostDispatch};

use super::exports::Operation;
use super::image::parked::ParkedMemory;
use super::image::{BootImage, CompiledImage};
use super::instance::{Called, Instance, Trap};
use super::meter::Budget;
use super::sandbox::{Footing, MemoryShare, Prepared, TotalMemory, compilation_memory};

/// Makes sandboxes of one module. They share their boot image.
pub struct InlineMaker {
    module: WebAssembly::Module,
    boot_image: Rc<BootImage>,
    memory: TotalMemory,
}

/// An instance that this thread calls.
pub struct InlineSandbox {
    instance: Instance,
    boot_image: Rc<BootImage>,
    memory: MemoryShare,
}

impl InlineMaker {
    /// For this module, with the first sandbox.
    ///
    /// # Errors
    /// `WASM_ERROR` if the module is not the sandbox's or the platform refuses it.
    pub async fn new(module: WebAssembly::Module, memory: TotalMemory) -> Result<(Self, InlineSandbox), Error> {
        let instance = Instance::new(&module).await?;
        let maker = Self { module, boot_image: Rc::new(BootImage::of(&instance)), memory };
        let first = maker.sandbox(instance);
        Ok((maker, first))
    }

    /// Another one.
    ///
    /// # Errors
    /// `WASM_ERROR` if the platform has no more memory.
    pub async fn make(&self) -> Result<InlineSandbox, Error> {
        Ok(self.sandbox(Instance::new(&self.module).await?))
    }

    fn sandbox(&self, instance: Instance) -> InlineSandbox {
        let memory = self.memory.share();
        memory.set(instance.memory_bytes() as u64);
        InlineSandbox { instance, boot_image: Rc::clone(&self.boot_image), memory }
    }
}

impl InlineSandbox {
    /// As [`Sandbox::prepare`](super::sandbox::Sandbox::prepare).
    ///
    /// # Errors
    /// `WASM_ERROR` if there is no memory for it, `INVALID_ARGUMENT` if what was parked is none of this handler's.
    pub fn prepare(&self, footing: Footing, memory_limit: u64, aborted: Option<AbortCheck>) -> Result<Prepared, Error> {
        let prepared = match footing {
            Footing::Booted => {
                self.boot_image.restore(&self.instance)?;
                Prepared::Restored
            }
            Footing::Compiled(image) => {
                self.boot_image.restore(&self.instance)?;
                image.apply(&self.instance)?;
                Prepared::Restored
            }
            Footing::Parked(image, parked) => {
                self.boot_image.unpark(&self.instance, &image, &parked)?;
                Prepared::Restored
            }
            Footing::Source(request, budget) => {
                self.boot_image.restore(&self.instance)?;
                self.instance.set_memory_limit(compilation_memory(memory_limit))?;
                self.compile(&request, budget, aborted)
            }
        };
        // The limit is part of the memory, so it is set after each restore.
        if !matches!(prepared, Prepared::Refused { .. }) {
            self.instance.set_memory_limit(memory_limit)?;
        }
        self.memory.set(self.memory_bytes());
        Ok(prepared)
    }

    fn compile(&self, request: &[u8], budget: Budget, aborted: Option<AbortCheck>) -> Prepared {
        let called = self.instance.call(Operation::Compile, request, budget, None, aborted);
        match called.answer::<Compiled>() {
            Ok(Compiled { outcome: Ok(()) }) => {
                self.instance.reset_globals();
                Prepared::Compiled(Rc::new(self.boot_image.difference(&self.instance)))
            }
            Ok(Compiled { outcome: Err(error) }) => Prepared::Refused { error, trapped: false },
            Err(Trap { error, .. }) => Prepared::Refused { error, trapped: true },
        }
    }

    /// As [`Sandbox::call`](super::sandbox::Sandbox::call).
    pub fn call(
        &self,
        operation: Operation,
        message: &[u8],
        budget: Budget,
        host: Option<HostDispatch>,
        aborted: Option<AbortCheck>,
    ) -> Called {
        let called = self.instance.call(operation, message, budget, host, aborted);
        self.memory.set(self.memory_bytes());
        called
    }

    /// As [`Sandbox::park`](super::sandbox::Sandbox::park).
    ///
    /// # Errors
    /// `INTERNAL_ERROR` if it traps.
    pub fn park(
        &self,
        base: Option<Rc<CompiledImage>>,
        collect: bool,
    ) -> Result<(Rc<CompiledImage>, ParkedMemory), Error> {
        self.instance.scrub(collect)?;
        let base = base.unwrap_or_else(|| Rc::new(self.boot_image.difference(&self.instance)));
        let parked = self.boot_image.park(&self.instance, &base);
        Ok((base, parked))
    }

    /// Bytes of its memory.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.instance.memory_bytes() as u64
    }
}

//! Link arguments of `sandbox.wasm`.

use std::env;

/// Bytes of shadow stack: `nexus_core::limits::STACK_BYTES`, repeated because a build script cannot see the crate.
const STACK_BYTES: u32 = 2 << 20;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("wasm") {
        println!("cargo:rustc-link-arg-cdylib=-zstack-size={STACK_BYTES}");
        // The host resets it after it stopped a run in the middle.
        println!("cargo:rustc-link-arg-cdylib=--export=__stack_pointer");
    }
}

//! `cargo xtask schema`: OpenAPI and JSON Schema of the API, into the source of the kernel.

use std::ffi::OsString;

use anyhow::Result;

use crate::{flags, machine::cargo, process::run};

/// The chore.
pub fn chore(args: &[OsString]) -> Result<()> {
    let [] = flags(args, [])?;
    // A program of the kernel's: this one need not be built anew when the kernel's types change.
    run(cargo().args(["run", "--locked", "--package", "nexus-kernel", "--features", "schema", "--bin", "schema"]))
}

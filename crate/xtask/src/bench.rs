//! `cargo xtask bench`: builds the package and measures it.

use std::ffi::OsString;

use anyhow::Result;

use crate::{
    flags,
    machine::{self, ensure_node_modules, node},
    package::{self, Profile},
    process::run,
};

/// The chore. `--quick` measures less and leaves the file of results alone, unless `--write` asks for it.
pub fn chore(args: &[OsString]) -> Result<()> {
    let [quick, write] = flags(args, ["--quick", "--write"])?;
    package::build(Profile::Release)?;
    let unmetered = package::unmetered_sandbox_module()?;
    // The Worker's wrangler makes a Worker of what is to start cold.
    for folder in ["tests", "worker"] {
        ensure_node_modules(folder)?;
    }
    let chromium = machine::ensure_chromium()?;
    let mut bench = node("tests/bench");
    bench.args(["run.mjs", "--unmetered"]).arg(unmetered);
    bench.args(quick.then_some("--quick")).args((write || !quick).then_some("--write"));
    bench.env("CHROMIUM", chromium.browser);
    run(&mut bench)
}

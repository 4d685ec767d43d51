//! `cargo xtask bench`: builds the package and measures it.

use std::ffi::OsString;

use anyhow::{Result, ensure};

use crate::{
    flags, layout,
    machine::{self, ensure_node_modules, node},
    package::{self, Profile},
    process::run,
};

const SCRIPT: &str = "tests/bench/run.mjs";

/// The chore.
pub fn chore(args: &[OsString]) -> Result<()> {
    let [quick] = flags(args, ["--quick"])?;
    ensure!(layout::root().join(SCRIPT).exists(), "there is nothing to measure yet: {SCRIPT} is missing");
    package::build(Profile::Release)?;
    ensure_node_modules("tests")?;
    let mut bench = node("");
    bench.arg(SCRIPT).args(quick.then_some("--quick"));
    // Measuring in a browser is the script's choice; it says so where it finds none.
    if let Ok(chromium) = machine::ensure_chromium() {
        bench.env("CHROMIUM", chromium.browser);
    }
    run(&mut bench)
}

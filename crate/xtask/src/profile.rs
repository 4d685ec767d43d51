//! `cargo xtask profile`: finds out anew what the sandbox calls through pointers, for its build to call that directly.
//!
//! What was found is in the tree (`indirect-calls.txt`), by names, so that a build neither runs anything nor depends on the machine. It
//! is worth a new look when the engine or the compiler is a new one, and due when the build says that it is stale.

use std::{ffi::OsString, fs, str::SplitWhitespace};

use anyhow::{Context, Result};
use nexus_passes::direct::Profile;

use crate::{
    flags, layout,
    machine::node,
    package::{kernel_and_facade, sandboxes_to_profile},
    process::run,
};

const FILE: &str = "crate/xtask/src/indirect-calls.txt";

/// Of a million calls, so many have to lead from a place to a function for it to be worth its bytes, and at most so many functions of
/// a place are. Measured on programs that were not profiled (docs/size.md).
const LEAST: u64 = 200;
const MOST: usize = 6;

/// What was found last.
pub fn committed() -> Result<Profile> {
    include_str!("indirect-calls.txt").parse().context(FILE)
}

/// The chore.
pub fn chore(args: &[OsString]) -> Result<()> {
    let [] = flags(args, [])?;
    let kernel = kernel_and_facade()?;
    let (module, telling) = sandboxes_to_profile()?;
    let folder = layout::target().join("profile");
    fs::create_dir_all(&folder)?;
    let [sandbox, counts] = ["telling-sandbox.wasm", "counts.txt"].map(|name| folder.join(name));
    fs::write(&sandbox, telling)?;
    run(node("crate/xtask/src").arg("train.mjs").args([&kernel, &sandbox, &counts]))?;

    let counts = fs::read_to_string(&counts).context("the counts")?;
    let counts = counts.lines().map(parse).collect::<Result<Vec<_>>>()?;
    let all = Profile::of(&module, counts)?;
    let chosen = all.most_frequent(LEAST, MOST);
    let text = format!(
        "# Where the sandbox calls what through pointers, in a million of all such calls (`nexus_passes::direct`).\n\
         # Made by `cargo xtask profile`.\n{chosen}"
    );
    fs::write(layout::root().join(FILE), text)?;
    let ((places, _, _), (hot, pointers, calls)) = (all.extent(), chosen.extent());
    println!("{FILE}: {pointers} pointers at {hot} of {places} places, {} % of all indirect calls", calls / 10_000);
    Ok(())
}

/// A line of what `train.mjs` writes: a site, a pointer, how often.
fn parse(line: &str) -> Result<(u32, u32, u64)> {
    fn next<T: std::str::FromStr>(words: &mut SplitWhitespace<'_>) -> Option<T> {
        words.next()?.parse().ok()
    }
    let mut words = line.split_whitespace();
    let count = (|| Some((next(&mut words)?, next(&mut words)?, next(&mut words)?)))();
    count.with_context(|| format!("train.mjs wrote {line:?}"))
}

#[cfg(test)]
mod tests {
    use super::{LEAST, MOST, committed};

    #[test]
    fn what_is_in_the_tree_is_what_is_worth_its_bytes() {
        let committed = committed().unwrap();
        assert_eq!(committed, committed.most_frequent(LEAST, MOST));
        let (_, _, calls) = committed.extent();
        assert!(calls > 500_000, "{calls} in a million calls are not most of them");
    }
}

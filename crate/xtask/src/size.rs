//! `cargo xtask size`: what each part of the modules takes of the download.

use std::{ffi::OsString, fs, path::Path};

use anyhow::{Context, Result, bail};
use nexus_passes::parts::{Part, parts};

use crate::{
    flags, layout,
    machine::{ensure_node, node},
    package::{self, Profile, named_sandbox},
    process::read,
};

/// Bytes that a module may take, compressed with brotli at quality 11, as servers send it.
const PROMISES: [(&str, usize); 2] = [("sandbox.wasm", 1_100_000), ("sandbox-small.wasm", 800_000)];

/// The chore.
pub fn chore(args: &[OsString]) -> Result<()> {
    let [] = flags(args, [])?;
    ensure_node()?;
    package::build(Profile::Release)?;
    for profile in [Profile::Release, Profile::Small] {
        println!("\n{}\n{}", profile.sandbox(), render(&measured(&named_sandbox(profile))?));
    }
    println!("modules as they ship");
    let mut broken = Vec::new();
    for name in ["kernel.wasm", "sandbox.wasm", "sandbox-small.wasm"] {
        let module = layout::npm().join(name);
        let (raw, compressed) = (fs::metadata(&module)?.len(), compressed(&[fs::read(&module)?])?[0]);
        let promise = PROMISES.iter().find(|(promised, _)| *promised == name).map(|(_, most)| *most);
        let promised = promise.map(|most| format!(", promised: at most {most}")).unwrap_or_default();
        println!("  {name:<20} {raw:>9} bytes, {compressed:>9} with brotli{promised}");
        if promise.is_some_and(|most| compressed > most) {
            broken.push(name);
        }
    }
    if !broken.is_empty() {
        bail!("larger than promised: {}", broken.join(", "));
    }
    Ok(())
}

struct Row {
    name: String,
    raw: usize,
    compressed: usize,
}

/// The parts of a module that has names, largest first. Each is compressed by itself: together they are smaller, by what they
/// have in common.
fn measured(module: &Path) -> Result<Vec<Row>> {
    let wasm = fs::read(module).with_context(|| module.display().to_string())?;
    let parts = parts(&wasm)?;
    let sizes = compressed(&parts.iter().map(|part| part.bytes.clone()).collect::<Vec<_>>())?;
    let row = |(Part { name, bytes }, compressed)| Row { name, raw: bytes.len(), compressed };
    let mut rows: Vec<Row> = parts.into_iter().zip(sizes).map(row).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.compressed));
    Ok(rows)
}

fn render(rows: &[Row]) -> String {
    /// Parts below this many bytes share a line.
    const LEAST: usize = 4_000;
    let (large, rest): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.compressed >= LEAST);
    let rest = Row {
        name: format!("{} smaller parts", rest.len()),
        raw: rest.iter().map(|row| row.raw).sum(),
        compressed: rest.iter().map(|row| row.compressed).sum(),
    };
    let mut text = format!("  {:<28} {:>9} {:>9}\n", "part", "bytes", "brotli");
    for row in large.into_iter().chain([&rest]) {
        text += &format!("  {:<28} {:>9} {:>9}\n", row.name, row.raw, row.compressed);
    }
    text
}

/// How many bytes each of `contents` takes when it is compressed.
fn compressed(contents: &[Vec<u8>]) -> Result<Vec<usize>> {
    let folder = layout::target().join("size");
    fs::create_dir_all(&folder)?;
    let mut compress = node("crate/xtask/src");
    compress.arg("brotli.mjs");
    for (index, bytes) in contents.iter().enumerate() {
        let file = folder.join(index.to_string());
        fs::write(&file, bytes)?;
        compress.arg(file);
    }
    let answer = read(&mut compress)?;
    answer.lines().map(|line| line.parse().context("brotli.mjs answers numbers")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Row, render};

    #[test]
    fn small_parts_are_added_up_and_none_is_lost() {
        let row = |name: &str, raw, compressed| Row { name: name.into(), raw, compressed };
        let text = render(&[row("engine", 90_000, 30_000), row("a", 10, 5), row("b", 20, 6)]);
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1], ["engine", "90000", "30000"]);
        assert_eq!(lines[2], ["2", "smaller", "parts", "30", "11"]);
    }
}

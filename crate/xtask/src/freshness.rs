//! Skipping steps whose inputs did not change.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result};

use crate::layout;

/// Folders that hold results, never inputs.
const RESULTS: [&str; 4] = ["node_modules", "dist", "target", ".wrangler"];

/// Does `work` unless `outputs` exist and every file of `inputs` (folders stand for all that is in them) is the one it
/// was when `work` was last done under this `name`. Size and time of change tell files apart. This program is an
/// input as well: what it does may have changed with it.
pub fn unless_fresh(
    name: &str,
    inputs: &[PathBuf],
    outputs: &[PathBuf],
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = layout::target().join("xtask").join(name);
    let now = fingerprint(inputs)?;
    if outputs.iter().all(|output| output.exists()) && fs::read_to_string(&stamp).is_ok_and(|then| then == now) {
        return Ok(());
    }
    // Half-done work must not look done.
    let _ = fs::remove_file(&stamp);
    work()?;
    fs::create_dir_all(stamp.parent().expect("it is in a folder"))?;
    // Taken before the work, so that a change during it is seen next time.
    fs::write(&stamp, now)?;
    Ok(())
}

fn fingerprint(inputs: &[PathBuf]) -> Result<String> {
    let mut files = vec![layout::THIS_PROGRAM.clone()];
    for input in inputs {
        collect(input, &mut files)?;
    }
    let mut print = String::new();
    for file in files {
        let metadata = fs::metadata(&file).with_context(|| format!("{} is missing", file.display()))?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
        writeln!(print, "{} {} {changed}", file.display(), metadata.len())?;
    }
    Ok(print)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        if !entry.file_name().is_some_and(|name| RESULTS.iter().any(|result| name == *result)) {
            collect(&entry, files)?;
        }
    }
    Ok(())
}

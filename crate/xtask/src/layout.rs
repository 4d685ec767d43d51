//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// This program. Found out at the start: the system no longer knows once a newer build has taken its place.
pub static THIS_PROGRAM: LazyLock<PathBuf> =
    LazyLock::new(|| env::current_exe().unwrap_or_else(|_| target().join("tools/xtask")));

/// The repository.
pub fn root() -> PathBuf {
    // What cargo says now, before what it said when this was built: a repository may have been moved since.
    let here = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    Path::new(&here).ancestors().nth(2).expect("the crate lies two folders deep").to_path_buf()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// What becomes the npm package, its parts included. Always the same place, whatever cargo's target folder is: the
/// lockfiles of `tests`, `www` and `worker` name it.
pub fn npm() -> PathBuf {
    root().join("target/npm")
}

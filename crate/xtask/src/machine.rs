//! What the machine must have: found, installed where that is possible, or asked for in one sentence.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};

use crate::{
    layout,
    process::{read, run},
};

const NODE_MAJOR: u32 = 20;
const WASM_TARGET: &str = "wasm32-unknown-unknown";
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// The cargo that runs this program, in the repository.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(layout::root());
    cargo
}

/// Node, in `folder` of the repository.
pub fn node(folder: &str) -> Command {
    let mut node = Command::new("node");
    node.current_dir(layout::root().join(folder));
    node
}

/// npm, in `folder`.
pub fn npm(folder: &Path) -> Command {
    let mut npm = Command::new(NPM);
    npm.current_dir(folder);
    npm
}

/// Checks for Node and npm.
pub fn ensure_node() -> Result<()> {
    let ask = "Node.js 20 or newer with npm is needed: install it from https://nodejs.org or with your package manager";
    let version = read(Command::new("node").arg("--version")).context(ask)?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    ensure!(major.is_some_and(|major: u32| major >= NODE_MAJOR), "{ask} (found {})", version.trim());
    read(Command::new(NPM).arg("--version")).context(ask)?;
    Ok(())
}

/// Installs the npm packages that a folder's lockfile names, unless that was done since the lockfile changed.
pub fn ensure_node_modules(folder: &str) -> Result<()> {
    ensure_node()?;
    let folder = layout::root().join(folder);
    let lockfile = folder.join("package-lock.json");
    let wanted = fs::metadata(&lockfile).with_context(|| format!("{} is missing", lockfile.display()))?.modified()?;
    // npm writes this file last.
    let installed = fs::metadata(folder.join("node_modules/.package-lock.json")).and_then(|file| file.modified());
    if installed.is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    run(npm(&folder).args(["ci", "--no-audit", "--no-fund"]))
}

/// Checks for the standard library of the wasm target; rustup installs it where it is missing.
pub fn ensure_wasm_target() -> Result<()> {
    let sysroot = read(Command::new("rustc").args(["--print", "sysroot"]).current_dir(layout::root()))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").exists() {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", WASM_TARGET]).current_dir(layout::root())).with_context(|| {
        format!("Rust's {WASM_TARGET} target is needed: install it with rustup or your package manager")
    })
}

/// A browser and the program that drives it.
pub struct Chromium {
    pub browser: PathBuf,
    pub driver: PathBuf,
}

/// Finds Chromium and its driver: what `CHROMIUM` and `CHROMEDRIVER` name, else what is in `PATH`. Where they are
/// missing, root on a Debian machine gets them from apt.
pub fn ensure_chromium() -> Result<Chromium> {
    if let Some(found) = find_chromium() {
        return Ok(found);
    }
    if can_apt() {
        run(Command::new("apt-get").arg("update"))?;
        run(Command::new("apt-get")
            .args(["install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"])
            .env("DEBIAN_FRONTEND", "noninteractive"))?;
    }
    find_chromium().context(
        "Chromium or Chrome and its chromedriver are needed: install both (Debian: `apt install chromium chromium-driver`), \
         or set CHROMIUM and CHROMEDRIVER to their paths",
    )
}

fn find_chromium() -> Option<Chromium> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from);
    let browser = named("CHROMIUM")
        .or_else(|| in_path(&["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]))?;
    let driver = named("CHROMEDRIVER").or_else(|| in_path(&["chromedriver"]))?;
    Some(Chromium { browser, driver })
}

fn in_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION)))
        .find(|candidate| candidate.is_file())
}

#[cfg(unix)]
fn can_apt() -> bool {
    rustix::process::geteuid().is_root() && Path::new("/etc/debian_version").exists()
}

#[cfg(not(unix))]
fn can_apt() -> bool {
    false
}

/// Errors if another program listens on a loopback port.
pub fn ensure_port_free(port: u16) -> Result<()> {
    if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
        bail!("port {port} is in use: end the program that listens there first");
    }
    Ok(())
}

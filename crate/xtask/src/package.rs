//! `cargo xtask build`: the npm package, from two wasm modules and the TypeScript facade.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use nexus_passes::Charge;
use serde_json::Value;

use crate::{
    cuts::{CUTS, SELDOM},
    flags,
    freshness::unless_fresh,
    layout,
    machine::{cargo, ensure_node, ensure_node_modules, ensure_wasm_target, node, npm},
    process::{read, run},
    profile,
};

/// The function of the sandbox that starts its interpreter.
const BOOT: &str = "nexus_boot";

/// Which cargo profile the modules are built with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// What ships.
    Release,
    /// The sandbox for those who have to load it often and seldom run much: smaller and slower.
    Small,
    /// For the edit loop: quick to build, and function names are kept.
    Quick,
}

impl Profile {
    fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Small => "small",
            Self::Quick => "quick",
        }
    }

    /// What the sandbox is called that is built with it.
    pub fn sandbox(self) -> &'static str {
        match self {
            Self::Release | Self::Quick => "sandbox.wasm",
            Self::Small => "sandbox-small.wasm",
        }
    }
}

/// The chore.
pub fn chore(args: &[OsString]) -> Result<()> {
    let [dev] = flags(args, ["--dev"])?;
    build(if dev { Profile::Quick } else { Profile::Release })
}

/// Leaves the package in `target/npm/nexus-kernel`.
pub fn build(profile: Profile) -> Result<()> {
    ensure_wasm_target()?;
    ensure_node()?;
    fs::create_dir_all(layout::npm())?;
    let small = layout::npm().join(Profile::Small.sandbox());
    let modules = [sandbox_module(profile)?, kernel_module(profile)?, small];
    if profile == Profile::Release {
        sandbox_module(Profile::Small)?;
    } else {
        // For the edit loop one is enough.
        copy(&modules[0], &modules[2])?;
    }
    facade()?;
    let package = assemble(&modules)?;

    eprintln!("{}", package.display());
    for module in &modules {
        let name = module.file_name().expect("a file").display();
        eprintln!("  {name} {} bytes", fs::metadata(module)?.len());
    }
    Ok(())
}

/// The sandbox: built, pruned, metered, booted, stripped.
fn sandbox_module(profile: Profile) -> Result<PathBuf> {
    let built = cargo_build("nexus-sandbox", profile)?;
    let module = layout::npm().join(profile.sandbox());
    let with_names = named_sandbox(profile);
    unless_fresh(profile.sandbox(), std::slice::from_ref(&built), &[module.clone(), with_names.clone()], || {
        let is_seldom = |name: &str| SELDOM.iter().any(|part| name.contains(part));
        let charge = |name: &str| if is_seldom(name) { Charge::Called } else { Charge::Inline };
        let metered = nexus_passes::meter_with(&with_direct_calls(&built, profile)?, charge)?;
        let named = match profile {
            // The memory of a booted instance is a thirtieth of the download.
            Profile::Small => nexus_passes::boot_at_start(&metered, BOOT)?,
            _ => booted(&metered)?,
        };
        fs::write(&with_names, &named)?;
        // Names last: other passes find functions by them.
        let finished = if profile == Profile::Quick { named } else { nexus_passes::arrange(&named)? };
        nexus_passes::audit(&finished).context("the sandbox works without paying")?;
        Ok(fs::write(&module, nexus_passes::stamp(&finished))?)
    })?;
    Ok(module)
}

/// Where the sandbox is as it ships, but with the names of its functions.
pub fn named_sandbox(profile: Profile) -> PathBuf {
    layout::target().join(format!("named-{}", profile.sandbox()))
}

/// The release build of the same module without its meter. No run may have it: it is there to measure what the meter costs.
pub fn unmetered_sandbox_module() -> Result<PathBuf> {
    let built = cargo_build("nexus-sandbox", Profile::Release)?;
    let module = layout::target().join("bench/sandbox-unmetered.wasm");
    unless_fresh("sandbox-unmetered", std::slice::from_ref(&built), std::slice::from_ref(&module), || {
        fs::create_dir_all(module.parent().expect("it is in a folder"))?;
        let finished = nexus_passes::strip(&booted(&with_direct_calls(&built, Profile::Release)?)?)?;
        Ok(fs::write(&module, nexus_passes::stamp(&finished))?)
    })?;
    Ok(module)
}

/// The sandbox as it was when it was profiled, with direct calls where that found that they are worth their bytes.
fn with_direct_calls(built: &Path, profile: Profile) -> Result<Vec<u8>> {
    let module = dispatched(built, profile)?;
    match profile {
        Profile::Release => {
            nexus_passes::direct(&module, &profile::committed()?).context("`cargo xtask profile` makes a new profile")
        }
        Profile::Small | Profile::Quick => Ok(module),
    }
}

/// The sandbox that ships as it is before its calls are made direct, and the same as it tells its host what it calls. That boots when
/// an instance is made.
pub fn sandboxes_to_profile() -> Result<(Vec<u8>, Vec<u8>)> {
    let module = dispatched(&cargo_build("nexus-sandbox", Profile::Release)?, Profile::Release)?;
    let telling = nexus_passes::meter(&nexus_passes::direct::instrument(&module)?)?;
    let telling = nexus_passes::stamp(&nexus_passes::boot_at_start(&telling, BOOT)?);
    Ok((module, telling))
}

/// Builds what drives a sandbox: `kernel.wasm`, whose path it answers, and the facade.
pub fn kernel_and_facade() -> Result<PathBuf> {
    ensure_wasm_target()?;
    ensure_node()?;
    fs::create_dir_all(layout::npm())?;
    let kernel = kernel_module(Profile::Release)?;
    facade()?;
    Ok(kernel)
}

/// The sandbox as the compiler made it, but for what never runs, what is there twice and the interpreter's dispatch.
fn dispatched(built: &Path, profile: Profile) -> Result<Vec<u8>> {
    let mut module = fs::read(built)?;
    if profile != Profile::Quick {
        module = nexus_passes::blank_locations(&nexus_passes::prune(&module, CUTS)?)?;
        module = nexus_passes::merge(&module)?;
    }
    Ok(nexus_passes::dispatch(&module)?)
}

/// A module of the sandbox with its boot image.
fn booted(module: &[u8]) -> Result<Vec<u8>> {
    Ok(nexus_passes::embed_image(module, &boot_image(module)?, BOOT)?)
}

/// The memory of the module once it has booted.
fn boot_image(module: &[u8]) -> Result<Vec<u8>> {
    let (module_file, image_file) = (layout::target().join("boot-image.wasm"), layout::target().join("boot-image.bin"));
    fs::write(&module_file, module)?;
    run(node("crate/xtask/src").arg("boot-image.mjs").args([&module_file, &image_file]))?;
    fs::read(&image_file).context("the boot image")
}

/// `kernel.wasm`, and its JavaScript glue in the facade's source folder.
fn kernel_module(profile: Profile) -> Result<PathBuf> {
    let built = cargo_build("nexus-wasm", profile)?;
    let glue = layout::root().join("pkg-config/src/generated");
    let module = layout::npm().join("kernel.wasm");
    unless_fresh("kernel", std::slice::from_ref(&built), &[module.clone(), glue.join("kernel.js")], || {
        let mut args: Vec<OsString> = vec!["wasm-bindgen".into(), built.clone().into()];
        // Without a default path, bundlers do not go looking for a file that the package names otherwise.
        args.extend(
            ["--target", "web", "--omit-default-module-path", "--out-name", "kernel", "--out-dir"].map(Into::into),
        );
        args.push(glue.clone().into());
        wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args).context("wasm-bindgen")?;
        let bound = fs::read(glue.join("kernel_bg.wasm"))?;
        let finished = if profile == Profile::Release { nexus_passes::strip(&bound)? } else { bound };
        Ok(fs::write(&module, finished)?)
    })?;
    Ok(module)
}

fn cargo_build(package: &str, profile: Profile) -> Result<PathBuf> {
    let mut build = cargo();
    build.args(["rustc", "--package", package, "--lib", "--profile", profile.name()]);
    build.args(["--target", "wasm32-unknown-unknown", "--locked", "--config", &remapped_paths()?]);
    if (package, profile) == ("nexus-sandbox", Profile::Release) {
        // For the last pass over all crates together, a fifth of the compiler's own: more copies of functions at their callers make
        // the module larger and not faster. Within the crates it is otherwise (docs/size.md).
        build.args(["--", "-Cllvm-args=-inline-threshold=50"]);
    }
    run(&mut build)?;
    let file = format!("{}.wasm", package.replace('-', "_"));
    Ok(layout::target().join("wasm32-unknown-unknown").join(profile.name()).join(file))
}

/// Keeps this machine's paths out of the panic messages in the modules, so that every machine builds the same ones.
fn remapped_paths() -> Result<String> {
    let cargo_home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo_home = cargo_home.or_else(|| Some(env::home_dir()?.join(".cargo"))).context("no home directory")?;
    let flags = [(cargo_home.join("registry/src"), "crates"), (layout::root().to_path_buf(), "nexus-kernel")]
        .map(|(path, name)| format!("\"--remap-path-prefix={}={name}\"", path.display()).replace('\\', "\\\\"));
    Ok(format!("target.wasm32-unknown-unknown.rustflags=[{}]", flags.join(",")))
}

/// The TypeScript facade, compiled into `pkg-config/dist`.
fn facade() -> Result<()> {
    ensure_node_modules("pkg-config")?;
    let folder = layout::root().join("pkg-config");
    unless_fresh("facade", std::slice::from_ref(&folder), &[folder.join("dist")], || {
        // What is no longer a source must not stay in the package.
        remove_folder(&folder.join("dist"))?;
        run(npm(&folder).args(["run", "build"]))
    })
}

/// Puts the package together as `npm pack` would ship it.
fn assemble(modules: &[PathBuf]) -> Result<PathBuf> {
    let root = layout::root();
    let package = layout::npm().join("nexus-kernel");
    let manifest = root.join("pkg-config/package.json");
    let dist = root.join("pkg-config/dist");
    let papers =
        ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "crate/kernel/src/api/protocol.schema.json"]
            .map(|name| root.join(name));

    let mut inputs = vec![manifest.clone()];
    inputs.extend_from_slice(modules);
    inputs.extend(files_in(&dist)?);
    inputs.extend(papers.clone());
    unless_fresh("package", &inputs, std::slice::from_ref(&package), || {
        remove_folder(&package)?;
        fs::create_dir_all(&package)?;
        fs::write(package.join("package.json"), published_manifest(&fs::read_to_string(&manifest)?)?)?;
        for file in files_in(&dist)? {
            copy(&file, &package.join("dist").join(file.strip_prefix(&dist)?))?;
        }
        for file in papers.iter().chain(modules) {
            copy(file, &package.join(file.file_name().expect("a file")))?;
        }
        ensure_complete(&package)
    })?;
    Ok(package)
}

/// The manifest without what only the repository needs.
fn published_manifest(text: &str) -> Result<String> {
    let mut manifest: Value = serde_json::from_str(text).context("pkg-config/package.json")?;
    let version = env!("CARGO_PKG_VERSION");
    ensure!(
        manifest["version"] == version,
        "pkg-config/package.json has version {}, the workspace has {version}: make them one",
        manifest["version"]
    );
    let fields = manifest.as_object_mut().context("pkg-config/package.json is not an object")?;
    for development in ["private", "scripts", "devDependencies"] {
        fields.shift_remove(development);
    }
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

/// Asks npm what it would ship, and errors if that is not all that is there.
fn ensure_complete(package: &Path) -> Result<()> {
    let answer = read(npm(package).args(["pack", "--dry-run", "--json"]))?;
    let answer: Value = serde_json::from_str(&answer).context("npm pack --json")?;
    let shipped: Vec<&str> = answer[0]["files"]
        .as_array()
        .context("npm pack --json")?
        .iter()
        .filter_map(|file| file["path"].as_str())
        .collect();
    let mut missing = Vec::new();
    for file in files_in(package)? {
        let name = file.strip_prefix(package)?.to_string_lossy().replace('\\', "/");
        if !shipped.contains(&name.as_str()) {
            missing.push(name);
        }
    }
    let missing = missing.join(", ");
    ensure!(missing.is_empty(), "npm would leave out {missing}: see \"files\" in pkg-config/package.json");
    Ok(())
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("{} is missing", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().expect("in a folder"))?;
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}

fn remove_folder(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::published_manifest;

    #[test]
    fn the_published_manifest_keeps_its_order_and_loses_what_is_for_development() {
        let text = format!(
            r#"{{"name":"n","version":"{}","scripts":{{"build":"tsc"}},"exports":{{"workerd":"./w.js","import":"./i.js"}},
                "devDependencies":{{"typescript":"1"}},"private":true}}"#,
            env!("CARGO_PKG_VERSION")
        );
        let published = published_manifest(&text).unwrap();
        assert!(!published.contains("scripts") && !published.contains("typescript") && !published.contains("private"));
        let position = |word: &str| published.find(word).unwrap();
        assert!(position("\"name\"") < position("\"version\"") && position("workerd") < position("import"));
    }

    #[test]
    fn a_manifest_of_another_version_is_refused() {
        let error = published_manifest(r#"{"name":"n","version":"0.0.0-other"}"#).unwrap_err();
        assert!(error.to_string().contains("0.0.0-other"), "{error}");
    }
}

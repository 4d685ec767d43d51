//! The suites: what each runs, where, and what it needs.

use std::{fs, path::PathBuf, process::Command};

use anyhow::Result;

use crate::{
    layout,
    machine::{Chromium, cargo, node, npm},
    tally::Runner,
};

/// Folders with a `package.json` of their own.
const NPM_FOLDERS: [&str; 4] = ["pkg-config", "tests", "www", "worker"];
/// Seconds until wasm-bindgen's runner gives a browser up; its own 20 are short for a machine under load.
const BROWSER_PATIENCE: &str = "240";

/// Something that must be there before a suite can run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Need {
    Node,
    WasmTarget,
    Chromium,
    /// The built npm package.
    Package,
    /// The npm packages of a folder.
    NodeModules(String),
}

/// Makes the command that runs a suite, once what the suite needs is there.
type MakeCommand = Box<dyn Fn(Option<&Chromium>) -> Command>;

/// A suite of tests.
pub struct Suite {
    /// What it is called on the command line.
    pub name: String,
    /// Where its tests run, for the table.
    pub place: String,
    pub needs: Vec<Need>,
    pub runner: Runner,
    pub command: MakeCommand,
}

impl Suite {
    fn new(
        name: impl Into<String>,
        place: impl Into<String>,
        needs: impl Into<Vec<Need>>,
        runner: Runner,
        command: impl Fn(Option<&Chromium>) -> Command + 'static,
    ) -> Self {
        Self { name: name.into(), place: place.into(), needs: needs.into(), runner, command: Box::new(command) }
    }
}

/// Every suite, in the order they run: what is quick to fail comes first.
pub fn all() -> Result<Vec<Suite>> {
    let mut suites = rust();
    suites.extend(wasm());
    suites.extend(npm_scripts()?);
    suites.extend(javascript()?);
    Ok(suites)
}

fn rust() -> Vec<Suite> {
    const HOST: &str = "this machine";
    vec![
        Suite::new("format", "sources", [], Runner::Check, |_| with_args(cargo(), &["fmt", "--all", "--check"])),
        Suite::new("tools", HOST, [], Runner::Rust, |_| {
            // The profile that this program was built with: wasm-bindgen's tool is not compiled a second time.
            with_args(cargo(), &["test", "--locked", "--package", "xtask", "--profile", "tools"])
        }),
        Suite::new("native", HOST, [], Runner::Rust, |_| {
            let all = ["test", "--locked", "--no-fail-fast", "--workspace", "--features", "nexus-kernel/schema"];
            with_args(with_args(cargo(), &all), &["--exclude", "xtask", "--exclude", "nexus-wasm"])
        }),
        Suite::new("lint", "sources", [], Runner::Check, |_| {
            let all = ["clippy", "--locked", "--workspace", "--all-targets", "--features", "nexus-kernel/schema"];
            with_args(with_args(cargo(), &all), &["--", "-D", "warnings"])
        }),
        Suite::new("lint-wasm", "sources", [Need::WasmTarget], Runner::Check, |_| {
            // What only exists on wasm32, and that `passes` and `nxml`, which serve there, compile for it.
            let mut clippy = cargo();
            clippy.args(["clippy", "--locked", "--lib", "--target", "wasm32-unknown-unknown"]);
            clippy.args(["-p", "nexus-wasm", "-p", "nexus-sandbox", "-p", "nexus-passes", "-p", "nexus-nxml"]);
            with_args(clippy, &["--", "-D", "warnings"])
        }),
        Suite::new("rustdoc", "sources", [], Runner::Check, |_| {
            let mut doc = cargo();
            doc.env("RUSTDOCFLAGS", "-D warnings");
            doc.args(["doc", "--locked", "--no-deps", "--workspace", "--exclude", "xtask"]);
            with_args(doc, &["--features", "nexus-kernel/schema"])
        }),
    ]
}

/// The tests of `crate/wasm`, once in each place where its module has to work.
fn wasm() -> Vec<Suite> {
    let suite = |name: &str, place: &str, mode: Option<&'static str>| {
        let mut needs = vec![Need::WasmTarget, Need::Node];
        needs.extend(mode.map(|_| Need::Chromium));
        needs.push(Need::Package);
        Suite::new(name, place, needs, Runner::Rust, move |chromium| {
            let mut test = cargo();
            test.args(["test", "--locked", "--no-fail-fast", "--package", "nexus-wasm", "--lib", "--tests"]);
            test.args(["--target", "wasm32-unknown-unknown"]);
            // Also right where cargo's target folder is not the usual one.
            test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner());
            test.env("WASM_BINDGEN_TEST_TIMEOUT", BROWSER_PATIENCE);
            if let Some(mode) = mode {
                test.env(mode, "1");
            }
            if let Some(chromium) = chromium {
                test.env("CHROMEDRIVER", &chromium.driver);
            }
            test
        })
    };
    vec![
        suite("wasm-node", "Node", None),
        suite("wasm-page", "Chromium page", Some("WASM_BINDGEN_USE_BROWSER")),
        suite("wasm-worker", "Chromium dedicated worker", Some("WASM_BINDGEN_USE_DEDICATED_WORKER")),
    ]
}

fn runner() -> String {
    format!("{} runner", layout::THIS_PROGRAM.display())
}

/// What the npm folders themselves call a test: their `check` script (types, and tests of types) and their `test` script.
fn npm_scripts() -> Result<Vec<Suite>> {
    let mut suites = Vec::new();
    for folder in NPM_FOLDERS {
        let Ok(manifest) = fs::read_to_string(layout::root().join(folder).join("package.json")) else { continue };
        let manifest: serde_json::Value = serde_json::from_str(&manifest)?;
        let has = |script: &str| manifest["scripts"][script].is_string();
        let needs = [Need::Package, Need::NodeModules(folder.into())];
        let script = move |script: &'static str| with_args(npm(&layout::root().join(folder)), &["run", script]);
        if has("check") {
            suites.push(Suite::new(format!("{folder}-types"), folder, needs.clone(), Runner::Check, move |_| {
                script("check")
            }));
        }
        // The folder of tests is made of suites itself.
        if has("test") && folder != "tests" {
            let needs: Vec<Need> = needs.into_iter().chain([Need::Chromium]).collect();
            suites.push(Suite::new(folder, folder, needs, Runner::Node, move |chromium| {
                let mut test = script("test");
                if let Some(chromium) = chromium {
                    test.env("CHROMIUM", &chromium.browser);
                }
                test
            }));
        }
    }
    Ok(suites)
}

/// One suite for each folder of `tests` that has `*.test.mjs` files in it.
fn javascript() -> Result<Vec<Suite>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Ok(entries) = fs::read_dir(layout::root().join("tests")) {
        for entry in entries {
            folders.push(entry?.path());
        }
    }
    folders.sort();
    let mut suites = Vec::new();
    for folder in folders {
        let mut files = test_files(&folder)?;
        if files.is_empty() {
            continue;
        }
        files.sort();
        let name = folder.file_name().expect("listed by name").to_string_lossy().into_owned();
        let needs: Vec<Need> = [Need::Package, Need::Chromium]
            .into_iter()
            .chain(["tests", "www", "worker"].map(|folder| Need::NodeModules(folder.into())))
            .collect();
        suites.push(Suite::new(name.clone(), format!("tests/{name}"), needs, Runner::Node, move |chromium| {
            let mut test = node("tests");
            test.args(["--test", "--test-reporter=spec"]).args(&files);
            if let Some(chromium) = chromium {
                test.env("CHROMIUM", &chromium.browser);
            }
            test
        }));
    }
    Ok(suites)
}

fn test_files(folder: &std::path::Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if !folder.is_dir() || folder.ends_with("node_modules") {
        return Ok(files);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(test_files(&path)?);
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    Ok(files)
}

fn with_args(mut command: Command, args: &[&str]) -> Command {
    command.args(args);
    command
}

//! Every chore of the project is `cargo xtask <chore>`.

mod bench;
mod cuts;
mod demo;
mod freshness;
mod layout;
mod machine;
mod package;
mod process;
mod profile;
mod schema;
mod size;
mod suites;
mod table;
mod tally;
mod testing;

use std::{env, ffi::OsString, process::ExitCode};

const USAGE: &str = "\
usage: cargo xtask <chore>

  build [--dev]          make the npm package in target/npm/nexus-kernel; --dev: quick to build, slower to run
  test [SUITE…]          run every suite, or the named ones; `test --list` names them
  demo [--once]          serve the playground and the Worker; --once: run the main job everywhere, print it and exit
  bench [--quick] [--write]
                         measure, into tests/bench/RESULTS.md; --quick: less, and into the file only with --write
  schema                 write OpenAPI and JSON Schema of the API anew, from its types
  profile                find out anew what the sandbox calls most, for its build to call it directly
  size                   what the parts of the modules take of the download; 1 if it is more than promised
  runner ARGS            run a wasm test binary (cargo calls this)";

fn main() -> ExitCode {
    std::sync::LazyLock::force(&layout::THIS_PROGRAM);
    let mut args = env::args_os().skip(1);
    let chore = args.next().unwrap_or_default();
    let rest: Vec<OsString> = args.collect();
    let done = match chore.to_str() {
        Some("build") => package::chore(&rest),
        Some("test") => testing::chore(&rest),
        Some("demo") => demo::chore(&rest),
        Some("size") => size::chore(&rest),
        Some("schema") => schema::chore(&rest),
        Some("profile") => profile::chore(&rest),
        Some("bench") => bench::chore(&rest),
        Some("runner") => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(
            [OsString::from("wasm-bindgen-test-runner")].into_iter().chain(rest),
        ),
        _ => Err(anyhow::anyhow!("{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Takes the flags a chore knows from its arguments; `Err` names the first argument that is none of them.
fn flags<const N: usize>(args: &[OsString], known: [&str; N]) -> anyhow::Result<[bool; N]> {
    let mut given = [false; N];
    for arg in args {
        match known.iter().position(|flag| arg == *flag) {
            Some(index) => given[index] = true,
            None => anyhow::bail!("unknown argument {}\n\n{USAGE}", arg.display()),
        }
    }
    Ok(given)
}

//! `cargo xtask test`: every suite, whatever fails on the way, and the counts at the end.

use std::{collections::HashMap, ffi::OsString, fmt::Write as _, time::Instant};

use anyhow::{Result, bail, ensure};

use crate::{
    machine::{self, Chromium, ensure_chromium},
    package::{self, Profile},
    process::watch,
    suites::{self, Need, Suite},
    table::{Row, render},
    tally::Tally,
};

/// The chore. Arguments name suites; none means all.
pub fn chore(args: &[OsString]) -> Result<()> {
    let mut suites = suites::all()?;
    if args.iter().any(|arg| arg == "--list") {
        for suite in suites {
            println!("{:<16} {}", suite.name, suite.place);
        }
        return Ok(());
    }
    for arg in args {
        ensure!(
            suites.iter().any(|suite| *arg == *suite.name),
            "no suite is called {}; `cargo xtask test --list` names them",
            arg.display()
        );
    }
    if !args.is_empty() {
        suites.retain(|suite| args.iter().any(|arg| *arg == *suite.name));
    }

    let mut ground = Ground::default();
    let rows: Vec<Row> = suites.iter().map(|suite| run(suite, &mut ground)).collect();
    // What did not run at all is easily lost in a long log: say it again.
    let mut complaints = String::new();
    for (need, failure) in &ground.failures {
        writeln!(complaints, "{need:?}: {failure}")?;
    }
    println!("\n{complaints}{}", render(&rows));
    if rows.iter().any(|row| row.tally.failed > 0) {
        std::process::exit(1);
    }
    Ok(())
}

fn run(suite: &Suite, ground: &mut Ground) -> Row {
    println!("\n== {} ({})", suite.name, suite.place);
    let started = Instant::now();
    let tally = match ground.prepare(&suite.needs).and_then(|()| watch(&mut (suite.command)(ground.chromium.as_ref())))
    {
        Ok((succeeded, output)) => suite.runner.tally(succeeded, &output),
        Err(error) => {
            println!("not run: {error:#}");
            Tally { failed: 1, ..Tally::default() }
        }
    };
    Row { suite: suite.name.clone(), place: suite.place.clone(), tally, took: started.elapsed() }
}

/// What the suites stand on. Each thing is prepared once, when the first suite needs it.
#[derive(Default)]
struct Ground {
    ready: Vec<Need>,
    failures: HashMap<Need, String>,
    chromium: Option<Chromium>,
}

impl Ground {
    fn prepare(&mut self, needs: &[Need]) -> Result<()> {
        for need in needs {
            if let Some(failure) = self.failures.get(need) {
                bail!("{failure}");
            }
            if self.ready.contains(need) {
                continue;
            }
            if let Err(error) = self.provide(need) {
                self.failures.insert(need.clone(), format!("{error:#}"));
                return Err(error);
            }
            self.ready.push(need.clone());
        }
        Ok(())
    }

    fn provide(&mut self, need: &Need) -> Result<()> {
        match need {
            Need::Node => machine::ensure_node(),
            Need::WasmTarget => machine::ensure_wasm_target(),
            Need::Chromium => {
                self.chromium = Some(ensure_chromium()?);
                Ok(())
            }
            Need::Package => package::build(Profile::Release),
            Need::NodeModules(folder) => machine::ensure_node_modules(folder),
        }
    }
}

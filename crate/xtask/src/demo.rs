//! `cargo xtask demo`: the workspace on this machine, with all the servers it shows, or the main job and the samples once.

use std::{
    ffi::OsString,
    net::TcpStream,
    process::Command,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    flags,
    freshness::unless_fresh,
    layout,
    machine::{ensure_chromium, ensure_node_modules, ensure_port_free, node, npm},
    package::{self, Profile},
    process::{Companion, run},
};

const WORKSPACE_PORT: u16 = 4173;
// The page is built for these three: `www/.env`.
const WORKER_PORT: u16 = 8787;
const SOURCES_PORT: u16 = 4710;
const PANELS_PORT: u16 = 4711;
const STARTUP: Duration = Duration::from_secs(60);
const ONCE: &str = "tests/demo/once.mjs";
const SERVE_SAMPLES: &str = "tests/demo/serve-samples.mjs";
const SOURCES: &str = "samples/servers.mjs";

/// The chore.
pub fn chore(args: &[OsString]) -> Result<()> {
    let [once] = flags(args, ["--once"])?;
    if once { run_once() } else { serve() }
}

fn run_once() -> Result<()> {
    ensure!(layout::root().join(ONCE).exists(), "{ONCE} is missing");
    package::build(Profile::Release)?;
    ensure_node_modules("tests")?;
    // Its wrangler and its Worker are the job's fourth place.
    ensure_node_modules("worker")?;
    let chromium = ensure_chromium()?;
    run(node("").arg(ONCE).env("CHROMIUM", chromium.browser))
}

fn serve() -> Result<()> {
    for port in [WORKSPACE_PORT, WORKER_PORT, SOURCES_PORT, PANELS_PORT] {
        ensure_port_free(port)?;
    }
    package::build(Profile::Release)?;
    // From here on, an interrupt means: end what was started, then end.
    let (interrupt, interrupted) = mpsc::channel();
    ctrlc::set_handler(move || {
        let _ = interrupt.send(());
    })?;

    for folder in ["www", "worker", "tests"] {
        ensure_node_modules(folder)?;
    }
    let www = layout::root().join("www");
    let inputs = [www.clone(), layout::root().join("samples"), layout::npm().join("nexus-kernel/package.json")];
    unless_fresh("www", &inputs, &[www.join("dist")], || run(npm(&www).args(["run", "build"])))?;

    let mut running = vec![
        (SOURCES_PORT, Companion::start("the samples' sources", &mut sources())?),
        (PANELS_PORT, Companion::start("the panels' server", &mut panels())?),
        (WORKER_PORT, Companion::start("the Worker", &mut worker())?),
        (WORKSPACE_PORT, Companion::start("the workspace", &mut workspace())?),
    ];
    let started = Instant::now();
    while !running.iter().all(|(port, _)| TcpStream::connect(("127.0.0.1", *port)).is_ok()) {
        ensure!(started.elapsed() < STARTUP, "no answer after {} seconds", STARTUP.as_secs());
        check(&mut running)?;
        if interrupted.recv_timeout(Duration::from_millis(100)).is_ok() {
            return Ok(());
        }
    }
    println!("\n  Worker     http://127.0.0.1:{WORKER_PORT}/health");
    println!("  server     http://127.0.0.1:{PANELS_PORT}/panels");
    println!("\n  Open this  http://127.0.0.1:{WORKSPACE_PORT}/\n\n  Ctrl-C ends them all.\n");
    while interrupted.recv_timeout(Duration::from_millis(500)).is_err() {
        check(&mut running)?;
    }
    drop(running);
    // The programs' own last words come first.
    thread::sleep(Duration::from_millis(50));
    println!("ended");
    Ok(())
}

fn check(running: &mut [(u16, Companion)]) -> Result<()> {
    running.iter_mut().try_for_each(|(_, companion)| companion.check())
}

fn sources() -> Command {
    let mut sources = node("");
    sources.args([SOURCES, &SOURCES_PORT.to_string()]);
    sources
}

/// A kernel in Node with the panels of the samples, which two windows of the page can share.
fn panels() -> Command {
    let mut panels = node("");
    panels.args([SERVE_SAMPLES, &PANELS_PORT.to_string(), &format!("http://127.0.0.1:{SOURCES_PORT}")]);
    panels
}

fn workspace() -> Command {
    let mut vite = node("www");
    vite.args(["node_modules/vite/bin/vite.js", "preview", "--host", "127.0.0.1", "--strictPort", "--port"]);
    vite.arg(WORKSPACE_PORT.to_string());
    vite
}

fn worker() -> Command {
    let mut wrangler = node("worker");
    wrangler.args(["node_modules/wrangler/bin/wrangler.js", "dev", "--ip", "127.0.0.1", "--port"]);
    wrangler.arg(WORKER_PORT.to_string()).arg("--show-interactive-dev-session=false");
    // Everything stays on this machine.
    wrangler.envs([
        ("WRANGLER_SEND_METRICS", "false"),
        // The banner asks the registry for a newer version.
        ("WRANGLER_HIDE_BANNER", "true"),
        ("DO_NOT_TRACK", "1"),
        ("CI", "true"),
        ("CLOUDFLARE_CF_FETCH_ENABLED", "false"),
    ]);
    wrangler
}

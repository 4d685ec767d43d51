//! Other programs: run them, watch them, end them.

use std::{
    fmt::Write as _,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

/// Runs a command to its end; an error unless it succeeds.
pub fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    eprintln!("$ {line}");
    let status = command.status().with_context(|| format!("cannot start {line}"))?;
    ensure!(status.success(), "{line}: {status}");
    Ok(())
}

/// Runs a command to its end and returns what it wrote on stdout; an error unless it succeeds.
pub fn read(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {line}"))?;
    ensure!(output.status.success(), "{line}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command to its end, showing what it writes; returns whether it succeeded, and all that it wrote.
pub fn watch(command: &mut Command) -> Result<(bool, String)> {
    let line = shown(command);
    eprintln!("$ {line}");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {line}"))?;
    let (stdout, stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let record = Mutex::new(String::new());
    thread::scope(|scope| {
        scope.spawn(|| pass_on(stderr, std::io::stderr(), &record));
        pass_on(stdout, std::io::stdout(), &record);
    });
    let status = child.wait()?;
    let record = record.into_inner().expect("no reader panicked");
    Ok((status.success(), record))
}

fn pass_on(from: impl Read, mut to: impl Write, record: &Mutex<String>) {
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    while matches!(from.read_until(b'\n', &mut line), Ok(1..)) {
        // Nobody may be listening any more; the record matters all the same.
        let _ = to.write_all(&line);
        record.lock().expect("no reader panicked").push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

/// A program that runs beside this one and ends with it, its own children included.
pub struct Companion {
    name: &'static str,
    child: Child,
}

impl Companion {
    /// Starts `command` in a process group of its own.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        eprintln!("$ {}", shown(command));
        let child = command.stdin(Stdio::null()).spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name, child })
    }

    /// Errors if the program has ended, which it should not do on its own.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => anyhow::bail!("{} ended by itself: {status}", self.name),
        }
    }

    #[cfg(unix)]
    fn signal(&self, signal: rustix::process::Signal) {
        // An error means that the group is gone already.
        let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(&self.child), signal);
    }
}

impl Drop for Companion {
    #[cfg(unix)]
    fn drop(&mut self) {
        const PATIENCE: Duration = Duration::from_secs(5);
        self.signal(rustix::process::Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(50));
        }
        self.signal(rustix::process::Signal::KILL);
        let _ = self.child.wait();
    }

    #[cfg(not(unix))]
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut line = program.file_name().unwrap_or(program.as_os_str()).display().to_string();
    for arg in command.get_args() {
        let arg = arg.display().to_string();
        let quote = if arg.is_empty() || arg.contains([' ', '"', '*']) { "'" } else { "" };
        write!(line, " {quote}{arg}{quote}").expect("a String takes all");
    }
    line
}

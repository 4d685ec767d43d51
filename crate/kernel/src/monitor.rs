//! The extension `monitor`: how the kernel is, as data.
//!
//! | method | answer |
//! |---|---|
//! | `health` | `{ status, reasons, uptimeMs, … }`: `healthy`, or `degraded` for these reasons |
//! | `metrics` | `{ … }` |
//!
//! Both hold a member for each [`MonitorSource`], by its name: `runtime` for the runs and instances of the kernel
//! ([`Runtime`]). Whoever has more to tell (panels, for one) is a source of its own, given to [`MonitorExtension::new`].

use std::rc::Rc;

use nexus_core::{Error, Map, Value};

use crate::clock::Clock;
use crate::engine::LocalFuture;
use crate::extension::{CallContext, Extension};
use crate::kernel::Kernel;
use crate::stats::Stats;

const METHODS: [&str; 2] = ["health", "metrics"];

/// A part of the kernel that tells how it is.
pub trait MonitorSource {
    /// Under which name it stands in the answers.
    fn name(&self) -> &str;

    /// How it is.
    fn health(&self) -> Health;

    /// Its numbers, by their names.
    fn metrics(&self) -> Value;
}

/// How a source is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// What is not as it should be, a sentence each; healthy without.
    pub reasons: Vec<String>,
    /// What there is to say.
    pub details: Map,
}

/// The runs and instances of a kernel.
pub struct Runtime<F>(F);

impl Runtime<()> {
    /// Those of `kernel`, which it does not keep.
    pub fn of(kernel: &Kernel) -> impl MonitorSource + use<> {
        let stats = kernel.watch_stats();
        Runtime(move || stats().unwrap_or_default())
    }
}

impl<F: Fn() -> Stats> MonitorSource for Runtime<F> {
    fn name(&self) -> &str {
        "runtime"
    }

    fn health(&self) -> Health {
        let stats = (self.0)();
        let mut reasons = Vec::new();
        if stats.engine.queued_runs > 0 {
            reasons.push(format!("runs wait for an instance: {}", stats.engine.queued_runs));
        }
        const TOLD: [&str; 6] =
            ["activeRuns", "suspendedRuns", "queuedRuns", "activeInstances", "availableInstances", "totalMemoryBytes"];
        let mut details = match stats.to_value() {
            Value::Object(numbers) => numbers,
            _ => Map::new(),
        };
        details.retain(|name, _| TOLD.contains(&name.as_str()));
        Health { reasons, details }
    }

    fn metrics(&self) -> Value {
        (self.0)().to_value()
    }
}

/// The panels of a kernel.
pub struct PanelsSource<F>(F);

impl PanelsSource<()> {
    /// Those of `kernel`, which it does not keep.
    pub fn of(kernel: &Kernel) -> impl MonitorSource + use<> {
        let counts = kernel.watch_panel_counts();
        PanelsSource(move || counts().unwrap_or_default())
    }
}

impl<F: Fn() -> Vec<(&'static str, u64)>> PanelsSource<F> {
    fn numbers(&self) -> Map {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
        let number = |count: u64| Value::Number(count as f64);
        (self.0)().into_iter().map(|(status, count)| (status.to_owned(), number(count))).collect()
    }
}

impl<F: Fn() -> Vec<(&'static str, u64)>> MonitorSource for PanelsSource<F> {
    fn name(&self) -> &str {
        "panels"
    }

    fn health(&self) -> Health {
        let failed = (self.0)().iter().find(|(status, _)| *status == "error").map_or(0, |(_, count)| *count);
        let reasons = if failed > 0 { vec![format!("panels whose mount failed: {failed}")] } else { Vec::new() };
        Health { reasons, details: self.numbers() }
    }

    fn metrics(&self) -> Value {
        Value::Object(self.numbers())
    }
}

/// The extension `monitor`. See the [module](self).
pub struct MonitorExtension {
    sources: Vec<Rc<dyn MonitorSource>>,
    clock: Rc<dyn Clock>,
    started: f64,
}

impl MonitorExtension {
    /// An extension that tells of `sources`, each of another name.
    #[must_use]
    pub fn new(sources: Vec<Rc<dyn MonitorSource>>, clock: Rc<dyn Clock>) -> Self {
        let started = clock.now();
        Self { sources, clock, started }
    }

    fn health(&self) -> Value {
        let mut reasons = Vec::new();
        let mut parts = Map::new();
        for source in &self.sources {
            let health = source.health();
            reasons.extend(health.reasons);
            parts.insert(source.name().to_owned(), Value::Object(health.details));
        }
        let status = if reasons.is_empty() { "healthy" } else { "degraded" };
        let mut all = Map::new();
        all.insert("status".to_owned(), status.into());
        all.insert("reasons".to_owned(), reasons.into());
        // A clock may be set back.
        all.insert("uptimeMs".to_owned(), (self.clock.now() - self.started).max(0.0).into());
        all.extend(parts);
        Value::Object(all)
    }

    fn metrics(&self) -> Value {
        Value::object(self.sources.iter().map(|source| (source.name(), source.metrics())))
    }
}

impl Extension for MonitorExtension {
    fn name(&self) -> &str {
        "monitor"
    }

    fn methods(&self) -> Vec<String> {
        METHODS.map(str::to_owned).to_vec()
    }

    fn call<'a>(
        &'a self,
        method: &'a str,
        _args: Vec<Value>,
        _context: CallContext,
    ) -> LocalFuture<'a, Result<Value, Error>> {
        Box::pin(async move { Ok(if method == "health" { self.health() } else { self.metrics() }) })
    }
}

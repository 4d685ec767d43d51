//! Counts of what a kernel's runs did, told in the text format of Prometheus (version 0.0.4).
//!
//! The names are fixed: dashboards hang on them. How many series there are is bounded, whatever names handlers and panels bring.

mod text;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::{ErrorCode, Segment};

use crate::stats::Stats;
use text::{Kind, Text};

/// Host functions that are told apart.
const MOST_FUNCTIONS: usize = 500;
/// Panels that are told apart.
const MOST_PANELS: usize = 1000;
/// What all beyond these are told as. No panel and no function can be called so and be told apart from them.
const OTHERS: &str = "_other";

/// Microseconds up to which runs are told together: from what a short handler takes to the default of `timeoutMs`, and twice that.
const BUCKETS_US: [u64; 13] =
    [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 10_000_000];

/// The counts of a kernel.
pub struct Metrics {
    succeeded: Cell<u64>,
    failed: Cell<u64>,
    peak_memory_bytes: Cell<u64>,
    host_calls: RefCell<IndexMap<String, u64>>,
    /// By the place of their code among [all](ErrorCode::ALL).
    errors: RefCell<[u64; ErrorCode::ALL.len()]>,
    runs: RefCell<Histogram>,
    panels: RefCell<IndexMap<String, Histogram>>,
    /// By their status; there are but a dozen.
    requests: RefCell<BTreeMap<u16, u64>>,
    clients: Cell<u64>,
    messages: Cell<u64>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            succeeded: Cell::default(),
            failed: Cell::default(),
            peak_memory_bytes: Cell::default(),
            host_calls: RefCell::default(),
            errors: RefCell::new([0; ErrorCode::ALL.len()]),
            runs: RefCell::default(),
            panels: RefCell::default(),
            requests: RefCell::default(),
            clients: Cell::default(),
            messages: Cell::default(),
        }
    }
}

/// How many of what took how long.
#[derive(Clone, Default)]
struct Histogram {
    /// By the bucket they fall into, the last for what is beyond all.
    counts: [u64; BUCKETS_US.len() + 1],
    sum_us: u64,
}

impl Histogram {
    fn observe(&mut self, us: u64) {
        let bucket = BUCKETS_US.partition_point(|bound| *bound < us);
        self.counts[bucket] += 1;
        self.sum_us = self.sum_us.saturating_add(us);
    }

    fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

impl Metrics {
    /// Counts what a segment did.
    pub(crate) fn segment(&self, segment: &Segment) {
        let peak = self.peak_memory_bytes.get().max(segment.metrics.memory_peak_bytes);
        self.peak_memory_bytes.set(peak);
        let mut calls = self.host_calls.borrow_mut();
        for (function, count) in &segment.metrics.host_calls {
            *bounded(&mut calls, function, MOST_FUNCTIONS) += count;
        }
    }

    /// Counts a run that has ended, after it computed so long.
    pub(crate) fn run(&self, panel: Option<&Rc<str>>, error: Option<ErrorCode>, us: u64) {
        let ended = if error.is_some() { &self.failed } else { &self.succeeded };
        ended.set(ended.get() + 1);
        if let Some(code) = error {
            self.errors.borrow_mut()[code as usize] += 1;
        }
        self.runs.borrow_mut().observe(us);
        if let Some(panel) = panel {
            bounded(&mut self.panels.borrow_mut(), panel, MOST_PANELS).observe(us);
        }
    }

    /// Counts a request that was answered with this status.
    pub(crate) fn request(&self, status: u16) {
        *self.requests.borrow_mut().entry(status).or_default() += 1;
    }

    /// Counts a client that has come.
    pub(crate) fn client_came(&self) {
        self.clients.set(self.clients.get() + 1);
    }

    /// Counts a client that has gone.
    pub(crate) fn client_went(&self) {
        self.clients.set(self.clients.get().saturating_sub(1));
    }

    /// Counts a message of a client.
    pub(crate) fn message(&self) {
        self.messages.set(self.messages.get() + 1);
    }

    /// Forgets a panel that is no more.
    pub fn forget_panel(&self, panel: &str) {
        self.panels.borrow_mut().swap_remove(panel);
    }

    /// The text; `panel_counts` are the panels of each status.
    pub(crate) fn text(&self, stats: &Stats, panel_counts: &[(&str, u64)]) -> String {
        let mut text = Text::default();
        text.family("nexus_handler_executions_total", Kind::Counter, "Runs that have ended, by how.");
        text.sample("", &[("status", "success")], self.succeeded.get());
        text.sample("", &[("status", "error")], self.failed.get());
        text.family("nexus_handler_execution_time_us", Kind::Gauge, "Microseconds that a run computed on average.");
        text.sample("", &[], decimals::<2>(stats.avg_execution_time_us));
        text.family("nexus_handler_execution_duration_seconds", Kind::Histogram, "Seconds that runs computed.");
        histogram(&mut text, None, &self.runs.borrow());
        for name in ["nexus_cache_hit_rate", "nexus_wasm_cache_hit_rate"] {
            text.family(name, Kind::Gauge, "Runs that found their handler compiled, of all; 0 to 1.");
            text.sample("", &[], decimals::<4>(stats.cache_hit_rate));
        }
        text.family("nexus_peak_memory_bytes", Kind::Gauge, "Most bytes that the heap of a run held.");
        text.sample("", &[], self.peak_memory_bytes.get());
        text.family("nexus_host_calls_total", Kind::Counter, "Calls that handlers made of host functions.");
        for (function, count) in &*self.host_calls.borrow() {
            text.sample("", &[("function", function)], count);
        }
        text.family("nexus_errors_total", Kind::Counter, "Runs that have failed, by the code of their error.");
        for (code, count) in ErrorCode::ALL.iter().zip(&*self.errors.borrow()).filter(|(_, count)| **count > 0) {
            text.sample("", &[("code", code.as_str())], count);
        }
        let panels = self.panels.borrow();
        text.family("nexus_panel_executions_total", Kind::Counter, "Runs of a panel that have ended.");
        for (panel, runs) in &*panels {
            text.sample("", &[("panel_id", panel)], runs.count());
        }
        text.family(
            "nexus_panel_execution_duration_seconds",
            Kind::Histogram,
            "Seconds that runs of a panel computed.",
        );
        for (panel, runs) in &*panels {
            histogram(&mut text, Some(panel), runs);
        }
        gauges(&mut text, stats);
        text.family("nexus_panels", Kind::Gauge, "Panels, by status.");
        for (status, count) in panel_counts {
            text.sample("", &[("status", status)], count);
        }
        text.family("nexus_http_requests_total", Kind::Counter, "Requests that were answered, by status.");
        for (status, count) in &*self.requests.borrow() {
            text.sample("", &[("status", &status.to_string())], count);
        }
        text.family("nexus_clients", Kind::Gauge, "Clients that are connected to panels.");
        text.sample("", &[], self.clients.get());
        text.family("nexus_client_messages_total", Kind::Counter, "Messages that clients sent.");
        text.sample("", &[], self.messages.get());
        text.finish()
    }
}

/// What is counted for `name`, or for all others once there are `most`.
fn bounded<'a, V: Default>(all: &'a mut IndexMap<String, V>, name: &str, most: usize) -> &'a mut V {
    // Looked up first: a name is copied only when it is new.
    let index = all.get_index_of(name).unwrap_or_else(|| {
        let name = if all.len() < most { name } else { OTHERS };
        let index = all.get_index_of(name);
        index.unwrap_or_else(|| all.insert_full(name.to_owned(), V::default()).0)
    });
    &mut all[index]
}

fn histogram(text: &mut Text, panel: Option<&str>, histogram: &Histogram) {
    let panel = panel.map(|panel| ("panel_id", panel));
    let mut cumulated = 0;
    for (bound, count) in BUCKETS_US.iter().zip(histogram.counts) {
        cumulated += count;
        let bound = seconds(*bound).to_string();
        let labels: Vec<_> = panel.into_iter().chain([("le", bound.as_str())]).collect();
        text.sample("_bucket", &labels, cumulated);
    }
    let count = histogram.count();
    let labels: Vec<_> = panel.into_iter().chain([("le", "+Inf")]).collect();
    text.sample("_bucket", &labels, count);
    let labels: Vec<_> = panel.into_iter().collect();
    text.sample("_sum", &labels, seconds(histogram.sum_us));
    text.sample("_count", &labels, count);
}

#[expect(clippy::cast_precision_loss, reason = "exact up to three hundred years of computing")]
fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// A number from 0 on with so many decimals. What `{:.2}` does for every number there is takes 7 KB of the module.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below 0; saturates")]
fn decimals<const COUNT: usize>(number: f64) -> String {
    let unit = 10_u64.pow(COUNT as u32);
    let scaled = (number * unit as f64).round() as u64;
    format!("{}.{:0COUNT$}", scaled / unit, scaled % unit)
}

fn gauges(text: &mut Text, stats: &Stats) {
    let all: [(_, _, &[(&str, u64)]); 4] = [
        (
            "nexus_runs",
            "Runs that are under way: those that compute or wait for an instance, and those that wait for answers.",
            &[("active", stats.active_runs), ("suspended", stats.suspended_runs)],
        ),
        ("nexus_queued_runs", "Runs that wait for an instance.", &[("", stats.engine.queued_runs)]),
        (
            "nexus_instances",
            "Instances of the sandbox.",
            &[("active", stats.engine.active_instances), ("available", stats.engine.available_instances)],
        ),
        ("nexus_memory_bytes", "Bytes of memory over all instances.", &[("", stats.engine.memory_bytes)]),
    ];
    for (name, help, samples) in all {
        text.family(name, Kind::Gauge, help);
        for (state, count) in samples {
            let label = [("state", *state)];
            text.sample("", if state.is_empty() { &[] } else { &label }, count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(metrics: &Metrics, name: &str) -> Vec<String> {
        let text = metrics.text(&Stats::default(), &[]);
        text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
    }

    #[test]
    fn a_run_is_counted_in_every_bucket_that_it_fits() {
        let metrics = Metrics::default();
        for us in [250, 251, 20_000_000] {
            metrics.run(Some(&"p".into()), None, us);
        }
        for (name, label) in [("nexus_handler_execution", ""), ("nexus_panel_execution", "panel_id=\"p\",")] {
            let told = lines(&metrics, &format!("{name}_duration_seconds"));
            assert_eq!(told.len(), BUCKETS_US.len() + 3);
            assert_eq!(told[0], format!("{name}_duration_seconds_bucket{{{label}le=\"0.00025\"}} 1"));
            assert_eq!(told[1], format!("{name}_duration_seconds_bucket{{{label}le=\"0.0005\"}} 2"));
            assert_eq!(told[12], format!("{name}_duration_seconds_bucket{{{label}le=\"10\"}} 2"));
            assert_eq!(told[13], format!("{name}_duration_seconds_bucket{{{label}le=\"+Inf\"}} 3"));
            assert!(told[14].ends_with(" 20.000501") && told[15].ends_with(" 3"), "{told:?}");
        }
    }

    #[test]
    fn decimals_are_rounded_and_filled_up() {
        assert_eq!(decimals::<2>(12.345), "12.35");
        assert_eq!(decimals::<2>(7.0), "7.00");
        assert_eq!(decimals::<4>(0.999_99), "1.0000");
        assert_eq!(decimals::<4>(0.05), "0.0500");
    }

    #[test]
    fn names_beyond_the_bound_are_told_together() {
        let metrics = Metrics::default();
        for number in 0..MOST_FUNCTIONS + 100 {
            let mut segment = Segment::new("run_1", nexus_core::Status::Success);
            segment.metrics.host_calls = [(format!("f{number}"), 2)].into();
            metrics.segment(&segment);
        }
        let told = lines(&metrics, "nexus_host_calls_total");
        assert_eq!(told.len(), MOST_FUNCTIONS + 1);
        assert_eq!(told.last().unwrap(), "nexus_host_calls_total{function=\"_other\"} 200");
        for number in 0..MOST_PANELS + 5 {
            metrics.run(Some(&format!("p{number}").into()), None, 1);
        }
        assert_eq!(
            lines(&metrics, "nexus_panel_executions_total").last().unwrap(),
            "nexus_panel_executions_total{panel_id=\"_other\"} 5"
        );
    }

    #[test]
    fn a_panel_that_is_no_more_has_no_series() {
        let metrics = Metrics::default();
        metrics.run(Some(&"gone".into()), Some(ErrorCode::Timeout), 1);
        assert!(!lines(&metrics, "nexus_panel_execution").is_empty());
        metrics.forget_panel("gone");
        assert!(lines(&metrics, "nexus_panel_execution").is_empty());
        assert_eq!(lines(&metrics, "nexus_errors_total"), ["nexus_errors_total{code=\"TIMEOUT\"} 1"]);
    }
}

//! What makes tools run by themselves: time that goes by, events, changes of the state.

use std::rc::Rc;

use futures_util::future::select;
use nexus_core::{Error, Event, Map, Value, limits};
use nexus_nxml::{CronSchedule, EventPattern, Panel, StatePath, Trigger, same_value};

use super::event::PanelEvent;
use super::{Inner, Launch};
use crate::audit::action;
use crate::clock::Clock;
use crate::engine::LocalFuture;

/// A tool, by its position, that runs when the state at a path becomes another.
pub(crate) struct Watch {
    tool: usize,
    pub(crate) path: StatePath,
}

/// The tools of a panel that run because of what its handlers do.
#[derive(Default)]
pub(crate) struct Reactions {
    pub(crate) watches: Vec<Watch>,
    patterns: Vec<(usize, EventPattern)>,
}

impl Reactions {
    pub(crate) fn of(panel: &Panel) -> Self {
        let mut reactions = Self::default();
        for (tool, declared) in panel.tools.iter().enumerate() {
            for trigger in &declared.triggers {
                match trigger {
                    Trigger::StateChange(path) => reactions.watches.push(Watch { tool, path: path.clone() }),
                    Trigger::Event(pattern) => reactions.patterns.push((tool, pattern.clone())),
                    Trigger::Manual | Trigger::Interval { .. } | Trigger::Cron(_) => {}
                }
            }
        }
        reactions
    }
}

/// Why a tool runs by itself.
struct Cause {
    kind: &'static str,
    /// Further members of `$scope.trigger`.
    details: Vec<(&'static str, Value)>,
    /// Of these the tool's arguments are taken, those that it declares.
    args: Map,
}

impl Cause {
    fn new(kind: &'static str, details: Vec<(&'static str, Value)>) -> Self {
        Self { kind, details, args: Map::new() }
    }
}

impl Inner {
    /// Fires what waits for these events, and for these watched values to become others; `depth` is that of the run that did
    /// it.
    pub(crate) fn react(self: &Rc<Self>, before: Vec<(usize, Option<Value>)>, events: &[Event], depth: u32) {
        for (index, before) in before {
            let watch = &self.reactions.watches[index];
            let now = self.state.borrow().at(&watch.path).cloned();
            let is_same = match (&before, &now) {
                (Some(before), Some(now)) => same_value(before, now),
                (before, now) => before.is_none() && now.is_none(),
            };
            if !is_same {
                let details = vec![
                    ("path", watch.path.to_value()),
                    ("value", now.unwrap_or_default()),
                    ("previous", before.unwrap_or_default()),
                ];
                self.fire_in_background(watch.tool, Cause::new("state_change", details), depth + 1);
            }
        }
        for event in events {
            for (tool, _) in self.reactions.patterns.iter().filter(|(_, pattern)| pattern.matches(&event.name)) {
                let details = vec![("name", Value::from(event.name.as_str())), ("payload", event.payload.clone())];
                let args = event.payload.as_object().cloned().unwrap_or_default();
                self.fire_in_background(*tool, Cause { args, ..Cause::new("event", details) }, depth + 1);
            }
        }
    }

    /// Starts the tools that run by the clock.
    pub(crate) fn start_clockwork(self: &Rc<Self>) {
        for (tool, declared) in self.document.tools.iter().enumerate() {
            for trigger in &declared.triggers {
                let work: LocalFuture<'static, ()> = match trigger {
                    Trigger::Interval { ms } => Box::pin(every(Rc::clone(self), tool, *ms)),
                    Trigger::Cron(schedule) => Box::pin(at_times(Rc::clone(self), tool, schedule.clone())),
                    Trigger::Manual | Trigger::Event(_) | Trigger::StateChange(_) => continue,
                };
                let stopped = self.stop.signal().aborted();
                self.shared.platform.spawner.spawn(Box::pin(async move {
                    select(work, stopped).await;
                }));
            }
        }
    }

    fn fire_in_background(self: &Rc<Self>, tool: usize, cause: Cause, depth: u32) {
        if let Some(run) = self.fire(tool, cause, depth) {
            self.shared.platform.spawner.spawn(run);
        }
    }

    /// Runs a tool because of `cause`; what keeps it from running is told as an error of the panel. The run has its place in
    /// the queue at once.
    fn fire(self: &Rc<Self>, tool: usize, cause: Cause, depth: u32) -> Option<LocalFuture<'static, ()>> {
        if self.stop.signal().is_aborted() {
            return None;
        }
        let declared = &self.document.tools[tool];
        let actor: Rc<str> = format!("trigger:{}", cause.kind).into();
        let started = self.start(tool, cause, Rc::clone(&actor), depth);
        self.witness_start(action::TRIGGER_FIRED, &declared.name, Some(&actor), None, &started);
        match started {
            Ok(run) => Some(run),
            Err(error) => {
                let handler = declared.name.as_str().into();
                self.listeners.tell(&PanelEvent::Error { handler, run_id: None, error });
                None
            }
        }
    }

    fn start(
        self: &Rc<Self>,
        tool: usize,
        cause: Cause,
        actor: Rc<str>,
        depth: u32,
    ) -> Result<LocalFuture<'static, ()>, Error> {
        if depth > limits::TRIGGER_DEPTH {
            let (limit, used) = (limits::TRIGGER_DEPTH as usize, depth as usize);
            return Err(Error::resource_limit("triggerDepth", limit, used));
        }
        let declared = &self.document.tools[tool];
        let Cause { kind, details, mut args } = cause;
        args.retain(|name, _| declared.args.iter().any(|arg| arg.name == *name));
        let args = declared.arguments(Value::Object(args))?;
        let trigger = [("type", Value::from(kind))].into_iter().chain(details);
        let launch = Launch {
            args,
            scope: Map::from([("trigger".to_owned(), Value::object(trigger))]),
            actor: Some(actor),
            depth,
            ..Launch::default()
        };
        let run = self.launch(tool, launch)?;
        let (panel, name) = (Rc::clone(self), declared.name.clone());
        Ok(Box::pin(async move {
            // What the handler did wrong was told when it failed.
            if let Err(error) = run.await {
                panel.listeners.tell(&PanelEvent::Error { handler: name.as_str().into(), run_id: None, error });
            }
        }))
    }
}

/// Waits longer than a timer can.
async fn wait(clock: &dyn Clock, ms: f64) {
    let mut left = ms;
    #[expect(clippy::cast_precision_loss, reason = "31 bits")]
    let longest = limits::LONGEST_MS as f64;
    while left > 0.0 {
        let now = left.min(longest);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within 31 bits, and not negative"
        )]
        clock.sleep(now.ceil() as u64).await;
        left -= now;
    }
}

/// Runs a tool every `ms` milliseconds, counted from now. While it runs, and for a tick that comes late by a whole interval,
/// ticks are left out.
async fn every(panel: Rc<Inner>, tool: usize, ms: u64) {
    let clock = Rc::clone(&panel.shared.platform.clock);
    #[expect(clippy::cast_precision_loss, reason = "spans below 2^53 milliseconds")]
    let ms = ms as f64;
    let mut due = clock.now() + ms;
    let mut delay = ms;
    loop {
        wait(&*clock, delay).await;
        if let Some(run) = panel.fire(tool, Cause::new("interval", Vec::new()), 0) {
            run.await;
        }
        let now = clock.now();
        // A clock that stands still, or was set back, is no reason to wait for it.
        due = if now < due { now + ms } else { due + ms * (((now - due) / ms).floor() + 1.0) };
        delay = (due - now).clamp(0.0, ms);
    }
}

/// Runs a tool at the times of a schedule.
async fn at_times(panel: Rc<Inner>, tool: usize, schedule: CronSchedule) {
    let clock = Rc::clone(&panel.shared.platform.clock);
    let mut after = clock.now();
    while let Some(due) = schedule.next_after(after.max(clock.now())) {
        while clock.now() < due {
            wait(&*clock, due - clock.now()).await;
        }
        if let Some(run) = panel.fire(tool, Cause::new("cron", vec![("due", Value::Number(due))]), 0) {
            run.await;
        }
        after = due;
    }
}

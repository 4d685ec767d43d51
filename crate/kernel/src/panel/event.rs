//! What a panel tells those who watch it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use nexus_core::{Error, Event, LogLine, ViewCommand};
use serde::Serialize;

use super::state::Patch;

/// How a panel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum PanelStatus {
    /// Its `mount` has not ended.
    Initializing,
    /// It can be used, and no run of it waits for an answer.
    Running,
    /// It can be used, and runs of it wait for the answers to their calls.
    Suspended,
    /// It can be used, but its `mount` failed.
    Error,
    /// It was destroyed.
    Stopped,
}

impl PanelStatus {
    /// Those of panels that are there.
    pub const LIVE: &[Self] = &[Self::Initializing, Self::Running, Self::Suspended, Self::Error];

    /// The status as it stands on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Running => "running",
            Self::Suspended => "suspended",
            Self::Error => "error",
            Self::Stopped => "stopped",
        }
    }
}

/// Something that happened in a panel. Of each segment: its patch, then its events, commands and log lines, each in order.
#[derive(Debug, Clone, PartialEq)]
pub enum PanelEvent {
    /// The state changed.
    Patch(Patch),
    /// A handler emitted an event.
    Event {
        /// The panel's version after it: one more than before.
        version: u64,
        /// The event.
        event: Event,
    },
    /// A handler commands the view.
    View(ViewCommand),
    /// A handler logged.
    Log(LogLine),
    /// The panel has another status.
    Status(PanelStatus),
    /// A run failed, or a trigger could not start one.
    Error {
        /// The tool, or `mount` or `unmount`.
        handler: Rc<str>,
        /// The run, if there was one.
        run_id: Option<String>,
        /// Why.
        error: Error,
    },
}

/// Called with what happens. It must not panic.
pub type PanelListener = Rc<dyn Fn(&PanelEvent)>;

#[derive(Default)]
struct Registered {
    listeners: RefCell<BTreeMap<u64, PanelListener>>,
    next: Cell<u64>,
}

/// Those who watch a panel.
#[derive(Default)]
pub(crate) struct Listeners(Rc<Registered>);

impl Listeners {
    pub(crate) fn add(&self, listener: PanelListener) -> Subscription {
        let key = self.0.next.replace(self.0.next.get() + 1);
        self.0.listeners.borrow_mut().insert(key, listener);
        Subscription { registered: Rc::downgrade(&self.0), key }
    }

    pub(crate) fn tell(&self, event: &PanelEvent) {
        // Not borrowed while they are called: a listener may subscribe, or go.
        let listeners: Vec<_> = self.0.listeners.borrow().values().cloned().collect();
        listeners.iter().for_each(|listener| listener(event));
    }

    /// Lets everyone go.
    pub(crate) fn clear(&self) {
        self.0.listeners.take();
    }
}

/// Watches for as long as it lives.
pub struct Subscription {
    registered: Weak<Registered>,
    key: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(registered) = self.registered.upgrade() {
            registered.listeners.borrow_mut().remove(&self.key);
        }
    }
}

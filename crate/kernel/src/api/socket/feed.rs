//! What a panel tells its clients: every patch and event once as text, kept for a while for those who come again.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use super::server_message::ServerMessage;
use super::session::Session;
use super::topic::{Topic, Topics};
use crate::panel::Panel;
use crate::panel::event::{PanelEvent, PanelStatus, Subscription};

/// Patches and events that are kept for clients who come again: what fifty clients do that trigger as fast as they can, for ten seconds.
const KEPT: usize = 10_000;
/// And bytes of them: as much as the largest state is likely to change while a phone is in a tunnel.
const KEPT_BYTES: usize = 4 << 20;

/// Something that was told.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) version: u64,
    pub(super) topic: Topic,
    pub(super) text: Rc<str>,
}

/// Who listens to a panel, and what it told lately. It begins with the first client, and lives as long as the panel.
pub(crate) struct Feed {
    /// Tells this panel from another of the same name.
    pub(super) instance: String,
    told: RefCell<VecDeque<Told>>,
    bytes: Cell<usize>,
    /// The version after which everything is known.
    known_after: Cell<u64>,
    sessions: RefCell<Vec<Weak<Session>>>,
    view: RefCell<Option<(u64, Rc<str>)>>,
    watching: RefCell<Option<Subscription>>,
}

impl Feed {
    pub(crate) fn new(panel: &Panel, instance: String) -> Rc<Self> {
        let feed = Rc::new(Self {
            instance,
            told: RefCell::default(),
            bytes: Cell::new(0),
            known_after: Cell::new(panel.version()),
            sessions: RefCell::default(),
            view: RefCell::default(),
            watching: RefCell::default(),
        });
        let weak = Rc::downgrade(&feed);
        let watching = panel.subscribe(Rc::new(move |event| {
            if let Some(feed) = weak.upgrade() {
                feed.hear(event);
            }
        }));
        feed.watching.replace(Some(watching));
        feed
    }

    fn hear(&self, event: &PanelEvent) {
        match event {
            PanelEvent::Patch(patch) => {
                let message = ServerMessage::Patch {
                    version: patch.version,
                    mutations: &patch.mutations,
                    computed: &patch.computed,
                };
                self.tell(patch.version, Topic::State, &message);
                self.each(|session| session.view_changed());
            }
            PanelEvent::Event { version, event } => {
                self.tell(*version, Topic::Events, &ServerMessage::Event { version: *version, event });
            }
            PanelEvent::Status(PanelStatus::Stopped) => self.each(Session::panel_stopped),
            _ => {}
        }
    }

    fn tell(&self, version: u64, topic: Topic, message: &ServerMessage<'_>) {
        let told = Told { version, topic, text: message.to_text().into() };
        self.keep(told.clone());
        self.each(|session| session.tell(&told));
    }

    fn keep(&self, told: Told) {
        let mut kept = self.told.borrow_mut();
        let mut bytes = self.bytes.get() + told.text.len();
        kept.push_back(told);
        while kept.len() > KEPT || bytes > KEPT_BYTES {
            let Some(oldest) = kept.pop_front() else { break };
            bytes -= oldest.text.len();
            self.known_after.set(oldest.version);
        }
        self.bytes.set(bytes);
    }

    /// The version up to which nothing is known any more.
    pub(super) fn known_after(&self) -> u64 {
        self.known_after.get()
    }

    /// What was told of these topics after version `since`, up to `until`; `None` if that is not known any more.
    pub(super) fn missed(&self, since: u64, until: u64, topics: Topics) -> Option<Vec<Told>> {
        if since < self.known_after.get() || since > until {
            return None;
        }
        let told = self.told.borrow();
        let start = told.partition_point(|one| one.version <= since);
        let missed = told.range(start..).filter(|one| one.version <= until && topics.has(one.topic));
        Some(missed.cloned().collect())
    }

    /// The message `VIEW` as of now; made once for all who want it.
    pub(super) fn view(&self, panel: &Panel) -> Rc<str> {
        let version = panel.version();
        if let Some((of, text)) = &*self.view.borrow()
            && *of == version
        {
            return Rc::clone(text);
        }
        let text: Rc<str> = ServerMessage::View { version, view: &panel.view() }.to_text().into();
        self.view.replace(Some((version, Rc::clone(&text))));
        text
    }

    /// How many clients there are.
    pub(crate) fn len(&self) -> usize {
        self.sessions.borrow().iter().filter(|session| session.strong_count() > 0).count()
    }

    pub(super) fn add(&self, session: &Rc<Session>) {
        self.sessions.borrow_mut().push(Rc::downgrade(session));
    }

    pub(super) fn remove(&self, session: &Session) {
        self.sessions.borrow_mut().retain(|one| !std::ptr::eq(one.as_ptr(), session) && one.strong_count() > 0);
    }

    /// Not borrowed while they are called: one may go.
    fn each(&self, call: impl Fn(&Rc<Session>)) {
        let sessions: Vec<_> = self.sessions.borrow().iter().filter_map(Weak::upgrade).collect();
        sessions.iter().for_each(call);
    }
}

//! The audit log: what handlers and panels did and what they were refused, each entry chained to the one before.
//!
//! | module | what it holds |
//! |---|---|
//! | [`entry`] | what an entry tells, and its one spelling as a line of JSON |
//! | [`summary`] | values as they stand in an entry: their kinds and sizes |
//! | [`verify`](mod@verify) | finds what was changed in a log |
//!
//! An entry is kept as its line, which is what the hash is over: whoever has the text can check it without this package.

pub mod entry;
pub mod summary;
pub mod verify;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

pub use entry::{Outcome, Record, Subject, action};
pub use verify::{Problem, ProblemKind, Verification, verify};

use crate::clock::Clock;
use entry::{FIRST_PREVIOUS_HASH, write_line};

/// Entries that are kept unless the embedder says otherwise (design: audit ring). A line takes some 350 bytes, and 4 KB at most.
pub const CAPACITY: usize = 10_000;

/// Called with the line of each new entry.
pub type Listener = Rc<dyn Fn(&str)>;

/// The audit log of a kernel. Clones are the same log.
#[derive(Clone)]
pub struct Audit(Rc<Log>);

struct Log {
    clock: Rc<dyn Clock>,
    /// 0: nothing is recorded.
    capacity: usize,
    chain: RefCell<Chain>,
    listeners: RefCell<Listeners>,
}

/// The kept end of the log, and what is to be known of the rest.
struct Chain {
    lines: VecDeque<Rc<str>>,
    /// Of the newest entry.
    hash: String,
    total: u64,
    denied: u64,
    errors: u64,
}

#[derive(Default)]
struct Listeners {
    all: Vec<(u64, Listener)>,
    /// Given out so far.
    count: u64,
    /// Lines that were not told yet: one that is recorded while a listener runs waits until everybody knows those before it.
    untold: VecDeque<Rc<str>>,
    telling: bool,
}

/// Numbers about an audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditStats {
    /// Entries that are kept at most.
    pub capacity: usize,
    /// Entries that are kept.
    pub entries: usize,
    /// Entries since the kernel was made; the sequence of the newest.
    pub total: u64,
    /// Of these, refusals for want of a capability.
    pub denied: u64,
    /// Of these, what failed otherwise.
    pub errors: u64,
    /// Of the newest entry. Kept elsewhere it proves later that the log's end is still there.
    pub last_hash: String,
}

/// Unsubscribes when it is dropped.
#[must_use = "dropped, it listens no more"]
pub struct Subscription {
    audit: Audit,
    id: Cell<Option<u64>>,
}

impl Audit {
    /// A log of the newest `capacity` entries; with 0 nothing is recorded, nor told to listeners.
    #[must_use]
    pub fn new(clock: Rc<dyn Clock>, capacity: usize) -> Self {
        let chain =
            Chain { lines: VecDeque::new(), hash: FIRST_PREVIOUS_HASH.to_owned(), total: 0, denied: 0, errors: 0 };
        Self(Rc::new(Log { clock, capacity, chain: RefCell::new(chain), listeners: RefCell::default() }))
    }

    /// Whether anything is recorded. Worth asking before a record is prepared.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.capacity > 0
    }

    /// Appends an entry, and tells those who listen.
    pub fn record(&self, subject: &Subject, record: &Record<'_>) {
        if !self.is_on() {
            return;
        }
        let now = self.0.clock.now();
        let line: Rc<str> = {
            let mut chain = self.0.chain.borrow_mut();
            let (line, hash) = write_line(chain.total + 1, now, subject, record, &chain.hash);
            let line: Rc<str> = line.into();
            chain.total += 1;
            chain.hash = hash;
            match record.outcome {
                Outcome::Allowed => {}
                Outcome::Denied { .. } => chain.denied += 1,
                Outcome::Error { .. } => chain.errors += 1,
            }
            if chain.lines.len() == self.0.capacity {
                chain.lines.pop_front();
            }
            chain.lines.push_back(Rc::clone(&line));
            line
        };
        self.tell(line);
    }

    fn tell(&self, line: Rc<str>) {
        {
            let mut listeners = self.0.listeners.borrow_mut();
            if listeners.all.is_empty() {
                return;
            }
            listeners.untold.push_back(line);
            if std::mem::replace(&mut listeners.telling, true) {
                return;
            }
        }
        loop {
            // Not borrowed while a listener runs: it may subscribe, unsubscribe and cause entries.
            let (line, all) = {
                let mut listeners = self.0.listeners.borrow_mut();
                let Some(line) = listeners.untold.pop_front() else {
                    listeners.telling = false;
                    return;
                };
                (line, listeners.all.clone())
            };
            for (id, listener) in all {
                if self.0.listeners.borrow().all.iter().any(|(other, _)| *other == id) {
                    listener(&line);
                }
            }
        }
    }

    /// Tells `listener` of every entry from now on, in order, until the subscription is dropped.
    pub fn subscribe(&self, listener: Listener) -> Subscription {
        let mut listeners = self.0.listeners.borrow_mut();
        listeners.count += 1;
        let id = listeners.count;
        listeners.all.push((id, listener));
        Subscription { audit: self.clone(), id: Cell::new(Some(id)) }
    }

    /// The lines of the kept entries whose sequence is greater than `since`, oldest first, `limit` at most.
    #[must_use]
    pub fn entries(&self, since: u64, limit: usize) -> Vec<Rc<str>> {
        let chain = self.0.chain.borrow();
        let evicted = chain.total - chain.lines.len() as u64;
        let skipped = usize::try_from(since.saturating_sub(evicted)).unwrap_or(usize::MAX);
        chain.lines.iter().skip(skipped).take(limit).cloned().collect()
    }

    /// All kept entries as JSON Lines. The first one's `previousHash` says where it goes on from.
    #[must_use]
    pub fn export(&self) -> String {
        let chain = self.0.chain.borrow();
        let mut text = String::with_capacity(chain.lines.iter().map(|line| line.len() + 1).sum());
        for line in &chain.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Numbers about the log.
    #[must_use]
    pub fn stats(&self) -> AuditStats {
        let chain = self.0.chain.borrow();
        AuditStats {
            capacity: self.0.capacity,
            entries: chain.lines.len(),
            total: chain.total,
            denied: chain.denied,
            errors: chain.errors,
            last_hash: chain.hash.clone(),
        }
    }
}

impl Subscription {
    /// Listens for as long as the log is there.
    pub fn forever(self) {
        self.id.take();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(id) = self.id.take() {
            self.audit.0.listeners.borrow_mut().all.retain(|(other, _)| *other != id);
        }
    }
}

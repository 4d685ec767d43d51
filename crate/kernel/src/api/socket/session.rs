//! One client of a panel.
//!
//! Messages go out in this order. Of each segment of a run: its `PATCH`, its `EVENT`s, then to the one who triggered it `VIEW` (where the
//! view is listened to and changed) and `PROGRESS`, after the last segment `RESULT`. What a panel tells has versions without gaps; each
//! client gets what it listens to in their order, each once.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures_util::future::select;
use nexus_core::{Error, ErrorCode, Status, Value};
use nexus_nxml::StatePath;

use super::client_message::{BadMessage, ClientMessage, RequestId, Set, Subscribe, Trigger};
use super::feed::{Feed, Told};
use super::heard::Heard;
use super::rate_limit::RateLimit;
use super::server_message::ServerMessage;
use super::topic::{Topic, Topics};
use super::{SessionOptions, Socket, SocketLimits, close_code};
use crate::abort::AbortController;
use crate::api::outcome::for_caller;
use crate::engine::LocalFuture;
use crate::panel::{Panel, TriggerOptions};
use crate::run_loop::SegmentObserver;

/// Milliseconds within which changes of the view are told as one: a frame of a page.
const VIEW_MS: u64 = 16;
/// Bytes that wait to be sent with which no view is added to them: the next one is newer.
const VIEW_BUFFERED_BYTES: usize = 256 << 10;

/// The topics whose messages have versions.
const VERSIONED: [Topic; 2] = [Topic::State, Topic::Events];

/// A client that is connected to a panel.
pub struct Session {
    panel: Panel,
    feed: Rc<Feed>,
    socket: Rc<dyn Socket>,
    limits: SocketLimits,
    may_execute: bool,
    actor: Option<Rc<str>>,
    /// Milliseconds since the epoch at which its token ends.
    ends_at: Option<f64>,
    topics: Cell<Topics>,
    /// What it was told, of each topic of [`VERSIONED`].
    heard: RefCell<[Heard; 2]>,
    rate: RefCell<RateLimit>,
    /// Messages refused since one was taken.
    refused: Cell<u32>,
    heard_at: Cell<f64>,
    view_is_due: Cell<bool>,
    is_open: Cell<bool>,
    /// Ends what waits on its behalf.
    stop: AbortController,
}

impl Session {
    /// Connects a client, and tells it `CONNECTED`, what it missed, and the view if it listens to that. What comes from the socket is
    /// to be given to [`text`](Self::text), [`binary`](Self::binary) and [`closed`](Self::closed).
    #[must_use]
    pub fn open(panel: &Panel, socket: Rc<dyn Socket>, options: SessionOptions) -> Rc<Self> {
        let platform = panel.platform();
        let now = platform.clock.now();
        let feed = Rc::clone(panel.feed());
        let SessionOptions { topics, since, instance, may_execute, actor, ends_at, limits } = options;
        let version = panel.version();
        let since = since.filter(|_| instance.is_none_or(|instance| instance == feed.instance));
        let missed = since.and_then(|since| feed.missed(since, version, topics));
        let knows_after = since.filter(|_| missed.is_some()).unwrap_or(version);
        let heard = VERSIONED.map(|topic| {
            let mut heard = Heard::default();
            if topics.has(topic) {
                heard.listen(knows_after);
            }
            heard
        });
        let session = Rc::new(Self {
            panel: panel.clone(),
            feed,
            socket,
            may_execute,
            actor,
            ends_at,
            topics: Cell::new(topics),
            heard: RefCell::new(heard),
            rate: RefCell::new(RateLimit::new(limits.messages_per_second, limits.message_burst, now)),
            limits,
            refused: Cell::new(0),
            heard_at: Cell::new(now),
            view_is_due: Cell::new(false),
            is_open: Cell::new(false),
            stop: AbortController::new(),
        });
        panel.metrics().client_came();
        session.is_open.set(true);
        if panel.stopped().is_some() {
            session.panel_stopped();
            return session;
        }
        session.greet(version, missed.is_some());
        missed.into_iter().flatten().for_each(|told| session.send(&told.text));
        session.feed.add(&session);
        if topics.has(Topic::View) {
            session.tell_view();
        }
        session.watch();
        session
    }

    fn greet(&self, version: u64, resumed: bool) {
        let mut id = [0; 4];
        self.panel.platform().entropy.fill(&mut id);
        let client_id = format!("client_{:08x}", u32::from_be_bytes(id));
        let message = ServerMessage::Connected {
            panel_id: self.panel.id(),
            client_id: &client_id,
            title: &self.panel.document().meta.title,
            status: self.panel.status(),
            instance: &self.feed.instance,
            version,
            resumed,
            state: (!resumed).then(|| self.panel.state()),
            computed: (!resumed).then(|| self.panel.computed()),
            heartbeat_ms: self.limits.idle_timeout_ms / 4,
        };
        self.send(&message.to_text());
    }

    /// A text message came.
    pub fn text(self: &Rc<Self>, text: &str) {
        if text.len() > self.limits.max_message_bytes {
            return self.too_large();
        }
        if !self.is_welcome(|| RequestId::of_message(text)) {
            return;
        }
        match ClientMessage::parse(text) {
            Ok(message) => self.answer(message),
            Err(BadMessage { request_id, error }) => self.refuse(&error, request_id.as_ref()),
        }
    }

    /// A binary message of so many bytes came: the protocol has none.
    pub fn binary(&self, bytes: usize) {
        if bytes > self.limits.max_message_bytes {
            return self.too_large();
        }
        if self.is_welcome(|| None) {
            self.refuse(&Error::new(ErrorCode::ParseError, "a message has to be a text frame with JSON in it"), None);
        }
    }

    /// A message came that is larger than [`SocketLimits::max_message_bytes`].
    pub fn too_large(&self) {
        let reason = format!("a message has at most {} bytes", self.limits.max_message_bytes);
        self.close(close_code::TOO_LARGE, &reason);
    }

    /// The transport knows that the client is there.
    pub fn heard(&self) {
        self.heard_at.set(self.panel.platform().clock.now());
    }

    /// The socket is closed.
    pub fn closed(&self) {
        if self.is_open.replace(false) {
            self.panel.metrics().client_went();
            self.stop.abort("the client has gone");
            self.feed.remove(self);
        }
    }

    /// Closes the socket.
    pub fn close(&self, code: u16, reason: &str) {
        if self.is_open.get() {
            self.closed();
            self.socket.close(code, reason);
        }
    }

    /// Whether one more message may come now. If not, its request is refused.
    fn is_welcome(&self, request_id: impl FnOnce() -> Option<RequestId>) -> bool {
        if !self.is_open.get() {
            return false;
        }
        self.heard();
        self.panel.metrics().message();
        if self.rate.borrow_mut().take(self.heard_at.get()) {
            self.refused.set(0);
            return true;
        }
        self.refused.set(self.refused.get() + 1);
        if self.refused.get() > self.limits.message_burst {
            self.close(close_code::POLICY, "too many messages");
        } else {
            let limit = self.limits.messages_per_second as usize;
            let error = Error::resource_limit("messagesPerSecond", limit, limit + 1);
            self.refuse(&error, request_id().as_ref());
        }
        false
    }

    fn answer(self: &Rc<Self>, message: ClientMessage) {
        match message {
            ClientMessage::Trigger(trigger) => self.trigger(trigger),
            ClientMessage::Set(set) => self.set(set),
            ClientMessage::Subscribe(subscribe) => self.subscribe(subscribe),
            ClientMessage::Unsubscribe(unsubscribe) => self.unsubscribe(unsubscribe.topics.into_iter().collect()),
            ClientMessage::Ping(ping) => {
                self.send(&ServerMessage::Pong { request_id: ping.request_id.as_ref() }.to_text());
            }
        }
    }

    fn trigger(self: &Rc<Self>, Trigger { tool, args, scope, request_id, .. }: Trigger) {
        if let Err(error) = self.ensure_execute() {
            return self.refuse(&error, request_id.as_ref());
        }
        let scope = match scope.0 {
            Value::Null => nexus_core::Map::new(),
            Value::Object(members) => members,
            _ => {
                return self
                    .refuse(&Error::invalid_argument("TRIGGER: scope has to be an object"), request_id.as_ref());
            }
        };
        let request_id = Rc::new(request_id);
        let observer: SegmentObserver = {
            let (session, request_id) = (Rc::downgrade(self), Rc::clone(&request_id));
            Rc::new(move |segment| {
                if let Some(session) = session.upgrade().filter(|_| segment.status == Status::Suspended) {
                    session.tell_due_view();
                    session.send(&ServerMessage::progress(segment, (*request_id).as_ref()).to_text());
                }
            })
        };
        let options =
            TriggerOptions { scope, actor: self.actor.clone(), observer: Some(observer), ..TriggerOptions::default() };
        let run = self.panel.trigger(&tool, args.0, options);
        self.spawn(|session| {
            Box::pin(async move {
                let outcome = run.await;
                let Some(session) = session.upgrade() else { return };
                let request_id = (*request_id).as_ref();
                match outcome {
                    Ok(segment) => {
                        session.tell_due_view();
                        let segment = for_caller(segment);
                        let message = ServerMessage::Result { request_id, result: Some(&segment), version: None };
                        session.send(&message.to_text());
                    }
                    Err(error) => session.refuse(&error, request_id),
                }
            })
        });
    }

    fn set(self: &Rc<Self>, Set { path, value, request_id, .. }: Set) {
        let path = self.ensure_execute().and_then(|()| StatePath::try_from(path)).and_then(|path| {
            if self.panel.is_bound(&path) {
                return Ok(path);
            }
            let why = format!("SET: nothing in the view is bound to {path}; tools change the rest of the state");
            Err(Error::new(ErrorCode::PermissionDenied, why))
        });
        let path = match path {
            Ok(path) => path,
            Err(error) => return self.refuse(&error, request_id.as_ref()),
        };
        let setting = self.panel.set(path, value.0);
        self.spawn(|session| {
            Box::pin(async move {
                let outcome = setting.await;
                let Some(session) = session.upgrade() else { return };
                let request_id = request_id.as_ref();
                match outcome {
                    Ok(version) => {
                        session.tell_due_view();
                        let message = ServerMessage::Result { request_id, result: None, version: Some(version) };
                        session.send(&message.to_text());
                    }
                    Err(error) => session.refuse(&error, request_id),
                }
            })
        });
    }

    fn subscribe(self: &Rc<Self>, Subscribe { topics, since, request_id, .. }: Subscribe) {
        let version = self.panel.version();
        let refuse = |why: String| self.refuse(&Error::invalid_argument(why), request_id.as_ref());
        if let Some(ahead) = since.filter(|since| *since > version) {
            return refuse(format!("SUBSCRIBE: since is {ahead}, and the panel is at {version}"));
        }
        let topics: Topics = topics.into_iter().collect();
        let (mut heard, mut missed) = (self.heard.borrow().clone(), Vec::new());
        for (topic, heard) in VERSIONED.into_iter().zip(&mut heard).filter(|(topic, _)| topics.has(*topic)) {
            if let Some(since) = since.filter(|since| !heard.knows_since(*since)) {
                let Some(told) = self.feed.missed(since, version, [topic].into_iter().collect()) else {
                    return refuse("SUBSCRIBE: what was told since is not known any more; connect anew".into());
                };
                missed.extend(told.into_iter().filter(|told| !heard.has(told.version)));
                heard.caught_up(since);
            }
            heard.listen(version);
        }
        missed.sort_by_key(|told| told.version);
        missed.iter().for_each(|told| self.send(&told.text));
        self.heard.replace(heard);
        self.topics.set(self.topics.get().with(topics));
        if topics.has(Topic::View) {
            self.tell_view();
        }
    }

    fn unsubscribe(&self, topics: Topics) {
        let (version, forgotten) = (self.panel.version(), self.feed.known_after());
        for (topic, heard) in VERSIONED.into_iter().zip(self.heard.borrow_mut().iter_mut()) {
            if topics.has(topic) {
                heard.pause(version, forgotten);
            }
        }
        self.topics.set(self.topics.get().without(topics));
    }

    fn ensure_execute(&self) -> Result<(), Error> {
        if self.may_execute {
            return Ok(());
        }
        let why = format!("this client has no panel:execute of {:?}", self.panel.id());
        Err(Error::new(ErrorCode::PermissionDenied, why))
    }

    fn refuse(&self, error: &Error, request_id: Option<&RequestId>) {
        self.send(&ServerMessage::error(error, request_id).to_text());
    }

    pub(super) fn tell(&self, told: &Told) {
        if self.topics.get().has(told.topic) {
            self.send(&told.text);
        }
    }

    /// Tells the view soon, if it is listened to.
    pub(super) fn view_changed(self: &Rc<Self>) {
        if !self.topics.get().has(Topic::View) || self.view_is_due.replace(true) {
            return;
        }
        let clock = Rc::clone(&self.panel.platform().clock);
        let stop = self.stop.signal();
        self.spawn(|session| {
            Box::pin(async move {
                loop {
                    select(clock.sleep(VIEW_MS), stop.aborted()).await;
                    let Some(session) = session.upgrade().filter(|session| session.view_is_due.get()) else { return };
                    if session.socket.buffered() <= VIEW_BUFFERED_BYTES {
                        return session.tell_due_view();
                    }
                }
            })
        });
    }

    /// Tells the view now, if it is to be told.
    fn tell_due_view(&self) {
        if self.view_is_due.get() {
            self.tell_view();
        }
    }

    fn tell_view(&self) {
        self.view_is_due.set(false);
        if self.is_open.get() {
            self.send(&self.feed.view(&self.panel));
        }
    }

    pub(super) fn panel_stopped(self: &Rc<Self>) {
        let (code, reason) = if self.panel.is_kernel_closed() {
            (close_code::GOING_AWAY, "the kernel was closed")
        } else {
            (close_code::NORMAL, "Panel destroyed")
        };
        self.close(code, reason);
    }

    /// Sends a message; a client that leaves too many of them unread is sent away.
    fn send(&self, text: &str) {
        if !self.is_open.get() {
            return;
        }
        if self.socket.buffered() > self.limits.max_buffered_bytes {
            return self.close(close_code::TRY_AGAIN_LATER, "messages are not read; come back with since");
        }
        self.socket.send(text);
    }

    /// Closes the socket when nothing is heard of the client, or when its token ends.
    fn watch(self: &Rc<Self>) {
        let clock = Rc::clone(&self.panel.platform().clock);
        let stop = self.stop.signal();
        self.spawn(|session| {
            Box::pin(async move {
                while let Some(wait) = session.upgrade().and_then(|session| session.check(clock.now())) {
                    select(clock.sleep(wait), stop.aborted()).await;
                }
            })
        });
    }

    /// Milliseconds until the next check; `None` if there is none.
    fn check(&self, now: f64) -> Option<u64> {
        if !self.is_open.get() {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "timeouts are far below 2^53")]
        let mut left = self.heard_at.get() + self.limits.idle_timeout_ms as f64 - now;
        if left <= 0.0 {
            self.close(close_code::IDLE, "nothing was heard");
            return None;
        }
        if let Some(ends_at) = self.ends_at {
            if ends_at <= now {
                self.close(close_code::POLICY, "the token has ended");
                return None;
            }
            left = left.min(ends_at - now);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive, and bounded by a timeout"
        )]
        Some(left.ceil() as u64)
    }

    /// Does something later that needs the session no longer than the client stays.
    fn spawn(self: &Rc<Self>, task: impl FnOnce(Weak<Self>) -> LocalFuture<'static, ()>) {
        self.panel.platform().spawner.spawn(task(Rc::downgrade(self)));
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.closed();
    }
}

//! Giving up: a controller that aborts, and the signals that tell.
//!
//! As in JavaScript, listeners are called at once when the controller aborts, so whoever only reacts to the signal has
//! reacted before the future that did the work is dropped.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::future;
use nexus_core::{Error, ErrorCode};

use crate::engine::LocalFuture;

type Listener = Box<dyn FnOnce(&Error)>;

#[derive(Default)]
struct State {
    reason: OnceCell<Error>,
    listeners: RefCell<BTreeMap<u64, Listener>>,
    next_listener: Cell<u64>,
    /// What ties a following controller to those it follows. Strong upwards, weak downwards: a signal in the middle of
    /// a chain lives as long as the one below it.
    links: RefCell<Vec<AbortListener>>,
}

/// Aborts whatever was given its [`signal`](Self::signal).
#[derive(Clone, Default)]
pub struct AbortController(Rc<State>);

impl AbortController {
    /// A controller of its own.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A controller that also aborts as soon as one of `parents` does, and for the same reason.
    #[must_use]
    pub fn following(parents: &[&AbortSignal]) -> Self {
        let child = Self::new();
        for parent in parents {
            let weak = Rc::downgrade(&child.0);
            let link = parent.on_abort(move |reason| {
                if let Some(state) = weak.upgrade() {
                    Self(state).abort_for(reason.clone());
                }
            });
            child.0.links.borrow_mut().push(link);
        }
        child
    }

    /// The signal to hand out.
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        AbortSignal(Rc::clone(&self.0))
    }

    /// Aborts; `reason` becomes the message of the `CANCELLED` error. Only the first call counts.
    pub fn abort(&self, reason: impl Into<String>) {
        self.abort_for(Error::new(ErrorCode::Cancelled, reason));
    }

    fn abort_for(&self, reason: Error) {
        if self.0.reason.set(reason).is_err() {
            return;
        }
        let listeners = self.0.listeners.take();
        if let Some(reason) = self.0.reason.get() {
            for listener in listeners.into_values() {
                listener(reason);
            }
        }
        self.0.links.take();
    }
}

/// Tells whether, when and why something was given up. Clones tell the same.
#[derive(Clone, Default)]
pub struct AbortSignal(Rc<State>);

impl AbortSignal {
    /// A signal that nobody can abort.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Whether it was aborted.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.0.reason.get().is_some()
    }

    /// Why it was aborted, as a `CANCELLED` error.
    #[must_use]
    pub fn reason(&self) -> Option<Error> {
        self.0.reason.get().cloned()
    }

    /// Calls `listener` with the reason when the signal is aborted, at once if it was already. The listener goes when
    /// the answer is dropped.
    #[must_use = "dropping it removes the listener"]
    pub fn on_abort(&self, listener: impl FnOnce(&Error) + 'static) -> AbortListener {
        let key = self.0.next_listener.get();
        if let Some(reason) = self.0.reason.get() {
            listener(reason);
        } else {
            self.0.next_listener.set(key + 1);
            self.0.listeners.borrow_mut().insert(key, Box::new(listener));
        }
        AbortListener { signal: self.clone(), key }
    }

    /// Resolves with the reason when the signal is aborted.
    #[must_use]
    pub fn aborted(&self) -> LocalFuture<'static, Error> {
        let (sender, receiver) = oneshot::channel();
        let listener = self.on_abort(move |reason| {
            // Whoever waited may have gone.
            let _ = sender.send(reason.clone());
        });
        Box::pin(async move {
            let reason = receiver.await;
            drop(listener);
            match reason {
                Ok(reason) => reason,
                Err(oneshot::Canceled) => future::pending().await,
            }
        })
    }
}

/// Keeps a listener in place until it is dropped.
pub struct AbortListener {
    signal: AbortSignal,
    key: u64,
}

impl Drop for AbortListener {
    fn drop(&mut self) {
        // Out of the borrow before it is dropped: a listener may itself hold one of this signal's.
        let listener = self.signal.0.listeners.borrow_mut().remove(&self.key);
        drop(listener);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn an_abort_reaches_every_child_at_once_and_with_its_reason() {
        let parent = AbortController::new();
        let child = AbortController::following(&[&parent.signal()]);
        let grandchild = AbortController::following(&[&child.signal(), &AbortSignal::never()]);
        let heard = Rc::new(RefCell::new(Vec::new()));
        let listener = {
            let heard = Rc::clone(&heard);
            grandchild.signal().on_abort(move |reason| heard.borrow_mut().push(reason.message.clone()))
        };
        drop(child);
        parent.abort("enough");
        parent.abort("again");
        assert_eq!(*heard.borrow(), ["enough"]);
        assert_eq!(grandchild.signal().reason().unwrap().code, ErrorCode::Cancelled);
        drop(listener);
    }

    #[test]
    fn a_child_aborts_alone() {
        let parent = AbortController::new();
        let child = AbortController::following(&[&parent.signal()]);
        child.abort("only me");
        assert!(child.signal().is_aborted() && !parent.signal().is_aborted());
    }

    #[test]
    fn a_child_of_an_aborted_signal_is_born_aborted() {
        let parent = AbortController::new();
        parent.abort("over");
        assert!(AbortController::following(&[&parent.signal()]).signal().is_aborted());
    }

    #[test]
    fn the_future_resolves_on_abort_and_not_before() {
        let controller = AbortController::new();
        let mut aborted = controller.signal().aborted();
        assert!((&mut aborted).now_or_never().is_none());
        controller.abort("now");
        assert_eq!(aborted.now_or_never().unwrap().message, "now");
        assert_eq!(controller.signal().aborted().now_or_never().unwrap().message, "now");
    }

    #[test]
    fn a_dropped_listener_leaves_nothing_behind() {
        let parent = AbortController::new();
        for _ in 0..10 {
            drop(parent.signal().aborted());
            drop(AbortController::following(&[&parent.signal()]));
        }
        assert!(parent.0.listeners.borrow().is_empty());
    }
}

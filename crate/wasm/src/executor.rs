//! Polls the kernel's futures in microtasks.
//!
//! `wasm_bindgen_futures::spawn_local` would do, but for one thing: a panic inside it ends in an exception that nobody
//! can catch, and Node ends the process on it. Here each turn is a promise reaction whose rejection is handled, so a
//! panic reaches the embedder through the promises that it rejects ([`crate::promise`]) and nowhere else.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_channel::oneshot;
use js_sys::Promise;
use nexus_kernel::engine::LocalFuture;
use wasm_bindgen::prelude::*;

use crate::promise;

thread_local! {
    static EXECUTOR: Executor = Executor::new();
}

/// Runs `future` to its end, from the next microtask on.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    EXECUTOR.with(|executor| {
        let task = executor.task(future);
        let alarm = Arc::clone(&task.alarm);
        executor.tasks.borrow_mut().insert(alarm.id, task);
        alarm.ring();
    });
}

/// Runs `future` to its first wait at once, as JavaScript runs an async function, and from there on in microtasks.
pub fn begin(future: impl Future<Output = ()> + 'static) {
    EXECUTOR.with(|executor| {
        let task = executor.task(future);
        executor.poll(task);
    });
}

/// [Begins](begin) `future`, and answers what comes of it. It goes on also if nobody waits for that any more.
pub async fn undisturbed<T: 'static>(future: impl Future<Output = T> + 'static) -> Option<T> {
    let (sender, outcome) = oneshot::channel();
    begin(async move {
        let _ = sender.send(future.await);
    });
    outcome.await.ok()
}

/// Waits for the next microtask.
pub async fn next_turn() {
    let mut waited = false;
    poll_fn(|context| {
        if std::mem::replace(&mut waited, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

struct Task {
    future: LocalFuture<'static, ()>,
    waker: Waker,
    alarm: Arc<Alarm>,
}

struct Executor {
    tasks: RefCell<HashMap<u64, Task>>,
    ready: RefCell<VecDeque<u64>>,
    turn_is_due: Cell<bool>,
    next_id: Cell<u64>,
    resolved: Promise,
    turn: Closure<dyn FnMut(JsValue)>,
    ignore: Closure<dyn FnMut(JsValue)>,
}

impl Executor {
    fn new() -> Self {
        Self {
            tasks: RefCell::default(),
            ready: RefCell::default(),
            turn_is_due: Cell::new(false),
            next_id: Cell::new(0),
            resolved: Promise::resolve(&JsValue::UNDEFINED),
            turn: Closure::new(|_| EXECUTOR.with(Self::turn)),
            ignore: Closure::new(|_| {}),
        }
    }

    fn make_ready(&self, id: u64) {
        self.ready.borrow_mut().push_back(id);
        if !self.turn_is_due.replace(true) {
            let _ = self.resolved.then(&self.turn).catch(&self.ignore);
        }
    }

    fn task(&self, future: impl Future<Output = ()> + 'static) -> Task {
        let id = self.next_id.replace(self.next_id.get() + 1);
        let alarm = Arc::new(Alarm { id, rung: AtomicBool::new(false) });
        Task { future: Box::pin(future), waker: alarm.clone().into(), alarm }
    }

    /// Polls each task that is ready now, once. No borrow is held while a task runs: it may spawn and wake others.
    fn turn(&self) {
        self.turn_is_due.set(false);
        let batch = self.ready.take();
        for id in batch {
            if promise::is_poisoned() {
                return;
            }
            let task = self.tasks.borrow_mut().remove(&id);
            if let Some(task) = task {
                self.poll(task);
            }
        }
    }

    fn poll(&self, mut task: Task) {
        task.alarm.rung.store(false, Ordering::Relaxed);
        if task.future.as_mut().poll(&mut Context::from_waker(&task.waker)) == Poll::Pending {
            self.tasks.borrow_mut().insert(task.alarm.id, task);
        }
    }
}

/// Makes its task ready, once until the task is polled.
struct Alarm {
    id: u64,
    rung: AtomicBool,
}

impl Alarm {
    fn ring(&self) {
        if !self.rung.swap(true, Ordering::Relaxed) {
            EXECUTOR.with(|executor| executor.make_ready(self.id));
        }
    }
}

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

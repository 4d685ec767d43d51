//! Which instance serves which run, and who waits for one.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;
use nexus_core::{Error, ErrorCode};

use super::meter::monotonic_ms;
use crate::timer::Timer;

/// How long an instance beyond `min_instances` is kept for the next run: longer than the pauses between the requests of a
/// server in use, and short against the hours that a page is left open.
pub const IDLE_TIMEOUT_MS: u32 = 30_000;

/// How many instances there are, and how many runs may wait for one.
#[derive(Debug, Clone, Copy)]
pub struct PoolSize {
    /// Instances made ahead of the first run.
    pub min_instances: u32,
    /// Most instances at a time.
    pub max_instances: u32,
    /// Most runs that wait for one.
    pub max_queue: u32,
    /// Milliseconds that an instance beyond `min_instances` may idle.
    pub idle_timeout_ms: u32,
}

impl Default for PoolSize {
    /// 1 to 10 instances, as in the systems this kernel replaces. A queue of 1000 is 100 rounds of a full pool.
    fn default() -> Self {
        Self { min_instances: 1, max_instances: 10, max_queue: 1_000, idle_timeout_ms: IDLE_TIMEOUT_MS }
    }
}

/// What an instance is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A run that begins, or a question: it can be refused.
    New,
    /// A run that goes on: what it has done would be lost.
    Resumed,
}

/// The instances of an engine.
pub struct Pool<T: 'static> {
    size: PoolSize,
    /// Longest idle first; the last one serves next, so that those in front can go.
    idle: RefCell<Vec<Idle<T>>>,
    /// Leases, used or handed to whoever waits.
    leased: Cell<u32>,
    waiting: RefCell<VecDeque<oneshot::Sender<Lease<T>>>>,
    /// The next look at what idles, and when that is.
    look: RefCell<Option<(Timer, f64)>>,
    closed: Cell<bool>,
}

struct Idle<T> {
    instance: T,
    /// By [`monotonic_ms`].
    since: f64,
}

/// The right to one instance. Dropping it gives instance and right back.
pub struct Lease<T: 'static> {
    pool: Rc<Pool<T>>,
    instance: Option<T>,
}

impl<T: 'static> Pool<T> {
    /// A pool without instances.
    #[must_use]
    pub fn new(size: PoolSize) -> Rc<Self> {
        Rc::new(Self {
            size,
            idle: RefCell::default(),
            leased: Cell::new(0),
            waiting: RefCell::default(),
            look: RefCell::default(),
            closed: Cell::new(false),
        })
    }

    /// The right to an instance, as soon as there is one; first come, first served.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` (resource `queue`) if too many wait already and it is for something new, `INVALID_ARGUMENT` once the pool
    /// is closed.
    pub async fn lease(self: &Rc<Self>, purpose: Purpose) -> Result<Lease<T>, Error> {
        let closed = || Error::new(ErrorCode::InvalidArgument, "the kernel is closed");
        if self.closed.get() {
            return Err(closed());
        }
        // Whoever waits is handed a lease at the moment one comes free, so nobody can overtake here.
        if !self.is_full() {
            self.leased.set(self.leased.get() + 1);
            let instance = self.idle.borrow_mut().pop().map(|idle| idle.instance);
            return Ok(Lease { pool: Rc::clone(self), instance });
        }
        let waiter = {
            let mut waiting = self.waiting.borrow_mut();
            // Those who gave up meanwhile do not count.
            waiting.retain(|waiter| !waiter.is_canceled());
            if purpose == Purpose::New && waiting.len() >= self.size.max_queue as usize {
                let limit = self.size.max_queue as usize;
                return Err(Error::resource_limit("queue", limit, limit + 1));
            }
            let (sender, receiver) = oneshot::channel();
            waiting.push_back(sender);
            receiver
        };
        waiter.await.map_err(|_| closed())
    }

    /// Adds an instance that nobody uses yet.
    pub fn add(self: &Rc<Self>, instance: T) {
        self.idle.borrow_mut().push(Idle { instance, since: monotonic_ms() });
        self.look_later();
    }

    /// Whether whoever wants an instance now has to wait for one.
    pub fn is_full(&self) -> bool {
        self.leased.get() >= self.size.max_instances
    }

    /// Instances that serve, or are about to.
    pub fn active(&self) -> u64 {
        self.leased.get().into()
    }

    /// Instances that are ready.
    pub fn available(&self) -> u64 {
        self.idle.borrow().len() as u64
    }

    /// Runs that wait for an instance.
    pub fn waiting(&self) -> u64 {
        self.waiting.borrow().iter().filter(|waiter| !waiter.is_canceled()).count() as u64
    }

    /// Frees what is idle, and everything else as it comes back. Whoever waits is told.
    pub fn close(&self) {
        self.closed.set(true);
        drop(self.look.take());
        drop(self.idle.take());
        drop(self.waiting.take());
    }

    /// How many of the idle ones there are beyond `min_instances`.
    fn spare(&self) -> usize {
        let there_are = self.leased.get() as usize + self.idle.borrow().len();
        there_are.saturating_sub(self.size.min_instances as usize).min(self.idle.borrow().len())
    }

    /// Frees what idles beyond `min_instances` since the timeout.
    fn shrink(self: &Rc<Self>, now: f64) {
        drop(self.look.take());
        let until = now - f64::from(self.size.idle_timeout_ms);
        let over: Vec<_> = {
            let spare = self.spare();
            let mut idle = self.idle.borrow_mut();
            let over = idle.iter().take(spare).take_while(|idle| idle.since <= until).count();
            idle.drain(..over).collect()
        };
        drop(over);
        self.look_later();
    }

    /// Sees to it that somebody looks when the first of the spare ones has idled long enough.
    fn look_later(self: &Rc<Self>) {
        let now = monotonic_ms();
        let first = self.idle.borrow().first().map(|idle| idle.since).filter(|_| self.spare() > 0);
        let Some(since) = first else { return };
        // A look that is overdue may never come: on Workers a timer ends with the request that started it.
        if self.look.borrow().as_ref().is_some_and(|(_, due)| *due > now) {
            return;
        }
        let due = since + f64::from(self.size.idle_timeout_ms);
        let pool = Rc::downgrade(self);
        let timer = Timer::after((due - now).max(0.0), move || {
            if let Some(pool) = pool.upgrade() {
                // Timers are a little early now and then.
                pool.shrink(monotonic_ms().max(due));
            }
        });
        self.look.replace(timer.map(|timer| (timer, due)));
    }
}

impl<T: 'static> Lease<T> {
    /// The instance, if one came with the lease.
    #[must_use]
    pub const fn instance(&self) -> Option<&T> {
        self.instance.as_ref()
    }

    /// Puts an instance in.
    pub fn put(&mut self, instance: T) {
        self.instance = Some(instance);
    }

    /// Takes the instance out; the right stays.
    pub fn take(&mut self) -> Option<T> {
        self.instance.take()
    }
}

impl<T: 'static> Drop for Lease<T> {
    fn drop(&mut self) {
        let instance = self.instance.take();
        let next = loop {
            let next = self.pool.waiting.borrow_mut().pop_front();
            if next.as_ref().is_none_or(|waiter| !waiter.is_canceled()) {
                break next;
            }
        };
        if let Some(waiter) = next {
            // If it gives up before it takes the lease, the lease is dropped, and comes back here.
            let _ = waiter.send(Self { pool: Rc::clone(&self.pool), instance });
            return;
        }
        self.pool.leased.set(self.pool.leased.get() - 1);
        if let Some(instance) = instance
            && !self.pool.closed.get()
        {
            self.pool.add(instance);
        }
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    /// Of numbers: what is pooled does not matter.
    fn pool(max_instances: u32, max_queue: u32) -> Rc<Pool<u32>> {
        Pool::new(PoolSize { min_instances: 0, max_instances, max_queue, ..PoolSize::default() })
    }

    fn idling(min_instances: u32, instances: u32) -> Rc<Pool<u32>> {
        let pool = Pool::new(PoolSize { min_instances, idle_timeout_ms: 1_000, ..PoolSize::default() });
        (0..instances).for_each(|instance| pool.add(instance));
        pool
    }

    /// A time by which everything that is added from now on to `ms` later has idled long enough.
    fn after(ms: f64) -> f64 {
        monotonic_ms() + 1_000.0 + ms
    }

    fn poll<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
        match std::pin::Pin::new(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[wasm_bindgen_test]
    fn whoever_waits_longest_is_served_first() {
        let pool = pool(1, 10);
        let lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        let (mut second, mut third) = (pin!(pool.lease(Purpose::New)), pin!(pool.lease(Purpose::New)));
        assert!(poll(&mut second).is_none() && poll(&mut third).is_none());
        drop(lease);
        assert!(poll(&mut third).is_none());
        drop(poll(&mut second).unwrap().unwrap());
        drop(poll(&mut third).unwrap().unwrap());
        assert_eq!(pool.active(), 0);
    }

    #[wasm_bindgen_test]
    fn nobody_overtakes_who_was_handed_a_lease() {
        let pool = pool(1, 10);
        let lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        let mut second = pin!(pool.lease(Purpose::New));
        assert!(poll(&mut second).is_none());
        drop(lease);
        assert!(poll(&mut pin!(pool.lease(Purpose::New))).is_none());
        assert!(poll(&mut second).is_some());
    }

    #[wasm_bindgen_test]
    fn whoever_gives_up_is_passed_over_even_with_the_lease_in_hand() {
        let pool = pool(1, 10);
        let lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        let mut first = Box::pin(pool.lease(Purpose::New));
        let mut second = Box::pin(pool.lease(Purpose::New));
        let mut third = pin!(pool.lease(Purpose::New));
        assert!(poll(&mut first).is_none() && poll(&mut second).is_none() && poll(&mut third).is_none());
        drop(first);
        drop(lease);
        drop(second);
        assert!(poll(&mut third).is_some());
        assert_eq!(pool.active(), 0);
    }

    #[wasm_bindgen_test]
    fn the_queue_has_an_end() {
        let pool = pool(1, 1);
        let _lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        let mut waiting = Box::pin(pool.lease(Purpose::New));
        assert!(poll(&mut waiting).is_none());
        assert_eq!(poll(&mut pin!(pool.lease(Purpose::New))).unwrap().err().unwrap().code, ErrorCode::ResourceLimit);
        drop(waiting);
        assert!(poll(&mut pin!(pool.lease(Purpose::New))).is_none(), "who gave up holds no place");
    }

    #[wasm_bindgen_test]
    fn a_run_that_goes_on_is_never_refused() {
        let pool = pool(1, 0);
        let lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        assert!(poll(&mut pin!(pool.lease(Purpose::New))).unwrap().is_err());
        let mut resumed = pin!(pool.lease(Purpose::Resumed));
        assert!(poll(&mut resumed).is_none());
        drop(lease);
        assert!(poll(&mut resumed).unwrap().is_ok());
    }

    #[wasm_bindgen_test]
    fn who_waits_is_counted_and_who_gave_up_is_not() {
        let pool = pool(1, 10);
        let lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        let (mut first, mut second) = (Box::pin(pool.lease(Purpose::New)), Box::pin(pool.lease(Purpose::New)));
        assert!(poll(&mut first).is_none() && poll(&mut second).is_none());
        assert_eq!(pool.waiting(), 2);
        drop(first);
        assert_eq!(pool.waiting(), 1);
        drop(lease);
        assert_eq!(pool.waiting(), 0);
    }

    #[wasm_bindgen_test]
    fn what_idles_goes_after_the_timeout_and_not_before() {
        let pool = idling(1, 3);
        pool.shrink(monotonic_ms() + 900.0);
        assert_eq!(pool.available(), 3);
        pool.shrink(after(0.0));
        assert_eq!(pool.available(), 1);
        pool.shrink(after(1e6));
        assert_eq!(pool.available(), 1, "the least that there may be stay");
    }

    #[wasm_bindgen_test]
    fn the_longest_idle_goes_first_and_the_shortest_serves_first() {
        let pool = idling(1, 2);
        let lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        assert_eq!(lease.instance(), Some(&1));
        drop(lease);
        pool.shrink(after(0.0));
        assert_eq!(poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap().instance(), Some(&1));
    }

    #[wasm_bindgen_test]
    fn instances_that_serve_count_towards_the_least() {
        let pool = idling(2, 3);
        let _lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        pool.shrink(after(0.0));
        assert_eq!((pool.active(), pool.available()), (1, 1));
    }

    #[wasm_bindgen_test]
    async fn somebody_looks_by_themselves() {
        let pool = Pool::new(PoolSize { min_instances: 0, idle_timeout_ms: 20, ..PoolSize::default() });
        pool.add(1);
        let since = monotonic_ms();
        while pool.available() > 0 {
            assert!(monotonic_ms() - since < 10_000.0, "nobody looked");
            crate::timer::sleep(1).await;
        }
        assert!(monotonic_ms() - since >= 15.0, "too early");
    }

    #[wasm_bindgen_test]
    fn closing_tells_whoever_waits() {
        let pool = pool(1, 1);
        let lease = poll(&mut pin!(pool.lease(Purpose::New))).unwrap().unwrap();
        let mut waiting = pin!(pool.lease(Purpose::New));
        assert!(poll(&mut waiting).is_none());
        pool.close();
        assert_eq!(poll(&mut waiting).unwrap().err().unwrap().code, ErrorCode::InvalidArgument);
        drop(lease);
        assert!(poll(&mut pin!(pool.lease(Purpose::New))).unwrap().is_err());
        assert_eq!((pool.active(), pool.available()), (0, 0));
    }
}

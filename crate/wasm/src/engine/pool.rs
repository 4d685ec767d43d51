//! Which instance serves which run, and who waits for one.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures_channel::oneshot;
use nexus_core::{Error, ErrorCode};

use super::instance::Instance;

/// How many instances there are, and how many runs may wait for one.
#[derive(Debug, Clone, Copy)]
pub struct PoolSize {
    /// Instances made ahead of the first run.
    pub min_instances: u32,
    /// Most instances at a time.
    pub max_instances: u32,
    /// Most runs that wait for one.
    pub max_queue: u32,
}

impl Default for PoolSize {
    /// 1 to 10 instances, as in the systems this kernel replaces. A queue of 1000 is 100 rounds of a full pool.
    fn default() -> Self {
        Self { min_instances: 1, max_instances: 10, max_queue: 1_000 }
    }
}

/// The instances of an engine.
pub struct Pool {
    size: PoolSize,
    idle: RefCell<Vec<Instance>>,
    /// Leases, used or handed to whoever waits.
    leased: Cell<u32>,
    waiting: RefCell<VecDeque<oneshot::Sender<Lease>>>,
    closed: Cell<bool>,
}

/// The right to one instance. Dropping it gives instance and right back.
pub struct Lease {
    pool: Rc<Pool>,
    instance: Option<Instance>,
}

impl Pool {
    /// A pool without instances.
    #[must_use]
    pub fn new(size: PoolSize) -> Rc<Self> {
        Rc::new(Self {
            size,
            idle: RefCell::default(),
            leased: Cell::new(0),
            waiting: RefCell::default(),
            closed: Cell::new(false),
        })
    }

    /// The right to an instance, as soon as there is one; first come, first served.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` (resource `queue`) if too many wait already, `INVALID_ARGUMENT` once the pool is closed.
    pub async fn lease(self: &Rc<Self>) -> Result<Lease, Error> {
        let closed = || Error::new(ErrorCode::InvalidArgument, "the kernel is closed");
        if self.closed.get() {
            return Err(closed());
        }
        // Whoever waits is handed a lease at the moment one comes free, so nobody can overtake here.
        if self.leased.get() < self.size.max_instances {
            self.leased.set(self.leased.get() + 1);
            let instance = self.idle.borrow_mut().pop();
            return Ok(Lease { pool: Rc::clone(self), instance });
        }
        let waiter = {
            let mut waiting = self.waiting.borrow_mut();
            // Those who gave up meanwhile do not count.
            waiting.retain(|waiter| !waiter.is_canceled());
            if waiting.len() >= self.size.max_queue as usize {
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
    pub fn add(&self, instance: Instance) {
        self.idle.borrow_mut().push(instance);
    }

    /// Instances that serve, or are about to.
    pub fn active(&self) -> u64 {
        self.leased.get().into()
    }

    /// Instances that are ready.
    pub fn available(&self) -> u64 {
        self.idle.borrow().len() as u64
    }

    /// Frees what is idle, and everything else as it comes back. Whoever waits is told.
    pub fn close(&self) {
        self.closed.set(true);
        drop(self.idle.take());
        drop(self.waiting.take());
    }
}

impl Lease {
    /// The instance, if one came with the lease.
    #[must_use]
    pub const fn instance(&self) -> Option<&Instance> {
        self.instance.as_ref()
    }

    /// Puts an instance in.
    pub fn put(&mut self, instance: Instance) {
        self.instance = Some(instance);
    }

    /// Drops the instance; the right stays.
    pub fn discard_instance(&mut self) {
        self.instance = None;
    }
}

impl Drop for Lease {
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

    fn pool(max_instances: u32, max_queue: u32) -> Rc<Pool> {
        Pool::new(PoolSize { min_instances: 0, max_instances, max_queue })
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
        let lease = poll(&mut pin!(pool.lease())).unwrap().unwrap();
        let (mut second, mut third) = (pin!(pool.lease()), pin!(pool.lease()));
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
        let lease = poll(&mut pin!(pool.lease())).unwrap().unwrap();
        let mut second = pin!(pool.lease());
        assert!(poll(&mut second).is_none());
        drop(lease);
        assert!(poll(&mut pin!(pool.lease())).is_none());
        assert!(poll(&mut second).is_some());
    }

    #[wasm_bindgen_test]
    fn whoever_gives_up_is_passed_over_even_with_the_lease_in_hand() {
        let pool = pool(1, 10);
        let lease = poll(&mut pin!(pool.lease())).unwrap().unwrap();
        let mut first = Box::pin(pool.lease());
        let mut second = Box::pin(pool.lease());
        let mut third = pin!(pool.lease());
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
        let _lease = poll(&mut pin!(pool.lease())).unwrap().unwrap();
        let mut waiting = Box::pin(pool.lease());
        assert!(poll(&mut waiting).is_none());
        assert_eq!(poll(&mut pin!(pool.lease())).unwrap().err().unwrap().code, ErrorCode::ResourceLimit);
        drop(waiting);
        assert!(poll(&mut pin!(pool.lease())).is_none(), "who gave up holds no place");
    }

    #[wasm_bindgen_test]
    fn closing_tells_whoever_waits() {
        let pool = pool(1, 1);
        let lease = poll(&mut pin!(pool.lease())).unwrap().unwrap();
        let mut waiting = pin!(pool.lease());
        assert!(poll(&mut waiting).is_none());
        pool.close();
        assert_eq!(poll(&mut waiting).unwrap().err().unwrap().code, ErrorCode::InvalidArgument);
        drop(lease);
        assert!(poll(&mut pin!(pool.lease())).unwrap().is_err());
        assert_eq!((pool.active(), pool.available()), (0, 0));
    }
}

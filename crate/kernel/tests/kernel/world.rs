//! A host whose time stands still until there is nothing else to do.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_channel::oneshot;
use futures_executor::{LocalPool, LocalSpawner};
use futures_util::task::LocalSpawnExt;
use nexus_core::Limits;
use nexus_kernel::clock::Clock;
use nexus_kernel::engine::{Engine, LocalFuture};
use nexus_kernel::entropy::Entropy;
use nexus_kernel::spawner::Spawner;
use nexus_kernel::{Kernel, ParkingKey, Platform};

/// Milliseconds since the epoch at which every world begins.
pub const BEGINNING: f64 = 1_700_000_000_000.0;

#[derive(Default)]
pub struct VirtualClock {
    elapsed: Cell<u64>,
    sleepers: RefCell<BTreeMap<(u64, u64), oneshot::Sender<()>>>,
    count: Cell<u64>,
}

impl VirtualClock {
    pub fn elapsed(&self) -> u64 {
        self.elapsed.get()
    }

    /// When the next sleeper wants to be woken.
    fn next_due(&self) -> Option<u64> {
        let mut sleepers = self.sleepers.borrow_mut();
        sleepers.retain(|_, sleeper| !sleeper.is_canceled());
        sleepers.keys().next().map(|(due, _)| *due)
    }

    /// Moves on to the next sleeper and wakes it.
    fn wake_next(&self) {
        let next = self.sleepers.borrow_mut().pop_first();
        if let Some(((due, _), sleeper)) = next {
            self.elapsed.set(due.max(self.elapsed.get()));
            // A sleeper may have left since.
            let _ = sleeper.send(());
        }
    }
}

impl Clock for VirtualClock {
    #[expect(clippy::cast_precision_loss, reason = "small")]
    fn now(&self) -> f64 {
        BEGINNING + self.elapsed.get() as f64
    }

    fn sleep(&self, ms: u64) -> LocalFuture<'static, ()> {
        let (sender, receiver) = oneshot::channel();
        self.count.set(self.count.get() + 1);
        self.sleepers.borrow_mut().insert((self.elapsed.get() + ms, self.count.get()), sender);
        Box::pin(async { receiver.await.expect("the clock outlives its sleepers") })
    }
}

/// SplitMix64: as random as these tests need, and the same every time.
#[derive(Default)]
struct Seeded(Cell<u64>);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.0.set(state);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

struct Tasks(LocalSpawner);

impl Spawner for Tasks {
    fn spawn(&self, task: LocalFuture<'static, ()>) {
        self.0.spawn_local(task).expect("the pool lives");
    }
}

/// A host.
pub struct World {
    pool: RefCell<LocalPool>,
    pub clock: Rc<VirtualClock>,
}

/// What becomes of a task.
pub struct Task<T>(Rc<RefCell<Option<T>>>);

impl<T> Task<T> {
    /// Its result, once.
    pub fn result(&self) -> Option<T> {
        self.0.borrow_mut().take()
    }
}

impl World {
    pub fn new() -> Self {
        Self { pool: RefCell::new(LocalPool::new()), clock: Rc::default() }
    }

    pub fn platform(&self, engine: Rc<dyn Engine>) -> Platform {
        Platform { engine, clock: self.clock.clone(), entropy: Rc::new(Seeded::default()), spawner: self.spawner() }
    }

    pub fn spawner(&self) -> Rc<dyn Spawner> {
        Rc::new(Tasks(self.pool.borrow().spawner()))
    }

    pub fn kernel(&self, engine: Rc<dyn Engine>) -> Kernel {
        Kernel::new(self.platform(engine), Limits::default(), ParkingKey::default()).unwrap()
    }

    /// Starts a task; nothing runs before [`settle`](Self::settle) or [`run`](Self::run).
    pub fn spawn<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> Task<T> {
        let result = Rc::new(RefCell::new(None));
        let slot = Rc::clone(&result);
        let task = async move {
            let value = task.await;
            *slot.borrow_mut() = Some(value);
        };
        self.pool.borrow().spawner().spawn_local(task).unwrap();
        Task(result)
    }

    /// Does everything that can be done without time going on.
    pub fn settle(&self) {
        self.pool.borrow_mut().run_until_stalled();
    }

    /// Does everything there is to do until `ms` milliseconds from now.
    pub fn advance(&self, ms: u64) {
        let until = self.clock.elapsed() + ms;
        self.settle();
        while self.clock.next_due().is_some_and(|due| due <= until) {
            self.clock.wake_next();
            self.settle();
        }
        self.clock.elapsed.set(until);
    }

    /// Runs a task to its end, moving time on whenever everybody waits.
    pub fn run<T: 'static>(&self, task: impl Future<Output = T> + 'static) -> T {
        let task = self.spawn(task);
        loop {
            self.settle();
            if let Some(result) = task.result() {
                return result;
            }
            assert!(self.clock.next_due().is_some(), "the task waits for something that never comes");
            self.clock.wake_next();
        }
    }
}

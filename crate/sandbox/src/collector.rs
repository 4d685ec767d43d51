//! Garbage collection under real heap pressure.
//!
//! The engine's collector counts the boxes it manages and not what hangs on them: strings, vectors, buffers. A handler
//! that makes garbage of these would run into its memory limit with almost nothing of it alive. The allocator knows
//! better, but the engine has no call for "collect at your next safe point"; `force_collect` is not safe from inside an
//! allocation. So the allocator lowers the collector's own threshold: the engine then collects where it always does,
//! when the next box is made.
//!
//! The threshold is a private field. It is found at boot by its value and the value beside it, and tried out at once: a
//! boot that does not find it, or finds that writing it has no effect, fails, and with it the build of the module.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering::Relaxed};

use boa_gc::{Finalize, Gc, Trace};

use crate::allocator;

/// The defaults of `boa_gc` 0.22: bytes of boxes, and the percentage next to it.
const PATTERN: [usize; 2] = [1_048_576, 70];
/// Higher than any heap: the engine's own count no longer starts a collection.
const NEVER: usize = usize::MAX / 2;
/// Growth that a small heap is allowed: collecting more often would cost more than it gives.
const ENOUGH_GROWTH: u32 = 1 << 20;
/// Growth that even a full heap is allowed, so that it does not collect at every allocation.
const LEAST_GROWTH: u32 = 64 << 10;

/// Address of the threshold; 0 until it is found.
static THRESHOLD: AtomicUsize = AtomicUsize::new(0);
/// Live bytes beyond which a collection is due.
static DUE: AtomicU32 = AtomicU32::new(u32::MAX);
/// Least bytes that a collection has left since the last one before a buffer.
static KEPT: AtomicU32 = AtomicU32::new(u32::MAX);

fn threshold() -> Option<*mut usize> {
    match THRESHOLD.load(Relaxed) {
        0 => None,
        address => Some(address as *mut usize),
    }
}

/// Looks after each allocation whether a collection is due, or has been done.
pub fn after_allocation(live: u32) {
    if live <= DUE.load(Relaxed) {
        return;
    }
    let Some(threshold) = threshold() else { return };
    // SAFETY: `attach` found the field there, and statics do not move. Volatile, for the engine does not expect it to
    // change; whatever it read before is as good, one collection earlier or later.
    unsafe {
        match threshold.read_volatile() {
            // Asked for, and not yet done.
            0 => {}
            NEVER => {
                threshold.write_volatile(0);
                // Every allocation looks from now on: the next mark follows from what is alive right after the collection.
                DUE.store(0, Relaxed);
            }
            // The collector has set a new one, so it ran.
            _ => {
                threshold.write_volatile(NEVER);
                schedule(live);
            }
        }
    }
}

/// Collects before a buffer is allocated, where that promises to make room for it. The collector runs when a box is made,
/// and that of a large buffer is made after the buffer: until then, those that the handler has just let go of stay.
pub fn before_buffer() {
    let (live, _) = allocator::usage();
    let capacity = allocator::capacity();
    if live < capacity / 2 || live < KEPT.load(Relaxed).saturating_add(capacity / 8) {
        return;
    }
    boa_gc::force_collect();
    KEPT.store(allocator::usage().0, Relaxed);
}

/// The next collection is due when the heap has grown by as much again, but by no more than half of what is left of
/// its limit: the fuller it is, the more often.
pub fn schedule(live: u32) {
    let room = allocator::capacity().saturating_sub(live);
    let growth = live.max(ENOUGH_GROWTH).min(room / 2).max(LEAST_GROWTH);
    DUE.store(live.saturating_add(growth), Relaxed);
    KEPT.store(KEPT.load(Relaxed).min(live), Relaxed);
}

thread_local! {
    static FINALIZED: Cell<bool> = const { Cell::new(false) };
}

#[derive(Trace)]
struct Probe;

impl Finalize for Probe {
    fn finalize(&self) {
        FINALIZED.set(true);
    }
}

/// Finds the collector's threshold and takes it over.
///
/// # Panics
/// When it is not found, or does not do what it did in the release that is pinned.
pub fn attach() {
    unsafe extern "C" {
        static __global_base: u8;
        static __heap_base: u8;
    }
    // The collector's state begins with the first box.
    drop(Gc::new(0_u32));
    let (start, end) = (&raw const __global_base as usize, &raw const __heap_base as usize);
    let word = size_of::<usize>();
    let holds = |address: &usize| {
        let words = *address as *const [usize; 2];
        // SAFETY: both words lie between the linker's bounds of the statics.
        unsafe { words.read_volatile() == PATTERN }
    };
    let found: Vec<usize> = (start.next_multiple_of(word)..end - word).step_by(word).filter(holds).collect();
    let [address] = found[..] else { panic!("the collector's threshold was found {} times", found.len()) };

    drop(Gc::new(Probe));
    // SAFETY: as above.
    unsafe { (address as *mut usize).write_volatile(0) };
    drop(Gc::new(0_u32));
    assert!(FINALIZED.get(), "lowering the collector's threshold has no effect");
    // SAFETY: as above.
    unsafe { (address as *mut usize).write_volatile(NEVER) };
    THRESHOLD.store(address, Relaxed);
}

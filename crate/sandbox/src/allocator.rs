//! The module's memory: dlmalloc over pages of our own, with a hard limit.
//!
//! Which pages are in use stands in linear memory like everything else, so that restoring an image of the memory
//! restores it too; the allocator of the standard library would ask the host for new pages after each restore.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};

use dlmalloc::Dlmalloc;

use crate::collector;

const PAGE: usize = 64 << 10;

/// First byte of the heap; 0 until the first page is asked for.
static START: AtomicU32 = AtomicU32::new(0);
/// First byte that was never handed out; 0 until the first page is asked for.
static BREAK: AtomicU32 = AtomicU32::new(0);
/// Linear memory may not grow beyond this many bytes.
static LIMIT: AtomicU32 = AtomicU32::new(u32::MAX);
static EXHAUSTED: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicU32 = AtomicU32::new(0);
static PEAK: AtomicU32 = AtomicU32::new(0);

/// Sets how far linear memory may grow, in bytes.
pub fn set_limit(bytes: u32) {
    LIMIT.store(bytes, Relaxed);
    collector::schedule(LIVE.load(Relaxed));
}

/// Bytes that may be allocated in all: what the limit leaves beside stack and statics.
pub fn capacity() -> u32 {
    unsafe extern "C" {
        static __heap_base: u8;
    }
    LIMIT.load(Relaxed).saturating_sub(&raw const __heap_base as u32)
}

/// Whether an allocation failed for the limit.
pub fn is_exhausted() -> bool {
    EXHAUSTED.load(Relaxed)
}

/// Notes that something asked for more than any limit allows.
pub fn exhaust() {
    EXHAUSTED.store(true, Relaxed);
}

/// Lifts the limit, so that a stopped run can still be reported. Not by a little: a stack of calls that has grown to
/// megabytes doubles for the one call more that the report takes. What that takes is not the run's: [`usage`] stands
/// still from here on.
pub fn open_reserve() {
    const RESERVE: u32 = 32 << 20;
    if AT_STOP.get().is_none() {
        AT_STOP.set(Some(usage()));
    }
    LIMIT.store(LIMIT.load(Relaxed).saturating_add(RESERVE), Relaxed);
}

/// Bytes allocated now, and most bytes allocated at a time.
pub fn usage() -> (u32, u32) {
    AT_STOP.get().unwrap_or_else(|| (LIVE.load(Relaxed), PEAK.load(Relaxed)))
}

/// Clears what is free, so that images of the memory are small. To whoever runs afterwards it makes no difference.
///
/// Pages follow one another, so the heap is one segment of dlmalloc's: chunk after chunk, each with its size and whether it is in
/// use in its second word (`Chunk::head` of dlmalloc 0.2). What is free begins with dlmalloc's own links.
pub fn scrub() {
    const CHUNK_IN_USE: usize = 1 << 1;
    const FLAGS: usize = 0b111;
    /// Smaller chunks are in lists, others in trees (`TreeChunk`).
    const LEAST_IN_TREES: usize = 256;
    let end = BREAK.load(Relaxed) as usize;
    let mut chunk = START.load(Relaxed) as usize;
    while chunk < end {
        // SAFETY: between the heap's first byte and the end of its last page a chunk follows each other one.
        let head = unsafe { *((chunk + size_of::<usize>()) as *const usize) };
        let size = head & !FLAGS;
        let links = size_of::<usize>() * if size < LEAST_IN_TREES { 4 } else { 8 };
        if head & CHUNK_IN_USE == 0 && links < size {
            // SAFETY: nobody uses it, and dlmalloc itself reads its links only.
            unsafe { ((chunk + links) as *mut u8).write_bytes(0, size - links) };
        }
        assert!(size > 0, "the heap is not what it was taken for");
        chunk += size;
    }
}

thread_local! {
    /// The usage of a run that was stopped.
    static AT_STOP: Cell<Option<(u32, u32)>> = const { Cell::new(None) };
}

struct Pages;

// SAFETY: pages are handed out once and never moved or given back.
unsafe impl dlmalloc::Allocator for Pages {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        const NONE: (*mut u8, usize, u32) = (std::ptr::null_mut(), 0, 0);
        let start = match BREAK.load(Relaxed) as usize {
            0 => {
                let start = core::arch::wasm32::memory_size(0) * PAGE;
                START.store(start as u32, Relaxed);
                start
            }
            start => start,
        };
        let size = size.next_multiple_of(PAGE);
        let Some(end) = start.checked_add(size).filter(|end| *end <= LIMIT.load(Relaxed) as usize) else { return NONE };
        let missing = end.saturating_sub(core::arch::wasm32::memory_size(0) * PAGE);
        if missing > 0 && core::arch::wasm32::memory_grow(0, missing.div_ceil(PAGE)) == usize::MAX {
            return NONE;
        }
        BREAK.store(end as u32, Relaxed);
        (start as *mut u8, size, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        std::ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    /// Pages that a restore made free hold what the last run left there.
    fn allocates_zeros(&self) -> bool {
        false
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}

struct Allocator(UnsafeCell<Dlmalloc<Pages>>);

// SAFETY: the module has one thread.
unsafe impl Sync for Allocator {}

#[global_allocator]
static ALLOCATOR: Allocator = Allocator(UnsafeCell::new(Dlmalloc::new_with_allocator(Pages)));

fn count(added: usize, removed: usize) {
    let live = LIVE.load(Relaxed).wrapping_add(added as u32).wrapping_sub(removed as u32);
    LIVE.store(live, Relaxed);
    PEAK.store(PEAK.load(Relaxed).max(live), Relaxed);
}

// SAFETY: everything is dlmalloc's, which keeps the contract; one thread, and it does not call back.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let pointer = unsafe { (*self.0.get()).malloc(layout.size(), layout.align()) };
        counted(pointer, layout.size(), 0)
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let pointer = unsafe { (*self.0.get()).calloc(layout.size(), layout.align()) };
        counted(pointer, layout.size(), 0)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        unsafe { (*self.0.get()).free(pointer, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let pointer = unsafe { (*self.0.get()).realloc(pointer, layout.size(), layout.align(), size) };
        counted(pointer, size, layout.size())
    }
}

fn counted(pointer: *mut u8, added: usize, removed: usize) -> *mut u8 {
    if pointer.is_null() {
        exhaust();
        // No null to the caller: where the engine asks whether it can have memory, the handler would get a `RangeError`,
        // and the hard limit be one that it can catch.
        core::arch::wasm32::unreachable();
    }
    count(added, removed);
    collector::after_allocation(LIVE.load(Relaxed));
    pointer
}

//! A number of places, and a queue in front of them in which everyone keeps their turn.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;

use futures_channel::oneshot;

struct State {
    free: usize,
    max_queue: usize,
    queue: VecDeque<oneshot::Sender<Slot>>,
}

/// Places that are taken and given back, first come, first served.
#[derive(Clone)]
pub struct Slots(Rc<RefCell<State>>);

/// When it is somebody's turn.
enum Turn {
    Now(Slot),
    Later(oneshot::Receiver<Slot>),
}

/// The queue in front of the places is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueFull;

impl Slots {
    /// `count` places with at most `max_queue` waiting for one.
    #[must_use]
    pub fn new(count: usize, max_queue: usize) -> Self {
        Self(Rc::new(RefCell::new(State { free: count, max_queue, queue: VecDeque::new() })))
    }

    /// Takes a place, waiting for one if all are taken. Whoever asks first is first, whenever the future is polled; one that
    /// is dropped leaves the queue.
    ///
    /// # Errors
    /// [`QueueFull`], at once.
    pub fn acquire(&self) -> impl Future<Output = Result<Slot, QueueFull>> + use<> {
        let turn = self.enqueue();
        // Of its own, so that the queue, with the sender in it, lives as long as someone waits.
        let slots = self.clone();
        async move {
            let outcome = match turn? {
                Turn::Now(slot) => Ok(slot),
                Turn::Later(receiver) => receiver.await.map_err(|oneshot::Canceled| QueueFull),
            };
            drop(slots);
            outcome
        }
    }

    fn enqueue(&self) -> Result<Turn, QueueFull> {
        let mut state = self.0.borrow_mut();
        state.queue.retain(|waiter| !waiter.is_canceled());
        if state.free > 0 {
            state.free -= 1;
            return Ok(Turn::Now(Slot(self.clone())));
        }
        if state.queue.len() >= state.max_queue {
            return Err(QueueFull);
        }
        let (sender, receiver) = oneshot::channel();
        state.queue.push_back(sender);
        Ok(Turn::Later(receiver))
    }
}

/// A place, given back when dropped.
pub struct Slot(Slots);

impl Drop for Slot {
    fn drop(&mut self) {
        let next = {
            let mut state = self.0.0.borrow_mut();
            // Past those who have gone, however many: handing it from one to the next would take a frame of the stack for each.
            let next = loop {
                match state.queue.pop_front() {
                    Some(waiter) if waiter.is_canceled() => {}
                    next => break next,
                }
            };
            if next.is_none() {
                state.free += 1;
            }
            next
        };
        if let Some(waiter) = next {
            // Whoever has gone meanwhile drops the place, which hands it to the one behind.
            drop(waiter.send(Self(self.0.clone())));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn places_are_given_in_the_order_of_asking() {
        let slots = Slots::new(1, 2);
        let taken = slots.acquire().now_or_never().unwrap().ok();
        let (mut first, mut second) = (pin!(slots.acquire()), pin!(slots.acquire()));
        assert!(first.as_mut().now_or_never().is_none() && second.as_mut().now_or_never().is_none());
        drop(taken);
        assert!(second.as_mut().now_or_never().is_none());
        let taken = first.now_or_never().unwrap().ok();
        drop(taken);
        assert!(second.now_or_never().unwrap().is_ok());
    }

    #[test]
    fn the_turn_is_that_of_asking_and_not_of_waiting() {
        let slots = Slots::new(1, 2);
        let taken = slots.acquire();
        let (first, second) = (slots.acquire(), slots.acquire());
        drop(taken);
        let mut second = pin!(second);
        assert!(second.as_mut().now_or_never().is_none());
        drop(first.now_or_never().unwrap().ok());
        assert!(second.now_or_never().unwrap().is_ok());
    }

    #[test]
    fn a_full_queue_refuses_at_once_and_those_who_leave_make_room() {
        let slots = Slots::new(1, 1);
        let taken = slots.acquire().now_or_never().unwrap().ok();
        {
            let mut waiting = pin!(slots.acquire());
            assert!(waiting.as_mut().now_or_never().is_none());
            assert_eq!(slots.acquire().now_or_never().unwrap().err(), Some(QueueFull));
        }
        let mut waiting = pin!(slots.acquire());
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(taken);
        assert!(waiting.now_or_never().unwrap().is_ok());
    }

    #[test]
    fn a_place_finds_whoever_still_waits_behind_any_number_who_left() {
        let slots = Slots::new(1, usize::MAX);
        let taken = slots.acquire().now_or_never().unwrap().ok();
        let leaving: Vec<_> = (0..10_000).map(|_| slots.acquire()).collect();
        let last = slots.acquire();
        drop(leaving);
        drop(taken);
        assert!(last.now_or_never().unwrap().is_ok());
    }

    #[test]
    fn a_place_handed_to_someone_who_left_is_not_lost() {
        let slots = Slots::new(1, 5);
        let taken = slots.acquire().now_or_never().unwrap().ok();
        {
            let mut leaving = Box::pin(slots.acquire());
            assert!(leaving.as_mut().now_or_never().is_none());
            // The place is in the channel when the future goes.
            drop(taken);
        }
        assert!(slots.acquire().now_or_never().unwrap().is_ok());
    }
}

//! A store that lasts as long as it is held.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;

use nexus_core::Error;

use crate::engine::LocalFuture;
use crate::slots::Slots;
use crate::store::{Entry, KeyRange, Store, StoreLock};

/// Keeps values in memory.
pub struct MemoryStore {
    values: RefCell<BTreeMap<String, Vec<u8>>>,
    /// One for all names: nobody has it for long.
    turn: Slots,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self { values: RefCell::default(), turn: Slots::new(1, usize::MAX) }
    }
}

impl MemoryStore {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn get<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async move { Ok(self.values.borrow().get(key).cloned()) })
    }

    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.values.borrow_mut().insert(key.to_owned(), value);
            Ok(())
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<bool, Error>> {
        Box::pin(async move { Ok(self.values.borrow_mut().remove(key).is_some()) })
    }

    fn list<'a>(&'a self, range: KeyRange<'a>) -> LocalFuture<'a, Result<Vec<Entry>, Error>> {
        Box::pin(async move {
            let KeyRange { prefix, after, limit } = range;
            let from = match after {
                Some(after) if after >= prefix => Bound::Excluded(after),
                _ => Bound::Included(prefix),
            };
            let values = self.values.borrow();
            let keys = values.range::<str, _>((from, Bound::Unbounded));
            let keys = keys.take_while(|(key, _)| key.starts_with(prefix)).take(limit);
            Ok(keys.map(|(key, value)| Entry { key: key.clone(), bytes: value.len() }).collect())
        })
    }

    fn lock<'a>(&'a self, _name: &'a str) -> LocalFuture<'a, Result<StoreLock, Error>> {
        Box::pin(async {
            let turn = self.turn.acquire().await.map_err(|_| Error::internal("a queue without an end is full"))?;
            Ok(StoreLock::new(turn))
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn store(keys: &[&str]) -> MemoryStore {
        let store = MemoryStore::new();
        for key in keys {
            store.put(key, vec![0; key.len()]).now_or_never().unwrap().unwrap();
        }
        store
    }

    #[test]
    fn keys_are_listed_in_the_order_of_their_bytes() {
        let store = store(&["b", "a/2", "a/10", "a/\u{1f600}", "a/\u{ffff}", "a0", "a"]);
        let list = |prefix, after, limit| {
            let entries = store.list(KeyRange { prefix, after, limit }).now_or_never().unwrap().unwrap();
            entries.into_iter().map(|entry| entry.key).collect::<Vec<_>>()
        };
        assert_eq!(list("", None, 9), ["a", "a/10", "a/2", "a/\u{ffff}", "a/\u{1f600}", "a0", "b"]);
        assert_eq!(list("a/", None, 2), ["a/10", "a/2"]);
        assert_eq!(list("a/", Some("a/2"), 9), ["a/\u{ffff}", "a/\u{1f600}"]);
        assert_eq!(list("a/", Some("A"), 1), ["a/10"]);
        assert_eq!(list("a/", Some("b"), 1), [""; 0]);
    }

    #[test]
    fn a_name_is_locked_by_one_at_a_time() {
        let store = store(&[]);
        let held = store.lock("a").now_or_never().unwrap();
        assert!(store.lock("a").now_or_never().is_none());
        drop(held);
        assert!(store.lock("a").now_or_never().is_some());
    }
}

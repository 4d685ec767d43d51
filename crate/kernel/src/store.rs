//! Where values are kept, as the host has it.

use std::any::Any;

use nexus_core::Error;

use crate::engine::LocalFuture;

/// Bytes by key, in the order of the bytes of their keys.
pub trait Store {
    /// What is kept under `key`.
    ///
    /// # Errors
    /// Any; the message says what failed.
    fn get<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, Error>>;

    /// Keeps `value` under `key`, instead of what was there.
    ///
    /// # Errors
    /// Any; the message says what failed.
    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>) -> LocalFuture<'a, Result<(), Error>>;

    /// Forgets what is kept under `key`; answers whether anything was.
    ///
    /// # Errors
    /// Any; the message says what failed.
    fn delete<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<bool, Error>>;

    /// The keys of a range, in order.
    ///
    /// # Errors
    /// Any; the message says what failed.
    fn list<'a>(&'a self, range: KeyRange<'a>) -> LocalFuture<'a, Result<Vec<Entry>, Error>>;

    /// Waits for its turn under `name`: at any time one of all that share this store has it, in other kernels and other
    /// pages too, where the host can see to that. It is given back when the lock is dropped. A store may take all names for one.
    ///
    /// # Errors
    /// Any; the message says what failed.
    fn lock<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<StoreLock, Error>>;
}

/// Which keys are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRange<'a> {
    /// What they begin with.
    pub prefix: &'a str,
    /// What they come after.
    pub after: Option<&'a str>,
    /// How many at most.
    pub limit: usize,
}

/// What is listed of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Bytes of its value.
    pub bytes: usize,
}

/// A turn, given back when dropped.
pub struct StoreLock {
    _held: Box<dyn Any>,
}

impl StoreLock {
    /// A turn that lasts for as long as `held` lives.
    #[must_use]
    pub fn new(held: impl Any) -> Self {
        Self { _held: Box::new(held) }
    }
}

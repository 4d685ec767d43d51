//! The keys that some callers share, and what they take.
//!
//! How many keys and bytes there are stands in the store, beside the values, so that everyone who writes under the lock
//! counts the same. It is written before what grows and after what shrinks: whatever breaks off in between leaves it too
//! high at worst, until the next kernel counts anew.

use std::rc::Rc;

use nexus_core::{Error, Value};

use super::StorageOptions;
use crate::origin::Origin;
use crate::store::{KeyRange, Store};

/// What all keys of the extension begin with, in a store that others may use as well.
const ROOT: &str = "nexus-kernel/storage";
/// Keys counted in one go: their values pass through memory, where the host has no other way to tell their size.
const COUNTED_AT_ONCE: usize = 100;

/// Keys of the same owner.
#[derive(Clone)]
pub(super) struct Namespace {
    store: Rc<dyn Store>,
    /// What its keys in the store begin with.
    prefix: String,
    /// The key in the store of what it takes.
    usage_key: String,
}

/// What a namespace takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Usage {
    keys: usize,
    bytes: usize,
}

impl Usage {
    fn encode(self) -> Vec<u8> {
        [self.keys as u64, self.bytes as u64].iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (keys, bytes) = bytes.split_first_chunk::<8>()?;
        let number = |bytes| usize::try_from(u64::from_le_bytes(bytes)).ok();
        Some(Self { keys: number(*keys)?, bytes: number(bytes.try_into().ok()?)? })
    }
}

impl Namespace {
    /// The namespace of whoever calls.
    pub(super) fn of(origin: &Origin, options: &StorageOptions, store: Rc<dyn Store>) -> Self {
        let owner = match (&options.namespace, &origin.panel) {
            (Some(shared), _) => format!("shared:{}", escaped(shared)),
            (None, Some(panel)) => format!("panel:{}", escaped(panel)),
            (None, None) => "runs".to_owned(),
        };
        Self { store, prefix: format!("{ROOT}/values/{owner}/"), usage_key: format!("{ROOT}/usage/{owner}") }
    }

    /// Its name among all namespaces of the store.
    pub(super) fn name(&self) -> &str {
        &self.usage_key
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.store.get(&self.full(key)).await
    }

    pub(super) async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, Error> {
        let (prefix, after) = (self.full(prefix), after.map(|after| self.full(after)));
        let found = self.store.list(KeyRange { prefix: &prefix, after: after.as_deref(), limit }).await?;
        Ok(found.iter().filter_map(|entry| entry.key.strip_prefix(&self.prefix)).map(str::to_owned).collect())
    }

    /// Keeps a value. `counted` says whether what stands in the store has been counted by this kernel.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` if the namespace would take too much; what the store fails with.
    pub(super) async fn put(
        &self,
        key: &str,
        value: Vec<u8>,
        counted: bool,
        options: &StorageOptions,
    ) -> Result<(), Error> {
        let _turn = self.store.lock(&self.usage_key).await?;
        let usage = self.usage(counted).await?;
        let full = self.full(key);
        let old = self.store.get(&full).await?.map(|old| key.len() + old.len());
        let bytes = usage.bytes.saturating_sub(old.unwrap_or(0)) + key.len() + value.len();
        let next = Usage { keys: usage.keys + usize::from(old.is_none()), bytes };
        if next.keys > options.max_keys && next.keys > usage.keys {
            return Err(over("storageKeys", options.max_keys, next.keys));
        }
        if next.bytes > options.max_bytes && next.bytes > usage.bytes {
            return Err(over("storageBytes", options.max_bytes, next.bytes));
        }
        let grows = next.bytes > usage.bytes || next.keys > usage.keys;
        if grows {
            self.store.put(&self.usage_key, next.encode()).await?;
        }
        self.store.put(&full, value).await?;
        if !grows && next != usage {
            self.store.put(&self.usage_key, next.encode()).await?;
        }
        Ok(())
    }

    /// Forgets a key; answers whether it was there. `counted` as for [`put`](Self::put).
    ///
    /// # Errors
    /// What the store fails with.
    pub(super) async fn delete(&self, key: &str, counted: bool) -> Result<bool, Error> {
        let _turn = self.store.lock(&self.usage_key).await?;
        let usage = self.usage(counted).await?;
        let full = self.full(key);
        let Some(old) = self.store.get(&full).await? else { return Ok(false) };
        self.store.delete(&full).await?;
        let bytes = usage.bytes.saturating_sub(key.len() + old.len());
        let next = Usage { keys: usage.keys.saturating_sub(1), bytes };
        self.store.put(&self.usage_key, next.encode()).await?;
        Ok(true)
    }

    async fn usage(&self, counted: bool) -> Result<Usage, Error> {
        let stored = if counted { self.store.get(&self.usage_key).await? } else { None };
        if let Some(usage) = stored.as_deref().and_then(Usage::decode) {
            return Ok(usage);
        }
        let mut usage = Usage::default();
        let mut last: Option<String> = None;
        loop {
            let range = KeyRange { prefix: &self.prefix, after: last.as_deref(), limit: COUNTED_AT_ONCE };
            let found = self.store.list(range).await?;
            for entry in &found {
                usage.keys += 1;
                usage.bytes += entry.key.len() - self.prefix.len() + entry.bytes;
            }
            match found.into_iter().next_back() {
                Some(entry) => last = Some(entry.key),
                None => break,
            }
        }
        self.store.put(&self.usage_key, usage.encode()).await?;
        Ok(usage)
    }

    fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// A name that holds no slash, each another one.
fn escaped(name: &str) -> String {
    name.replace('%', "%25").replace('/', "%2F")
}

/// The error for a quota that a call would pass. The handler is told its code.
pub(super) fn over(resource: &str, limit: usize, used: usize) -> Error {
    let mut error = Error::resource_limit(resource, limit, used);
    if let Some(Value::Object(context)) = &mut error.context {
        context.insert("code".to_owned(), Value::from(error.code.as_str()));
    }
    error
}

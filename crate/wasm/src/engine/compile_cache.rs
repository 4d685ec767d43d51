//! Compiled handlers, the least recently used forgotten first.

use std::fmt;
use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::message::CompileRequest;
use nexus_core::{Error, msgpack};
use sha2::{Digest, Sha256};

use super::image::CompiledImage;

/// Bytes of compiled handlers that are kept: some 500 handlers of 100 KB.
pub const BYTES: u32 = 64 << 20;

/// A handler, and what it is compiled to. Clones share both.
#[derive(Clone)]
pub struct CompiledHandler {
    /// The body of an async function.
    pub source: Rc<str>,
    /// The memory.
    pub image: Rc<CompiledImage>,
}

impl CompiledHandler {
    fn size(&self) -> usize {
        self.source.len() + self.image.size()
    }
}

/// What a compiled handler is found by: everything that compilation depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// SHA-256 of the request and of what tells one build of the engine from another.
    ///
    /// # Errors
    /// `SERIALIZATION_ERROR`, which a request never is.
    pub fn of(engine: &str, request: &CompileRequest) -> Result<Self, Error> {
        let digest = Sha256::new().chain_update(Sha256::digest(engine)).chain_update(msgpack::encode(request)?);
        Ok(Self(digest.finalize().into()))
    }

    /// The digest.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// In hexadecimal digits.
impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// The cache.
pub struct CompileCache {
    /// Least recently used first.
    handlers: IndexMap<Key, CompiledHandler>,
    bytes: usize,
    budget: usize,
}

impl CompileCache {
    /// A cache that keeps at most `budget` bytes.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self { handlers: IndexMap::new(), bytes: 0, budget }
    }

    /// The handler, which becomes the most recently used one.
    pub fn get(&mut self, key: &Key) -> Option<CompiledHandler> {
        let index = self.handlers.get_index_of(key)?;
        let last = self.handlers.len() - 1;
        self.handlers.move_index(index, last);
        self.handlers.get(key).cloned()
    }

    /// Keeps a handler. One that is larger than the whole budget is not kept.
    pub fn insert(&mut self, key: Key, handler: CompiledHandler) {
        let size = handler.size();
        if size > self.budget {
            return;
        }
        if let Some(replaced) = self.handlers.shift_remove(&key) {
            self.bytes -= replaced.size();
        }
        while self.bytes + size > self.budget {
            let Some((_, oldest)) = self.handlers.shift_remove_index(0) else { break };
            self.bytes -= oldest.size();
        }
        self.bytes += size;
        self.handlers.insert(key, handler);
    }

    /// How many images are kept.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.handlers.len() as u64
    }

    /// Bytes that they take.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes as u64
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.handlers.clear();
        self.bytes = 0;
    }
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use nexus_core::Limits;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn key(source: &str) -> Key {
        Key::of("engine", &CompileRequest { source: source.to_owned(), limits: Limits::default() }).unwrap()
    }

    fn handler(bytes: usize) -> CompiledHandler {
        CompiledHandler { source: "1".into(), image: Rc::new(CompiledImage::of_size(bytes - 1)) }
    }

    #[wasm_bindgen_test]
    fn the_least_recently_used_is_forgotten_first() {
        let mut cache = CompileCache::new(30);
        for source in ["a", "b", "c"] {
            cache.insert(key(source), handler(10));
        }
        assert!(cache.get(&key("a")).is_some());
        cache.insert(key("d"), handler(10));
        assert!(cache.get(&key("b")).is_none());
        assert!(["a", "c", "d"].iter().all(|source| cache.get(&key(source)).is_some()));
    }

    #[wasm_bindgen_test]
    fn the_budget_is_kept_and_replacing_counts_once() {
        let mut cache = CompileCache::new(30);
        for _ in 0..5 {
            cache.insert(key("a"), handler(20));
        }
        cache.insert(key("b"), handler(10));
        assert!(cache.get(&key("a")).is_some() && cache.get(&key("b")).is_some());
        cache.insert(key("c"), handler(31));
        assert!(cache.get(&key("c")).is_none() && cache.get(&key("a")).is_some());
        cache.insert(key("d"), handler(30));
        assert!(cache.get(&key("a")).is_none() && cache.get(&key("b")).is_none());
        assert_eq!((cache.entries(), cache.bytes()), (1, 30));
        cache.clear();
        assert_eq!((cache.entries(), cache.bytes()), (0, 0));
    }

    #[wasm_bindgen_test]
    fn whatever_compilation_depends_on_tells_keys_apart() {
        assert_eq!(key("a"), key("a"));
        assert_ne!(key("a"), key("b"));
        let limits = Limits { max_events: 1, ..Limits::default() };
        assert_ne!(Key::of("engine", &CompileRequest { source: "a".to_owned(), limits }).unwrap(), key("a"));
        let request = CompileRequest { source: "a".to_owned(), limits: Limits::default() };
        assert_ne!(Key::of("another", &request).unwrap(), key("a"));
    }
}

//! The state of a panel: its keys, the values computed from them, and who changed what when.

use std::collections::HashMap;

use nexus_core::{Error, ErrorCode, Map, MutationOperation, StateMutation, Value, limits};
use nexus_nxml::{ComputedValues, Environment, Panel, StatePath, ViewTree};
use serde::Serialize;

/// Which run made a change; changes from outside have a number of their own.
pub(crate) type Writer = u64;

/// What a change came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Patch {
    /// The panel's version after it: one more than before.
    pub version: u64,
    /// What was set and deleted, in order.
    pub mutations: Vec<StateMutation>,
    /// Computed values that became others.
    pub computed: Map,
}

#[derive(Clone, Copy)]
struct Stamp {
    version: u64,
    writer: Writer,
}

/// The state of a panel.
pub(crate) struct PanelState {
    values: Map,
    computed: ComputedValues,
    version: u64,
    /// By key, computed ones included: its last change.
    changed: HashMap<String, Stamp>,
    /// By key: bytes of its value, counted as [`limits::VALUE_BYTES`] are.
    sizes: HashMap<String, usize>,
    bytes: usize,
    /// Runs that have not ended, each with the version that it has seen.
    readers: HashMap<Writer, u64>,
}

/// Bytes that a key takes besides its name and its value.
const KEY_BYTES: usize = 32;

/// Nobody's: what the kernel computes has no writer.
const COMPUTED: Writer = Writer::MAX;

impl PanelState {
    /// The state that a panel begins with.
    ///
    /// # Errors
    /// `RESOURCE_LIMIT` if it is too large.
    pub(crate) fn new(panel: &Panel, values: Map) -> Result<Self, Error> {
        let mut state = Self {
            values: Map::new(),
            computed: ComputedValues::new(panel),
            version: 0,
            changed: HashMap::new(),
            sizes: HashMap::new(),
            bytes: 0,
            readers: HashMap::new(),
        };
        let (sizes, bytes) = state.sizes_after(values.iter().map(|(key, value)| (key, Some(value))))?;
        state.sizes.extend(sizes.into_iter().filter_map(|(key, size)| Some((key, size?))));
        state.bytes = bytes;
        state.values = values;
        state.computed.refresh(&state.values);
        Ok(state)
    }

    pub(crate) const fn values(&self) -> &Map {
        &self.values
    }

    pub(crate) const fn computed(&self) -> &Map {
        self.computed.values()
    }

    pub(crate) const fn version(&self) -> u64 {
        self.version
    }

    /// The version of an event that is told now: patches and events share one count, so that whoever watches both knows what is missing.
    pub(crate) const fn count_event(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    /// What a handler reads as `$state`.
    pub(crate) fn for_handler(&self) -> Map {
        let mut all = self.values.clone();
        all.extend(self.computed().iter().map(|(name, value)| (name.clone(), value.clone())));
        all
    }

    /// What others changed since the run last saw the state; it has seen it now.
    pub(crate) fn news_for(&mut self, writer: Writer) -> Vec<StateMutation> {
        let Some(version) = self.readers.insert(writer, self.version).filter(|seen| *seen < self.version) else {
            return Vec::new();
        };
        let mut changed: Vec<_> =
            self.changed.iter().filter(|(_, stamp)| stamp.version > version && stamp.writer != writer).collect();
        changed.sort_unstable_by(|(key, stamp), (other, its)| (stamp.version, key).cmp(&(its.version, other)));
        let change = |key: &String| match self.computed().get(key).or_else(|| self.values.get(key)) {
            Some(value) => StateMutation { key: key.clone(), value: value.clone(), operation: MutationOperation::Set },
            None => StateMutation { key: key.clone(), value: Value::Null, operation: MutationOperation::Delete },
        };
        changed.into_iter().map(|(key, _)| change(key)).collect()
    }

    /// The run has ended: nobody needs to know any more what it has not seen.
    pub(crate) fn forget_reader(&mut self, writer: Writer) {
        self.readers.remove(&writer);
        self.forget_what_all_saw();
    }

    fn forget_what_all_saw(&mut self) {
        match self.readers.values().min() {
            None => self.changed.clear(),
            Some(seen) => self.changed.retain(|_, stamp| stamp.version > *seen),
        }
    }

    /// Makes all changes or none; `None` if there is nothing to change.
    ///
    /// # Errors
    /// `STATE_ERROR` with `context {key}` for a computed value, `RESOURCE_LIMIT` if the state became too large.
    pub(crate) fn apply(&mut self, mutations: &[StateMutation], writer: Writer) -> Result<Option<Patch>, Error> {
        if mutations.is_empty() {
            return Ok(None);
        }
        if let Some(StateMutation { key, .. }) = mutations.iter().find(|one| self.computed().contains_key(&one.key)) {
            return Err(Error::new(ErrorCode::StateError, format!("{key} is computed; it cannot be changed"))
                .with_context(Value::object([("key", Value::from(key.as_str()))])));
        }
        let given = mutations.iter().map(|StateMutation { key, value, operation }| match operation {
            MutationOperation::Set => (key, Some(value)),
            MutationOperation::Delete => (key, None),
        });
        let (sizes, bytes) = self.sizes_after(given)?;
        if self.changed.len() + sizes.len() > limits::PANEL_STATE_KEYS {
            self.forget_what_all_saw();
        }
        let keys = self.changed.len().max(self.values.len()) + sizes.len();
        if keys > limits::PANEL_STATE_KEYS {
            return Err(Error::resource_limit("panelStateKeys", limits::PANEL_STATE_KEYS, keys));
        }
        self.bytes = bytes;
        for (key, size) in sizes {
            match size {
                Some(size) => self.sizes.insert(key, size),
                None => self.sizes.remove(&key),
            };
        }
        self.version += 1;
        let version = self.version;
        for StateMutation { key, value, operation } in mutations {
            match operation {
                MutationOperation::Set => self.values.insert(key.clone(), value.clone()),
                MutationOperation::Delete => self.values.shift_remove(key),
            };
            self.changed.insert(key.clone(), Stamp { version, writer });
            self.computed.state_changed(key);
        }
        let names = self.computed.refresh(&self.values);
        let mut computed = Map::with_capacity(names.len());
        for name in names {
            let value = self.computed().get(&name).cloned().unwrap_or_default();
            self.changed.insert(name.clone(), Stamp { version, writer: COMPUTED });
            computed.insert(name, value);
        }
        Ok(Some(Patch { version, mutations: mutations.to_vec(), computed }))
    }

    /// The sizes of the keys given, and that of the whole state, if they had these values; `None` where a key goes.
    fn sizes_after<'a>(
        &self,
        given: impl Iterator<Item = (&'a String, Option<&'a Value>)>,
    ) -> Result<(HashMap<String, Option<usize>>, usize), Error> {
        let mut sizes: HashMap<String, Option<usize>> = HashMap::new();
        let mut bytes = self.bytes;
        for (key, value) in given {
            let before = sizes.get(key).copied().unwrap_or_else(|| self.sizes.get(key).copied()).unwrap_or_default();
            let size = value.map(|value| value.check(usize::MAX, usize::MAX)).transpose()?;
            let size = size.map(|size| size + key.len() + KEY_BYTES);
            bytes = bytes - before + size.unwrap_or_default();
            sizes.insert(key.clone(), size);
        }
        // Only what grows is refused: a state that is as large as it may be can still be made smaller.
        if bytes > limits::PANEL_STATE_BYTES && bytes > self.bytes {
            return Err(Error::resource_limit("panelStateBytes", limits::PANEL_STATE_BYTES, bytes));
        }
        Ok((sizes, bytes))
    }

    pub(crate) fn view(&self, panel: &Panel, scope: &Map) -> ViewTree {
        panel.resolve_view(Environment { state: &self.values, computed: self.computed(), scope })
    }

    /// What stands at a place, in the state or in a computed value.
    pub(crate) fn at(&self, path: &StatePath) -> Option<&Value> {
        path.get(&self.values).or_else(|| path.get(self.computed()))
    }
}

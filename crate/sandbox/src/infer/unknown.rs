//! Names that are nothing: no scope declares them, and no handler has them as a global.

use std::collections::{BTreeMap, BTreeSet};

use boa_engine::ast::Position;
use boa_engine::interner::{Interner, Sym};

/// Names that no scope declares.
#[derive(Debug, Default)]
pub(super) struct Undeclared {
    used: BTreeMap<Sym, Position>,
    /// Those that the handler asks `typeof` about: it knows that they may be nothing.
    asked: BTreeSet<Sym>,
}

impl Undeclared {
    pub(super) fn add(&mut self, name: Sym, at: Position) {
        let first = self.used.entry(name).or_insert(at);
        *first = (*first).min(at);
    }

    pub(super) fn ask(&mut self, name: Sym) {
        self.asked.insert(name);
    }

    /// Those that are no globals either, each with the first place that uses it.
    pub(super) fn unknown(
        self,
        interner: &Interner,
        mut is_global: impl FnMut(&str) -> bool,
    ) -> impl Iterator<Item = (String, Position)> {
        let asked = self.asked;
        self.used.into_iter().filter(move |(name, _)| !asked.contains(name)).filter_map(move |(name, at)| {
            let name = interner.resolve(name)?.utf8()?;
            (!is_global(name)).then(|| (name.to_owned(), at))
        })
    }
}

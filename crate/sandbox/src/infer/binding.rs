//! Scopes, and what each variable may hold.

use std::collections::HashMap;

use boa_engine::interner::Sym;

use super::value::Value;

/// A variable's name as a scope declares it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared {
    pub(super) name: Sym,
    /// Whether it only ever holds its initial value.
    pub(super) constant: bool,
}

impl Declared {
    /// A variable that may be assigned, or that starts with a value inference knows nothing of.
    pub(super) const fn variable(name: Sym) -> Self {
        Self { name, constant: false }
    }
}

/// All variables of the handler. What they hold outlives a walk; the scopes are opened anew, in the same order.
#[derive(Debug, Default)]
pub(super) struct Bindings {
    /// The scopes around the place the walk is at, innermost last, by their number in the order of opening.
    open: Vec<usize>,
    opened: usize,
    held: HashMap<(usize, Sym), Value>,
    changed: bool,
}

impl Bindings {
    /// Begins another walk.
    pub(super) fn restart(&mut self) {
        self.open.clear();
        self.opened = 0;
        self.changed = false;
    }

    /// Whether a variable was found to hold something new in this walk.
    pub(super) const fn have_changed(&self) -> bool {
        self.changed
    }

    pub(super) fn open(&mut self, names: impl IntoIterator<Item = Declared>) {
        for Declared { name, constant } in names {
            // Until a constant's initializer has been seen it may be nothing; anything else may be anything.
            self.held.entry((self.opened, name)).or_default().unknown |= !constant;
        }
        self.open.push(self.opened);
        self.opened += 1;
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    /// What the variable may hold, if there is one of this name here.
    pub(super) fn get(&self, name: Sym) -> Option<&Value> {
        self.held.get(&self.resolve(name)?)
    }

    /// Notes that the variable may hold `value`.
    pub(super) fn include(&mut self, name: Sym, value: Value) {
        let Some(held) = self.resolve(name).and_then(|variable| self.held.get_mut(&variable)) else { return };
        self.changed |= held.include(value);
    }

    fn resolve(&self, name: Sym) -> Option<(usize, Sym)> {
        self.open.iter().rev().map(|&scope| (scope, name)).find(|variable| self.held.contains_key(variable))
    }
}

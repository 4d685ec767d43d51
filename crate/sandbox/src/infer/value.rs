//! What an expression may be, as far as capabilities are concerned.

use std::collections::BTreeSet;

use nexus_core::capability::Scope;

/// The names a key may have; [`Scope::Any`] among them if not all are known. Empty while nothing is known yet.
pub(super) type Names = BTreeSet<Scope>;

/// The scope for one name: what a token cannot hold as a name is only covered by the wildcard.
pub(super) fn scope(name: &str) -> Scope {
    if name.is_empty() || name.contains('*') { Scope::Any } else { Scope::Name(name.to_owned()) }
}

/// Methods of `$state`. Their names are no keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum StateMethod {
    Get,
    Set,
    Delete,
    Has,
    Keys,
    Update,
}

/// One thing that an expression may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Referent {
    /// The global object.
    Global,
    /// `$state`
    State,
    StateMethod(StateMethod),
    /// A value in the state, at this key or anywhere below it: changing it changes the state.
    Stored(Scope),
    /// A new array or object whose members are [`Stored`](Self::Stored): changing it changes nothing.
    Copy(Scope),
    /// `$emit`
    Emit,
    /// `$emit.toast`
    Toast,
    /// `$view`
    View,
    /// Any method of `$view`: the first argument of each is the component's id.
    ViewMethod,
    /// `$ext`
    Ext,
    /// `$ext.<name>`
    Extension(String),
    /// `$ext.<name>.<method>`
    ExtensionMethod(String, String),
    /// `$host`
    Host,
    /// `$host.<name>`
    HostFunction(String),
    /// A constant.
    Text(String),
}

/// What an expression may be: any of the referents, or, if `unknown`, something else as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) referents: BTreeSet<Referent>,
    pub(super) unknown: bool,
}

impl Value {
    /// Something that needs no capability.
    pub(super) fn unknown() -> Self {
        Self { referents: BTreeSet::new(), unknown: true }
    }

    /// Either of both.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.include(other);
        self
    }

    /// Adds what `other` may be; says whether that was new.
    pub(super) fn include(&mut self, other: Self) -> bool {
        let before = (self.referents.len(), self.unknown);
        self.referents.extend(other.referents);
        self.unknown |= other.unknown;
        before != (self.referents.len(), self.unknown)
    }

    /// The names that this value means as a key or an argument.
    pub(super) fn names(&self) -> Names {
        let known = self.referents.iter().map(|referent| match referent {
            Referent::Text(text) => scope(text),
            _ => Scope::Any,
        });
        known.chain(self.unknown.then_some(Scope::Any)).collect()
    }
}

impl From<Referent> for Value {
    fn from(referent: Referent) -> Self {
        Self { referents: BTreeSet::from([referent]), unknown: false }
    }
}

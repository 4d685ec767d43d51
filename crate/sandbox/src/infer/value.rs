//! What an expression may be, as far as capabilities are concerned.

use std::borrow::Cow;
use std::collections::BTreeSet;

use nexus_core::capability::Scope;

/// How many things a value may be before inference stops telling their names apart. Every use of a value takes time for
/// each of them, so without a bound a long handler could make inference take the square of its length.
const MAX_REFERENTS: usize = 16;

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
    Extension(Scope),
    /// `$ext.<name>.<method>`
    ExtensionMethod(Scope, Scope),
    /// `$host`
    Host,
    /// `$host.<name>`
    HostFunction(Scope),
    /// A constant.
    Text(String),
}

impl Referent {
    /// The same with any name; `None` for a constant, which is nothing but its text.
    fn of_any_name(self) -> Option<Self> {
        Some(match self {
            Self::Stored(_) => Self::Stored(Scope::Any),
            Self::Copy(_) => Self::Copy(Scope::Any),
            Self::Extension(_) => Self::Extension(Scope::Any),
            Self::ExtensionMethod(..) => Self::ExtensionMethod(Scope::Any, Scope::Any),
            Self::HostFunction(_) => Self::HostFunction(Scope::Any),
            Self::Text(_) => return None,
            other => other,
        })
    }
}

/// What an expression may be: any of the referents, or, if `unknown`, something else as well.
#[derive(Debug, Clone, Default)]
pub(super) struct Value {
    pub(super) referents: BTreeSet<Referent>,
    pub(super) unknown: bool,
    /// Whether there were more than [`MAX_REFERENTS`], so that their names were given up.
    nameless: bool,
}

impl Value {
    /// Something that needs no capability.
    pub(super) fn unknown() -> Self {
        Self { unknown: true, ..Self::default() }
    }

    /// Either of both.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.include(other);
        self
    }

    /// Adds what `other` may be; says whether that was new.
    pub(super) fn include(&mut self, other: Self) -> bool {
        let size = |value: &Self| (value.referents.len(), value.unknown, value.nameless);
        let before = size(self);
        self.referents.extend(other.referents);
        self.unknown |= other.unknown;
        self.nameless |= other.nameless || self.referents.len() > MAX_REFERENTS;
        if self.nameless {
            let named = std::mem::take(&mut self.referents);
            self.unknown |= named.iter().any(|referent| matches!(referent, Referent::Text(_)));
            self.referents = named.into_iter().filter_map(Referent::of_any_name).collect();
        }
        before != size(self)
    }

    /// The names to look for in this value: any, if there are more combinations of both than a value can tell apart.
    pub(super) fn combinable<'a>(&self, names: &'a Names) -> Cow<'a, Names> {
        if self.referents.len() * names.len() > MAX_REFERENTS {
            Cow::Owned(Names::from([Scope::Any]))
        } else {
            Cow::Borrowed(names)
        }
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
        Self { referents: BTreeSet::from([referent]), ..Self::default() }
    }
}

//! The tokens found.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use boa_engine::ast::Position;
use nexus_core::CapabilityToken;
use nexus_core::capability::{Caveats, ExtensionScope, Scope};

/// The tokens found so far, each with the first place that needs it.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    found: BTreeMap<CapabilityToken, Position>,
    /// Extensions with methods, for which the tokens are made in the end, each once.
    methods: BTreeMap<(Scope, Scope), Position>,
    /// The place that the walk is at.
    pub(super) at: Position,
}

/// Keeps the earlier of two places.
fn insert<K: Ord>(map: &mut BTreeMap<K, Position>, key: K, at: Position) {
    match map.entry(key) {
        Entry::Vacant(entry) => {
            entry.insert(at);
        }
        Entry::Occupied(mut entry) => {
            let first = (*entry.get()).min(at);
            entry.insert(first);
        }
    }
}

impl Tokens {
    pub(super) fn add(&mut self, token: CapabilityToken) {
        insert(&mut self.found, token, self.at);
    }

    /// Adds what a method of an extension needs, or any method of any.
    pub(super) fn add_extension(&mut self, name: Scope, method: Scope) {
        insert(&mut self.methods, (name, method), self.at);
    }

    /// Everything a handler can be allowed.
    pub(super) fn add_all_wildcards(&mut self) {
        let all = [
            CapabilityToken::StateRead(Scope::Any),
            CapabilityToken::StateWrite(Scope::Any),
            CapabilityToken::EventsEmit(Scope::Any),
            CapabilityToken::ViewUpdate(Scope::Any),
            CapabilityToken::Extension(ExtensionScope::Any),
            CapabilityToken::Host(Scope::Any),
        ];
        all.into_iter().for_each(|token| self.add(token));
    }

    /// Every token with the first place that needs it.
    pub(super) fn all(self) -> BTreeMap<CapabilityToken, Position> {
        let mut tokens = self.found;
        for ((name, method), at) in &self.methods {
            insert(&mut tokens, extension(name, method), *at);
        }
        tokens
    }
}

/// The tokens without those that another one covers.
pub(super) fn least(tokens: &BTreeMap<CapabilityToken, Position>) -> Vec<CapabilityToken> {
    let covered = |token: &CapabilityToken| wider(token).iter().any(|wider| tokens.contains_key(wider));
    tokens.keys().filter(|token| !covered(token)).cloned().collect()
}

/// The other tokens that cover this one.
fn wider(token: &CapabilityToken) -> Vec<CapabilityToken> {
    match token {
        CapabilityToken::StateRead(Scope::Name(_)) => vec![CapabilityToken::StateRead(Scope::Any)],
        CapabilityToken::StateWrite(Scope::Name(_)) => vec![CapabilityToken::StateWrite(Scope::Any)],
        CapabilityToken::EventsEmit(Scope::Name(_)) => vec![CapabilityToken::EventsEmit(Scope::Any)],
        CapabilityToken::ViewUpdate(Scope::Name(_)) => vec![CapabilityToken::ViewUpdate(Scope::Any)],
        CapabilityToken::Host(Scope::Name(_)) => vec![CapabilityToken::Host(Scope::Any)],
        CapabilityToken::Extension(ExtensionScope::Extension { name, method, .. }) => {
            let mut wider = vec![CapabilityToken::Extension(ExtensionScope::Any)];
            if method.is_some() {
                wider.push(extension(&Scope::Name(name.clone()), &Scope::Any));
            }
            wider
        }
        _ => Vec::new(),
    }
}

/// The narrowest token for a method of an extension, or for any: names that the grammar has no place for need the next
/// wider one.
fn extension(name: &Scope, method: &Scope) -> CapabilityToken {
    let spelled = |method: &Scope| {
        let Scope::Name(name) = name else { return None };
        let method = match method {
            Scope::Any => None,
            Scope::Name(method) => Some(method.clone()),
        };
        let scope = ExtensionScope::Extension { name: name.clone(), method, caveats: Caveats::new() };
        let token = CapabilityToken::Extension(scope);
        let parsed = token.to_string().parse().ok();
        (parsed.as_ref() == Some(&token)).then_some(token)
    };
    let wildcard = CapabilityToken::Extension(ExtensionScope::Any);
    spelled(method).or_else(|| spelled(&Scope::Any)).unwrap_or(wildcard)
}

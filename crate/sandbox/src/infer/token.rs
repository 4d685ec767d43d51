//! The tokens found.

use std::collections::BTreeSet;

use nexus_core::CapabilityToken;
use nexus_core::capability::{Caveats, ExtensionScope, Scope};

/// The tokens found so far.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    found: BTreeSet<CapabilityToken>,
    /// Extensions with methods, for which the tokens are made in the end, each once.
    methods: BTreeSet<(Scope, Scope)>,
}

impl Tokens {
    pub(super) fn add(&mut self, token: CapabilityToken) {
        self.found.insert(token);
    }

    /// Adds what a method of an extension needs, or any method of any.
    pub(super) fn add_extension(&mut self, name: Scope, method: Scope) {
        self.methods.insert((name, method));
    }

    /// Everything a handler can be allowed.
    pub(super) fn add_all_wildcards(&mut self) {
        self.found.extend([
            CapabilityToken::StateRead(Scope::Any),
            CapabilityToken::StateWrite(Scope::Any),
            CapabilityToken::EventsEmit(Scope::Any),
            CapabilityToken::ViewUpdate(Scope::Any),
            CapabilityToken::Extension(ExtensionScope::Any),
            CapabilityToken::Host(Scope::Any),
        ]);
    }

    /// The tokens without those that another one covers.
    pub(super) fn least(self) -> Vec<CapabilityToken> {
        let mut tokens = self.found;
        tokens.extend(self.methods.iter().map(|(name, method)| extension(name, method)));
        let covered = |token: &CapabilityToken| wider(token).iter().any(|wider| tokens.contains(wider));
        tokens.iter().filter(|token| !covered(token)).cloned().collect()
    }
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

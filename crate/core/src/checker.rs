//! What a run may do, given its tokens. Nothing granted means nothing allowed.

use crate::capability::{CapabilityToken, Caveats, ExtensionScope, Scope};
use crate::error::Error;

/// Answers whether a run's tokens allow something.
#[derive(Debug, Clone, Default)]
pub struct CapabilityChecker {
    tokens: Vec<CapabilityToken>,
}

/// What the tokens say of an extension call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExtensionGrant<'a> {
    /// No token names the call.
    Denied,
    /// A token allows it whatever its arguments.
    Allowed,
    /// It is allowed if its arguments keep every caveat of one of these.
    Conditional(Vec<&'a Caveats>),
}

impl CapabilityChecker {
    /// A checker for these tokens.
    #[must_use]
    pub const fn new(tokens: Vec<CapabilityToken>) -> Self {
        Self { tokens }
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &[CapabilityToken] {
        &self.tokens
    }

    /// Whether a token covers `required`.
    #[must_use]
    pub fn allows(&self, required: &CapabilityToken) -> bool {
        self.tokens.iter().any(|token| token.covers(required))
    }

    /// Like [`Self::allows`], as a result.
    ///
    /// # Errors
    /// `PERMISSION_DENIED` naming `required`.
    pub fn require(&self, required: &CapabilityToken) -> Result<(), Error> {
        if self.allows(required) { Ok(()) } else { Err(Error::permission_denied(&required.to_string())) }
    }

    /// Whether the state key may be read.
    #[must_use]
    pub fn can_read_state(&self, key: &str) -> bool {
        self.tokens.iter().any(|token| matches!(token, CapabilityToken::StateRead(scope) if scope.contains(key)))
    }

    /// Whether all of the state may be read, and so its keys listed.
    #[must_use]
    pub fn can_list_state(&self) -> bool {
        self.allows(&CapabilityToken::StateRead(Scope::Any))
    }

    /// Whether the state key may be set and deleted.
    #[must_use]
    pub fn can_write_state(&self, key: &str) -> bool {
        self.tokens.iter().any(|token| matches!(token, CapabilityToken::StateWrite(scope) if scope.contains(key)))
    }

    /// Whether the event may be emitted.
    #[must_use]
    pub fn can_emit_event(&self, name: &str) -> bool {
        self.tokens.iter().any(|token| matches!(token, CapabilityToken::EventsEmit(scope) if scope.contains(name)))
    }

    /// Whether the component may be commanded; `None` is the view itself, which only the wildcard covers.
    #[must_use]
    pub fn can_update_view(&self, id: Option<&str>) -> bool {
        self.tokens.iter().any(|token| match (token, id) {
            (CapabilityToken::ViewUpdate(scope), Some(id)) => scope.contains(id),
            (CapabilityToken::ViewUpdate(scope), None) => *scope == Scope::Any,
            _ => false,
        })
    }

    /// Whether the host function may be called.
    #[must_use]
    pub fn can_call_host(&self, name: &str) -> bool {
        self.tokens.iter().any(|token| matches!(token, CapabilityToken::Host(scope) if scope.contains(name)))
    }

    /// What the tokens say of calling `method` of the extension `name`.
    #[must_use]
    pub fn extension_grant(&self, name: &str, method: &str) -> ExtensionGrant<'_> {
        let mut conditions = Vec::new();
        for token in &self.tokens {
            match token {
                CapabilityToken::Extension(ExtensionScope::Any) => return ExtensionGrant::Allowed,
                CapabilityToken::Extension(ExtensionScope::Extension { name: n, method: m, caveats })
                    if n == name && m.as_deref().is_none_or(|m| m == method) =>
                {
                    if caveats.is_empty() {
                        return ExtensionGrant::Allowed;
                    }
                    conditions.push(caveats);
                }
                _ => {}
            }
        }
        if conditions.is_empty() { ExtensionGrant::Denied } else { ExtensionGrant::Conditional(conditions) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checker(tokens: &[&str]) -> CapabilityChecker {
        CapabilityChecker::new(tokens.iter().map(|token| token.parse().unwrap()).collect())
    }

    #[test]
    fn nothing_granted_means_nothing_allowed() {
        let checker = checker(&[]);
        assert!(!checker.can_read_state("a") && !checker.can_list_state() && !checker.can_write_state("a"));
        assert!(!checker.can_emit_event("a") && !checker.can_update_view(Some("a")) && !checker.can_update_view(None));
        assert!(!checker.can_call_host("a"));
        assert_eq!(checker.extension_grant("a", "b"), ExtensionGrant::Denied);
    }

    #[test]
    fn a_name_allows_itself_only_and_the_wildcard_all() {
        let exact = checker(&["state:read:a b", "state:write:x:y", "events:emit:e.1", "view:update:v", "host:h"]);
        assert!(exact.can_read_state("a b") && !exact.can_read_state("a") && !exact.can_list_state());
        assert!(exact.can_write_state("x:y") && !exact.can_write_state("x") && !exact.can_write_state("a b"));
        assert!(exact.can_emit_event("e.1") && !exact.can_emit_event("e"));
        assert!(exact.can_update_view(Some("v")) && !exact.can_update_view(Some("w")) && !exact.can_update_view(None));
        assert!(exact.can_call_host("h") && !exact.can_call_host("i"));
        let all = checker(&["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "host:*", "ext:*"]);
        assert!(
            all.can_read_state("a") && all.can_list_state() && all.can_write_state("a") && all.can_emit_event("a:b")
        );
        assert!(all.can_update_view(Some("v")) && all.can_update_view(None) && all.can_call_host("h"));
        assert_eq!(all.extension_grant("a", "b"), ExtensionGrant::Allowed);
    }

    #[test]
    fn an_extension_token_without_caveats_wins_over_one_with() {
        assert_eq!(checker(&["ext:http.get"]).extension_grant("http", "post"), ExtensionGrant::Denied);
        assert_eq!(
            checker(&["ext:http?host=a", "ext:http.get"]).extension_grant("http", "get"),
            ExtensionGrant::Allowed
        );
        let conditional = checker(&["ext:http?host=a", "ext:http.post?host=b"]);
        assert!(matches!(conditional.extension_grant("http", "get"), ExtensionGrant::Conditional(c) if c.len() == 1));
        assert!(matches!(conditional.extension_grant("http", "post"), ExtensionGrant::Conditional(c) if c.len() == 2));
    }
}

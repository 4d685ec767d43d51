//! Whether what expressions refer to is there.

use indexmap::IndexSet;
use nexus_core::ErrorCode;

use super::Builder;
use crate::diagnostic::{Diagnostic, Severity};
use crate::expression::{Reference, Root};
use crate::suggest;
use crate::xml::Target;

impl Builder<'_, '_> {
    /// Checks references out of the attribute `target`; `scopes` are the names that `$scope` has there.
    pub(super) fn references(&mut self, target: Target<'_>, references: &[Reference<'_>], scopes: &[&str]) {
        for Reference { root, name, location } in references {
            let (code, message, hint) = match (root, name) {
                (Root::State, None) => {
                    self.used.any_state = true;
                    continue;
                }
                (Root::State, Some(name)) => {
                    if self.states.contains(*name) || self.computed.contains(*name) {
                        self.used.states.insert((*name).to_owned());
                        continue;
                    }
                    let known = self.states.iter().chain(&self.computed).map(String::as_str);
                    let near = suggest::nearest(name, known).map(str::to_owned);
                    let hint = near.as_ref().map(|near| format!("did you mean {near:?}?"));
                    // It is what the author uses, though by a wrong name.
                    self.used.states.extend(near);
                    (ErrorCode::UndefinedStateReference, format!("there is no state {name}"), hint)
                }
                (Root::Scope, _) if scopes.is_empty() => {
                    let hint = Some("only what stands in an <Iterate> has a scope".to_owned());
                    (ErrorCode::InvalidScopeReference, "there is no scope here".to_owned(), hint)
                }
                (Root::Scope, None) => continue,
                (Root::Scope, Some(name)) => {
                    if scopes.contains(name) {
                        continue;
                    }
                    // Of a name that an inner list takes over there is one.
                    let known: IndexSet<&str> = scopes.iter().copied().collect();
                    let known: Vec<&str> = known.into_iter().collect();
                    let hint = suggest::did_you_mean(name, known.iter().copied())
                        .unwrap_or_else(|| format!("it has {}", suggest::all_of(&known)));
                    (ErrorCode::InvalidScopeReference, format!("the scope has no {name} here"), Some(hint))
                }
            };
            if self.diagnostics.is_full() {
                return;
            }
            let diagnostic = self.tree.diagnostic(Severity::Error, code, target, message);
            self.diagnostics.add(Diagnostic { location: *location, hint, ..diagnostic });
        }
    }
}

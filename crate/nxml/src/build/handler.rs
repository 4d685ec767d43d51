//! Handlers, and what they and what they belong to declare.

use nexus_core::limits::LONGEST_MS;
use nexus_core::{CapabilityToken, Error, ErrorCode};

use super::Builder;
use crate::handler_code::HandlerCode;
use crate::panel::{Declared, Handler};
use crate::text_map::TextMap;
use crate::xml::{ElementId, HANDLER, Target};

/// What can be declared with an attribute, for the handler as for the tool or the lifecycle that it belongs to.
pub(super) const CAPABILITIES: &str = "capabilities";
pub(super) const TIMEOUT: &str = "timeout";

impl Builder<'_, '_> {
    /// The handler of a tool or a lifecycle, out of its children.
    pub(super) fn handler(&mut self, owner: ElementId, children: &[(ElementId, &str)]) -> Handler {
        let mut handlers = children.iter().filter(|(_, name)| *name == HANDLER).map(|(id, _)| *id);
        let first = handlers.next();
        for second in handlers {
            let message = format!("<{}> has a handler already", self.tree.element(owner).name);
            self.error(ErrorCode::ParseError, Target::Element(second), message);
        }
        if first.is_none() {
            let message = format!("<{}> needs a <Handler>", self.tree.element(owner).name);
            self.error(ErrorCode::MissingRequired, Target::Element(owner), message);
        }
        let mut capabilities = self.declared_in_attribute(owner);
        for (id, _) in children.iter().filter(|(_, name)| *name == "Capabilities") {
            self.attributes(*id, &[]);
            for (capability, _) in self.children(*id, &["Capability"]) {
                capabilities.extend(self.declared_in_element(capability));
            }
        }
        let timeout_ms = self.time_span(owner, TIMEOUT, 1, LONGEST_MS);
        let Some(id) = first else {
            return Handler {
                code: HandlerCode::new(&TextMap::default(), &self.tree.map),
                capabilities,
                timeout_ms,
                is_async: false,
                location: self.tree.location(owner),
                element: owner,
            };
        };
        self.attributes(id, &[CAPABILITIES, TIMEOUT]);
        capabilities.extend(self.declared_in_attribute(id));
        let code = HandlerCode::new(&self.tree.element(id).code, &self.tree.map);
        if code.as_str().is_empty() {
            self.error(ErrorCode::InvalidHandler, Target::Element(id), "the handler is empty");
        }
        Handler {
            is_async: has_word(code.as_str(), "await"),
            code,
            capabilities,
            timeout_ms: self.time_span(id, TIMEOUT, 1, LONGEST_MS).or(timeout_ms),
            location: self.tree.location(id),
            element: id,
        }
    }

    /// `capabilities`: tokens with commas between them.
    fn declared_in_attribute(&mut self, id: ElementId) -> Vec<Declared> {
        let Some(text) = self.mapped(id, CAPABILITIES) else { return Vec::new() };
        let whole = text.as_str();
        let mut declared = Vec::new();
        let tokens = whole.split(',').filter(|token| !token.trim().is_empty());
        for token in tokens {
            let start = token.as_ptr() as usize - whole.as_ptr() as usize + (token.len() - token.trim_start().len());
            let location = self.tree.map.locate(text.offset(start));
            match token.trim().parse::<CapabilityToken>() {
                Ok(token) => declared.push(Declared { token, location, element: id, attribute: CAPABILITIES }),
                Err(error) => {
                    let target = Target::Attribute(id, CAPABILITIES);
                    let mut diagnostic =
                        self.tree.diagnostic(crate::Severity::Error, error.code, target, error.message);
                    diagnostic.location = location;
                    diagnostic.hint = family_hint(token.trim());
                    self.diagnostics.add(diagnostic);
                }
            }
        }
        declared
    }

    /// `<Capability type="…" scope="…"/>`
    fn declared_in_element(&mut self, id: ElementId) -> Option<Declared> {
        self.children(id, &[]);
        self.attributes(id, &["type", "scope"]);
        let kind = self.required(id, "type")?;
        let scope = self.required(id, "scope")?;
        match token(kind, scope) {
            Ok(token) => {
                let offset = self.tree.element(id).attribute("scope").map_or(0, |attribute| attribute.offset);
                let location = self.tree.map.locate(offset);
                Some(Declared { token, location, element: id, attribute: "scope" })
            }
            Err(error) => {
                let is_type = !["state:read", "state:write", "events:emit", "view:update", "host", "ext"]
                    .contains(&kind)
                    && !kind.starts_with("ext:");
                let target = Target::Attribute(id, if is_type { "type" } else { "scope" });
                self.error_with(error.code, target, error.message, family_hint(kind));
                None
            }
        }
    }
}

/// The token that a type and a scope make. `ext:http` with a scope is that method of it, or all of them.
fn token(kind: &str, scope: &str) -> Result<CapabilityToken, Error> {
    match (kind.strip_prefix("ext:"), scope) {
        (Some(name), "*") => format!("ext:{name}").parse(),
        (Some(name), method) => format!("ext:{name}.{method}").parse(),
        (None, scope) => format!("{kind}:{scope}").parse(),
    }
}

/// The family that a malformed token will have meant.
fn family_hint(token: &str) -> Option<String> {
    let families = ["state:read", "state:write", "events:emit", "view:update", "ext", "host"];
    let parts: Vec<&str> = token.split(':').collect();
    let meant = match parts.as_slice() {
        ["http" | "storage" | "auth" | "monitor", ..] => Some("ext"),
        ["state", ..] | ["events" | "event", ..] | ["view", ..] if parts.len() >= 2 => {
            crate::suggest::nearest(&parts[..2].join(":"), families)
        }
        ["emit" | "event" | "events", ..] => Some("events:emit"),
        ["read", ..] => Some("state:read"),
        ["write", ..] => Some("state:write"),
        [first, ..] => crate::suggest::nearest(first, families),
        [] => None,
    };
    meant.filter(|meant| !token.starts_with(&format!("{meant}:"))).map(|meant| format!("did you mean \"{meant}:…\"?"))
}

/// Whether a word stands in the code, be it in a comment.
fn has_word(code: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(is_part) && !code[at + word.len()..].starts_with(is_part))
}

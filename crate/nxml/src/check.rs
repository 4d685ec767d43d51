//! What the code of the handlers says about the document: what it uses that is not declared, and what is declared that
//! nothing uses.

use std::collections::HashSet;

use indexmap::IndexSet;
use nexus_core::capability::{ExtensionScope, Scope};
use nexus_core::{CapabilityToken, Error, ErrorCode, HandlerFacts, Location};

use crate::build::Used;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::panel::{Extension, Handler, Panel, ViewNode};
use crate::suggest;
use crate::trigger::Trigger;
use crate::xml::{Target, Tree};

/// Names that a handler looks for in vain because they belong to pages, and what there is instead.
const INSTEAD: &[(&str, &str)] = &[
    ("fetch", "call an extension: await $ext.http.get(url)"),
    ("XMLHttpRequest", "call an extension: await $ext.http.get(url)"),
    ("WebSocket", "call an extension"),
    ("setTimeout", "give the tool a <Trigger>"),
    ("setInterval", "give the tool a <Trigger type=\"interval\">"),
    ("window", "handlers run outside of any page"),
    ("document", "handlers run outside of any page; $view commands the view"),
    ("self", "handlers run outside of any page"),
    ("localStorage", "keep it in $state, or call an extension: $ext.storage"),
    ("sessionStorage", "keep it in $state, or call an extension: $ext.storage"),
    ("alert", "$emit.toast(message) tells the user"),
    ("eval", "code cannot be made from text here"),
    ("Function", "code cannot be made from text here"),
    ("require", "modules cannot be loaded here"),
    ("process", "handlers run outside of Node"),
    ("state", "did you mean $state?"),
    ("args", "did you mean $args?"),
    ("scope", "did you mean $scope?"),
    ("emit", "did you mean $emit?"),
    ("ext", "did you mean $ext?"),
    ("view", "did you mean $view?"),
    ("log", "did you mean $log?"),
];

/// The names that every handler has.
const GLOBALS: &[&str] = &["$state", "$args", "$scope", "$emit", "$view", "$ext", "$log", "$time", "$host", "console"];

/// Adds what is wrong with the handlers; `facts` are in the order of [`Panel::handlers`].
pub(crate) fn handlers(
    tree: &Tree<'_>,
    panel: &Panel,
    used: &Used,
    facts: &[Result<HandlerFacts, Error>],
    diagnostics: &mut Diagnostics,
) {
    let mut ids = Vec::new();
    let all_ids_known = panel.view.as_ref().is_none_or(|view| view_ids(view, &mut ids));
    let mut check = Check {
        tree,
        states: panel.states.iter().map(|state| state.name.as_str()).collect(),
        computed: panel.computed.iter().map(|computed| computed.name.as_str()).collect(),
        extensions: &panel.extensions,
        ids: all_ids_known.then_some(ids),
        used_states: used.states.iter().map(String::as_str).collect(),
        any_state: used.any_state,
        diagnostics,
    };
    let mut all_parsed = true;
    for (handler, facts) in panel.handlers().zip(facts) {
        match facts {
            // The document says already that there is nothing in it.
            _ if handler.code.as_str().is_empty() => {}
            Ok(facts) => check.handler(handler, facts),
            Err(error) => {
                check.unparsed(handler, error);
                all_parsed = false;
            }
        }
    }
    // What code that cannot be read uses is not known.
    if all_parsed {
        check.unused_states(panel);
    }
    check.unused_tools(panel, used);
    check.nothing_starts(panel);
}

/// Collects the ids of the view; answers whether all are known.
fn view_ids<'p>(node: &'p ViewNode, ids: &mut Vec<&'p str>) -> bool {
    use crate::binding::Binding;
    let own = match &node.id {
        None => true,
        Some(Binding::Static(id)) => {
            ids.extend(id.as_str());
            true
        }
        Some(_) => false,
    };
    // A component of the page's own may have elements of its own.
    let is_open = node.component == "CustomComponent" || crate::components::Component::named(&node.component).is_none();
    node.children.iter().fold(own && !is_open, |known, child| view_ids(child, ids) && known)
}

struct Check<'c, 't> {
    tree: &'c Tree<'t>,
    states: IndexSet<&'c str>,
    computed: IndexSet<&'c str>,
    extensions: &'c [Extension],
    /// The ids of the view, if all are known.
    ids: Option<Vec<&'c str>>,
    used_states: HashSet<&'c str>,
    any_state: bool,
    diagnostics: &'c mut Diagnostics,
}

impl<'c> Check<'c, '_> {
    /// Reports something at a place in a handler's code.
    fn in_code(
        &mut self,
        severity: Severity,
        code: ErrorCode,
        handler: &Handler,
        location: Location,
        message: String,
        hint: Option<String>,
    ) {
        let diagnostic = self.tree.diagnostic(severity, code, Target::Element(handler.element), message);
        self.diagnostics.add(Diagnostic { location: handler.code.in_document(location), hint, ..diagnostic });
    }

    fn unparsed(&mut self, handler: &Handler, error: &Error) {
        let path = self.tree.path(handler.element);
        // What follows a broken piece of XML is not the code that was meant.
        if self.diagnostics.any(|told| told.code == ErrorCode::InvalidXml && told.path == path) {
            return;
        }
        let location = error.location.unwrap_or(Location { line: 1, column: 1 });
        // Here it is the document that is read, and nothing that runs.
        let code = match error.code {
            ErrorCode::MemoryLimit | ErrorCode::Timeout => ErrorCode::SandboxError,
            code => code,
        };
        self.in_code(Severity::Error, code, handler, location, error.message.clone(), None);
    }

    fn handler(&mut self, handler: &'c Handler, facts: &'c HandlerFacts) {
        for unknown in &facts.unknown_globals {
            let instead = INSTEAD.iter().find(|(name, _)| *name == unknown.name).map(|(_, hint)| (*hint).to_owned());
            let hint =
                instead.or_else(|| suggest::did_you_mean(&unknown.name, GLOBALS.iter().copied())).or_else(|| {
                    let states = self.states.iter().chain(&self.computed).copied();
                    suggest::nearest(&unknown.name, states).map(|state| format!("did you mean $state.{state}?"))
                });
            let message = format!("handlers have no global {}", unknown.name);
            self.in_code(Severity::Error, ErrorCode::ForbiddenGlobal, handler, unknown.location, message, hint);
        }
        // A key that is both read and written is told once.
        let mut told = HashSet::new();
        for used in &facts.uses {
            self.token(handler, &used.capability, used.location, &mut told);
            let covered = handler.capabilities.iter().any(|declared| declared.token.covers(&used.capability));
            if !covered
                && !self.is_misspelt(&used.capability)
                && facts.capabilities.contains(&used.capability)
                && !self.covered_in_part(handler, &used.capability)
            {
                let message = format!("no capability of the handler covers {}", used.capability);
                let hint = Some(format!("declare {}", used.capability));
                let code = ErrorCode::MissingCapability;
                self.in_code(Severity::Warning, code, handler, used.location, message, hint);
            }
        }
        for declared in &handler.capabilities {
            let is_used = facts.uses.iter().any(|used| {
                declared.token.covers(&used.capability)
                    || used.capability.covers(&declared.token)
                    || narrows(&declared.token, &used.capability)
            });
            if !is_used {
                let target = Target::Attribute(declared.element, declared.attribute);
                let message = format!("nothing in the handler needs {}", declared.token);
                let mut diagnostic =
                    self.tree.diagnostic(Severity::Warning, ErrorCode::UnusedCapability, target, message);
                diagnostic.location = declared.location;
                diagnostic.hint = separator_hint(&declared.token);
                self.diagnostics.add(diagnostic);
            }
        }
    }

    /// Whether it is for a state or an extension that seems to be called otherwise: what that needs is not known.
    fn is_misspelt(&self, token: &CapabilityToken) -> bool {
        match token {
            CapabilityToken::StateRead(Scope::Name(name)) | CapabilityToken::StateWrite(Scope::Name(name)) => {
                !self.states.contains(name.as_str())
                    && !self.computed.contains(name.as_str())
                    && suggest::nearest(name, self.states.iter().chain(&self.computed).copied()).is_some()
            }
            CapabilityToken::Extension(ExtensionScope::Extension { name, .. }) => {
                let aliases = self.extensions.iter().map(|extension| extension.alias.as_str());
                !aliases.clone().any(|alias| alias == name) && suggest::nearest(name, aliases).is_some()
            }
            _ => false,
        }
    }

    /// Whether tokens with caveats are declared for that extension: whether they cover a call shows when it is made.
    fn covered_in_part(&self, handler: &Handler, wanted: &CapabilityToken) -> bool {
        handler.capabilities.iter().any(|declared| narrows(&declared.token, wanted))
    }

    fn token(
        &mut self,
        handler: &Handler,
        token: &'c CapabilityToken,
        location: Location,
        told: &mut HashSet<&'c str>,
    ) {
        match token {
            CapabilityToken::StateRead(Scope::Any) | CapabilityToken::StateWrite(Scope::Any) => self.any_state = true,
            CapabilityToken::StateWrite(Scope::Name(name)) if self.computed.contains(name.as_str()) => {
                let message = format!("{name} is computed; it cannot be changed");
                self.in_code(Severity::Error, ErrorCode::StateError, handler, location, message, None);
            }
            CapabilityToken::StateRead(Scope::Name(name)) | CapabilityToken::StateWrite(Scope::Name(name)) => {
                self.used_states.insert(name);
                if self.states.contains(name.as_str()) || self.computed.contains(name.as_str()) || !told.insert(name) {
                    return;
                }
                let known = self.states.iter().chain(&self.computed).copied();
                let near = suggest::nearest(name, known);
                // It is what the author uses, though by a wrong name.
                self.used_states.extend(near);
                let hint = near.map_or_else(
                    || format!("declare it: <State name={name:?} …/>"),
                    |near| format!("did you mean {near:?}?"),
                );
                let code = ErrorCode::UndefinedStateReference;
                let message = format!("there is no state {name}");
                self.in_code(Severity::Error, code, handler, location, message, Some(hint));
            }
            CapabilityToken::Extension(ExtensionScope::Extension { name, .. }) => {
                let aliases = self.extensions.iter().map(|extension| extension.alias.as_str());
                if aliases.clone().any(|alias| alias == name) || !told.insert(name) {
                    return;
                }
                let renamed = self.extensions.iter().find(|extension| extension.name.rsplit('.').next() == Some(name));
                let hint = renamed
                    .map(|extension| format!("{} is $ext.{} here", extension.name, extension.alias))
                    .or_else(|| suggest::did_you_mean(name, aliases))
                    .unwrap_or_else(|| format!("declare it: <Extension name=\"nexus.{name}\"/>"));
                let message = format!("the extension {name} is not declared");
                let code = ErrorCode::UndeclaredExtension;
                self.in_code(Severity::Error, code, handler, location, message, Some(hint));
            }
            CapabilityToken::ViewUpdate(Scope::Name(id)) => {
                let Some(ids) = self.ids.as_ref().filter(|ids| !ids.contains(&id.as_str())) else { return };
                let hint = suggest::did_you_mean(id, ids.iter().copied());
                let message = format!("the view has no element with the id {id:?}");
                self.in_code(Severity::Warning, ErrorCode::ViewError, handler, location, message, hint);
            }
            _ => {}
        }
    }

    fn warn(&mut self, code: ErrorCode, target: Target<'_>, message: String, hint: &str) {
        let diagnostic = self.tree.diagnostic(Severity::Warning, code, target, message);
        self.diagnostics.add(diagnostic.with_hint(hint));
    }

    fn unused_states(&mut self, panel: &Panel) {
        if self.any_state {
            return;
        }
        let states = panel.states.iter().map(|state| (&state.name, state.element, "state"));
        let computed = panel.computed.iter().map(|computed| (&computed.name, computed.element, "computed value"));
        for (name, element, what) in states.chain(computed) {
            if !self.used_states.contains(name.as_str()) {
                let message = format!("nothing uses the {what} {name}");
                self.warn(
                    ErrorCode::UnusedState,
                    Target::Element(element),
                    message,
                    "remove it, or show it in the view",
                );
            }
        }
    }

    fn unused_tools(&mut self, panel: &Panel, used: &Used) {
        for tool in &panel.tools {
            let runs_by_itself = tool.triggers.iter().any(|trigger| *trigger != Trigger::Manual);
            // Who says that it is run by hand knows that the view does not run it.
            if !runs_by_itself && tool.triggers.is_empty() && !used.tools.contains(&tool.name) {
                let message = format!("nothing in the panel runs the tool {}", tool.name);
                let hint = "if it is for callers of the API, say so: <Trigger type=\"manual\"/>";
                self.warn(ErrorCode::UnusedTool, Target::Element(tool.element), message, hint);
            }
        }
    }

    fn nothing_starts(&mut self, panel: &Panel) {
        let by_itself = |trigger: &Trigger| *trigger != Trigger::Manual;
        let starts = panel.mount.is_some() || panel.tools.iter().any(|tool| tool.triggers.iter().any(by_itself));
        if let (Some(extension), false) = (panel.extensions.first(), starts) {
            let message = "extensions are declared, but nothing calls them before the user does".to_owned();
            let hint = "load what is shown at first with <Lifecycle on=\"mount\">";
            self.warn(ErrorCode::NoMountWithExtensions, Target::Element(extension.element), message, hint);
        }
    }
}

/// The hint that an unused token was to be several.
fn separator_hint(token: &CapabilityToken) -> Option<String> {
    let is_token = |part: &str| part.parse::<CapabilityToken>().is_ok();
    let mut rest = token.to_string();
    rest.retain(|c| c != ';');
    rest.split_whitespace().skip(1).any(is_token).then(|| "put commas between capabilities".to_owned())
}

/// Whether a declared token of an extension, with caveats or for one method, allows some of what `wanted` does.
fn narrows(declared: &CapabilityToken, wanted: &CapabilityToken) -> bool {
    match (declared, wanted) {
        (
            CapabilityToken::Extension(ExtensionScope::Extension { name, method, caveats }),
            CapabilityToken::Extension(ExtensionScope::Extension { name: wanted, method: wanted_method, .. }),
        ) => {
            !caveats.is_empty()
                && name == wanted
                && (method.is_none() || wanted_method.is_none() || method == wanted_method)
        }
        _ => false,
    }
}

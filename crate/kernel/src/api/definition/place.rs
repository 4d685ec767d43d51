//! What is found in the document, told by its place in the definition.

use std::collections::{HashMap, HashSet};

use nexus_core::{Error, ErrorCode, Location, Snippet};
use nexus_nxml::{Diagnostic, Document, Severity};

use super::read::escaped;
use super::write::Written;
use super::{PanelDefinition, at};

/// The beginning of whatever stands at a path.
const BEGINNING: Location = Location { line: 1, column: 1 };

/// Takes away the places of a text that nobody wrote.
pub(super) fn forget_places(document: &mut Document<'_>) {
    for diagnostic in document.diagnostics_mut() {
        diagnostic.location = BEGINNING;
    }
    let panel = document.panel_mut();
    panel.states.iter_mut().for_each(|state| state.location = BEGINNING);
    panel.extensions.iter_mut().for_each(|extension| extension.location = BEGINNING);
    for tool in &mut panel.tools {
        tool.location = BEGINNING;
        tool.handler.location = BEGINNING;
        tool.args.iter_mut().for_each(|arg| arg.location = BEGINNING);
        tool.handler.capabilities.iter_mut().for_each(|declared| declared.location = BEGINNING);
    }
}

impl PanelDefinition {
    /// What is wrong with the definition, in the order of its paths. A location is one within the text that stands there.
    pub(crate) fn diagnostics(&self, written: &Written, found: &[Diagnostic]) -> Vec<Diagnostic> {
        let found: Vec<Diagnostic> = found
            .iter()
            .filter(|one| !is_of_documents_only(one))
            .map(|one| {
                let path = self.pointer(written, &one.path);
                let is_code = path.starts_with("/tools/") && path.ends_with("/handler");
                let location = if is_code { one.location } else { BEGINNING };
                Diagnostic { path, location, hint: hint(one), ..one.clone() }
            })
            .collect();
        // What the panel may do for all its tools is of use if it is to one of them, and told once if it is to none.
        let is_general =
            |one: &&Diagnostic| one.code == ErrorCode::UnusedCapability && one.path.starts_with("/capabilities/");
        let mut useful: HashMap<&str, usize> = HashMap::new();
        for path in written.capabilities.iter().flatten() {
            *useful.entry(path).or_default() += 1;
        }
        for one in found.iter().filter(is_general) {
            useful.entry(&one.path).and_modify(|count| *count = count.saturating_sub(1));
        }
        let mut told = HashSet::new();
        let is_told = |one: &&Diagnostic| {
            !is_general(one) || (useful.get(&*one.path) == Some(&0) && told.insert(one.path.clone()))
        };
        let mut diagnostics: Vec<Diagnostic> = found.iter().filter(is_told).cloned().collect();
        // Numbers in paths by their size.
        let steps = |path: &str| -> Vec<Result<usize, String>> {
            path.split('/').map(|step| step.parse().map_err(|_| step.to_owned())).collect()
        };
        diagnostics.sort_by_cached_key(|one| (steps(&one.path), one.location.line, one.location.column));
        diagnostics
    }

    /// The error that a definition with these mistakes is refused with: that of the first.
    pub(crate) fn refusal(&self, diagnostics: &[Diagnostic]) -> Option<Error> {
        let first = diagnostics.iter().find(|one| one.severity == Severity::Error)?;
        let handler = first.path.strip_prefix("/tools/").and_then(|rest| rest.strip_suffix("/handler"));
        let tool = handler.and_then(|index| self.tools.get(index.parse::<usize>().ok()?));
        let error = Diagnostic::refusal(diagnostics, |one| Snippet::cut(&tool?.handler, one.location))?;
        let location = error.location.filter(|_| tool.is_some());
        Some(at(&first.path, Error { location, ..error }))
    }

    /// The JSON pointer to what an element or attribute was made of, by its path in the document.
    fn pointer(&self, written: &Written, xpath: &str) -> String {
        let mut steps = xpath.split('/').filter(|step| !step.is_empty()).map(|step| {
            let (name, index) = step.strip_suffix(']').and_then(|step| step.split_once('[')).unwrap_or((step, "1"));
            (name, index.parse::<usize>().map_or(0, |index| index.saturating_sub(1)))
        });
        let mut path = String::new();
        let _root = steps.next();
        while let Some((name, index)) = steps.next() {
            match name {
                "Data" | "Logic" => {}
                "State" => {
                    let state = self.states.get(index).map(|state| escaped(&state.name));
                    return format!("/initialState/{}", state.unwrap_or_default());
                }
                "Extension" => return written.extensions.get(index).cloned().unwrap_or_default(),
                "Tool" => path = format!("/tools/{index}"),
                "Capabilities" => {
                    let tool = path.strip_prefix("/tools/").and_then(|index| index.parse::<usize>().ok());
                    let paths = tool.and_then(|tool| written.capabilities.get(tool));
                    if let Some((_, index)) = steps.next() {
                        return paths.and_then(|paths| paths.get(index)).cloned().unwrap_or(path);
                    }
                    path.push_str("/capabilities");
                }
                "Arg" => path.push_str(&format!("/args/{index}")),
                "Trigger" => path.push_str("/trigger"),
                "Handler" => path.push_str("/handler"),
                attribute => path.extend(["/", attribute.trim_start_matches('@')]),
            }
        }
        path
    }
}

/// Whether a warning tells of what only matters to a document, which has a view: states are read and tools are run by those
/// who made the panel.
fn is_of_documents_only(one: &Diagnostic) -> bool {
    matches!(one.code, ErrorCode::UnusedState | ErrorCode::UnusedTool | ErrorCode::NoMountWithExtensions)
}

/// The hint in words of a definition.
fn hint(one: &Diagnostic) -> Option<String> {
    let hint = one.hint.as_ref()?;
    let is_of_documents = hint.contains('<') || hint.contains("=\"") || hint.contains(" in line ");
    if !is_of_documents {
        return Some(hint.clone());
    }
    let instead = match one.code {
        ErrorCode::UndefinedStateReference => "give it a first value in initialState; null will do",
        ErrorCode::UndeclaredExtension => "name it in capabilities, as in ext:http.get",
        ErrorCode::ForbiddenGlobal => "give the tool a trigger",
        ErrorCode::MissingRequired => "give it a default, or required: false",
        _ => return None,
    };
    Some(instead.to_owned())
}

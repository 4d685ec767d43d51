//! Panels and documents described as data.

use nexus_core::{CapabilityToken, Error, Location, Map, Value};
use nexus_kernel::Inspection;
use nexus_nxml::{Arg, DataType, Diagnostic, Handler};

/// Tokens as a list of texts.
pub fn token_values(tokens: &[CapabilityToken]) -> Value {
    Value::Array(tokens.iter().map(|token| Value::from(token.to_string())).collect())
}

/// What a document says about itself: `{ title, description?, version?, author?, tags }`.
pub fn meta(document: &nexus_nxml::Panel) -> Map {
    let meta = &document.meta;
    let mut members = Map::from([("title".to_owned(), Value::from(meta.title.as_str()))]);
    let texts = [("description", &meta.description), ("version", &meta.version), ("author", &meta.author)];
    for (name, text) in texts {
        members.extend(text.as_deref().map(|text| (name.to_owned(), Value::from(text))));
    }
    let tags = meta.tags.iter().map(|tag| Value::from(tag.as_str())).collect();
    members.insert("tags".to_owned(), Value::Array(tags));
    members
}

/// The tools, each with what it was granted.
pub fn tool_values(document: &nexus_nxml::Panel, grants: &[(&str, &[CapabilityToken])]) -> Vec<Value> {
    let tools = document.tools.iter().zip(grants);
    let tool = |(tool, (_, granted)): (&nexus_nxml::Tool, &(&str, &[CapabilityToken]))| {
        let mut members = vec![("name", Value::from(tool.name.as_str()))];
        members.extend(tool.description.as_deref().map(|text| ("description", Value::from(text))));
        members.push(("args", Value::Array(tool.args.iter().map(arg_value).collect())));
        let triggers = tool.triggers.iter().map(|trigger| Value::from(trigger.kind())).collect();
        members.push(("triggers", Value::Array(triggers)));
        members.push(("capabilities", token_values(granted)));
        Value::object(members)
    };
    tools.map(tool).collect()
}

fn arg_value(arg: &Arg) -> Value {
    let mut members = vec![
        ("name", Value::from(arg.name.as_str())),
        ("type", Value::from(DataType::as_str(arg.data_type))),
        ("required", Value::from(arg.required)),
    ];
    members.extend(arg.default.clone().map(|default| ("default", default)));
    members.extend(arg.description.as_deref().map(|text| ("description", Value::from(text))));
    Value::object(members)
}

/// Diagnostics as a list.
pub fn diagnostics_value(diagnostics: &[Diagnostic]) -> Value {
    Value::Array(diagnostics.iter().map(Diagnostic::to_value).collect())
}

fn location_value(location: Location) -> Value {
    Value::object([("line", Value::from(location.line)), ("column", Value::from(location.column))])
}

/// What the check of a document found.
pub fn inspection_value(inspection: &Inspection) -> Value {
    let Inspection { panel, diagnostics, needed } = inspection;
    let kind = |index: usize| match panel.tools.get(index) {
        Some(tool) => (tool.name.as_str(), "tool"),
        None if index == panel.tools.len() && panel.mount.is_some() => ("mount", "mount"),
        None => ("unmount", "unmount"),
    };
    let handler = |(index, (handler, needed)): (usize, (&Handler, &Result<Vec<CapabilityToken>, Error>))| {
        let (name, kind) = kind(index);
        let declared: Vec<CapabilityToken> = handler.capabilities.iter().map(|one| one.token.clone()).collect();
        let mut members = vec![
            ("name", Value::from(name)),
            ("kind", Value::from(kind)),
            ("declared", token_values(&declared)),
            ("location", location_value(handler.location)),
        ];
        // What code that cannot be read needs is not known.
        members.extend(needed.as_ref().ok().map(|tokens| ("inferred", token_values(tokens))));
        Value::object(members)
    };
    let handlers = panel.handlers().zip(needed).enumerate().map(handler).collect();
    let mut members = meta(panel);
    members.extend(panel.meta.id.as_deref().map(|id| ("id".to_owned(), Value::from(id))));
    members.insert("handlers".to_owned(), Value::Array(handlers));
    members.insert("diagnostics".to_owned(), diagnostics_value(diagnostics));
    Value::Object(members)
}

//! The documents that tell programs what the API takes and answers, written from the types that it works with.
//!
//! | file | what it holds |
//! |---|---|
//! | `openapi.json` | the HTTP API as OpenAPI 3.1: what `GET /openapi.json` answers |
//! | `protocol.schema.json` | the messages of the WebSocket protocol as JSON Schema 2020-12 |

mod openapi;
mod request_bodies;

use std::fmt::Write as _;

use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use super::socket::client_message::ClientMessage;
use super::socket::server_message::ServerMessage;

/// The documents by the names of their files, which lie beside this one.
#[must_use]
pub fn documents() -> [(&'static str, Value); 2] {
    [("openapi.json", openapi::document()), ("protocol.schema.json", protocol())]
}

/// A document as its file has it: a line for each path, schema and member of the document.
#[must_use]
pub fn text(document: &Value) -> String {
    let mut text = String::new();
    write_lines(document, 3, &mut text);
    text.push('\n');
    text
}

fn write_lines(value: &Value, levels: u32, text: &mut String) {
    match value {
        Value::Object(members) if levels > 0 && !members.is_empty() => {
            for (index, (name, member)) in members.iter().enumerate() {
                let _ = write!(text, "{}\n{}:", if index == 0 { '{' } else { ',' }, Value::from(name.as_str()));
                write_lines(member, levels - 1, text);
            }
            text.push_str("\n}");
        }
        _ => {
            let _ = write!(text, "{value}");
        }
    }
}

fn protocol() -> Value {
    let mut definitions = Map::new();
    let mut client = generator(Contract::Deserialize, "/$defs");
    client.subschema_for::<ClientMessage>();
    definitions.extend(finish(client, true));
    let mut server = generator(Contract::Serialize, "/$defs");
    server.subschema_for::<ServerMessage<'static>>();
    definitions.extend(finish(server, false));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "nexus-kernel/protocol.schema.json",
        "title": "WebSocket protocol of nexus-kernel",
        "description": "#/$defs/ClientMessage is what clients send, #/$defs/ServerMessage what they are sent.",
        "$defs": definitions,
    })
}

fn generator(contract: Contract, definitions_path: &'static str) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = definitions_path.into();
        settings.contract = contract;
    });
    SchemaGenerator::new(settings)
}

/// The schemas that a generator was asked for, by name; `has_nulls` if null stands for what is left out.
fn finish(mut generator: SchemaGenerator, has_nulls: bool) -> Map<String, Value> {
    let mut definitions = generator.take_definitions(true);
    definitions.values_mut().for_each(|schema| simplify(schema, has_nulls));
    definitions
}

/// Takes out what says nothing: widths of numbers, defaults, and the null of a member that is left out instead.
fn simplify(schema: &mut Value, has_nulls: bool) {
    match schema {
        Value::Array(schemas) => schemas.iter_mut().for_each(|schema| simplify(schema, has_nulls)),
        Value::Object(members) => {
            if members.get("format").is_some_and(|format| format != "date-time") {
                members.remove("format");
            }
            if members.get("default").is_some_and(|default| !default.is_object()) {
                members.remove("default");
            }
            members.values_mut().for_each(|member| simplify(member, has_nulls));
            let required = members.get("required").cloned().unwrap_or_default();
            let is_required = |name: &str| required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                let optional = properties.iter_mut().filter(|(name, _)| !has_nulls && !is_required(name));
                optional.for_each(|(_, property)| without_null(property));
            }
        }
        _ => {}
    }
}

fn without_null(property: &mut Value) {
    let Value::Object(members) = property else { return };
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|one| one != "null");
        if let [one] = &types[..] {
            let one = one.clone();
            members.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
        choices.retain(|one| one["type"] != "null");
        if let [Value::Object(one)] = &choices[..] {
            let one = one.clone();
            members.remove("anyOf");
            members.extend(one);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_files_are_what_the_types_give() {
        for (name, document) in documents() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api").join(name);
            let file: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            assert!(file == document, "{name} is not what the types give: run `cargo xtask schema`");
            let text = text(&document);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
            assert_eq!(fs::read_to_string(&path).unwrap().len(), text.len(), "{name}: run `cargo xtask schema`");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                Value::Object(members) => {
                    found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                    members.values().for_each(|member| references(member, found));
                }
                _ => {}
            }
        }
        for (name, document) in documents() {
            let mut found = Vec::new();
            references(&document, &mut found);
            assert!(found.len() > 10, "{name}");
            for reference in found {
                let pointer = reference.strip_prefix('#').expect("within the document");
                assert!(document.pointer(pointer).is_some(), "{name}: {reference}");
            }
        }
    }
}

//! Values as text, as JavaScript writes them.

use nexus_core::Value;

/// A number as JavaScript writes it: `1`, `0.1`, `1e+21`.
pub(super) fn number_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).to_owned()
}

/// A value in the midst of text: nothing for `null`, JSON for lists and objects; `None` for bytes, which are no text.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => String::new(),
        Value::Bool(bool) => bool.to_string(),
        Value::Number(number) => number_text(*number),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => json(value),
        Value::Bytes(_) => return None,
    })
}

/// A value as compact JSON, numbers as JavaScript writes them.
pub(super) fn json(value: &Value) -> String {
    let mut text = String::new();
    write_json(value, &mut text);
    text
}

fn write_json(value: &Value, into: &mut String) {
    match value {
        Value::Null => into.push_str("null"),
        Value::Bool(bool) => into.push_str(if *bool { "true" } else { "false" }),
        Value::Number(number) if number.is_finite() => into.push_str(&number_text(*number)),
        Value::Number(_) => into.push_str("null"),
        Value::String(text) => into.push_str(&quoted(text)),
        // As a `Uint8Array` would be.
        Value::Bytes(bytes) => {
            let members = bytes.iter().enumerate().map(|(index, byte)| format!("\"{index}\":{byte}"));
            into.push_str(&format!("{{{}}}", members.collect::<Vec<_>>().join(",")));
        }
        Value::Array(items) => {
            into.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                write_json(item, into);
            }
            into.push(']');
        }
        Value::Object(members) => {
            into.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                if index > 0 {
                    into.push(',');
                }
                into.push_str(&quoted(key));
                into.push(':');
                write_json(member, into);
            }
            into.push('}');
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

//! Comparators that are a difference and nothing else, known by their text.

use boa_engine::property::PropertyKey;
use boa_engine::string::JsStr;
use boa_engine::{JsString, JsValue};

use crate::builtins::plain;

/// `(a, b) => a - b`, `(a, b) => b.price - a.price` and so on, as an arrow or a function.
pub struct Difference {
    /// Takes the first argument from the second.
    pub descending: bool,
    property: Option<PropertyKey>,
}

/// Longer comparators are not read.
const MAX_TEXT: usize = 160;

impl Difference {
    /// `None` if the text says anything else, or says it in an unusual way.
    pub fn read(text: JsStr<'_>) -> Option<Self> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let text = text.to_std_string().ok()?;
        let tokens = tokens(&text)?;
        let mut rest = tokens.as_slice();
        let is_function = rest.first() == Some(&"function");
        if is_function {
            rest = &rest[1..];
            if is_name(rest.first()?) {
                rest = &rest[1..];
            }
        }
        let ["(", first, ",", second, ")", body @ ..] = rest else { return None };
        if !is_name(first) || !is_name(second) || first == second {
            return None;
        }
        let body = match (is_function, body) {
            (true, ["{", "return", body @ .., "}"]) | (false, ["=>", "{", "return", body @ .., "}"]) => {
                if let [body @ .., ";"] = body { body } else { body }
            }
            (false, ["=>", body @ ..]) => body,
            _ => return None,
        };
        let (left, right, property) = match body {
            [left, "-", right] => (left, right, None),
            [left, ".", name, "-", right, ".", same] if name == same => (left, right, Some(*name)),
            _ => return None,
        };
        let descending = match () {
            () if left == first && right == second => false,
            () if left == second && right == first => true,
            () => return None,
        };
        Some(Self { descending, property: property.map(|name| JsString::from(name).into()) })
    }

    /// What the comparator takes from an element to subtract. `None` if to take it could run code, and if it is no
    /// number.
    pub fn key(&self, item: &JsValue) -> Option<f64> {
        let number = match &self.property {
            None => item.as_number(),
            Some(key) => {
                let object = item.as_object().filter(plain::is_plain)?;
                plain::own_value(&object, key)?.as_number()
            }
        };
        // NaN is in no order with others: what comes out then depends on the sequence of comparisons.
        number.filter(|number| !number.is_nan())
    }
}

/// Words and signs. `None` for what is neither, comments included.
fn tokens(text: &str) -> Option<Vec<&str>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' | '\t' => {
                rest = &rest[1..];
                continue;
            }
            '\n' | '\r' => {
                // A semicolon would be read here.
                if tokens.last() == Some(&"return") {
                    return None;
                }
                rest = &rest[1..];
                continue;
            }
            '(' | ')' | '{' | '}' | ',' | ';' | '.' | '-' => 1,
            '=' if rest.starts_with("=>") => 2,
            first if first.is_ascii_alphabetic() || first == '_' || first == '$' => rest
                .find(|unit: char| !(unit.is_ascii_alphanumeric() || unit == '_' || unit == '$'))
                .unwrap_or(rest.len()),
            _ => return None,
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after;
    }
    Some(tokens)
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == '$')
}

#[cfg(test)]
mod tests {
    use boa_engine::{JsString, js_string};

    use super::Difference;

    fn descending(text: &str) -> Option<bool> {
        let wide: Vec<u16> = text.encode_utf16().collect();
        let read = Difference::read(JsString::from(text).as_str()).map(|difference| difference.descending);
        assert_eq!(read, Difference::read(js_string!(&wide[..]).as_str()).map(|difference| difference.descending));
        read
    }

    #[test]
    fn differences_are_known_by_their_text() {
        for text in ["(a,b)=>a-b", "(a, b) => {\n    return a - b;\n}", "function by(a, $b) { return a.key - $b.key }"]
        {
            assert_eq!(descending(text), Some(false), "{text}");
        }
        assert_eq!(descending("(a, b) => b.x - a.x"), Some(true));
    }

    #[test]
    fn what_only_looks_like_a_difference_is_none() {
        for text in [
            "(a, b) => a - c",
            "(a, b) => a - a",
            "(a, a) => a - a",
            "(a, b) => a.x - b.y",
            "(a, b) => a - b - 1",
            "(a, b) => a.x.y - b.x.y",
            "(a, b) => { return\na - b }",
            "async (a, b) => a - b",
            "function* (a, b) { return a - b }",
            "(a, b) => a - b /* */",
            "(a, b) => -(a - b)",
            "(a, b, c) => a - b",
            "(a, b = 1) => a - b",
            "({a}, {b}) => a - b",
            "(a, b) => a[0] - b[0]",
            "get by(a, b) { return a - b }",
        ] {
            assert_eq!(descending(text), None, "{text}");
        }
    }
}

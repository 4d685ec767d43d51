//! Attributes by what they hold.

use nexus_core::ErrorCode;

use super::Builder;
use crate::binding::Binding;
use crate::data_type::DataType;
use crate::expression::Expression;
use crate::limits;
use crate::suggest;
use crate::text_map::TextMap;
use crate::trigger::milliseconds;
use crate::xml::{ElementId, Target};

/// Whether a text is an identifier: `/^[a-zA-Z_$][a-zA-Z0-9_$]*$/`.
pub(super) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$'))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(&byte))
}

/// The identifier that someone who writes `text` may settle for.
fn identifier_like(text: &str) -> Option<String> {
    let mut name = String::new();
    let mut upper = false;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || matches!(c, '_' | '$') {
            name.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        } else {
            upper = !name.is_empty();
        }
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    (!name.is_empty() && name.len() <= limits::IDENTIFIER_LENGTH).then(|| format!("{name:?} would be one"))
}

impl<'t> Builder<'t, '_> {
    /// The attribute's value as it stands.
    pub(super) fn mapped(&self, id: ElementId, name: &str) -> Option<&'t TextMap> {
        let tree = self.tree;
        tree.element(id).attribute(name).map(|attribute| &attribute.value)
    }

    pub(super) fn text(&self, id: ElementId, name: &str) -> Option<&'t str> {
        self.mapped(id, name).map(TextMap::as_str)
    }

    /// An attribute that has to be there.
    pub(super) fn required(&mut self, id: ElementId, name: &'static str) -> Option<&'t str> {
        let value = self.text(id, name);
        if value.is_none() && !self.tree.element(id).is_broken {
            let message = format!("<{}> needs the attribute {name}", self.tree.element(id).name);
            self.error_with(ErrorCode::MissingRequired, Target::Element(id), message, self.misspelt(id, name));
        }
        value
    }

    /// The hint that an attribute is there under a name that is nearly right.
    pub(super) fn misspelt(&self, id: ElementId, name: &str) -> Option<String> {
        let element = self.tree.element(id);
        let near = element.attributes.iter().find(|other| suggest::nearest(other.name, [name]).is_some())?;
        Some(format!("is {} meant to be {name}?", near.name))
    }

    /// A name that has to be there and be an identifier; answers it even if it is none, so that what uses it is found.
    pub(super) fn identifier(&mut self, id: ElementId, name: &'static str) -> Option<String> {
        let value = self.required(id, name)?;
        self.check_identifier(id, name, value);
        Some(value.to_owned())
    }

    pub(super) fn check_identifier(&mut self, id: ElementId, name: &'static str, value: &str) {
        let target = Target::Attribute(id, name);
        if !is_identifier(value) {
            let hint = identifier_like(value);
            self.error_with(ErrorCode::InvalidIdentifier, target, format!("{value:?} is no identifier"), hint);
        } else if value.len() > limits::IDENTIFIER_LENGTH {
            let message = format!("the name has {} characters of at most {}", value.len(), limits::IDENTIFIER_LENGTH);
            self.error(ErrorCode::InvalidIdentifier, target, message);
        }
    }

    /// `type`; a string without one.
    pub(super) fn data_type(&mut self, id: ElementId) -> DataType {
        let Some(name) = self.text(id, "type") else { return DataType::default() };
        DataType::named(name).unwrap_or_else(|| {
            let hint = DataType::meant_by(name).map_or_else(
                || format!("a type is {}", suggest::one_of(DataType::NAMES)),
                |meant| format!("did you mean {meant:?}?"),
            );
            let message = format!("there is no type {name:?}");
            self.error_with(ErrorCode::InvalidType, Target::Attribute(id, "type"), message, Some(hint));
            DataType::meant_by(name).and_then(DataType::named).unwrap_or_default()
        })
    }

    /// One of some words.
    pub(super) fn word(&mut self, id: ElementId, name: &str, value: &str, words: &[&str]) -> bool {
        let known = words.contains(&value);
        if !known {
            let hint = suggest::did_you_mean(value, words.iter().copied())
                .unwrap_or_else(|| format!("it is {}", suggest::one_of(words)));
            let message = format!("{name} cannot be {value:?}");
            self.error_with(ErrorCode::SchemaError, Target::Attribute(id, name), message, Some(hint));
        }
        known
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, id: ElementId, name: &'static str) -> Option<bool> {
        let value = self.text(id, name)?;
        self.word(id, name, value, &["true", "false"]).then_some(value == "true")
    }

    /// A time span within bounds.
    pub(super) fn time_span(&mut self, id: ElementId, name: &'static str, least: u64, most: u64) -> Option<u64> {
        let value = self.text(id, name)?;
        let target = Target::Attribute(id, name);
        match milliseconds(value) {
            None => {
                let hint = Some("write milliseconds, or a number with ms, s, m, h or d behind it".to_owned());
                self.error_with(ErrorCode::SchemaError, target, format!("{value:?} is no time span"), hint);
                None
            }
            Some(ms) if !(least..=most).contains(&ms) => {
                let message = format!("{name} has to be {least} to {most} milliseconds, not {ms}");
                self.error(ErrorCode::SchemaError, target, message);
                None
            }
            ms => ms,
        }
    }

    /// An attribute that is one expression, with or without braces around it.
    pub(super) fn expression(&mut self, id: ElementId, name: &str) -> Option<Expression> {
        // Whatever is wrong with it, nobody would be told.
        let text = self.mapped(id, name).filter(|_| !self.diagnostics.is_full())?;
        let map = &self.tree.map;
        let trimmed = text.trimmed();
        let braced = trimmed.as_str().starts_with('{') && trimmed.as_str().ends_with('}');
        let parsed = if braced {
            // An object has braces of its own.
            Expression::parse_mapped(&trimmed, map).or_else(|own| {
                let (binding, mut errors) = Binding::parse(&trimmed, map);
                match binding {
                    Binding::Whole(expression) if errors.is_empty() => Ok(expression),
                    _ if errors.is_empty() => Err(own),
                    _ => Err(errors.swap_remove(0)),
                }
            })
        } else {
            Expression::parse_mapped(&trimmed, map)
        };
        parsed.map_err(|error| self.expression_error(Target::Attribute(id, name), error)).ok()
    }

    /// An attribute that may hold expressions.
    pub(super) fn binding(&mut self, id: ElementId, name: &str) -> Option<Binding> {
        let text = self.mapped(id, name).filter(|_| !self.diagnostics.is_full())?;
        let (binding, errors) = Binding::parse(text, &self.tree.map);
        for error in errors {
            self.expression_error(Target::Attribute(id, name), error);
        }
        Some(binding)
    }
}

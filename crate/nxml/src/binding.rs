//! Attribute values: plain text, an expression in braces, or text with expressions in it.

use nexus_core::{Location, Map, Value};

use crate::expression::{Budget, Expression, ExpressionError, ExpressionErrorKind, Scope, text_of};
use crate::limits;
use crate::source_map::SourceMap;
use crate::text_map::TextMap;

/// A piece of a mixed text.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text that stands for itself.
    Text(String),
    /// `{…}`
    Expression(Expression),
}

impl Part {
    const fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Text(_) => None,
            Self::Expression(expression) => Some(expression),
        }
    }
}

/// The value of a property.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    /// It never changes.
    Static(Value),
    /// The whole text is one `{…}`: the value keeps its type.
    Whole(Expression),
    /// Text around or between `{…}`: always a text.
    Mixed(Vec<Part>),
}

impl Binding {
    /// Parses an attribute's value. Errors are returned beside the binding: what could be parsed still shows what it
    /// refers to.
    pub(crate) fn parse(text: &TextMap, map: &SourceMap<'_>) -> (Self, Vec<ExpressionError>) {
        let whole = text.as_str();
        let mut parts = Vec::new();
        let mut errors = Vec::new();
        let mut at = 0;
        while errors.len() < limits::DIAGNOSTICS
            && let Some(found) = whole[at..].find('{')
        {
            let open = at + found;
            match Expression::parse_braced(text, open + 1, map) {
                Ok((expression, end)) => {
                    if open > at {
                        parts.push(Part::Text(whole[at..open].to_owned()));
                    }
                    parts.push(Part::Expression(expression));
                    at = end;
                }
                Err(error) => {
                    errors.push(error.with_brace_hint(&whole[open..]));
                    // Where this one ends is not known; another may begin behind the next closing brace.
                    match whole[open..].find('}') {
                        Some(close) => at = open + close + 1,
                        None => {
                            at = whole.len();
                            break;
                        }
                    }
                }
            }
        }
        if at < whole.len() {
            parts.push(Part::Text(whole[at..].to_owned()));
        }
        let binding = match <[Part; 1]>::try_from(parts) {
            Ok([Part::Expression(expression)]) => Self::Whole(expression),
            Ok([Part::Text(text)]) => Self::Static(Value::String(text)),
            Err(parts) if parts.is_empty() => Self::Static(Value::String(String::new())),
            Err(parts) => Self::Mixed(parts),
        };
        (binding, errors)
    }

    /// Its expressions.
    pub(crate) fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let (whole, parts) = match self {
            Self::Static(_) => (None, &[][..]),
            Self::Whole(expression) => (Some(expression), &[][..]),
            Self::Mixed(parts) => (None, parts.as_slice()),
        };
        whole.into_iter().chain(parts.iter().filter_map(Part::expression))
    }

    /// What it is over this state and scope; `location` is where the attribute's element stands.
    pub(crate) fn evaluate(
        &self,
        state: &Map,
        computed: &Map,
        scope: Scope<'_>,
        budget: &mut Budget,
        location: Location,
    ) -> Result<Value, ExpressionError> {
        let parts = match self {
            // A copy in each item of a list, that is.
            Self::Static(value) => return paid(value.clone(), location, budget),
            Self::Whole(expression) => return expression.evaluate_in(state, computed, scope, budget),
            Self::Mixed(parts) => parts,
        };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Expression(expression) => {
                    let value = expression.evaluate_in(state, computed, scope, budget)?;
                    let Some(part) = text_of(&value) else {
                        let message = "bytes are no text";
                        return Err(ExpressionError::new(ExpressionErrorKind::Type, expression.location(), message));
                    };
                    text.push_str(&part);
                }
            }
        }
        paid(Value::String(text), location, budget)
    }
}

/// The value, once the steps of making it are taken.
fn paid(value: Value, location: Location, budget: &mut Budget) -> Result<Value, ExpressionError> {
    if budget.take_copy(&value) {
        return Ok(value);
    }
    Err(ExpressionError::new(ExpressionErrorKind::Limit, location, "the view takes too many steps"))
}

impl ExpressionError {
    /// Says how to write a brace, where that may have been meant.
    fn with_brace_hint(self, text: &str) -> Self {
        let looks_meant = text[1..].trim_start().starts_with(|c: char| c.is_alphanumeric() || "$_(![".contains(c));
        if self.hint.is_some() || self.kind != ExpressionErrorKind::Syntax || looks_meant {
            return self;
        }
        Self { hint: Some("for a brace as it stands write {'{'}".to_owned()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Binding, Vec<ExpressionError>) {
        Binding::parse(&TextMap::verbatim(text, 0), &SourceMap::new(text))
    }

    fn value(text: &str) -> Value {
        let (binding, errors) = parse(text);
        assert_eq!(errors, [], "{text}");
        let state = Map::from_iter([
            ("count".to_owned(), Value::Number(3.0)),
            ("items".to_owned(), Value::from(vec!["a", "b"])),
            ("none".to_owned(), Value::Null),
        ]);
        let (none, location) = (Map::new(), Location { line: 1, column: 1 });
        binding.evaluate(&state, &none, Scope::Root(&none), &mut Budget::expression(), location).unwrap()
    }

    #[test]
    fn a_whole_binding_keeps_its_type_and_a_mixed_one_is_text() {
        assert_eq!(value("{$state.count}"), Value::Number(3.0));
        assert_eq!(value("{ $state.items }"), Value::from(vec!["a", "b"]));
        assert_eq!(value("Count: {$state.count}"), Value::from("Count: 3"));
        assert_eq!(value("{$state.count}%"), Value::from("3%"));
        assert_eq!(value("{$state.count}{$state.count}"), Value::from("33"));
        assert_eq!(value(" {$state.count}"), Value::from(" 3"));
        assert_eq!(value("{$state.none}-{$state.items}"), Value::from("-[\"a\",\"b\"]"));
        assert_eq!(value("plain } text"), Value::from("plain } text"));
        assert_eq!(value(""), Value::from(""));
    }

    #[test]
    fn braces_in_texts_and_objects_end_no_binding() {
        assert_eq!(value("{'}'}"), Value::from("}"));
        assert_eq!(value("{'{'}a"), Value::from("{a"));
        assert_eq!(value("{{ a: { b: 1 } }.a.b}"), Value::Number(1.0));
    }

    #[test]
    fn every_broken_expression_is_reported_and_the_others_are_parsed() {
        let (binding, errors) = parse("{$state.} {$state.count} {1 +}");
        assert_eq!(errors.iter().map(|error| error.location.column).collect::<Vec<_>>(), [9, 30]);
        assert_eq!(binding.expressions().count(), 1);
        let (_, errors) = parse("{} { } {");
        assert_eq!(errors.iter().map(|error| error.location.column).collect::<Vec<_>>(), [2, 6, 9]);
        assert!(errors[0].hint.as_deref().unwrap().contains("{'{'}"));
    }
}

//! What holds of every text, taken for a document or an expression.

use nexus_core::{Location, Map, Value};
use nexus_nxml::{ComputedValues, Environment, Expression, parse};

/// Whether the place is one of the text's own, or just behind a line of it.
fn is_in(text: &str, Location { line, column }: Location) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let units = text.split('\n').nth(line as usize - 1).map(|line| line.encode_utf16().count() + 1);
    // A line feed counts, that of a carriage return and a line feed twice.
    units.is_some_and(|units| (1..=units + 1).contains(&(column as usize)))
}

/// A document is read without panic and always the same way; diagnostics stand in order at places that are there, and
/// what could be understood can be used.
pub fn any_text_is_read_as_a_document(text: &str) {
    let document = parse(text);
    let places: Vec<Location> = document.diagnostics().iter().map(|diagnostic| diagnostic.location).collect();
    assert!(places.is_sorted_by_key(|place| (place.line, place.column)));
    for diagnostic in document.diagnostics() {
        assert!(is_in(text, diagnostic.location), "{diagnostic}");
        assert!(diagnostic.path.starts_with('/') && !diagnostic.message.is_empty(), "{diagnostic}");
    }
    assert_eq!(document.diagnostics(), parse(text).diagnostics());
    assert_eq!(document.error().is_none(), document.is_valid());
    let panel = document.panel();
    for handler in panel.handlers() {
        assert!(is_in(text, handler.code.in_document(Location { line: 1, column: 1 })));
        assert!(is_in(text, handler.code.in_document(Location { line: u32::MAX, column: u32::MAX })));
    }
    let state = panel.initial_state();
    for declared in &panel.states {
        assert_eq!(declared.data_type.coerce(declared.default.clone()), Ok(declared.default.clone()));
    }
    let mut computed = ComputedValues::new(panel);
    computed.refresh(&state);
    assert_eq!(computed.refresh(&state), Vec::<String>::new());
    for tool in &panel.tools {
        if let Ok(arguments) = tool.arguments(Value::Object(Map::new())) {
            assert_eq!(tool.arguments(Value::Object(arguments.clone())), Ok(arguments));
        }
    }
    let environment = Environment { state: &state, computed: computed.values(), scope: &Map::new() };
    let view = panel.resolve_view(environment);
    // NaN is not equal to itself.
    assert_eq!(format!("{view:?}"), format!("{:?}", panel.resolve_view(environment)));
    assert!(view.to_value().as_object().is_some());
}

/// An expression is parsed and evaluated without panic; mistakes stand at places that are there.
pub fn any_text_is_taken_for_an_expression(text: &str) {
    let expression = match Expression::parse(text) {
        Ok(expression) => expression,
        Err(error) => return assert!(is_in(text, error.location), "{error}"),
    };
    let item = Value::object([("a", Value::from(1)), ("b", Value::from("text"))]);
    let state = Map::from_iter([
        ("a".to_owned(), Value::from(vec![item.clone(), item.clone(), Value::Null])),
        ("b".to_owned(), item),
        ("c".to_owned(), Value::from(-2.5)),
        ("d".to_owned(), Value::from("é😀")),
    ]);
    let environment = Environment { state: &state, computed: &Map::new(), scope: &state };
    match expression.evaluate(environment) {
        Ok(value) => assert_eq!(format!("{:?}", expression.evaluate(environment)), format!("{:?}", Ok::<_, ()>(value))),
        Err(error) => assert!(is_in(text, error.location), "{error}"),
    }
}

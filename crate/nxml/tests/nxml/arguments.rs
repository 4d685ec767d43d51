//! What a tool's arguments become.

use nexus_core::{ErrorCode, Value};
use nexus_nxml::{Tool, parse};

const ARGS: &str = r#"
  <Arg name="title"/>
  <Arg name="count" type="number" default="2"/>
  <Arg name="done" type="boolean" required="false"/>
  <Arg name="tags" type="list" default="a, b"/>
  <Arg name="more" type="object" required="false"/>"#;

fn tool() -> Tool {
    let text = format!(r#"<NexusPanel><Logic><Tool name="add">{ARGS}<Handler>1</Handler></Tool></Logic></NexusPanel>"#);
    let document = parse(&text);
    assert_eq!(document.diagnostics(), []);
    document.into_panel().tool("add").unwrap().clone()
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

#[test]
fn arguments_are_given_by_position_or_by_name_and_become_of_their_type() {
    for (given, expected) in [
        (r#"["x"]"#, r#"{"title":"x","count":2,"tags":["a","b"]}"#),
        (r#"{"title":"x"}"#, r#"{"title":"x","count":2,"tags":["a","b"]}"#),
        (
            r#"["x", "3", "yes", "[1, 2]", "{\"a\": 1}"]"#,
            r#"{"title":"x","count":3,"done":true,"tags":[1,2],"more":{"a":1}}"#,
        ),
        (r#"{"done":false,"tags":[],"title":7,"count":-1.5}"#, r#"{"title":"7","count":-1.5,"done":false,"tags":[]}"#),
        (r#"[true, null, 0, "5"]"#, r#"{"title":"true","count":2,"done":false,"tags":[5]}"#),
        (r#"["", " 0x10 ", "", ""]"#, r#"{"title":"","count":16,"done":false,"tags":[]}"#),
        (r#"["x", 1, "OFF", "true", {}]"#, r#"{"title":"x","count":1,"done":false,"tags":[true],"more":{}}"#),
    ] {
        let arguments = tool().arguments(value(given)).unwrap_or_else(|error| panic!("{given}: {error}"));
        assert_eq!(serde_json::to_string(&Value::Object(arguments)).unwrap(), expected, "{given}");
    }
}

#[test]
fn what_is_missing_unknown_or_of_another_type_is_refused_by_name() {
    for (given, argument) in [
        ("null", Some("title")),
        ("{}", Some("title")),
        ("[]", Some("title")),
        (r#"{"title":null}"#, Some("title")),
        (r#"["x", "three"]"#, Some("count")),
        (r#"["x", ""]"#, Some("count")),
        (r#"["x", "Infinity"]"#, Some("count")),
        (r#"["x", true]"#, Some("count")),
        (r#"["x", 1, 2]"#, Some("done")),
        (r#"["x", 1, "maybe"]"#, Some("done")),
        (r#"["x", 1, true, "[1"]"#, Some("tags")),
        (r#"["x", 1, true, {}]"#, Some("tags")),
        (r#"["x", 1, true, [], []]"#, Some("more")),
        (r#"["x", 1, true, [], "[]"]"#, Some("more")),
        (r#"[["x"]]"#, Some("title")),
        (r#"{"title":"x","titel":1}"#, Some("titel")),
        (r#"{"title":"x","__proto__":{}}"#, Some("__proto__")),
        (r#"["x", 1, true, [], {}, 6]"#, None),
        (r#""x""#, None),
        ("7", None),
    ] {
        let error = tool().arguments(value(given)).expect_err(given);
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        let context = error.context.unwrap();
        let named = context.as_object().unwrap().get("argument").and_then(Value::as_str);
        assert_eq!(named, argument, "{given}: {}", error.message);
        assert_eq!(context.as_object().unwrap()["tool"], Value::from("add"));
    }
}

#[test]
fn numbers_that_are_none_and_bytes_are_no_arguments() {
    for value in [Value::Number(f64::NAN), Value::Number(f64::INFINITY), Value::Bytes(vec![1])] {
        assert!(tool().arguments(Value::Array(vec!["x".into(), value])).is_err());
    }
}

#[test]
fn an_argument_with_a_default_is_never_required() {
    let required: Vec<bool> = tool().args.iter().map(|arg| arg.required).collect();
    assert_eq!(required, [true, false, false, false, false]);
}

//! What `docs/` says of handlers and of functions of one's own is so.

mod text;

use std::fs;
use std::path::PathBuf;
use std::rc::Rc;

use nexus_core::message::{CompileRequest, HostReply, ResumeRequest, StartRequest};
use nexus_core::run::Context;
use nexus_core::{Answer, Error, ErrorCode, Limits, Segment, Status, Value};
use nexus_sandbox::host_function::Registry;
use nexus_sandbox::{Instance, globals};
use serde_json::{Value as Json, json};

fn page(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The contents of a page's blocks of code in `language`.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    page.split(&opening).skip(1).map(|rest| &rest[..rest.find("```").expect("the block ends")]).collect()
}

/// Runs a handler with `tokens` and functions of one's own, on the state that the pages speak of. Every call of an
/// extension is answered with its first argument, those of `fail` with an error of that message and a code of its own.
fn run(source: &str, tokens: &[&str], registry: &Registry) -> Segment {
    let mut instance = Instance::boot_with(registry);
    let compiled = instance.compile(CompileRequest { source: source.to_owned(), limits: Limits::default() });
    if let Err(error) = compiled.outcome {
        return Segment::failed("r", error);
    }
    let members = |object: Json| match value(object) {
        Value::Object(members) => members,
        other => panic!("{} is no object", other.kind()),
    };
    let context = Context {
        state: members(json!({"count": 1, "items": [{"name": "a", "done": false}], "user": {"name": "Ada"}})),
        args: value(json!({"city": "Oslo", "id": "list-1"})),
        scope: value(json!({"item": {"name": "a"}})),
        capabilities: tokens.iter().map(|token| token.parse().unwrap()).collect(),
    };
    let methods = ["read", "write", "fail"].map(str::to_owned).to_vec();
    let request = StartRequest {
        run_id: "r".into(),
        context,
        extensions: [("files".to_owned(), methods)].into(),
        host_functions: vec!["double".into()],
        now: 1_000.0,
        seed: vec![7; 16],
    };
    let double = |args: Vec<Value>| args.first().and_then(Value::as_number).map_or(Value::Null, |n| (n * 2.0).into());
    let mut whole = instance.start(request, Rc::new(move |call| HostReply { outcome: Ok(double(call.args)) }));
    let mut calls = whole.suspensions.clone();
    while whole.status == Status::Suspended {
        let answers = calls.iter().map(|call| {
            let first = call.args.first().cloned().unwrap_or_default();
            let outcome = match (call.method.as_str(), first.as_str()) {
                ("fail", Some(message)) => {
                    let own_code = Value::object([("code", Value::from("ENOENT"))]);
                    Err(Error::new(ErrorCode::ExtensionError, message).with_context(own_code))
                }
                _ => Ok(first),
            };
            Answer { suspension_id: call.suspension_id.clone(), outcome }
        });
        let next = instance.resume(ResumeRequest { answers: answers.collect(), state: vec![], now: 2_000.0 });
        calls.clone_from(&next.suspensions);
        whole.append(next);
    }
    whole
}

fn value(json: Json) -> Value {
    let bytes = nexus_core::msgpack::encode(&json).unwrap();
    nexus_core::msgpack::decode(&bytes).unwrap()
}

fn returned(segment: Segment) -> Json {
    assert_eq!(segment.error, None);
    serde_json::to_value(segment.return_value).unwrap()
}

fn with_own_function() -> Registry {
    let mut registry = globals::registry();
    text::register(&mut registry);
    registry
}

#[test]
fn a_function_of_ones_own_is_a_global_like_the_others() {
    let source = "try { $text.slug = 1 } catch (error) { return [$text.slug('Hello, World 2!'), error.name] }";
    let segment = run(source, &["host:text.slug"], &with_own_function());
    assert_eq!(segment.metrics.host_calls["text.slug"], 1);
    assert_eq!(returned(segment), json!(["hello-world-2", "TypeError"]));
}

#[test]
fn a_function_of_ones_own_checks_its_arguments_and_its_capability() {
    let source = "const tell = (text) => { try { return $text.slug(text) } catch (error) { return error.code } };
        return [tell('a b'), tell('!'), tell(1)]";
    let granted = run(source, &["host:*"], &with_own_function());
    assert_eq!(returned(granted), json!(["a-b", "INVALID_ARGUMENT", "INVALID_ARGUMENT"]));
    let denied = run("return $text.slug('a')", &["host:text"], &with_own_function());
    assert_eq!(denied.error.unwrap().code, ErrorCode::PermissionDenied);
    assert_eq!(denied.denials[0].operation, "text.slug");
}

#[test]
fn the_page_shows_the_function_that_is_tested_here() {
    let page = page("host-functions.md");
    assert!(blocks(&page, "rust").contains(&include_str!("text.rs")), "the page and text.rs have drifted apart");
}

#[test]
fn every_registered_function_stands_in_the_handlers_page_with_its_signature() {
    let page = page("handlers.md");
    for function in globals::registry().functions() {
        let (place, name) = (function.place(), function.name());
        let place = if place.is_empty() { name } else { place };
        // In a table a bar has to be escaped, inside code too.
        let row = format!("| `{place}` | `{}` | `{name}` | ", function.signature().replace('|', "\\|"));
        assert!(page.contains(&row), "no row begins with\n{row}");
    }
}

#[test]
fn every_handler_of_the_handlers_page_runs_and_answers_what_the_page_says() {
    const ALL: &[&str] = &["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"];
    let page = page("handlers.md");
    let handlers = blocks(&page, "js");
    let mut answers = 0;
    for handler in &handlers {
        let segment = run(handler, ALL, &globals::registry());
        assert_eq!(segment.error, None, "\n{handler}");
        // The page tells an answer behind the line that gives it: `return $state.count; // 2`.
        if let Some((_, expected)) = handler.lines().find_map(|line| line.split_once("; // ")) {
            let expected: Json = serde_json::from_str(expected).unwrap_or_else(|error| panic!("{error}\n{handler}"));
            assert_eq!(returned(segment), expected, "\n{handler}");
            answers += 1;
        }
    }
    assert!(answers > 0 && answers == handlers.len(), "{answers} of {} handlers tell their answer", handlers.len());
}

//! What fails inside the sandbox fails in the stock engine as well, but for what hardening takes away on purpose.
//!
//! `tests/language` holds the cases and the list of those that fail in a handler, and proves that there are no others.

use std::collections::BTreeMap;
use std::path::PathBuf;

use boa_engine::builtins::promise::PromiseState;
use boa_engine::object::builtins::{JsArray, JsPromise};
use boa_engine::{Context, JsError, JsResult, JsValue, Source, js_string};
use serde::Deserialize;

/// Names of cases, each with its reason.
#[derive(Deserialize)]
struct KnownFailures {
    engine: BTreeMap<String, String>,
    hardening: BTreeMap<String, String>,
}

/// What the sandbox mends.
const MENDED: [&str; 4] = [
    "json: parse keeps lone surrogates",
    "json: parse takes a number too large for infinity",
    "json: parse takes escapes of lone surrogates",
    "typedarray: the constructor that they inherit from is no global",
];

/// A handler's source and what has to become of it.
struct Case {
    source: String,
    expected: String,
}

/// Runs `test` with a stack for the depth that `stock` allows.
fn on_a_deep_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(1 << 30).spawn(test).unwrap();
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/language")
}

fn known_failures() -> KnownFailures {
    serde_json::from_str(&std::fs::read_to_string(folder().join("known-failures.json")).unwrap()).unwrap()
}

/// Every case by name. `tests/language/cases.mjs` says what a file looks like, and refuses one that does not.
fn cases() -> BTreeMap<String, Case> {
    let mut cases = BTreeMap::new();
    for entry in std::fs::read_dir(folder().join("cases")).unwrap() {
        let path = entry.unwrap().path();
        let chapter = path.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let mut current: Option<(String, Vec<&str>)> = None;
        for line in text.split('\n') {
            if let Some(name) = line.strip_prefix("- ").or_else(|| line.strip_prefix("+ ")) {
                current = Some((format!("{chapter}: {name}"), Vec::new()));
            } else if let Some(expected) = line.strip_prefix("> ") {
                let (name, lines) = current.take().unwrap();
                cases.insert(name, Case { source: lines.join("\n"), expected: expected.to_owned() });
            } else if let Some((_, lines)) = &mut current {
                lines.push(line);
            }
        }
    }
    cases
}

/// The stock engine, with limits that end a case that would not end.
fn stock() -> Context {
    let mut context = Context::default();
    context.runtime_limits_mut().set_loop_iteration_limit(1_000_000);
    context.runtime_limits_mut().set_recursion_limit(2_000);
    context
}

impl Case {
    /// Whether the stock engine does what it should.
    fn passes_in_stock(&self) -> bool {
        let expected = match self.expected.as_str() {
            said if said.starts_with("throws ") || said.starts_with("SyntaxError at ") => said.to_owned(),
            literal => {
                let context = &mut stock();
                let value = context.eval(Source::from_bytes(&format!("({literal})"))).unwrap();
                text_of(&value, context).unwrap()
            }
        };
        // Some make the engine panic.
        let outcome = std::panic::catch_unwind(|| outcome_in_stock(&self.source));
        outcome.is_ok_and(|outcome| outcome == expected)
    }
}

/// What becomes of a handler's source in the stock engine, as text.
fn outcome_in_stock(source: &str) -> String {
    let context = &mut stock();
    let wrapped = format!("(async function handler(){{\"use strict\";{source}\n}})");
    let handler = match context.eval(Source::from_bytes(&wrapped)) {
        Ok(handler) => handler,
        Err(error) => {
            let message = error.to_string();
            let line = message.split("at line ").nth(1).and_then(|rest| rest.split(',').next());
            return format!("SyntaxError at {}", line.unwrap_or("an unknown line"));
        }
    };
    let promise = handler.as_callable().unwrap().call(&JsValue::undefined(), &[], context);
    let promise = match promise {
        Ok(promise) => JsPromise::from_object(promise.as_object().unwrap()).unwrap(),
        Err(error) => return thrown(&error, context),
    };
    if let Err(error) = context.run_jobs() {
        return thrown(&error, context);
    }
    match promise.state() {
        PromiseState::Fulfilled(value) => text_of(&value, context).unwrap_or_else(|error| format!("no data: {error}")),
        PromiseState::Rejected(reason) => thrown(&JsError::from_opaque(reason), context),
        PromiseState::Pending => "pending".to_owned(),
    }
}

fn thrown(error: &JsError, context: &mut Context) -> String {
    let name = error
        .clone()
        .into_opaque(context)
        .ok()
        .and_then(|value| value.as_object())
        .and_then(|object| object.get(js_string!("name"), context).ok())
        .map_or_else(|| "what is no error".to_owned(), |name| name.display().to_string().replace('"', ""));
    format!("throws {name}")
}

/// Data as one line, numbers as the language prints them. Only its equality counts.
fn text_of(value: &JsValue, context: &mut Context) -> JsResult<String> {
    let Some(object) = value.as_object() else {
        let negative_zero = value.as_number().is_some_and(|number| number == 0.0 && number.is_sign_negative());
        let text = value.to_string(context)?.to_std_string_escaped();
        let sign = if negative_zero { "-" } else { "" };
        return Ok(if value.is_string() { format!("{text:?}") } else { format!("{sign}{text}") });
    };
    if object.is_array() {
        let array = JsArray::from_object(object)?;
        let items = (0..array.length(context)?).map(|index| match array.get(index, context)? {
            missing if missing.is_undefined() => Ok("null".to_owned()),
            item => text_of(&item, context),
        });
        return Ok(format!("[{}]", items.collect::<JsResult<Vec<_>>>()?.join(", ")));
    }
    let mut members = Vec::new();
    for key in object.own_property_keys(context)? {
        let name = key.to_string();
        let member = object.get(key, context)?;
        if !member.is_undefined() {
            members.push(format!("{name:?}: {}", text_of(&member, context)?));
        }
    }
    Ok(format!("{{{}}}", members.join(", ")))
}

#[test]
fn what_the_engine_lacks_it_lacks_outside_of_the_sandbox_too() {
    on_a_deep_stack(|| {
        let cases = cases();
        let only_ours: Vec<_> =
            known_failures().engine.into_keys().filter(|name| cases[name].passes_in_stock()).collect();
        assert_eq!(only_ours, Vec::<String>::new(), "the stock engine passes these");
    });
}

#[test]
fn what_hardening_takes_away_the_engine_has() {
    on_a_deep_stack(|| {
        let cases = cases();
        let lacking: Vec<_> =
            known_failures().hardening.into_keys().filter(|name| !cases[name].passes_in_stock()).collect();
        assert_eq!(lacking, Vec::<String>::new(), "the stock engine fails these as well");
    });
}

#[test]
fn what_is_not_listed_the_stock_engine_passes_too() {
    on_a_deep_stack(|| {
        let known = known_failures();
        let listed = |name: &String| known.engine.contains_key(name) || known.hardening.contains_key(name);
        // Where a syntax error is, the sandbox often knows better.
        let is_comparable = |case: &Case| !case.expected.starts_with("SyntaxError at ");
        let cases = cases();
        let passing: Vec<_> = cases.iter().filter(|(name, case)| !listed(name) && is_comparable(case)).collect();
        assert!(passing.len() > 1500);
        let only_ours: Vec<_> =
            passing.iter().filter(|(_, case)| !case.passes_in_stock()).map(|(name, _)| name.as_str()).collect();
        assert_eq!(only_ours, MENDED);
    });
}

//! `$log(…)`, `$log.debug info warn error`, and `console`, which is the same object.

use boa_engine::builtins::error::Error as ErrorObject;
use boa_engine::{Context, JsObject, JsValue};
use nexus_core::LogLevel;

use crate::convert;
use crate::failure::{self, Failure};
use crate::host_function::{Call, HostFunction, Registry};
use crate::run::Run;

pub fn register(registry: &mut Registry) {
    for (name, place, level) in [
        ("log", "$log", LogLevel::Info),
        ("log.log", "$log.log", LogLevel::Info),
        ("log.debug", "$log.debug", LogLevel::Debug),
        ("log.info", "$log.info", LogLevel::Info),
        ("log.warn", "$log.warn", LogLevel::Warn),
        ("log.error", "$log.error", LogLevel::Error),
    ] {
        registry.register(Log { name, place, level });
    }
}

struct Log {
    name: &'static str,
    place: &'static str,
    level: LogLevel,
}

impl HostFunction for Log {
    fn name(&self) -> &str {
        self.name
    }

    fn place(&self) -> &'static str {
        self.place
    }

    fn signature(&self) -> &str {
        "(...values: unknown[]) => void"
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let words: Vec<String> = call.args.iter().map(|value| word(value, call.context)).collect();
        Run::of(call.context).borrow_mut().record_log(self.level, words.join(" "));
        Ok(JsValue::undefined())
    }
}

/// Text as it is, errors with the functions of their stack, data as JSON, the rest as the engine prints it. Never fails:
/// a log line is no place to throw.
fn word(value: &JsValue, context: &mut Context) -> String {
    if let Some(text) = value.as_string() {
        return text.to_std_string_lossy();
    }
    let Some(object) = value.as_object() else { return value.display().to_string() };
    if object.is::<ErrorObject>() {
        return with_stack(&object, context);
    }
    if object.is_callable() {
        return value.display().to_string();
    }
    match convert::to_value(value, context) {
        Ok(data) => serde_json::to_string(&data).unwrap_or_default(),
        Err(_) => value.display().to_string(),
    }
}

fn with_stack(object: &JsObject, context: &mut Context) -> String {
    let mut text = failure::message_of(&object.clone().into(), context);
    for line in failure::functions_of(object, context) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

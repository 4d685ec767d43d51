//! Runs handlers in a native sandbox.
#![allow(dead_code, reason = "each test file uses its part")]

use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::message::{CompileRequest, HostCall, HostReply, ResumeRequest, StartRequest};
use nexus_core::run::Context;
use nexus_core::{Answer, Error, ErrorCode, Limits, Map, Segment, Status, Value};
use nexus_sandbox::Instance;
use serde_json::Value as Json;

/// A handler with what it is given.
#[derive(Clone)]
pub struct Trial {
    pub source: String,
    pub context: Context,
    pub limits: Limits,
}

/// Every capability there is.
pub const ALL: &[&str] = &["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"];

pub fn trial(source: &str) -> Trial {
    let context = Context { args: Value::Object(Map::new()), scope: Value::Object(Map::new()), ..Context::default() };
    Trial { source: source.to_owned(), context, limits: Limits::default() }.granted(ALL)
}

impl Trial {
    pub fn granted(mut self, tokens: &[&str]) -> Self {
        self.context.capabilities = tokens.iter().map(|token| token.parse().unwrap()).collect();
        self
    }

    pub fn state(mut self, state: Json) -> Self {
        self.context.state = value(state).as_object().unwrap().clone();
        self
    }

    pub fn args(mut self, args: Json) -> Self {
        self.context.args = value(args);
        self
    }

    pub fn limit(mut self, name: &str, number: f64) -> Self {
        self.limits.set(name, number).unwrap();
        self
    }

    /// Starts the run; answers its instance with the first segment.
    pub fn start(self) -> (Instance, Segment) {
        let mut instance = Instance::boot();
        let compiled = instance.compile(CompileRequest { source: self.source, limits: self.limits });
        if let Err(error) = compiled.outcome {
            return (instance, Segment::failed("r", error));
        }
        let segment = instance.start(
            StartRequest {
                run_id: "r".into(),
                context: self.context,
                extensions: extensions(),
                host_functions: vec!["double".into(), "fail".into()],
                now: 1_000.0,
                seed: vec![7; 16],
            },
            Rc::new(host),
        );
        (instance, segment)
    }

    /// Runs to the end, every call answered with its first argument.
    pub fn run(self) -> Segment {
        let (mut instance, mut whole) = self.start();
        let mut calls = whole.suspensions.clone();
        while whole.status == Status::Suspended {
            let answers = calls.drain(..).map(|call| Answer {
                suspension_id: call.suspension_id,
                outcome: Ok(call.args.first().cloned().unwrap_or_default()),
            });
            let next = instance.resume(ResumeRequest { answers: answers.collect(), state: vec![], now: 2_000.0 });
            calls.clone_from(&next.suspensions);
            whole.append(next);
        }
        whole
    }

    /// What the handler returns.
    pub fn value(self) -> Json {
        let segment = self.run();
        assert_eq!(segment.error, None);
        segment.return_value.map_or(Json::Null, json)
    }

    /// Why it fails.
    pub fn error(self) -> Error {
        let segment = self.run();
        segment.error.unwrap_or_else(|| panic!("it returned {:?}", segment.return_value))
    }
}

pub fn answer(instance: &mut Instance, suspension_id: &str, outcome: Result<Value, Error>) -> Segment {
    let answers = vec![Answer { suspension_id: suspension_id.to_owned(), outcome }];
    instance.resume(ResumeRequest { answers, state: vec![], now: 2_000.0 })
}

fn extensions() -> IndexMap<String, Vec<String>> {
    let methods = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    IndexMap::from([("echo".to_owned(), methods(&["say", "other"])), ("my ext".to_owned(), methods(&["do it"]))])
}

fn host(call: HostCall) -> HostReply {
    let outcome = match (call.name.as_str(), call.args.first()) {
        ("double", Some(Value::Number(number))) => Ok(Value::Number(number * 2.0)),
        _ => Err(Error::new(ErrorCode::ExecutionError, "it failed")),
    };
    HostReply { outcome }
}

pub fn value(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(bool) => Value::Bool(bool),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::String(text),
        Json::Array(items) => Value::Array(items.into_iter().map(value).collect()),
        Json::Object(map) => Value::Object(map.into_iter().map(|(key, item)| (key, value(item))).collect()),
    }
}

pub fn json(value: Value) -> Json {
    serde_json::to_value(value).unwrap()
}

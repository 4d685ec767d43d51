//! An engine that does what a test says, segment by segment, and notes what the kernel asks of it.

use std::cell::RefCell;
use std::collections::VecDeque;

use nexus_core::{Answer, Error, Event, HandlerFacts, Limits, Segment, StateMutation, Status, Suspension, Value};
use nexus_kernel::engine::{AbortCheck, Engine, EngineStats, LocalFuture, Resume, Start, Unpark};

/// What the kernel gives for a segment.
pub struct Given {
    pub run_id: String,
    pub answers: Vec<Answer>,
    pub state: Vec<StateMutation>,
    pub now: f64,
    pub aborted: AbortCheck,
}

type Step = Box<dyn FnOnce(Given) -> LocalFuture<'static, Result<Segment, Error>>>;

#[derive(Default)]
pub struct ScriptedEngine {
    steps: RefCell<VecDeque<Step>>,
    /// `start`, `resume`, `park`, `unpark`, `discard` and `close`, in order.
    pub asked: RefCell<Vec<String>>,
    pub seeds: RefCell<Vec<[u8; 16]>>,
    pub unparked: RefCell<Vec<Unpark>>,
}

impl ScriptedEngine {
    /// What the next segment is.
    pub fn then(&self, step: impl FnOnce(Given) -> Segment + 'static) -> &Self {
        self.then_async(|given| {
            let segment = step(given);
            Box::pin(async { Ok(segment) })
        })
    }

    /// What comes of the next segment, in time.
    pub fn then_async(
        &self,
        step: impl FnOnce(Given) -> LocalFuture<'static, Result<Segment, Error>> + 'static,
    ) -> &Self {
        self.steps.borrow_mut().push_back(Box::new(step));
        self
    }

    fn step(&self, what: &str, given: Given) -> LocalFuture<'static, Result<Segment, Error>> {
        self.asked.borrow_mut().push(what.to_owned());
        let step = self.steps.borrow_mut().pop_front().expect("the test says what comes");
        step(given)
    }
}

impl Engine for ScriptedEngine {
    fn start(&self, start: Start) -> LocalFuture<'_, Result<Segment, Error>> {
        let Start { run_id, now, aborted, seed, .. } = start;
        self.seeds.borrow_mut().push(seed);
        self.step("start", Given { run_id, answers: Vec::new(), state: Vec::new(), now, aborted })
    }

    fn resume<'a>(&'a self, run_id: &'a str, resume: Resume) -> LocalFuture<'a, Result<Segment, Error>> {
        let Resume { answers, state, now, aborted } = resume;
        self.step("resume", Given { run_id: run_id.to_owned(), answers, state, now, aborted })
    }

    fn discard(&self, _run_id: &str) {
        self.asked.borrow_mut().push("discard".to_owned());
    }

    fn park<'a>(&'a self, run_id: &'a str) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        self.asked.borrow_mut().push("park".to_owned());
        Box::pin(async move { Ok(run_id.as_bytes().to_vec()) })
    }

    fn unpark(&self, run: Unpark) -> LocalFuture<'_, Result<(), Error>> {
        self.asked.borrow_mut().push("unpark".to_owned());
        self.unparked.borrow_mut().push(run);
        Box::pin(async { Ok(()) })
    }

    fn precompile<'a>(&'a self, _source: &'a str, _limits: &'a Limits) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    fn handler_facts<'a>(&'a self, _source: &'a str) -> LocalFuture<'a, Result<HandlerFacts, Error>> {
        Box::pin(async { Ok(HandlerFacts::default()) })
    }

    fn identity(&self) -> String {
        "test".to_owned()
    }

    fn stats(&self) -> EngineStats {
        EngineStats {
            active_instances: 1,
            available_instances: 2,
            memory_bytes: 7,
            cache_hits: 3,
            cache_misses: 1,
            queued_runs: 4,
            parked_runs: 11,
            parked_bytes: 12,
            created_instances: 5,
            replaced_instances: 6,
            restored_instances: 8,
            cache_entries: 9,
            cache_bytes: 10,
        }
    }

    fn close(&self) {
        self.asked.borrow_mut().push("close".to_owned());
    }
}

/// A call of `test.<method>`; its id is the method with the first argument.
pub fn call(method: &str, args: &[Value]) -> Suspension {
    Suspension {
        suspension_id: format!("{method}:{}", args.first().and_then(Value::as_number).unwrap_or_default()),
        extension_name: "test".to_owned(),
        method: method.to_owned(),
        args: args.to_vec(),
    }
}

/// A segment with one event, so that the order of segments shows.
fn segment(given: &Given, status: Status, event: &str) -> Segment {
    let event = Event { name: event.to_owned(), payload: Value::Null };
    let mut segment = Segment { events: vec![event], ..Segment::new(&given.run_id, status) };
    segment.metrics.duration_us = 10;
    segment
}

pub fn suspended(given: &Given, event: &str, calls: Vec<Suspension>) -> Segment {
    Segment { suspensions: calls, ..segment(given, Status::Suspended, event) }
}

pub fn success(given: &Given, event: &str) -> Segment {
    segment(given, Status::Success, event)
}

pub fn failed(given: &Given, event: &str, error: Error) -> Segment {
    Segment { error: Some(error), ..segment(given, Status::Error, event) }
}

/// The names of a segment's events.
pub fn events(segment: &Segment) -> Vec<&str> {
    segment.events.iter().map(|event| event.name.as_str()).collect()
}

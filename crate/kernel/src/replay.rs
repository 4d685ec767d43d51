//! Replay: a recorded run once more, with everything from outside taken from the record, and each segment compared.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use nexus_core::limits::LONGEST_MS;
use nexus_core::record::{self, RecordedHostCall, RunRecord, Step};
use nexus_core::{Answer, Error, Map, Segment, Status, Suspension, Value, msgpack};

use crate::engine::{AbortCheck, Engine, HostDispatch, Resume, Start};
use crate::recorder::repeatable;

/// What came of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct Replayed {
    /// What the run did this time, up to the divergence if there is one. Its times are this time's.
    pub result: Segment,
    /// Where it first did something else than the record says.
    pub divergence: Option<Divergence>,
}

/// The first difference between a run and its record.
#[derive(Debug, Clone, PartialEq)]
pub struct Divergence {
    /// In which segment, from 0.
    pub step: usize,
    /// The calls whose answers that segment began with: number, extension and method.
    pub answered: Vec<(String, String, String)>,
    /// Where in the step: `segment.suspensions[0].args[1].id`, `hostCalls[2]`.
    pub path: String,
    /// What the record has there; `None` for nothing.
    pub expected: Option<Value>,
    /// What the run had there.
    pub found: Option<Value>,
}

impl Divergence {
    /// A sentence for people.
    #[must_use]
    pub fn message(&self) -> String {
        let after = match &self.answered[..] {
            [] if self.step == 0 => "from the start on".to_owned(),
            [] => format!("in segment {}", self.step),
            calls => {
                let calls = calls.iter().map(|(number, extension, method)| format!("{number} ({extension}.{method})"));
                format!("after the answer to call {}", calls.collect::<Vec<_>>().join(", "))
            }
        };
        format!("the run diverges from its record {after}: {} differs", self.path)
    }
}

/// Runs the record on an engine. No extension and no host function is called.
///
/// # Errors
/// `INVALID_ARGUMENT` for a record of another version or engine, or one that is not whole; what the engine fails with.
pub(crate) async fn replay(engine: &dyn Engine, run_id: String, record: RunRecord) -> Result<Replayed, Error> {
    check(engine, &record)?;
    let seed = seed_of(&record.seed)?;
    let RunRecord { source, context, mut limits, extensions, host_functions, steps, ended, .. } = record;
    // How long it takes here says nothing about the run.
    limits.timeout_ms = LONGEST_MS;
    if let Some(stopped_at) = steps.last().and_then(|step| step.stopped_at) {
        // Fuel stops the run at the very point where something else stopped it.
        limits.fuel = stopped_at.saturating_sub(1).max(1);
    }
    let host_calls = Rc::new(HostCalls::default());
    let aborted: AbortCheck = Rc::new(|| false);
    let _discarded = Discarding { engine, run_id: &run_id };
    let mut total: Option<Segment> = None;
    let mut calls = Vec::new();
    let mut start = Some((source, context));
    for (index, step) in steps.into_iter().enumerate() {
        let Step { now, answers, state, host_calls: recorded, segment: expected, denials, stopped_at } = step;
        host_calls.expect(recorded);
        let answered = answers.iter().map(|answer| called(&calls, &answer.suspension_id)).collect();
        let diverged = |path: String, expected, found| Divergence { step: index, answered, path, expected, found };
        let found = if let Some((source, context)) = start.take() {
            let request = Start {
                run_id: run_id.clone(),
                source: source.into(),
                context,
                limits: limits.clone(),
                extensions: extensions.clone(),
                host_functions: host_functions.clone(),
                host: host_calls.dispatch(),
                now,
                seed,
                aborted: Rc::clone(&aborted),
            };
            engine.start(request).await?
        } else {
            let answers = answers.into_iter().map(|answer| Answer {
                suspension_id: format!("{run_id}.{}", answer.suspension_id),
                outcome: answer.outcome.into(),
            });
            let request = Resume { answers: answers.collect(), state, now, aborted: Rc::clone(&aborted) };
            engine.resume(&run_id, request).await?
        };
        let comparable = repeatable(found.clone(), &run_id);
        let difference = host_calls.difference().or_else(|| difference(&expected, &comparable, stopped_at.is_some()));
        let suspended = found.status == Status::Suspended;
        calls.extend(comparable.suspensions);
        let mut whole = Segment { denials: [found.denials.clone(), denials].concat(), ..found };
        if stopped_at.is_some() {
            // The clock and the caller did not stop it this time.
            (whole.error, whole.metrics.fuel_used) = (expected.error, expected.metrics.fuel_used);
        }
        match &mut total {
            Some(total) => total.append(whole),
            None => total = Some(whole),
        }
        if let Some((path, expected, found)) = difference {
            let divergence = Some(diverged(path, expected, found));
            return Ok(Replayed {
                result: total.unwrap_or_else(|| Segment::new(run_id.clone(), Status::Error)),
                divergence,
            });
        }
        if !suspended {
            break;
        }
    }
    let mut result = total.unwrap_or_else(|| Segment::new(run_id.clone(), Status::Error));
    if let Some(error) = ended {
        result.append(Segment::failed(run_id.clone(), error));
    }
    Ok(Replayed { result, divergence: None })
}

fn check(engine: &dyn Engine, record: &RunRecord) -> Result<(), Error> {
    if record.version != record::VERSION {
        let message =
            format!("the record is of version {}; this release replays version {}", record.version, record::VERSION);
        return Err(Error::invalid_argument(message));
    }
    let identity = engine.identity();
    if record.engine != identity {
        let message = format!("the record was made by the engine {}; this one is {identity}", record.engine);
        return Err(Error::invalid_argument(message));
    }
    let suspended = |step: &Step| step.segment.status == Status::Suspended;
    let whole = match record.steps.split_last() {
        Some((last, others)) => others.iter().all(suspended) && suspended(last) == record.ended.is_some(),
        None => record.ended.is_some(),
    };
    if !whole {
        return Err(Error::invalid_argument("the record is not whole: a segment is missing, or one too many"));
    }
    record.limits.validate()
}

fn seed_of(text: &str) -> Result<[u8; 16], Error> {
    let refused = || Error::invalid_argument("the record's seed is not 32 hexadecimal digits");
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(refused());
    }
    Ok(u128::from_str_radix(text, 16).map_err(|_| refused())?.to_be_bytes())
}

fn called(calls: &[Suspension], number: &str) -> (String, String, String) {
    let call = calls.iter().find(|call| call.suspension_id == number);
    let (extension, method) = call.map(|call| (call.extension_name.clone(), call.method.clone())).unwrap_or_default();
    (number.to_owned(), extension, method)
}

/// Frees what a divergence or a failure leaves suspended.
struct Discarding<'a> {
    engine: &'a dyn Engine,
    run_id: &'a str,
}

impl Drop for Discarding<'_> {
    fn drop(&mut self) {
        self.engine.discard(self.run_id);
    }
}

/// Path, what was expected and what was found.
type Difference = (String, Option<Value>, Option<Value>);

/// The recorded calls of host functions, which answer those of the replay.
#[derive(Default)]
struct HostCalls {
    recorded: RefCell<VecDeque<RecordedHostCall>>,
    made: Cell<usize>,
    difference: RefCell<Option<Difference>>,
}

impl HostCalls {
    fn expect(&self, recorded: Vec<RecordedHostCall>) {
        self.recorded.replace(recorded.into());
        self.made.set(0);
    }

    fn dispatch(self: &Rc<Self>) -> HostDispatch {
        let calls = Rc::clone(self);
        Rc::new(move |name, args| calls.answer(name, args))
    }

    fn answer(&self, name: &str, args: Vec<Value>) -> Result<Value, Error> {
        let recorded = self.recorded.borrow_mut().pop_front();
        let index = self.made.replace(self.made.get() + 1);
        if let Some(recorded) = &recorded
            && recorded.name == name
            && same(&Value::Array(recorded.args.clone()), &Value::Array(args.clone()))
        {
            return recorded.outcome.clone().into();
        }
        let told = |name: &str, args: Vec<Value>| Value::object([("name", name.into()), ("args", Value::Array(args))]);
        let expected = recorded.map(|recorded| told(&recorded.name, recorded.args));
        let difference = (format!("hostCalls[{index}]"), expected, Some(told(name, args)));
        self.difference.borrow_mut().get_or_insert(difference);
        Err(Error::internal("the run diverges from its record"))
    }

    /// The first call that is not the recorded one; or the first recorded one that was not made.
    fn difference(&self) -> Option<Difference> {
        self.difference.borrow_mut().take().or_else(|| {
            let missing = self.recorded.borrow_mut().pop_front()?;
            Some((format!("hostCalls[{}]", self.made.get()), Some(missing.name.into()), None))
        })
    }
}

/// The first difference between two segments. Of one that the host stopped, the code and the fuel are not compared: this
/// time something else stopped it there.
fn difference(expected: &Segment, found: &Segment, stopped_by_host: bool) -> Option<Difference> {
    // What was done before how it ended, so that the first difference is the first that happened: calls lead to all others.
    const ORDER: [&str; 6] = ["suspensions", "stateMutations", "events", "viewCommands", "logs", "denials"];
    let data = |segment: &Segment| {
        let mut segment = segment.clone();
        if stopped_by_host {
            segment.metrics.fuel_used = 0;
            if let Some(error) = &mut segment.error {
                *error = Error { stack: error.stack.take(), location: error.location, ..Error::internal("stopped") };
            }
        }
        // A segment is data, and data of this crate always encodes.
        let bytes = msgpack::encode(&segment).unwrap_or_default();
        let mut fields = msgpack::decode::<Map>(&bytes).unwrap_or_default();
        fields.sort_by_cached_key(|name, _| ORDER.iter().position(|first| first == name).unwrap_or(ORDER.len()));
        Value::Object(fields)
    };
    first_difference(&mut String::from("segment"), Some(&data(expected)), Some(&data(found)))
}

fn first_difference(path: &mut String, expected: Option<&Value>, found: Option<&Value>) -> Option<Difference> {
    let mut member = |name: String, expected: Option<&Value>, found: Option<&Value>| {
        let length = path.len();
        path.push_str(&name);
        let difference = first_difference(path, expected, found);
        path.truncate(length);
        difference
    };
    match (expected, found) {
        (Some(Value::Array(expected)), Some(Value::Array(found))) => (0..expected.len().max(found.len()))
            .find_map(|index| member(format!("[{index}]"), expected.get(index), found.get(index))),
        (Some(Value::Object(expected)), Some(Value::Object(found))) => {
            let added = found.keys().filter(|name| !expected.contains_key(*name));
            let members = expected
                .keys()
                .chain(added)
                .find_map(|name| member(format!(".{name}"), expected.get(name), found.get(name)));
            // The same members in another order are another object.
            members.or_else(|| {
                (!expected.keys().eq(found.keys()))
                    .then(|| (path.clone(), Some(Value::Object(expected.clone())), Some(Value::Object(found.clone()))))
            })
        }
        (Some(one), Some(other)) if same(one, other) => None,
        (None, None) => None,
        _ => Some((path.clone(), expected.cloned(), found.cloned())),
    }
}

/// Whether two values are the same bytes: NaN is itself, and 0 is not -0.
fn same(one: &Value, other: &Value) -> bool {
    matches!((msgpack::encode(one), msgpack::encode(other)), (Ok(one), Ok(other)) if one == other)
}

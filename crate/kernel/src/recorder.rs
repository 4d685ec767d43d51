//! Keeps what comes into a run and what comes out of it, to become a [`RunRecord`] if somebody asks for it.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_core::msgpack;
use nexus_core::record::{self, RecordedAnswer, RecordedHostCall, RunRecord, Step};
use nexus_core::run::Denial;
use nexus_core::{Error, ErrorCode, Segment, Value};

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::engine::{HostDispatch, Resume, Start};

/// Where the record of a run is left: given to a run with its options, it holds the record once the run has ended.
/// Clones are the same recording.
#[derive(Clone, Default)]
pub struct Recording(Rc<RefCell<Option<Draft>>>);

/// A record as it is kept while nobody reads it.
#[derive(Serialize, Deserialize)]
pub struct StoredRecord {
    /// The record without its steps, encoded: state and arguments take a tenth of what they take as values, and most records
    /// are never read.
    beginning: ByteBuf,
    steps: Vec<Step>,
    ended: Option<Error>,
}

impl StoredRecord {
    /// The record.
    ///
    /// # Errors
    /// `SERIALIZATION_ERROR` if somebody else made it.
    pub fn read(self) -> Result<RunRecord, Error> {
        let Self { beginning, steps, ended } = self;
        Ok(RunRecord { steps, ended, ..msgpack::decode(&beginning)? })
    }
}

/// A record that is being written.
struct Draft {
    record: StoredRecord,
    run_id: String,
    /// What the segment that runs was given.
    now: f64,
    answers: Vec<RecordedAnswer>,
    state: Vec<nexus_core::StateMutation>,
    host_calls: Vec<RecordedHostCall>,
    fuel_used: u64,
}

impl Recording {
    /// The record, if a run has left one.
    #[must_use]
    pub fn take(&self) -> Option<StoredRecord> {
        self.0.borrow_mut().take().map(|draft| draft.record)
    }

    /// Begins with what a run starts with, and listens to the host functions.
    pub(crate) fn start(&self, engine: String, start: &mut Start) {
        let record = RunRecord {
            version: record::VERSION,
            engine,
            source: start.source.to_string(),
            context: std::mem::take(&mut start.context),
            limits: start.limits.clone(),
            extensions: start.extensions.clone(),
            host_functions: start.host_functions.clone(),
            seed: format!("{:032x}", u128::from_be_bytes(start.seed)),
            steps: Vec::new(),
            ended: None,
        };
        let encoded = msgpack::encode(&record);
        start.context = record.context;
        let Ok(beginning) = encoded.map(ByteBuf::from) else { return };
        self.0.replace(Some(Draft {
            record: StoredRecord { beginning, steps: Vec::new(), ended: None },
            run_id: start.run_id.clone(),
            now: start.now,
            answers: Vec::new(),
            state: Vec::new(),
            host_calls: Vec::new(),
            fuel_used: 0,
        }));
        start.host = self.listening(Rc::clone(&start.host));
    }

    fn listening(&self, host: HostDispatch) -> HostDispatch {
        let recording = self.clone();
        Rc::new(move |name, args| {
            let outcome = host(name, args.clone());
            if let Some(draft) = recording.0.borrow_mut().as_mut() {
                let call = RecordedHostCall { name: name.to_owned(), args, outcome: outcome.clone().into() };
                draft.host_calls.push(call);
            }
            outcome
        })
    }

    /// Notes what a segment goes on with.
    pub(crate) fn resume(&self, resume: &Resume) {
        if let Some(draft) = self.0.borrow_mut().as_mut() {
            draft.now = resume.now;
            draft.state.clone_from(&resume.state);
            let answers = resume.answers.iter().map(|answer| RecordedAnswer {
                suspension_id: number_of(&answer.suspension_id, &draft.run_id).to_owned(),
                outcome: answer.outcome.clone().into(),
            });
            draft.answers = answers.collect();
        }
    }

    /// Notes what a segment did.
    pub(crate) fn segment(&self, segment: &Segment) {
        if let Some(draft) = self.0.borrow_mut().as_mut() {
            draft.fuel_used += segment.metrics.fuel_used;
            let step = Step {
                now: draft.now,
                answers: std::mem::take(&mut draft.answers),
                state: std::mem::take(&mut draft.state),
                host_calls: std::mem::take(&mut draft.host_calls),
                segment: repeatable(segment.clone(), &draft.run_id),
                denials: Vec::new(),
                stopped_at: stopped_by_host(segment).then_some(draft.fuel_used),
            };
            draft.record.steps.push(step);
        }
    }

    /// Notes what the kernel refused of the last segment.
    pub(crate) fn denials(&self, denials: &[Denial]) {
        if let Some(step) = self.0.borrow_mut().as_mut().and_then(|draft| draft.record.steps.last_mut()) {
            step.denials.extend_from_slice(denials);
        }
    }

    /// Notes that the run ends here, whatever its handler would have done.
    pub(crate) fn end(&self, error: &Error) {
        if let Some(draft) = self.0.borrow_mut().as_mut() {
            draft.record.ended.get_or_insert_with(|| error.clone());
        }
    }
}

/// What of a segment is the same each time.
pub(crate) fn repeatable(mut segment: Segment, run_id: &str) -> Segment {
    let calls = segment.suspensions.iter_mut().map(|call| &mut call.suspension_id);
    for suspension_id in calls.chain(&mut segment.aborted) {
        *suspension_id = number_of(suspension_id, run_id).to_owned();
    }
    segment.run_id.clear();
    let metrics = &mut segment.metrics;
    (metrics.duration_us, metrics.memory_used_bytes, metrics.memory_peak_bytes) = (0, 0, 0);
    (metrics.compilation_time_us, metrics.cache_hit) = (None, false);
    segment
}

/// The number of a call: ids of suspensions are the run's id, a dot and the number.
pub(crate) fn number_of<'a>(suspension_id: &'a str, run_id: &str) -> &'a str {
    let rest = suspension_id.strip_prefix(run_id).and_then(|rest| rest.strip_prefix('.'));
    rest.unwrap_or(suspension_id)
}

/// Whether what stopped the segment was the clock or the caller, which no replay meets again.
fn stopped_by_host(segment: &Segment) -> bool {
    let Some(error) = &segment.error else { return false };
    let resource = error.context.as_ref().and_then(Value::as_object).and_then(|context| context.get("resource"));
    match error.code {
        ErrorCode::Cancelled => true,
        ErrorCode::Timeout => resource.and_then(Value::as_str) == Some("timeoutMs"),
        _ => false,
    }
}

//! Runs in the hands of the embedder: stopped at their first suspension, resumed call by call, parked and unparked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_util::future::{Either, select};
use indexmap::IndexMap;
use nexus_core::{Answer, Error, Segment, StateMutation, Status, Suspension, Value};

use serde::Serialize;

use crate::abort::{AbortController, AbortSignal};
use crate::call::extension_error;
use crate::kernel::Shared;
use crate::parked_run::ParkedRun;
use crate::platform::Platform;
use crate::run::{Prepared, Run};
use crate::slots::Slots;
use crate::stats::Counted;
use crate::value_bounds::ValueBounds;

/// What comes with an answer.
#[derive(Clone, Default)]
pub struct ResumeOptions {
    /// What changed in the state since the run was suspended, by others.
    pub state: Vec<StateMutation>,
    /// Gives the run up.
    pub signal: AbortSignal,
}

/// A run that was parked and is suspended again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unparked {
    /// Its name from now on.
    pub run_id: String,
    /// Its calls without an answer.
    pub suspensions: Vec<Suspension>,
}

/// The runs that wait for the embedder.
#[derive(Clone, Default)]
pub(crate) struct SuspendedRuns(Rc<RefCell<Index>>);

#[derive(Default)]
struct Index {
    /// By their calls without an answer.
    by_call: HashMap<String, Rc<SuspendedRun>>,
    /// By their names.
    by_run: HashMap<String, Rc<SuspendedRun>>,
}

struct SuspendedRun {
    run: Rc<Run>,
    /// Calls without an answer.
    calls: RefCell<IndexMap<String, Suspension>>,
    /// One resume at a time; the others wait their turn.
    turn: Slots,
    /// Answers that have not come to the next suspension.
    resuming: Cell<u64>,
    /// Ends the watch over a run that is left alone.
    watch: RefCell<AbortController>,
    ended: Cell<bool>,
}

fn unknown(suspension_id: &str) -> Error {
    Error::invalid_argument(format!("the suspension {suspension_id:?} is unknown or was answered already"))
}

impl SuspendedRuns {
    /// Runs to the first suspension, or to the end if there is none.
    pub(crate) async fn execute(&self, platform: &Platform, prepared: Prepared) -> Segment {
        let run = Rc::clone(&prepared.run);
        let segment = prepared.start().await;
        let suspended = Rc::new(SuspendedRun::new(run));
        self.settle(platform, &suspended, segment).await
    }

    /// Answers a call.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a call that is not known or was answered, `RESOURCE_LIMIT` for a value beyond the run's
    /// limits, which leaves the call open.
    pub(crate) async fn resume(
        &self,
        platform: &Platform,
        suspension_id: &str,
        outcome: Result<Value, Error>,
        options: ResumeOptions,
    ) -> Result<Segment, Error> {
        let suspended = self.0.borrow().by_call.get(suspension_id).cloned().ok_or_else(|| unknown(suspension_id))?;
        let bounds = ValueBounds::of(suspended.run.limits());
        let values = options.state.iter().map(|mutation| &mutation.value);
        values.chain(&outcome).try_for_each(|value| bounds.check(value))?;
        self.0.borrow_mut().by_call.remove(suspension_id);
        let _resuming = Counted::one_more(&suspended.resuming);
        let call = suspended.calls.borrow_mut().shift_remove(suspension_id).ok_or_else(|| unknown(suspension_id))?;
        let _turn = suspended.turn.acquire().await;
        if suspended.ended.get() {
            return Err(unknown(suspension_id));
        }
        suspended.watch.borrow().abort("resumed");
        let abort = suspended.run.abort.clone();
        let _link = options.signal.on_abort(move |reason| abort.abort(&reason.message));
        let outcome = outcome.map_err(|error| extension_error(&call, &error));
        suspended.run.witness.answered(&call, &outcome);
        let answer = Answer { suspension_id: suspension_id.to_owned(), outcome };
        let segment = suspended.run.resume(vec![answer], options.state).await;
        Ok(self.settle(platform, &suspended, segment).await)
    }

    /// Makes bytes of a run, and forgets it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for a run that is not known or not suspended, the reason if it was aborted, what the engine fails
    /// with: then the run is over.
    pub(crate) async fn park(&self, run_id: &str) -> Result<ParkedRun, Error> {
        let suspended = self.0.borrow().by_run.get(run_id).cloned();
        let suspended = suspended.ok_or_else(|| {
            Error::invalid_argument(format!("no run {run_id:?} waits for answers that the embedder gives"))
        })?;
        if suspended.resuming.get() > 0 {
            return Err(Error::invalid_argument(format!("the run {run_id:?} is being resumed")));
        }
        // From here on no answer finds it.
        let calls = self.remove(&suspended);
        let parked = suspended.run.park(calls.into_values().collect()).await;
        suspended.end();
        parked
    }

    /// Takes a parked run in.
    ///
    /// # Errors
    /// As [`Run::unpark`].
    pub(crate) async fn unpark(
        &self,
        shared: &Rc<Shared>,
        parked: ParkedRun,
        signal: &AbortSignal,
    ) -> Result<Unparked, Error> {
        let (run, suspensions) = Run::unpark(shared, parked, signal).await?;
        let run_id = run.id().to_owned();
        let suspended = Rc::new(SuspendedRun::new(Rc::new(run)));
        self.keep(&suspended, &suspensions);
        self.watch(&shared.platform, &suspended);
        Ok(Unparked { run_id, suspensions })
    }

    /// Forgets every run; their instances are freed.
    pub(crate) fn clear(&self) {
        let Index { by_run, .. } = self.0.take();
        for suspended in by_run.into_values() {
            suspended.end();
        }
    }

    /// Keeps what the segment waits for, or the run's end. Calls that the kernel refuses are answered here: the
    /// embedder makes calls without checks of its own, so it never gets to see them.
    async fn settle(&self, platform: &Platform, suspended: &Rc<SuspendedRun>, mut segment: Segment) -> Segment {
        let mut refused = suspended.keep_granted(&mut segment);
        while segment.status == Status::Suspended && !refused.is_empty() {
            let mut next = suspended.run.resume(refused, Vec::new()).await;
            refused = suspended.keep_granted(&mut next);
            segment.append(next);
        }
        if segment.status == Status::Suspended {
            self.keep(suspended, &segment.suspensions);
            self.watch(platform, suspended);
        } else {
            // Calls of this very answer that are no longer needed were never sent.
            let Segment { suspensions, aborted, .. } = &mut segment;
            suspensions.retain(|call| !aborted.contains(&call.suspension_id));
            self.forget(suspended);
        }
        segment
    }

    fn keep(&self, suspended: &Rc<SuspendedRun>, calls: &[Suspension]) {
        let mut index = self.0.borrow_mut();
        index.by_run.insert(suspended.run.id().to_owned(), Rc::clone(suspended));
        for call in calls {
            index.by_call.insert(call.suspension_id.clone(), Rc::clone(suspended));
            suspended.calls.borrow_mut().insert(call.suspension_id.clone(), call.clone());
        }
    }

    /// Ends the run; its open calls are unknown from here on.
    fn forget(&self, suspended: &SuspendedRun) {
        suspended.end();
        self.remove(suspended);
    }

    /// Takes a run out; answers its open calls.
    fn remove(&self, suspended: &SuspendedRun) -> IndexMap<String, Suspension> {
        let mut index = self.0.borrow_mut();
        index.by_run.remove(suspended.run.id());
        let calls = suspended.calls.take();
        for suspension_id in calls.keys() {
            index.by_call.remove(suspension_id);
        }
        calls
    }

    /// Gives the run up if nobody resumes it in time. If it is aborted its instance is freed at once, but its calls
    /// stay known for that time, so that a late answer is told `CANCELLED`.
    fn watch(&self, platform: &Platform, suspended: &Rc<SuspendedRun>) {
        let watch = AbortController::new();
        let resumed = watch.signal().aborted();
        suspended.watch.replace(watch);
        let timeout_ms = suspended.run.limits().suspension_timeout_ms;
        let expired = platform.clock.sleep(timeout_ms);
        let aborted = suspended.run.abort.signal().aborted();
        let (runs, suspended) = (self.clone(), Rc::clone(suspended));
        let left_alone = {
            let suspended = Rc::clone(&suspended);
            Box::pin(async move {
                if let Either::Right((_, expired)) = select(expired, aborted).await {
                    suspended.run.discard();
                    expired.await;
                }
            })
        };
        platform.spawner.spawn(Box::pin(async move {
            if let Either::Left(_) = select(left_alone, resumed).await {
                runs.forget(&suspended);
            }
        }));
    }
}

impl SuspendedRun {
    fn new(run: Rc<Run>) -> Self {
        Self {
            run,
            calls: RefCell::default(),
            turn: Slots::new(1, usize::MAX),
            resuming: Cell::new(0),
            watch: RefCell::default(),
            ended: Cell::new(false),
        }
    }

    /// Leaves the calls that the embedder may make in the segment; answers with the refusals of the others.
    fn keep_granted(&self, segment: &mut Segment) -> Vec<Answer> {
        let screened = self.run.screen(segment);
        segment.suspensions = screened.granted.into_iter().map(|(call, _)| call).collect();
        screened.refused
    }

    fn end(&self) {
        self.ended.set(true);
        self.watch.borrow().abort("the run is over");
        self.run.discard();
    }
}

//! Runs in the hands of the embedder: stopped at their first suspension, resumed call by call.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use futures_util::future::{Either, select};
use indexmap::IndexMap;
use nexus_core::{Answer, Error, Segment, StateMutation, Status, Suspension, Value};

use crate::abort::{AbortController, AbortSignal};
use crate::call::extension_error;
use crate::platform::Platform;
use crate::run::{Prepared, Run};
use crate::slots::Slots;
use crate::value_bounds::ValueBounds;

/// What comes with an answer.
#[derive(Clone, Default)]
pub struct ResumeOptions {
    /// What changed in the state since the run was suspended, by others.
    pub state: Vec<StateMutation>,
    /// Gives the run up.
    pub signal: AbortSignal,
}

/// The runs that wait for the embedder.
#[derive(Clone, Default)]
pub(crate) struct SuspendedRuns(Rc<RefCell<HashMap<String, Rc<SuspendedRun>>>>);

struct SuspendedRun {
    run: Rc<Run>,
    /// Calls without an answer.
    calls: RefCell<IndexMap<String, Suspension>>,
    /// One resume at a time; the others wait their turn.
    turn: Slots,
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
        let suspended = Rc::new(SuspendedRun {
            run,
            calls: RefCell::default(),
            turn: Slots::new(1, usize::MAX),
            watch: RefCell::default(),
            ended: Cell::new(false),
        });
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
        let suspended = self.0.borrow().get(suspension_id).cloned().ok_or_else(|| unknown(suspension_id))?;
        let bounds = ValueBounds::of(suspended.run.limits());
        let values = options.state.iter().map(|mutation| &mutation.value);
        values.chain(&outcome).try_for_each(|value| bounds.check(value))?;
        self.0.borrow_mut().remove(suspension_id);
        let call = suspended.calls.borrow_mut().shift_remove(suspension_id).ok_or_else(|| unknown(suspension_id))?;
        let _turn = suspended.turn.acquire().await;
        if suspended.ended.get() {
            return Err(unknown(suspension_id));
        }
        suspended.watch.borrow().abort("resumed");
        let abort = suspended.run.abort.clone();
        let _link = options.signal.on_abort(move |reason| abort.abort(&reason.message));
        let outcome = outcome.map_err(|error| extension_error(&call, &error));
        let answer = Answer { suspension_id: suspension_id.to_owned(), outcome };
        let segment = suspended.run.resume(vec![answer], options.state).await;
        Ok(self.settle(platform, &suspended, segment).await)
    }

    /// Forgets every run; their instances are freed.
    pub(crate) fn clear(&self) {
        let suspended = self.0.take();
        for suspended in suspended.into_values() {
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
        for call in calls {
            self.0.borrow_mut().insert(call.suspension_id.clone(), Rc::clone(suspended));
            suspended.calls.borrow_mut().insert(call.suspension_id.clone(), call.clone());
        }
    }

    /// Ends the run; its open calls are unknown from here on.
    fn forget(&self, suspended: &SuspendedRun) {
        suspended.end();
        for (suspension_id, _) in suspended.calls.take() {
            self.0.borrow_mut().remove(&suspension_id);
        }
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

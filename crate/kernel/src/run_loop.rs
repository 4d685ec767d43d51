//! Drives a run to its end: segment, flush, calls at once, resume with what has arrived, and again.

use std::rc::Rc;

use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use indexmap::IndexMap;
use nexus_core::{Answer, Error, ErrorCode, Segment, StateMutation, Status, Suspension};

use crate::abort::AbortController;
use crate::engine::LocalFuture;
use crate::extension::Grant;
use crate::run::{Prepared, Run};
use crate::spawner::Spawner;

/// Called with each segment as soon as it ended, before its calls are made.
pub type SegmentObserver = Rc<dyn Fn(&Segment)>;

/// What a run shares with others, segment by segment: the state of a panel.
pub(crate) trait SharedState {
    /// Waits for the run's turn to compute, and takes it: nobody else's segment begins before [`leave`](Self::leave). Answers what
    /// others changed in the state since the run's last segment.
    fn enter(&self) -> LocalFuture<'_, Vec<StateMutation>>;

    /// Takes the effects of a segment that ended, and gives the turn back. Of a segment that failed nothing is taken, and nothing
    /// left in it but its log and the error.
    ///
    /// # Errors
    /// Why the effects cannot be taken: the segment has failed then, and the run with it.
    fn leave(&self, segment: &mut Segment) -> Result<(), Error>;
}

/// Runs to the end. The answer tells the effects of all segments, each once, in order.
///
/// Thousands of runs may wait at once, each in a future of this: what is not needed meanwhile is boxed, or left to functions
/// that do not wait.
pub(crate) fn drive(
    prepared: Prepared,
    observer: Option<SegmentObserver>,
    shared: Option<Rc<dyn SharedState>>,
    spawner: Rc<dyn Spawner>,
) -> LocalFuture<'static, Segment> {
    let mut drive = Drive { run: Rc::clone(&prepared.run), observer, shared, calls: Calls::default(), total: None };
    let started: LocalFuture<'static, Segment> = Box::pin(prepared.start());
    Box::pin(async move {
        let mut refused = drive.add(started.await);
        while let Some(answers) = refused {
            refused = match drive.next(answers).await {
                Ok((answers, state)) => drive.add(Box::pin(drive.run.resume(answers, state)).await),
                Err(error) => drive.add(drive.run.fail(error)),
            };
        }
        drive.end(&*spawner)
    })
}

/// A run that is being driven.
struct Drive {
    run: Rc<Run>,
    observer: Option<SegmentObserver>,
    shared: Option<Rc<dyn SharedState>>,
    calls: Calls,
    /// What it did so far.
    total: Option<Box<Segment>>,
}

impl Drive {
    /// Waits until the run can go on; with which answers and with which changes of the state.
    async fn next(&mut self, answers: Vec<Answer>) -> Result<(Vec<Answer>, Vec<StateMutation>), Error> {
        let answers = self.calls.answers(&self.run, answers).await?;
        let Some(shared) = &self.shared else { return Ok((answers, Vec::new())) };
        let state = match select(shared.enter(), self.run.abort.signal().aborted()).await {
            Either::Left((state, _)) => state,
            Either::Right((reason, _)) => return Err(reason),
        };
        // More may have come while others had their turn.
        Ok((self.calls.answers(&self.run, answers).await?, state))
    }

    /// Takes a segment and makes its calls. Answers those that are refused already; `None` if this was the last segment.
    fn add(&mut self, mut segment: Segment) -> Option<Vec<Answer>> {
        if let Some(shared) = &self.shared
            && let Err(error) = shared.leave(&mut segment)
        {
            self.run.discard();
            segment.suspensions.clear();
            (segment.status, segment.return_value, segment.error) = (Status::Error, None, Some(error));
        }
        let screened = self.run.screen(&mut segment);
        if let Some(observer) = &self.observer {
            observer(&segment);
        }
        for suspension_id in &segment.aborted {
            self.calls.abort(suspension_id);
        }
        let status = segment.status;
        let cancelled = segment.error.as_ref().is_some_and(|error| error.code == ErrorCode::Cancelled);
        match &mut self.total {
            Some(total) => total.append(segment),
            None => self.total = Some(Box::new(segment)),
        }
        if cancelled {
            self.run.give_up("the run was aborted");
            return None;
        }
        for (call, grant) in screened.granted {
            self.calls.make(&self.run, call, grant);
        }
        (status == Status::Suspended).then_some(screened.refused)
    }

    fn end(self, spawner: &dyn Spawner) -> Segment {
        let Self { run, calls, total, .. } = self;
        // The handler is done; what it asked for and did not wait for still happens, as long as the run is not aborted.
        if !calls.pending.is_empty() && !run.abort.signal().is_aborted() {
            spawner.spawn(Box::pin(calls.pending.for_each(|_| std::future::ready(()))));
        }
        total.map_or_else(|| run.fail(Error::internal("a run without segments")), |total| *total)
    }
}

/// The calls of a run that are under way.
#[derive(Default)]
struct Calls {
    pending: FuturesUnordered<LocalFuture<'static, Answer>>,
    aborts: IndexMap<String, AbortController>,
}

impl Calls {
    fn make(&mut self, run: &Rc<Run>, mut call: Suspension, grant: Grant) {
        let abort = AbortController::following(&[&run.abort.signal()]);
        self.aborts.insert(call.suspension_id.clone(), abort.clone());
        let run = Rc::clone(run);
        self.pending.push(Box::pin(async move {
            let watched = run.witness.call(&call);
            let outcome = run.caller.make(&mut call, grant, abort).await;
            if let Some(watched) = watched {
                watched.ended(&outcome);
            }
            Answer { suspension_id: call.suspension_id, outcome }
        }));
    }

    fn abort(&mut self, suspension_id: &str) {
        if let Some(abort) = self.aborts.swap_remove(suspension_id) {
            abort.abort("the handler no longer waits for this call");
        }
    }

    /// Waits until there is an answer, and takes all that are there by then, after `answers`.
    async fn answers(&mut self, run: &Run, mut answers: Vec<Answer>) -> Result<Vec<Answer>, Error> {
        if answers.is_empty() {
            match select(self.pending.next(), run.abort.signal().aborted()).await {
                Either::Left((Some(answer), _)) => answers.push(answer),
                Either::Left((None, _)) => {
                    return Err(Error::internal("the engine reports a suspended run without pending calls"));
                }
                Either::Right((reason, _)) => return Err(reason),
            }
        }
        while let Some(Some(answer)) = self.pending.next().now_or_never() {
            answers.push(answer);
        }
        for answer in &answers {
            self.aborts.swap_remove(&answer.suspension_id);
        }
        Ok(answers)
    }
}

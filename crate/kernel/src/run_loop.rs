//! Drives a run to its end: segment, flush, calls at once, resume with what has arrived, and again.

use std::rc::Rc;

use futures_util::future::{Either, LocalBoxFuture, select};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use indexmap::IndexMap;
use nexus_core::{Answer, Error, ErrorCode, Segment, Status, Suspension};

use crate::abort::AbortController;
use crate::extension::Grant;
use crate::run::{Prepared, Run};
use crate::spawner::Spawner;

/// Called with each segment as soon as it ended, before its calls are made.
pub type SegmentObserver = Rc<dyn Fn(&Segment)>;

/// Runs to the end. The answer tells the effects of all segments, each once, in order.
pub(crate) async fn drive(prepared: Prepared, observer: Option<SegmentObserver>, spawner: Rc<dyn Spawner>) -> Segment {
    let run = Rc::clone(&prepared.run);
    let mut calls = Calls::default();
    let mut total: Option<Segment> = None;
    // Boxed, so that what a segment takes is not kept for the time that the run is suspended.
    let mut segment = Box::pin(prepared.start()).await;
    loop {
        let screened = run.screen(&mut segment);
        if let Some(observer) = &observer {
            observer(&segment);
        }
        for suspension_id in &segment.aborted {
            calls.abort(suspension_id);
        }
        let status = segment.status;
        let cancelled = segment.error.as_ref().is_some_and(|error| error.code == ErrorCode::Cancelled);
        match &mut total {
            Some(total) => total.append(segment),
            None => total = Some(segment),
        }
        if cancelled {
            run.give_up("the run was aborted");
            break;
        }
        for (call, grant) in screened.granted {
            calls.make(&run, call, grant);
        }
        if status != Status::Suspended {
            break;
        }
        segment = match calls.answers(&run, screened.refused).await {
            Ok(answers) => Box::pin(run.resume(answers, Vec::new())).await,
            Err(error) => run.fail(error),
        };
    }
    // The handler is done; what it asked for and did not wait for still happens, as long as the run is not aborted.
    if !calls.pending.is_empty() && !run.abort.signal().is_aborted() {
        spawner.spawn(Box::pin(calls.pending.for_each(|_| std::future::ready(()))));
    }
    total.unwrap_or_else(|| run.fail(Error::internal("a run without segments")))
}

/// The calls of a run that are under way.
#[derive(Default)]
struct Calls {
    pending: FuturesUnordered<LocalBoxFuture<'static, Answer>>,
    aborts: IndexMap<String, AbortController>,
}

impl Calls {
    fn make(&mut self, run: &Rc<Run>, call: Suspension, grant: Grant) {
        let abort = AbortController::following(&[&run.abort.signal()]);
        self.aborts.insert(call.suspension_id.clone(), abort.clone());
        let run = Rc::clone(run);
        self.pending.push(Box::pin(async move {
            let outcome = run.caller.make(&call, grant, abort).await;
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

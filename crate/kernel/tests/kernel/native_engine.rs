//! The sandbox linked in: every run has an interpreter of its own, without the wall around it.
//!
//! There is no fuel here and no memory limit: those come with the wall, and are tested where the wall is.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use nexus_core::message::{CompileRequest, HostReply, InferRequest, ResumeRequest, StartRequest};
use nexus_core::{Error, HandlerFacts, Limits, Segment, Status};
use nexus_kernel::engine::{Engine, EngineStats, LocalFuture, Resume, Start, Unpark};
use nexus_sandbox::Instance;

#[derive(Default)]
pub struct NativeEngine {
    suspended: RefCell<HashMap<String, Instance>>,
    started: Cell<u64>,
}

impl NativeEngine {
    fn keep(&self, run_id: String, instance: Instance, segment: &Segment) {
        if segment.status == Status::Suspended {
            self.suspended.borrow_mut().insert(run_id, instance);
        }
    }
}

fn compiled(source: &str, limits: &Limits) -> Result<Instance, Error> {
    let mut instance = Instance::boot();
    let request = CompileRequest { source: source.to_owned(), limits: limits.clone() };
    instance.compile(request).outcome.map(|()| instance)
}

impl Engine for NativeEngine {
    fn start(&self, start: Start) -> LocalFuture<'_, Result<Segment, Error>> {
        Box::pin(async move {
            self.started.set(self.started.get() + 1);
            let mut instance = match compiled(&start.source, &start.limits) {
                Ok(instance) => instance,
                Err(error) => return Ok(Segment::failed(start.run_id, error)),
            };
            let request = StartRequest {
                run_id: start.run_id.clone(),
                context: start.context,
                extensions: start.extensions,
                host_functions: start.host_functions,
                now: start.now,
                seed: start.seed.to_vec(),
            };
            let host = start.host;
            let host =
                Rc::new(move |call: nexus_core::message::HostCall| HostReply { outcome: host(&call.name, call.args) });
            let segment = instance.start(request, host);
            self.keep(start.run_id, instance, &segment);
            Ok(segment)
        })
    }

    fn resume<'a>(&'a self, run_id: &'a str, resume: Resume) -> LocalFuture<'a, Result<Segment, Error>> {
        Box::pin(async move {
            let instance = self.suspended.borrow_mut().remove(run_id);
            let mut instance = instance.ok_or_else(|| Error::invalid_argument(format!("no run {run_id:?}")))?;
            let Resume { answers, state, now, .. } = resume;
            let segment = instance.resume(ResumeRequest { answers, state, now });
            self.keep(run_id.to_owned(), instance, &segment);
            Ok(segment)
        })
    }

    fn discard(&self, run_id: &str) {
        self.suspended.borrow_mut().remove(run_id);
    }

    /// Without the wall there is no memory to take it out of.
    fn park<'a>(&'a self, _run_id: &'a str) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async { Err(Error::internal("no memory of its own")) })
    }

    fn unpark(&self, _run: Unpark) -> LocalFuture<'_, Result<(), Error>> {
        Box::pin(async { Err(Error::internal("no memory of its own")) })
    }

    fn precompile<'a>(&'a self, source: &'a str, limits: &'a Limits) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async move { compiled(source, limits).map(drop) })
    }

    fn handler_facts<'a>(&'a self, source: &'a str) -> LocalFuture<'a, Result<HandlerFacts, Error>> {
        Box::pin(async move {
            let request = InferRequest { source: source.to_owned(), limits: Limits::default() };
            Instance::boot().infer(request).outcome
        })
    }

    fn identity(&self) -> String {
        "test".to_owned()
    }

    fn stats(&self) -> EngineStats {
        let active_instances = self.suspended.borrow().len() as u64;
        EngineStats { active_instances, cache_misses: self.started.get(), ..EngineStats::default() }
    }

    fn close(&self) {
        self.suspended.borrow_mut().clear();
    }
}

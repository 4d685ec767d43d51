//! Runs that the embedder resumes itself.

use std::rc::Rc;

use nexus_core::run::Context;
use nexus_core::{Error, ErrorCode, Limits, MutationOperation, Segment, StateMutation, Status, Value};
use nexus_kernel::clock::Clock;
use nexus_kernel::{AbortController, AbortSignal, Kernel, ResumeOptions, RunOptions, Unparked};

use crate::extensions::{Notes, test_extension};
use crate::scripted_engine::{ScriptedEngine, call, events, success, suspended};
use crate::world::{Task, World};

struct Scene {
    world: World,
    engine: Rc<ScriptedEngine>,
    kernel: Kernel,
}

fn scene() -> Scene {
    let (world, engine) = (World::new(), Rc::new(ScriptedEngine::default()));
    let kernel = world.kernel(engine.clone());
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    Scene { world, engine, kernel }
}

impl Scene {
    fn execute_with(&self, signal: AbortSignal, limits: Option<Limits>) -> Segment {
        let capabilities = ["ext:test.echo", "events:emit:*"].map(|token| token.parse().unwrap()).into();
        let options = RunOptions {
            context: Context { capabilities, ..Context::default() },
            signal,
            limits,
            ..RunOptions::default()
        };
        let kernel = self.kernel.clone();
        self.world.run(async move { kernel.execute("handler", options).await }).unwrap()
    }

    /// Executes to a suspension with these calls.
    fn execute(&self, calls: &[i32]) -> Segment {
        let calls = calls.iter().map(|id| call("echo", &[(*id).into()])).collect();
        self.engine.then(move |given| suspended(&given, "one", calls));
        self.execute_with(AbortSignal::never(), None)
    }

    fn spawn_resume(&self, id: i32, options: ResumeOptions) -> Task<Result<Segment, Error>> {
        let kernel = self.kernel.clone();
        self.world.spawn(async move { kernel.resume(&format!("echo:{id}"), Ok(id.into()), options).await })
    }

    fn resume_with(&self, id: i32, outcome: Result<Value, Error>) -> Result<Segment, Error> {
        let kernel = self.kernel.clone();
        self.world.run(async move { kernel.resume(&format!("echo:{id}"), outcome, ResumeOptions::default()).await })
    }

    fn resume(&self, id: i32) -> Result<Segment, Error> {
        self.resume_with(id, Ok(id.into()))
    }

    fn discards(&self) -> usize {
        self.engine.asked.borrow().iter().filter(|what| *what == "discard").count()
    }
}

fn unknown(result: Result<Segment, Error>) {
    assert_eq!(result.unwrap_err().code, ErrorCode::InvalidArgument);
}

#[test]
fn each_segment_tells_only_what_is_new_and_each_call_is_answered_once() {
    let scene = scene();
    let first = scene.execute(&[1, 2]);
    assert_eq!((first.status, events(&first), first.suspensions.len()), (Status::Suspended, vec!["one"], 2));
    assert_eq!(scene.kernel.stats().suspended_runs, 1);
    scene
        .engine
        .then(|given| {
            assert_eq!(given.answers[0].outcome, Ok(2.into()));
            suspended(&given, "two", vec![])
        })
        .then(|given| success(&given, "three"));
    assert_eq!(events(&scene.resume(2).unwrap()), ["two"]);
    unknown(scene.resume(2));
    unknown(scene.resume(3));
    assert_eq!(events(&scene.resume(1).unwrap()), ["three"]);
    unknown(scene.resume(1));
    assert_eq!((scene.kernel.stats().suspended_runs, scene.discards()), (0, 0));
}

#[test]
fn open_calls_are_unknown_once_the_handler_settled() {
    let scene = scene();
    scene.execute(&[1, 2]);
    scene.engine.then(|given| success(&given, "end"));
    scene.resume(1).unwrap();
    unknown(scene.resume(2));
}

#[test]
fn a_failed_call_is_an_extension_error_in_the_handler() {
    let scene = scene();
    scene.execute(&[1]);
    scene.engine.then(|given| {
        let error = given.answers[0].outcome.clone().unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::ExtensionError, "no"));
        let context = Value::object([("extension", Value::from("test")), ("method", "echo".into())]);
        assert_eq!(error.context, Some(context));
        success(&given, "")
    });
    scene.resume_with(1, Err(Error::new(ErrorCode::PermissionDenied, "no"))).unwrap();
}

#[test]
fn what_changed_outside_goes_along() {
    let scene = scene();
    scene.execute(&[1]);
    let change = StateMutation { key: "a".into(), value: 1.into(), operation: MutationOperation::Set };
    let expected = vec![change.clone()];
    scene.engine.then(move |given| {
        assert_eq!(given.state, expected);
        success(&given, "")
    });
    let task = scene.spawn_resume(1, ResumeOptions { state: vec![change], ..ResumeOptions::default() });
    scene.world.settle();
    task.result().unwrap().unwrap();
}

#[test]
fn answers_to_one_run_take_turns() {
    let scene = scene();
    scene.execute(&[1, 2, 3]);
    let clock = scene.world.clock.clone();
    let slow = scene.world.clock.clone();
    scene
        .engine
        .then_async(move |given| {
            let sleep = slow.sleep(10);
            Box::pin(async move {
                sleep.await;
                Ok(suspended(&given, "two", vec![]))
            })
        })
        .then(move |given| {
            assert_eq!((given.answers[0].suspension_id.as_str(), clock.elapsed()), ("echo:2", 10));
            success(&given, "three")
        });
    let tasks = [1, 2, 3].map(|id| scene.spawn_resume(id, ResumeOptions::default()));
    scene.world.settle();
    assert!(tasks.iter().all(|task| task.result().is_none()));
    scene.world.advance(10);
    assert_eq!(events(&tasks[0].result().unwrap().unwrap()), ["two"]);
    assert_eq!(events(&tasks[1].result().unwrap().unwrap()), ["three"]);
    unknown(tasks[2].result().unwrap());
}

#[test]
fn a_run_that_is_left_alone_is_given_up() {
    let scene = scene();
    scene.execute(&[1, 2]);
    scene.world.advance(59_999);
    scene.engine.then(|given| suspended(&given, "two", vec![]));
    scene.resume(1).unwrap();
    scene.world.advance(59_999);
    assert_eq!((scene.discards(), scene.kernel.stats().suspended_runs), (0, 1));
    scene.world.advance(1);
    assert_eq!((scene.discards(), scene.kernel.stats().suspended_runs), (1, 0));
    unknown(scene.resume(2));
}

#[test]
fn an_abort_between_resumes_frees_the_instance_and_is_told_to_the_next_answer() {
    let scene = scene();
    let controller = AbortController::new();
    scene.engine.then(|given| suspended(&given, "one", vec![call("echo", &[1.into()]), call("echo", &[2.into()])]));
    scene.execute_with(controller.signal(), None);
    controller.abort("enough");
    scene.world.settle();
    assert_eq!((scene.discards(), scene.kernel.stats().suspended_runs), (1, 0));
    let segment = scene.resume(1).unwrap();
    assert_eq!(segment.error.unwrap().code, ErrorCode::Cancelled);
    unknown(scene.resume(2));
    assert_eq!(scene.discards(), 1);
}

#[test]
fn a_resume_has_a_signal_of_its_own() {
    let scene = scene();
    scene.execute(&[1, 2]);
    scene.engine.then_async(|_| Box::pin(std::future::pending()));
    let controller = AbortController::new();
    let task = scene.spawn_resume(1, ResumeOptions { signal: controller.signal(), ..ResumeOptions::default() });
    scene.world.settle();
    controller.abort("enough");
    scene.world.settle();
    assert_eq!(task.result().unwrap().unwrap().error.unwrap().code, ErrorCode::Cancelled);
    unknown(scene.resume(2));
    assert_eq!(scene.discards(), 1);
}

#[test]
fn the_embedder_never_sees_a_call_that_the_handler_may_not_make() {
    let scene = scene();
    scene
        .engine
        .then(|given| suspended(&given, "one", vec![call("wait", &[1.into()]), call("echo", &[1.into()])]))
        .then(|given| {
            assert_eq!(given.answers[0].suspension_id, "wait:1");
            assert_eq!(given.answers[0].outcome.clone().unwrap_err().code, ErrorCode::PermissionDenied);
            suspended(&given, "two", vec![])
        });
    let segment = scene.execute_with(AbortSignal::never(), None);
    assert_eq!((events(&segment), segment.status), (vec!["one", "two"], Status::Suspended));
    assert_eq!(segment.suspensions, [call("echo", &[1.into()])]);
    assert_eq!(segment.denials[0].capability, "ext:test.wait");
    scene.engine.then(|given| Segment {
        suspensions: vec![call("wait", &[2.into()]), call("echo", &[2.into()])],
        ..success(&given, "three")
    });
    assert_eq!(scene.resume(1).unwrap().suspensions, [call("echo", &[2.into()])]);
}

#[test]
fn an_answer_beyond_the_limits_is_refused_and_the_call_stays_open() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "one", vec![call("echo", &[1.into()])]));
    scene.execute_with(AbortSignal::never(), Some(Limits { max_value_bytes: 8, ..Limits::default() }));
    let error = scene.resume_with(1, Ok("123456789".into())).unwrap_err();
    assert_eq!(error.code, ErrorCode::ResourceLimit);
    scene.engine.then(|given| success(&given, ""));
    assert!(scene.resume(1).is_ok());
}

#[test]
fn closing_gives_up_what_is_suspended() {
    let scene = scene();
    scene.execute(&[1]);
    let kernel = scene.kernel.clone();
    assert_eq!(scene.world.run(async move { kernel.close().await }), []);
    assert_eq!((scene.discards(), scene.kernel.stats().suspended_runs), (1, 0));
    assert_eq!(scene.resume(1).unwrap_err().message, "the kernel is closed");
    assert_eq!(scene.world.clock.elapsed(), 0);
    scene.world.advance(100_000);
    assert_eq!(scene.discards(), 1);
}

impl Scene {
    fn park(&self, run_id: &str) -> Result<Vec<u8>, Error> {
        let (kernel, run_id) = (self.kernel.clone(), run_id.to_owned());
        self.world.run(async move { kernel.park(&run_id, "label").await })
    }

    fn unpark(&self, bytes: &[u8], signal: AbortSignal) -> Result<Unparked, Error> {
        let (kernel, bytes) = (self.kernel.clone(), bytes.to_vec());
        self.world.run(async move { kernel.unpark(&bytes, "label", &signal).await })
    }
}

#[test]
fn a_parked_run_leaves_the_engine_and_its_open_calls_come_back_under_new_names() {
    let scene = scene();
    let given = scene.execute(&[1, 2]);
    scene.engine.then(|given| suspended(&given, "two", Vec::new()));
    scene.resume(1).unwrap();
    let bytes = scene.park(&given.run_id).unwrap();
    assert_eq!(scene.kernel.stats().suspended_runs, 0);
    assert_eq!(scene.resume(2).unwrap_err().code, ErrorCode::InvalidArgument);

    let forks = [(); 2].map(|()| scene.unpark(&bytes, AbortSignal::never()).unwrap());
    assert_ne!(forks[0].run_id, forks[1].run_id);
    assert_eq!(scene.kernel.stats().suspended_runs, 2);
    for fork in &forks {
        let [call] = &fork.suspensions[..] else { panic!("one call was open: {:?}", fork.suspensions) };
        assert_eq!((&call.args[..], &call.suspension_id), (&[2.into()][..], &format!("{}.echo:2", fork.run_id)));
    }
    let unparked = scene.engine.unparked.borrow();
    assert!(unparked.iter().all(|run| run.memory == given.run_id.as_bytes()), "as the engine gave it");
    assert_eq!(*scene.engine.asked.borrow(), ["start", "resume", "park", "unpark", "unpark"]);
}

#[test]
fn effects_count_on_over_a_park() {
    let scene = scene();
    let limits = Limits { max_events: 2, ..Limits::default() };
    scene.engine.then(|given| suspended(&given, "one", vec![call("echo", &[1.into()])]));
    let given = scene.execute_with(AbortSignal::never(), Some(limits));
    let bytes = scene.park(&given.run_id).unwrap();
    // A sandbox that does not keep to it itself.
    scene.engine.then(|given| Segment {
        events: [success(&given, "two").events, success(&given, "three").events].concat(),
        ..success(&given, "")
    });
    let call = scene.unpark(&bytes, AbortSignal::never()).unwrap().suspensions.remove(0);
    let kernel = scene.kernel.clone();
    let resumed = scene
        .world
        .run(async move { kernel.resume(&call.suspension_id, Ok(Value::Null), ResumeOptions::default()).await });
    assert_eq!(resumed.unwrap().error.unwrap().code, ErrorCode::InternalError);
}

#[test]
fn a_run_that_was_aborted_is_not_parked() {
    let scene = scene();
    let controller = AbortController::new();
    scene.engine.then(|given| suspended(&given, "one", vec![call("echo", &[1.into()])]));
    let given = scene.execute_with(controller.signal(), None);
    controller.abort("enough");
    let error = scene.park(&given.run_id).unwrap_err();
    assert_eq!((error.code, error.message.as_str()), (ErrorCode::Cancelled, "enough"));
    assert_eq!(scene.kernel.stats().suspended_runs, 0);
    assert_eq!(scene.park(&given.run_id).unwrap_err().code, ErrorCode::InvalidArgument, "it is over");
}

#[test]
fn an_unparked_run_that_nobody_resumes_is_given_up_in_time() {
    let scene = scene();
    let given = scene.execute(&[1]);
    let bytes = scene.park(&given.run_id).unwrap();
    let call = scene.unpark(&bytes, AbortSignal::never()).unwrap().suspensions.remove(0);
    scene.world.advance(Limits::default().suspension_timeout_ms + 1);
    let kernel = scene.kernel.clone();
    let late = scene
        .world
        .run(async move { kernel.resume(&call.suspension_id, Ok(Value::Null), ResumeOptions::default()).await });
    assert_eq!(late.unwrap_err().code, ErrorCode::InvalidArgument);
    assert_eq!(scene.kernel.stats().suspended_runs, 0);
    assert!(scene.unpark(&bytes, AbortSignal::never()).is_ok(), "the bytes are as good as before");
}

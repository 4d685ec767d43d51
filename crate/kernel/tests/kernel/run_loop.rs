//! The loop: segments, calls, answers, the end, and giving up at every point of it.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_core::effect::ViewCommandType;
use nexus_core::run::{Context, Denial};
use nexus_core::{
    Error, ErrorCode, Limits, LogLevel, LogLine, MutationOperation, Segment, StateMutation, Status, Value, ViewCommand,
};
use nexus_kernel::{AbortController, AbortSignal, Kernel, RunOptions};

use crate::extensions::{Made, Notes, test_extension};
use crate::scripted_engine::{Given, ScriptedEngine, call, events, failed, success, suspended};
use crate::world::{BEGINNING, Task, World};

struct Scene {
    world: World,
    engine: Rc<ScriptedEngine>,
    kernel: Kernel,
    notes: Notes,
}

fn scene() -> Scene {
    let (world, engine, notes) = (World::new(), Rc::new(ScriptedEngine::default()), Notes::default());
    let kernel = world.kernel(engine.clone());
    kernel.extensions().register(test_extension(world.clock.clone(), notes.clone())).unwrap();
    Scene { world, engine, kernel, notes }
}

/// The tokens, and the one for the events by which the scripted segments are told apart.
fn options(tokens: &[&str], signal: AbortSignal) -> RunOptions {
    let capabilities = tokens.iter().chain(&["events:emit:*"]).map(|token| token.parse().unwrap()).collect();
    RunOptions { context: Context { capabilities, ..Context::default() }, signal, ..RunOptions::default() }
}

impl Scene {
    fn spawn(&self, options: RunOptions) -> Task<Result<Segment, Error>> {
        let kernel = self.kernel.clone();
        self.world.spawn(async move { kernel.run("handler", options, None).await })
    }

    fn run_with(&self, options: RunOptions) -> Result<Segment, Error> {
        let kernel = self.kernel.clone();
        self.world.run(async move { kernel.run("handler", options, None).await })
    }

    fn run(&self) -> Segment {
        self.run_with(options(&["ext:test"], AbortSignal::never())).unwrap()
    }

    fn asked(&self) -> Vec<String> {
        self.engine.asked.take()
    }
}

fn ids(given: &Given) -> Vec<&str> {
    given.answers.iter().map(|answer| answer.suspension_id.as_str()).collect()
}

fn code(segment: &Segment) -> ErrorCode {
    assert_eq!(segment.status, Status::Error);
    segment.error.as_ref().unwrap().code
}

#[test]
fn every_effect_is_told_once_in_order_and_segment_by_segment() {
    let scene = scene();
    scene
        .engine
        .then(|given| suspended(&given, "one", vec![call("echo", &[1.into()])]))
        .then(|given| suspended(&given, "two", vec![call("echo", &[2.into()])]))
        .then(|given| Segment { return_value: Some(7.into()), ..success(&given, "three") });
    let seen = Rc::new(RefCell::new(Vec::new()));
    let observer = {
        let seen = Rc::clone(&seen);
        Rc::new(move |segment: &Segment| seen.borrow_mut().push((events(segment).join(","), segment.status)))
    };
    let kernel = scene.kernel.clone();
    let options = options(&["ext:test"], AbortSignal::never());
    let result = scene.world.run(async move { kernel.run("handler", options, Some(observer)).await }).unwrap();
    assert_eq!(events(&result), ["one", "two", "three"]);
    assert_eq!((result.status, result.return_value), (Status::Success, Some(7.into())));
    assert_eq!(result.metrics.duration_us, 30);
    let seen: Vec<_> = seen.take().into_iter().map(|(events, status)| format!("{events} {status:?}")).collect();
    assert_eq!(seen, ["one Suspended", "two Suspended", "three Success"]);
    assert_eq!(scene.asked(), ["start", "resume", "resume"]);
}

#[test]
fn a_run_has_a_name_and_a_seed_of_its_own_and_the_time() {
    let scene = scene();
    for _ in 0..2 {
        scene.engine.then(|given| {
            assert_eq!(given.now, BEGINNING);
            success(&given, "")
        });
    }
    let (first, second) = (scene.run().run_id, scene.run().run_id);
    for id in [&first, &second] {
        let digits = id.strip_prefix("run_").unwrap();
        assert!(digits.len() == 16 && digits.bytes().all(|byte| b"0123456789abcdef".contains(&byte)), "{id}");
    }
    assert_ne!(first, second);
    let seeds = scene.engine.seeds.take();
    assert_ne!(seeds[0], seeds[1]);
}

#[test]
fn calls_go_out_at_once_and_answers_come_back_in_order_of_arrival() {
    let scene = scene();
    let calls = [30, 10, 20, 10].map(|ms| ms.into());
    let calls: Vec<_> = calls
        .iter()
        .enumerate()
        .map(|(i, ms): (_, &Value)| nexus_core::Suspension {
            suspension_id: format!("c{i}"),
            ..call("wait", std::slice::from_ref(ms))
        })
        .collect();
    scene
        .engine
        .then(move |given| suspended(&given, "", calls))
        .then(|given| {
            assert_eq!((ids(&given), given.now - BEGINNING), (vec!["c1"], 10.0));
            suspended(&given, "", vec![])
        })
        .then(|given| {
            assert_eq!((ids(&given), given.now - BEGINNING), (vec!["c3"], 10.0));
            suspended(&given, "", vec![])
        })
        .then(|given| {
            assert_eq!((ids(&given), given.now - BEGINNING), (vec!["c2"], 20.0));
            assert_eq!(given.answers[0].outcome, Ok(20.into()));
            suspended(&given, "", vec![])
        })
        .then(|given| {
            assert_eq!((ids(&given), given.now - BEGINNING), (vec!["c0"], 30.0));
            success(&given, "")
        });
    assert_eq!(scene.run().status, Status::Success);
}

#[test]
fn answers_that_are_there_together_come_together() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "", (0..5).map(|i| call("echo", &[i.into()])).collect())).then(
        |given| {
            assert_eq!(ids(&given), ["echo:0", "echo:1", "echo:2", "echo:3", "echo:4"]);
            success(&given, "")
        },
    );
    scene.run();
}

#[test]
fn an_aborted_signal_starts_nothing() {
    let scene = scene();
    let controller = AbortController::new();
    controller.abort("changed my mind");
    let result = scene.run_with(options(&["ext:test"], controller.signal())).unwrap();
    assert_eq!(code(&result), ErrorCode::Cancelled);
    assert_eq!(result.error.unwrap().message, "changed my mind");
    assert_eq!(scene.asked(), Vec::<String>::new());
    assert_eq!((scene.kernel.stats().active_runs, scene.kernel.stats().suspended_runs), (0, 0));
}

#[test]
fn an_abort_while_calls_are_pending_keeps_the_effects_and_aborts_the_calls() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "one", vec![call("never", &[1.into()]), call("wait", &[50.into()])]));
    let controller = AbortController::new();
    let task = scene.spawn(options(&["ext:test"], controller.signal()));
    scene.world.advance(10);
    assert!(task.result().is_none());
    assert_eq!((scene.kernel.stats().active_runs, scene.kernel.stats().suspended_runs), (0, 1));
    scene.notes.take();
    controller.abort("enough");
    scene.world.settle();
    let result = task.result().unwrap().unwrap();
    assert_eq!((code(&result), events(&result)), (ErrorCode::Cancelled, vec!["one"]));
    assert_eq!(scene.asked(), ["start", "discard"]);
    assert_eq!(scene.notes.take(), ["never(1) aborted: enough", "wait(50) aborted: enough"]);
    scene.world.advance(100);
    assert_eq!(scene.notes.take(), Vec::<String>::new());
    assert_eq!((scene.kernel.stats().active_runs, scene.kernel.stats().suspended_runs), (0, 0));
}

#[test]
fn an_abort_between_segments_does_not_start_the_next() {
    let scene = scene();
    let controller = AbortController::new();
    let from_inside = controller.clone();
    scene.engine.then(move |given| {
        from_inside.abort("now");
        suspended(&given, "one", vec![call("echo", &[1.into()])])
    });
    let result = scene.run_with(options(&["ext:test"], controller.signal())).unwrap();
    assert_eq!((code(&result), events(&result)), (ErrorCode::Cancelled, vec!["one"]));
    assert_eq!(scene.asked(), ["start", "discard"]);
}

#[test]
fn an_abort_inside_a_segment_is_seen_by_the_engine_and_sends_nothing_more() {
    let scene = scene();
    let controller = AbortController::new();
    let from_inside = controller.clone();
    scene.engine.then(move |given| {
        assert!(!(given.aborted)());
        from_inside.abort("stop");
        assert!((given.aborted)());
        let error = Error::new(ErrorCode::Cancelled, "stop");
        Segment { suspensions: vec![call("echo", &[1.into()])], ..failed(&given, "half", error) }
    });
    let result = scene.run_with(options(&["ext:test"], controller.signal())).unwrap();
    assert_eq!((code(&result), events(&result)), (ErrorCode::Cancelled, vec!["half"]));
    scene.world.settle();
    assert_eq!(scene.notes.take(), Vec::<String>::new());
}

#[test]
fn an_abort_ends_the_wait_for_an_instance() {
    let scene = scene();
    scene.engine.then_async(|_| Box::pin(std::future::pending()));
    let controller = AbortController::new();
    let task = scene.spawn(options(&[], controller.signal()));
    scene.world.settle();
    assert_eq!(scene.kernel.stats().active_runs, 1);
    controller.abort("too slow");
    scene.world.settle();
    assert_eq!(code(&task.result().unwrap().unwrap()), ErrorCode::Cancelled);
    assert_eq!(scene.asked(), ["start", "discard"]);
}

#[test]
fn a_call_without_an_answer_fails_when_its_time_is_over() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "", vec![call("never", &[1.into()])])).then(|given| {
        let error = given.answers[0].outcome.clone().unwrap_err();
        assert_eq!(error.code, ErrorCode::ExtensionError);
        assert!(error.message.contains("60000 ms"), "{}", error.message);
        let context = Value::object([("extension", Value::from("test")), ("method", "never".into())]);
        assert_eq!(error.context, Some(context));
        success(&given, "caught")
    });
    assert_eq!(scene.run().status, Status::Success);
    assert_eq!(scene.world.clock.elapsed(), 60_000);
    let notes = scene.notes.take();
    assert_eq!(notes, ["never(1) called", "never(1) aborted: no answer within 60000 ms"]);
}

#[test]
fn a_failure_is_an_extension_error_whatever_the_extension_calls_it() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "", vec![call("fail", &["no such row".into()])])).then(|given| {
        let error = given.answers[0].outcome.clone().unwrap_err();
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::ExtensionError, "no such row"));
        success(&given, "")
    });
    scene.run();
}

#[test]
fn the_kernel_refuses_what_the_sandbox_let_through() {
    let scene = scene();
    let unknown = |extension: &str, method: &str| nexus_core::Suspension {
        suspension_id: format!("{extension}.{method}"),
        extension_name: extension.to_owned(),
        ..call(method, &[])
    };
    let calls = vec![call("echo", &[1.into()]), call("wait", &[5.into()]), unknown("gone", "m"), unknown("test", "m")];
    scene.engine.then(|given| suspended(&given, "", calls)).then(|given| {
        let told: Vec<_> = given
            .answers
            .iter()
            .map(|answer| match &answer.outcome {
                Ok(_) => "ok",
                Err(error) => error.code.as_str(),
            })
            .collect();
        assert_eq!(told, ["PERMISSION_DENIED", "EXTENSION_NOT_FOUND", "METHOD_NOT_FOUND", "ok"]);
        assert_eq!(ids(&given), ["wait:5", "gone.m", "test.m", "echo:1"]);
        success(&given, "")
    });
    let result = scene.run_with(options(&["ext:test.echo"], AbortSignal::never())).unwrap();
    let denial = Denial { operation: "ext.test.wait".into(), capability: "ext:test.wait".into() };
    assert_eq!(result.denials, [denial]);
    assert_eq!(scene.notes.take(), ["echo(1) called", "echo(1) answered"]);
}

/// What comes of a run whose first segment suspends and whose second one is made by `change`.
fn reported(tokens: &[&str], limits: Limits, change: impl FnOnce(&mut Segment) + 'static) -> (Scene, Segment) {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "first", vec![call("echo", &[1.into()])])).then(|given| {
        let mut segment = success(&given, "second");
        change(&mut segment);
        segment
    });
    let capabilities = tokens.iter().chain(&["ext:test"]).map(|token| token.parse().unwrap()).collect();
    let context = Context { capabilities, ..Context::default() };
    let result = scene.run_with(RunOptions { context, limits: Some(limits), ..RunOptions::default() }).unwrap();
    (scene, result)
}

fn mutation(key: &str) -> StateMutation {
    StateMutation { key: key.to_owned(), value: 1.into(), operation: MutationOperation::Set }
}

fn command(component_id: Option<&str>) -> ViewCommand {
    let component_id = component_id.map(ToOwned::to_owned);
    ViewCommand { kind: ViewCommandType::Focus, component_id, args: Value::Null }
}

const EFFECTS: [&str; 4] = ["events:emit:first", "events:emit:second", "state:write:k", "view:update:v"];

#[test]
fn effects_without_their_token_never_reach_the_embedder() {
    let refused: [fn(&mut Segment); 4] = [
        |segment| segment.events[0].name = "third".to_owned(),
        |segment| segment.state_mutations = vec![mutation("k"), mutation("other")],
        |segment| segment.view_commands = vec![command(Some("v")), command(Some("w"))],
        |segment| segment.view_commands = vec![command(None)],
    ];
    for change in refused {
        let (scene, result) = reported(&EFFECTS, Limits::default(), change);
        assert_eq!(code(&result), ErrorCode::InternalError);
        assert_eq!(events(&result), ["first"], "the effects of the segment before stay");
        assert!(result.state_mutations.is_empty() && result.view_commands.is_empty());
        assert_eq!(scene.asked().last().unwrap(), "discard");
    }
    let (_, result) = reported(&EFFECTS, Limits::default(), |segment| {
        segment.state_mutations = vec![mutation("k")];
        segment.view_commands = vec![command(Some("v"))];
    });
    assert_eq!((result.status, result.state_mutations.len(), result.view_commands.len()), (Status::Success, 1, 1));
}

#[test]
fn effects_are_counted_over_all_segments_at_the_limit_and_one_past_it() {
    let within =
        |limits: Limits, change: fn(&mut Segment)| reported(&EFFECTS, limits, change).1.status == Status::Success;
    let events = |max_events| Limits { max_events, ..Limits::default() };
    assert!(within(events(2), |_| {}) && !within(events(1), |_| {}));
    let mutations = |max_state_mutations| Limits { max_state_mutations, ..Limits::default() };
    let two: fn(&mut Segment) = |segment| segment.state_mutations = vec![mutation("k"), mutation("k")];
    assert!(within(mutations(2), two) && !within(mutations(1), two));
    let commands = |max_view_commands| Limits { max_view_commands, ..Limits::default() };
    let two: fn(&mut Segment) = |segment| segment.view_commands = vec![command(Some("v")), command(Some("v"))];
    assert!(within(commands(2), two) && !within(commands(1), two));
    let lines = |max_log_lines| Limits { max_log_lines, ..Limits::default() };
    let two: fn(&mut Segment) = |segment| {
        let line = LogLine { level: LogLevel::Info, message: String::new() };
        segment.logs = vec![line.clone(), line];
    };
    assert!(within(lines(2), two) && !within(lines(1), two));
}

#[test]
fn caveats_are_held_against_the_arguments() {
    let scene = scene();
    let files = Made { caveats: vec!["path".into(), "kind".into()], ..Made::new("files", &["read"]) };
    scene.kernel.extensions().register(Rc::new(files)).unwrap();
    let read = |path: Value| nexus_core::Suspension {
        suspension_id: format!("{path:?}"),
        extension_name: "files".to_owned(),
        ..call("read", &[path])
    };
    let calls = vec![read("/a b".into()), read("/c".into()), read("/d".into()), read(Value::Null)];
    scene.engine.then(|given| suspended(&given, "", calls)).then(|given| {
        let refused: Vec<_> = given.answers.iter().filter_map(|answer| answer.outcome.clone().err()).collect();
        assert_eq!(refused[0].message, "this needs the capability ext:files.read?kind=/d&path=/d");
        assert_eq!(refused[1].message, "this needs the capability ext:files.read");
        let answered: Vec<_> = given.answers.iter().filter_map(|answer| answer.outcome.clone().ok()).collect();
        assert_eq!(answered, ["/a b".into(), "/c".into()]);
        success(&given, "")
    });
    let tokens = ["ext:files?path=/a%20b&path=/c", "ext:files.read?path=/d&kind=x"];
    let result = scene.run_with(options(&tokens, AbortSignal::never())).unwrap();
    assert_eq!(result.status, Status::Success);
    assert_eq!(result.denials.len(), 2);
}

#[test]
fn a_caveat_that_nobody_declares_is_a_malformed_capability() {
    let scene = scene();
    let error = scene.run_with(options(&["ext:test?host=a"], AbortSignal::never())).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidCapability);
    scene.engine.then(|given| success(&given, ""));
    assert!(scene.run_with(options(&["ext:unknown?host=a"], AbortSignal::never())).is_ok());
}

#[test]
fn an_answer_beyond_the_limits_is_a_failure_of_the_call() {
    let scene = scene();
    let limits = Limits { max_value_bytes: 64, max_value_depth: 2, ..Limits::default() };
    let large = Value::from("x".repeat(100));
    let deep = Value::Array(vec![Value::Array(vec![Value::Array(vec![])])]);
    scene
        .engine
        .then(move |given| {
            let second = nexus_core::Suspension { suspension_id: "deep".into(), ..call("echo", &[deep]) };
            suspended(&given, "", vec![call("echo", &[large]), second])
        })
        .then(|given| {
            for answer in &given.answers {
                let error = answer.outcome.clone().unwrap_err();
                assert_eq!(error.code, ErrorCode::ExtensionError);
                assert!(error.message.contains("limit of value"), "{}", error.message);
            }
            success(&given, "")
        });
    let options = RunOptions { limits: Some(limits), ..options(&["ext:test"], AbortSignal::never()) };
    assert_eq!(scene.run_with(options).unwrap().status, Status::Success);
}

#[test]
fn what_the_handler_did_not_wait_for_is_sent_and_losers_are_aborted() {
    for fails in [false, true] {
        let scene = scene();
        scene
            .engine
            .then(|given| {
                let calls = [1, 90, 50].map(|ms| call("wait", &[ms.into()]));
                suspended(&given, "", calls.into())
            })
            .then(move |given| {
                assert_eq!(ids(&given), ["wait:1"]);
                let end = if fails {
                    failed(&given, "", Error::new(ErrorCode::ExecutionError, "thrown"))
                } else {
                    success(&given, "")
                };
                Segment { suspensions: vec![call("wait", &[20.into()])], aborted: vec!["wait:90".into()], ..end }
            });
        let result = scene.run();
        assert_eq!(scene.world.clock.elapsed(), 1, "the end is not waited for");
        assert_eq!(result.status, if fails { Status::Error } else { Status::Success });
        assert_eq!((scene.kernel.stats().active_runs, scene.kernel.stats().suspended_runs), (0, 0));
        scene.world.advance(1_000);
        assert_eq!(
            scene.notes.take(),
            [
                "wait(1) called",
                "wait(90) called",
                "wait(50) called",
                "wait(1) answered",
                "wait(90) aborted: the handler no longer waits for this call",
                "wait(20) called",
                "wait(20) answered",
                "wait(50) answered",
            ]
        );
        assert_eq!(scene.asked(), ["start", "resume"]);
    }
}

#[test]
fn calls_left_behind_end_with_the_suspension_timeout() {
    let scene = scene();
    scene.engine.then(|given| Segment { suspensions: vec![call("never", &[1.into()])], ..success(&given, "") });
    scene.run();
    scene.world.advance(60_000);
    assert_eq!(scene.notes.take(), ["never(1) called", "never(1) aborted: no answer within 60000 ms"]);
}

#[test]
fn an_engine_that_fails_is_an_error_with_the_effects_so_far() {
    let scene = scene();
    scene
        .engine
        .then(|given| suspended(&given, "one", vec![call("echo", &[1.into()])]))
        .then_async(|_| Box::pin(async { Err(Error::new(ErrorCode::WasmError, "trap")) }));
    let result = scene.run();
    assert_eq!((code(&result), events(&result)), (ErrorCode::WasmError, vec!["one"]));
    assert_eq!(scene.asked(), ["start", "resume", "discard"]);
}

#[test]
fn a_suspended_run_without_calls_is_a_defect_and_not_a_hang() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "one", vec![]));
    assert_eq!(code(&scene.run()), ErrorCode::InternalError);
    assert_eq!(scene.asked(), ["start", "discard"]);
}

#[test]
fn a_source_too_large_is_the_handlers_fault_and_data_too_large_the_embedders() {
    let scene = scene();
    let limits = |source, bytes| Some(Limits { max_source_bytes: source, max_value_bytes: bytes, ..Limits::default() });
    let never = AbortSignal::never;
    let result = scene.run_with(RunOptions { limits: limits(6, 64), ..options(&[], never()) }).unwrap();
    assert_eq!(code(&result), ErrorCode::ResourceLimit);
    assert_eq!(scene.asked(), Vec::<String>::new());

    let text = |bytes: usize| Value::from("x".repeat(bytes));
    scene.engine.then(|given| success(&given, ""));
    let given = |state: usize, args: usize, scope: usize| {
        let mut options = RunOptions { limits: limits(7, 64), ..options(&[], never()) };
        options.context.state.insert("key".into(), text(state));
        options.context.args = text(args);
        options.context.scope = text(scope);
        options
    };
    assert!(scene.run_with(given(62, 62, 62)).is_ok());
    for (sizes, name) in [((63, 0, 0), "state.key"), ((0, 63, 0), "args"), ((0, 0, 63), "scope")] {
        let error = scene.run_with(given(sizes.0, sizes.1, sizes.2)).unwrap_err();
        assert_eq!(error.code, ErrorCode::ResourceLimit);
        assert!(error.message.contains(name), "{}", error.message);
    }
    let limits = Some(Limits { timeout_ms: 0, ..Limits::default() });
    let error = scene.run_with(RunOptions { limits, ..options(&[], never()) }).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
}

#[test]
fn a_run_whose_future_is_dropped_is_given_up() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "", vec![call("wait", &[10.into()])]));
    let kernel = scene.kernel.clone();
    let controller = AbortController::new();
    let gone = controller.signal();
    let task = scene.world.spawn(async move {
        let run = Box::pin(kernel.run("handler", options(&["ext:test"], AbortSignal::never()), None));
        let _ = futures_util::future::select(run, gone.aborted()).await;
    });
    scene.world.settle();
    controller.abort("drop it");
    scene.world.settle();
    assert!(task.result().is_some());
    assert_eq!(scene.asked(), ["start", "discard"]);
    assert_eq!(scene.kernel.stats().suspended_runs, 0);
}

#[test]
fn closing_cancels_every_run_and_refuses_more() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "one", vec![call("never", &[1.into()])]));
    let task = scene.spawn(options(&["ext:test"], AbortSignal::never()));
    scene.world.settle();
    let kernel = scene.kernel.clone();
    assert_eq!(scene.world.run(async move { kernel.close().await }), []);
    scene.world.settle();
    let result = task.result().unwrap().unwrap();
    assert_eq!((code(&result), events(&result)), (ErrorCode::Cancelled, vec!["one"]));
    let mut asked = scene.asked();
    asked.sort();
    assert_eq!(asked, ["close", "discard", "start"]);

    let kernel = scene.kernel.clone();
    assert_eq!(scene.world.run(async move { kernel.close().await }), []);
    assert_eq!(scene.asked(), Vec::<String>::new());
    let kernel = scene.kernel.clone();
    let errors = scene.world.run(async move {
        [
            kernel.run("", RunOptions::default(), None).await.unwrap_err(),
            kernel.execute("", RunOptions::default()).await.unwrap_err(),
            kernel.resume("x", Ok(Value::Null), nexus_kernel::ResumeOptions::default()).await.unwrap_err(),
            kernel.precompile("", None).await.unwrap_err(),
            kernel.infer_capabilities("").await.unwrap_err(),
        ]
    });
    for error in errors {
        assert_eq!((error.code, error.message.as_str()), (ErrorCode::InvalidArgument, "the kernel is closed"));
    }
}

#[test]
fn stats_count_runs_and_their_time() {
    let scene = scene();
    for _ in 0..2 {
        scene.engine.then(|given| success(&given, ""));
        scene.run();
    }
    let stats = scene.kernel.stats();
    assert_eq!((stats.total_executions, stats.active_runs, stats.suspended_runs), (2, 0, 0));
    assert_eq!((stats.avg_execution_time_us, stats.cache_hit_rate), (10.0, 0.75));
    let engine = stats.engine;
    assert_eq!((engine.active_instances, engine.available_instances, engine.memory_bytes), (1, 2, 7));
    let instances =
        (engine.queued_runs, engine.created_instances, engine.replaced_instances, engine.restored_instances);
    assert_eq!(instances, (4, 5, 6, 8));
    assert_eq!((engine.cache_entries, engine.cache_bytes, engine.cache_hits, engine.cache_misses), (9, 10, 3, 1));
}

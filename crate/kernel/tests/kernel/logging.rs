//! What a kernel logs and counts of what its runs do.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_core::run::{Context, Denial};
use nexus_core::{Error, ErrorCode, Limits, LogLevel, LogLine, Segment};
use nexus_kernel::{Kernel, LogStyle, Logger, Observation, Origin, ParkingKey, RunOptions};

use crate::extensions::{Notes, test_extension};
use crate::scripted_engine::{ScriptedEngine, call, events, failed, success, suspended};
use crate::world::World;

struct Scene {
    world: World,
    engine: Rc<ScriptedEngine>,
    kernel: Kernel,
    logged: Rc<RefCell<Vec<String>>>,
}

/// A kernel that logs what matters as much as this.
fn scene(least: LogLevel) -> Scene {
    let (world, engine, logged) = (World::new(), Rc::new(ScriptedEngine::default()), Rc::new(RefCell::new(Vec::new())));
    let sink = Rc::clone(&logged);
    let style = LogStyle { pretty: true, colour: false };
    let logger = Logger::new(
        least,
        style,
        world.clock.clone(),
        Rc::new(move |_, line| {
            let (_, told) = line.split_once(' ').unwrap();
            let whose = told.find("run_").map(|at| &told[at..at + 20]).unwrap_or_default();
            sink.borrow_mut().push(told.replace(whose, "run"));
        }),
    );
    let platform = world.platform(engine.clone());
    // The audit is off: what is logged does not hang on it.
    let observation = Observation { audit_capacity: 0, logger };
    let kernel = Kernel::observed(platform, Limits::default(), ParkingKey::default(), observation).unwrap();
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    Scene { world, engine, kernel, logged }
}

fn options() -> RunOptions {
    let capabilities = ["ext:*", "events:emit:*"].iter().map(|token| token.parse().unwrap()).collect();
    let origin = Origin { panel: Some("shop".into()), handler: Some("buy".into()), actor: None };
    RunOptions {
        context: Context { capabilities, ..Context::default() },
        origin: Rc::new(origin),
        ..RunOptions::default()
    }
}

impl Scene {
    fn run(&self) -> Segment {
        let kernel = self.kernel.clone();
        self.world.run(async move { kernel.run("handler", options(), None).await }).unwrap()
    }

    fn metric(&self, name: &str) -> Vec<String> {
        let text = self.kernel.metrics_text();
        text.lines().filter_map(|line| line.strip_prefix(name).map(str::to_owned)).collect()
    }
}

#[test]
fn what_an_operator_needs_to_know_is_logged_with_whose_it_was() {
    let scene = scene(LogLevel::Debug);
    scene
        .engine
        .then(|given| Segment {
            logs: vec![LogLine { level: LogLevel::Warn, message: "one\ntwo".into() }],
            denials: vec![Denial { operation: "state.set".into(), capability: "state:write:a".into() }; 3],
            ..suspended(&given, "a", vec![call("fail", &[1.into()])])
        })
        .then(|given| failed(&given, "b", Error::new(ErrorCode::Timeout, "out of fuel")));
    scene.run();
    let expected = [
        "WARN  [shop buy run] one\\ntwo source=handler",
        "WARN  [shop buy run] refused: state.set needs state:write:a capability=state:write:a count=3",
        "DEBUG [shop buy run] the run waits for answers",
        "WARN  [shop buy run] the run failed: out of fuel code=TIMEOUT durationUs=20",
    ];
    let logged = scene.logged.borrow();
    let (calls, others): (Vec<_>, Vec<_>) = logged.iter().partition(|line| line.contains("the call of"));
    assert_eq!(others, expected);
    assert!(calls[0].starts_with("WARN  [shop buy run] the call of test.fail failed: "), "{calls:?}");
    assert_eq!(calls.len(), 1);
}

#[test]
fn what_matters_less_than_asked_is_not_logged() {
    let scene = scene(LogLevel::Error);
    scene
        .engine
        .then(|given| failed(&given, "a", Error::new(ErrorCode::ExecutionError, "no")))
        .then_async(|_| Box::pin(async { Err(Error::new(ErrorCode::WasmError, "no instance")) }));
    scene.run();
    scene.run();
    assert_eq!(
        *scene.logged.borrow(),
        ["ERROR [shop buy run] the run failed: no instance code=WASM_ERROR durationUs=0"]
    );
}

#[test]
fn each_run_is_counted_once_however_it_ends() {
    let scene = scene(LogLevel::Error);
    scene
        .engine
        .then(|given| suspended(&given, "a", vec![call("echo", &[1.into()])]))
        .then(|given| success(&given, "b"))
        .then(|given| failed(&given, "c", Error::new(ErrorCode::ExecutionError, "no")));
    assert_eq!(events(&scene.run()), ["a", "b"]);
    scene.run();
    assert_eq!(scene.metric("nexus_handler_executions_total"), ["{status=\"success\"} 1", "{status=\"error\"} 1"]);
    assert_eq!(scene.metric("nexus_errors_total"), ["{code=\"EXECUTION_ERROR\"} 1"]);
    assert_eq!(scene.metric("nexus_panel_executions_total"), ["{panel_id=\"shop\"} 2"]);
    // 10 microseconds a segment.
    assert_eq!(scene.metric("nexus_panel_execution_duration_seconds_sum"), ["{panel_id=\"shop\"} 0.00003"]);
    assert_eq!(scene.metric("nexus_handler_execution_duration_seconds_count"), [" 2"]);
    scene.kernel.metrics().forget_panel("shop");
    assert!(scene.metric("nexus_panel_executions_total{").is_empty());
}

#[test]
fn a_run_that_nobody_resumes_counts_as_cancelled_and_one_that_was_parked_as_neither() {
    let scene = scene(LogLevel::Info);
    let suspend = |scene: &Scene| {
        scene.engine.then(|given| {
            let suspension_id = format!("{}.1", given.run_id);
            suspended(&given, "a", vec![nexus_core::Suspension { suspension_id, ..call("echo", &[]) }])
        });
        let kernel = scene.kernel.clone();
        scene.world.run(async move { kernel.execute("handler", options()).await }).unwrap()
    };
    let parked = suspend(&scene);
    let kernel = scene.kernel.clone();
    scene.world.run(async move { kernel.park(&parked.run_id, "").await }).unwrap();
    assert_eq!(scene.metric("nexus_handler_executions_total"), ["{status=\"success\"} 0", "{status=\"error\"} 0"]);
    suspend(&scene);
    scene.world.advance(60_000);
    assert_eq!(scene.metric("nexus_handler_executions_total"), ["{status=\"success\"} 0", "{status=\"error\"} 1"]);
    assert_eq!(scene.metric("nexus_errors_total"), ["{code=\"CANCELLED\"} 1"]);
    assert_eq!(
        *scene.logged.borrow(),
        ["INFO  [shop buy run] the run failed: nobody resumed it code=CANCELLED durationUs=10"]
    );
}

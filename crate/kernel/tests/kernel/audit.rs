//! What a kernel records of what handlers do.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_core::effect::ViewCommandType;
use nexus_core::run::{Context, Denial};
use nexus_core::{
    Error, ErrorCode, Event, Limits, MutationOperation, Segment, StateMutation, Status, Value, ViewCommand,
};
use nexus_kernel::audit::{Outcome, Record, Subject, verify};
use nexus_kernel::{AbortController, Audit, Kernel, Observation, Origin, ParkingKey, RunOptions};

use crate::extensions::{Notes, test_extension};
use crate::native_engine::NativeEngine;
use crate::scripted_engine::{ScriptedEngine, call, failed, success, suspended};
use crate::world::World;

struct Scene {
    world: World,
    engine: Rc<ScriptedEngine>,
    kernel: Kernel,
}

fn scene_with(audit_capacity: usize) -> Scene {
    let (world, engine) = (World::new(), Rc::new(ScriptedEngine::default()));
    let observation = Observation { audit_capacity, ..Observation::default() };
    let platform = world.platform(engine.clone());
    let kernel = Kernel::observed(platform, Limits::default(), ParkingKey::default(), observation).unwrap();
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    Scene { world, engine, kernel }
}

fn scene() -> Scene {
    scene_with(10_000)
}

fn options(tokens: &[&str]) -> RunOptions {
    let capabilities = tokens.iter().map(|token| token.parse().unwrap()).collect();
    let origin = Origin { panel: Some("shop".into()), handler: Some("buy".into()), actor: Some("ann".into()) };
    let context = Context { capabilities, ..Context::default() };
    RunOptions { context, origin: Rc::new(origin), ..RunOptions::default() }
}

impl Scene {
    fn run(&self, tokens: &[&str]) -> Segment {
        let kernel = self.kernel.clone();
        let options = options(tokens);
        self.world.run(async move { kernel.run("handler", options, None).await }).unwrap()
    }

    fn entries(&self) -> Vec<serde_json::Value> {
        parsed(self.kernel.audit())
    }

    /// The entries without what is the same in all or differs each time.
    fn told(&self) -> Vec<String> {
        let skipped = ["sequence", "time", "panel", "handler", "run", "actor", "previousHash", "hash"];
        let brief = |entry: serde_json::Value| {
            let serde_json::Value::Object(mut entry) = entry else { panic!("an entry is an object") };
            skipped.iter().for_each(|name| drop(entry.remove(*name)));
            let outcome = match &entry.remove("outcome").unwrap() {
                outcome if outcome["status"] == "allowed" => String::new(),
                outcome if outcome["status"] == "denied" => format!(" denied: {}", outcome["reason"].as_str().unwrap()),
                outcome => format!(" {}: {}", outcome["code"].as_str().unwrap(), outcome["message"].as_str().unwrap()),
            };
            let text = |name: &str| entry.get(name).map(|own| own.as_str().unwrap().to_owned());
            let number = |name: &str| entry.get(name).map(|own| format!(" {name} {own}")).unwrap_or_default();
            let (action, target) = (text("action").unwrap(), text("target").unwrap());
            let arguments = text("arguments").map(|own| format!("({own})")).unwrap_or_default();
            format!("{action} {target}{arguments}{}{}{outcome}", number("count"), number("durationMs"))
        };
        self.entries().into_iter().map(brief).collect()
    }
}

fn parsed(audit: &Audit) -> Vec<serde_json::Value> {
    audit.export().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const EFFECTS: [&str; 4] = ["state:write:*", "events:emit:*", "view:update:*", "ext:*"];

#[test]
fn every_effect_of_a_segment_is_an_entry_with_whose_it_was() {
    let scene = scene();
    scene.engine.then(|given| {
        let command = |kind, args: Value| ViewCommand { kind, component_id: Some("list".into()), args };
        let custom = Value::object([("command", Value::from("setProp")), ("params", Value::object([("a", 1.into())]))]);
        let set = |key: &str, value: Value| StateMutation { key: key.into(), value, operation: MutationOperation::Set };
        let mut segment = Segment {
            state_mutations: vec![
                set("name", "secret".into()),
                set("count", 3.into()),
                StateMutation { key: "old".into(), value: Value::Null, operation: MutationOperation::Delete },
            ],
            events: vec![Event { name: "bought".into(), payload: Value::object([("id", 7.into())]) }],
            view_commands: vec![command(ViewCommandType::Focus, Value::Null), command(ViewCommandType::Custom, custom)],
            denials: vec![
                Denial { operation: "state.get".into(), capability: "state:read:a:b".into() },
                Denial { operation: "sha".into(), capability: "host:sha".into() },
                Denial { operation: "state.get".into(), capability: "state:read:a:b".into() },
            ],
            ..Segment::new(&given.run_id, Status::Success)
        };
        segment.metrics.host_calls =
            [("state.get", 12), ("state.has", 1), ("state.set", 2), ("log.info", 5)].map(|(n, c)| (n.into(), c)).into();
        segment
    });
    scene.run(&EFFECTS);
    assert_eq!(
        scene.told(),
        [
            "stateRead state.get count 10",
            "stateRead state.has count 1",
            "stateWrite name(string(6))",
            "stateWrite count(3)",
            "stateWrite old(delete)",
            "eventEmit bought(object(1))",
            "viewUpdate list(focus)",
            "viewUpdate list(setProp, object(1))",
            "stateRead a:b count 2 denied: state.get needs state:read:a:b",
            "hostCall sha denied: sha needs host:sha",
        ]
    );
    for (index, entry) in scene.entries().iter().enumerate() {
        let of = |name: &str| entry[name].as_str().unwrap().to_owned();
        assert_eq!((of("panel"), of("handler"), of("actor")), ("shop".into(), "buy".into(), "ann".into()));
        assert!(of("run").starts_with("run_"));
        assert_eq!(
            (entry["sequence"].as_u64(), entry["time"].as_u64()),
            (Some(index as u64 + 1), Some(1_700_000_000_000))
        );
    }
    let stats = scene.kernel.audit().stats();
    assert_eq!((stats.entries, stats.total, stats.denied, stats.errors), (10, 10, 2, 0));
}

#[test]
fn a_call_of_an_extension_is_told_when_it_is_asked_for_and_when_it_ends() {
    let scene = scene();
    scene
        .engine
        .then(|given| suspended(&given, "one", vec![call("echo", &[1.into()]), call("fail", &[2.into()])]))
        .then(|given| suspended(&given, "two", vec![]))
        .then(|given| success(&given, "three"));
    scene.run(&EFFECTS);
    let told = scene.told();
    let calls: Vec<_> = told.iter().filter(|line| line.starts_with("extension")).collect();
    assert_eq!(calls[..2], ["extensionRequest test.echo(1)", "extensionRequest test.fail(2)"]);
    assert!(calls[2..].iter().any(|line| line.starts_with("extensionCall test.echo(1) durationMs ")), "{calls:?}");
    assert!(
        calls[2..]
            .iter()
            .any(|line| line.starts_with("extensionCall test.fail(2)") && line.contains("EXTENSION_ERROR: ")),
        "{calls:?}"
    );
    assert_eq!(calls.len(), 4);
}

#[test]
fn a_call_that_is_refused_is_told_once() {
    let scene = scene();
    scene
        .engine
        .then(|given| {
            let stranger = nexus_core::Suspension { extension_name: "stranger".into(), ..call("echo", &[1.into()]) };
            suspended(&given, "one", vec![call("echo", &[2.into()]), stranger])
        })
        .then(|given| success(&given, "two"));
    scene.run(&["events:emit:*"]);
    let told = scene.told();
    let calls: Vec<_> = told.iter().filter(|line| line.starts_with("extension")).collect();
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls[0].starts_with("extensionRequest stranger.echo(1) EXTENSION_NOT_FOUND: "), "{calls:?}");
    assert_eq!(calls[1], "extensionRequest test.echo denied: ext.test.echo needs ext:test.echo");
}

#[test]
fn a_call_that_is_given_up_is_told_too() {
    let scene = scene();
    scene.engine.then(|given| suspended(&given, "one", vec![call("never", &[1.into()])]));
    let (kernel, abort) = (scene.kernel.clone(), AbortController::new());
    let options = RunOptions { signal: abort.signal(), ..options(&EFFECTS) };
    let run = scene.world.spawn(async move { kernel.run("handler", options, None).await });
    scene.world.advance(250);
    abort.abort("enough");
    scene.world.settle();
    assert!(run.result().is_some());
    let told = scene.told();
    assert!(told.last().unwrap().starts_with("extensionCall test.never(1) durationMs 250 "), "{told:?}");
}

#[test]
fn an_embedder_that_makes_the_calls_itself_is_recorded_alike() {
    let scene = scene();
    scene
        .engine
        .then(|given| suspended(&given, "one", vec![call("echo", &[1.into()])]))
        .then(|given| success(&given, "two"));
    let kernel = scene.kernel.clone();
    scene.world.run(async move {
        let segment = kernel.execute("handler", options(&EFFECTS)).await.unwrap();
        let error = Error::new(ErrorCode::ExtensionError, "no such file");
        kernel.resume(&segment.suspensions[0].suspension_id, Err(error), Default::default()).await.unwrap();
    });
    let told = scene.told();
    assert_eq!(
        told[1..3],
        ["extensionRequest test.echo(1)", "extensionCall test.echo(1) EXTENSION_ERROR: no such file"]
    );
}

#[test]
fn a_sandbox_that_reports_what_it_has_to_refuse_is_told() {
    let scene = scene();
    scene.engine.then(|given| success(&given, "not allowed"));
    scene.run(&[]);
    let told = scene.told();
    assert!(told[0].starts_with("sandboxViolation sandbox denied: ") && told[0].contains("not allowed"), "{told:?}");
}

#[test]
fn a_run_that_fails_is_recorded_as_far_as_it_came() {
    let scene = scene();
    scene.engine.then(|given| failed(&given, "last words", Error::new(ErrorCode::ExecutionError, "no")));
    scene.run(&EFFECTS);
    assert_eq!(scene.told(), ["eventEmit last words(null)"]);
}

#[test]
fn handlers_in_the_real_sandbox_are_recorded() {
    let world = World::new();
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel
        .host_functions()
        .register(nexus_kernel::HostFunction {
            name: "double".into(),
            signature: "double(number)".into(),
            call: Rc::new(|args| Ok((args[0].as_number().unwrap_or_default() * 2.0).into())),
        })
        .unwrap();
    let source = "for (let i = 0; i < 5000; i++) $state.n; $state.n = $host.double(4); \
                  try { $state.other = 1 } catch {} $emit('done', $state.n)";
    let tokens = ["state:read:n", "state:write:n", "host:double", "events:emit:done"];
    let running = kernel.clone();
    let result = world.run(async move { running.run(source, options(&tokens), None).await }).unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    let brief: Vec<_> = parsed(kernel.audit())
        .iter()
        .map(|entry| format!("{} {} {}", entry["action"], entry["target"], entry["count"]).replace('"', ""))
        .collect();
    let expected = [
        "hostCall double null",
        "stateRead state.get 5001",
        "stateWrite n null",
        "eventEmit done null",
        "stateWrite other null",
    ];
    assert_eq!(brief, expected);
    assert!(verify(&kernel.audit().export()).valid);
}

#[test]
fn with_no_capacity_nothing_is_recorded_and_nobody_told() {
    let scene = scene_with(0);
    let _subscription = scene.kernel.audit().subscribe(Rc::new(|_| panic!("there is nothing to tell")));
    scene.engine.then(|given| success(&given, "one"));
    scene.run(&EFFECTS);
    let stats = scene.kernel.audit().stats();
    assert_eq!((stats.total, stats.entries), (0, 0));
    assert_eq!(scene.kernel.audit().export(), "");
}

fn emitted(audit: &Audit, names: &[&str]) {
    names.iter().for_each(|name| audit.record(&Subject::default(), &Record::allowed("test", name)));
}

fn targets(lines: &[Rc<str>]) -> Vec<String> {
    let target = |line: &Rc<str>| {
        serde_json::from_str::<serde_json::Value>(line).unwrap()["target"].as_str().unwrap().to_owned()
    };
    lines.iter().map(target).collect()
}

#[test]
fn the_chain_goes_on_over_what_the_ring_forgets() {
    let audit = Audit::new(World::new().clock.clone(), 3);
    emitted(&audit, &["a", "b"]);
    assert_eq!(verify(&audit.export()).first_sequence, Some(1));
    let before = audit.stats().last_hash;
    emitted(&audit, &["c", "d", "e"]);
    let found = verify(&audit.export());
    assert!(found.valid);
    assert_eq!((found.first_sequence, found.last_sequence, found.entries), (Some(3), Some(5), 3));
    assert_eq!(found.previous_hash, Some(before));
    assert_eq!(found.last_hash, Some(audit.stats().last_hash));
    let stats = audit.stats();
    assert_eq!((stats.capacity, stats.entries, stats.total), (3, 3, 5));
    assert_eq!(targets(&audit.entries(0, usize::MAX)), ["c", "d", "e"]);
    assert_eq!(targets(&audit.entries(3, usize::MAX)), ["d", "e"]);
    assert_eq!(targets(&audit.entries(1, 2)), ["c", "d"]);
    assert!(audit.entries(5, 9).is_empty() && audit.entries(u64::MAX, 9).is_empty());
}

#[test]
fn who_listens_hears_everything_in_order_until_it_unsubscribes() {
    let audit = Audit::new(World::new().clock.clone(), 10);
    let heard = Rc::new(RefCell::new(Vec::new()));
    let listen = |name: &'static str| {
        let heard = Rc::clone(&heard);
        audit.subscribe(Rc::new(move |line| heard.borrow_mut().push((name, targets(&[line.into()])[0].clone()))))
    };
    let first = listen("first");
    // What one causes while it is told, the others hear after what caused it.
    let causing = {
        let audit = audit.clone();
        audit.clone().subscribe(Rc::new(move |line| {
            if line.contains("\"target\":\"a\"") {
                emitted(&audit, &["caused"]);
            }
        }))
    };
    let last = listen("last");
    emitted(&audit, &["a"]);
    drop(causing);
    drop(first);
    emitted(&audit, &["b"]);
    last.forever();
    emitted(&audit, &["c"]);
    let expected =
        [("first", "a"), ("last", "a"), ("first", "caused"), ("last", "caused"), ("last", "b"), ("last", "c")];
    assert_eq!(*heard.borrow(), expected.map(|(name, target)| (name, target.to_owned())));
}

#[test]
fn a_listener_may_unsubscribe_another_while_it_is_told() {
    let audit = Audit::new(World::new().clock.clone(), 10);
    let other = Rc::new(RefCell::new(None));
    let _first = {
        let other = Rc::clone(&other);
        audit.subscribe(Rc::new(move |_| drop(other.borrow_mut().take())))
    };
    *other.borrow_mut() = Some(audit.subscribe(Rc::new(|_| panic!("unsubscribed before its turn"))));
    emitted(&audit, &["a", "b"]);
}

#[test]
fn outcomes_are_told_with_their_reasons_and_counted() {
    let audit = Audit::new(World::new().clock.clone(), 10);
    let tell = |outcome| audit.record(&Subject::default(), &Record { outcome, ..Record::allowed("test", "x") });
    tell(Outcome::Denied { reason: "needs a ticket" });
    tell(Outcome::Error { code: ErrorCode::Timeout, message: "too \"slow\"\n" });
    let entries = parsed(&audit);
    assert_eq!(entries[0]["outcome"], serde_json::json!({ "status": "denied", "reason": "needs a ticket" }));
    assert_eq!(
        entries[1]["outcome"],
        serde_json::json!({ "status": "error", "code": "TIMEOUT", "message": "too \"slow\"\n" })
    );
    let stats = audit.stats();
    assert_eq!((stats.total, stats.denied, stats.errors), (2, 1, 1));
}

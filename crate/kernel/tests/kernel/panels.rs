//! Panels, their handlers run in a real interpreter.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_core::{Error, ErrorCode, Map, Segment, Status, Value, limits};
use nexus_kernel::panels::{PanelsOptions, Policy};
use nexus_kernel::{
    AbortController, Kernel, Panel, PanelEvent, PanelOptions, PanelStatus, Subscription, TriggerOptions,
};
use nexus_nxml::StatePath;

use crate::extensions::{Notes, test_extension};
use crate::native_engine::NativeEngine;
use crate::world::World;

struct Scene {
    world: World,
    kernel: Kernel,
}

fn scene() -> Scene {
    let world = World::new();
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    Scene { world, kernel }
}

const ALL: &str = "state:read:*, state:write:*, events:emit:*, view:update:*, ext:test";

/// A panel with these states and computed values, tools and lifecycles.
fn document(data: &str, logic: &str) -> String {
    format!(
        "<NexusPanel title=\"T\">\n<Data>{data}</Data>\n<Logic><Extension name=\"nexus.test\"/>{logic}</Logic>\n</NexusPanel>"
    )
}

fn tool(name: &str, code: &str) -> String {
    format!("<Tool name=\"{name}\" capabilities=\"{ALL}\"><Handler><![CDATA[{code}]]></Handler></Tool>")
}

fn triggered(name: &str, trigger: &str, code: &str) -> String {
    format!("<Tool name=\"{name}\" capabilities=\"{ALL}\">{trigger}<Handler><![CDATA[{code}]]></Handler></Tool>")
}

const COUNT: &str = "<State name=\"count\" type=\"number\"/><Computed name=\"double\" value=\"$state.count * 2\"/>";

impl Scene {
    fn try_create(&self, nxml: &str, options: PanelOptions) -> Result<Panel, Error> {
        let creating = self.kernel.panels().create(nxml, options);
        self.world.run(creating)
    }

    fn create(&self, nxml: &str) -> Panel {
        self.try_create(nxml, PanelOptions::default()).unwrap()
    }

    fn trigger(&self, panel: &Panel, tool: &str) -> Segment {
        self.world.run(panel.trigger(tool, Value::Null, TriggerOptions::default())).unwrap()
    }

    fn refusal(&self, panel: &Panel, tool: &str, args: Value) -> Error {
        self.world.run(panel.trigger(tool, args, TriggerOptions::default())).unwrap_err()
    }
}

fn watch(panel: &Panel) -> (Rc<RefCell<Vec<PanelEvent>>>, Subscription) {
    let events: Rc<RefCell<Vec<PanelEvent>>> = Rc::default();
    let seen = Rc::clone(&events);
    (events, panel.subscribe(Rc::new(move |event| seen.borrow_mut().push(event.clone()))))
}

fn count(panel: &Panel) -> f64 {
    panel.state()["count"].as_number().unwrap()
}

#[test]
fn a_tool_changes_the_state_and_tells_of_it() {
    let scene = scene();
    let add = "<Tool name=\"add\" capabilities=\"state:read:*, state:write:count, events:emit:added\">
        <Arg name=\"by\" type=\"number\" default=\"1\"/>
        <Handler>$state.count += $args.by; $emit('added', $args.by); return $state.double;</Handler></Tool>";
    let panel = scene.create(&document(COUNT, add));
    assert_eq!((panel.status(), panel.version()), (PanelStatus::Running, 0));
    let (events, _watching) = watch(&panel);
    let result =
        scene.world.run(panel.trigger("add", Value::from(vec![Value::from("3")]), TriggerOptions::default())).unwrap();
    assert_eq!(result.return_value, Some(Value::from(0)), "computed values are those of the segment's beginning");
    // One patch and one event.
    assert_eq!((count(&panel), panel.computed()["double"].clone(), panel.version()), (3.0, Value::from(6), 2));
    let events = events.borrow();
    let [PanelEvent::Patch(patch), PanelEvent::Event { version: 2, event }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((patch.version, patch.mutations.len(), patch.computed["double"].clone()), (1, 1, Value::from(6)));
    assert_eq!(event.payload, Value::from(3));
}

#[test]
fn no_update_is_lost_among_fifty_runs_at_once() {
    let scene = scene();
    let code = "for (let i = 0; i < 3; i++) { $state.count += 1; await $ext.test.wait($args.n % 7); }
                $state.order = [...$state.order, $args.n];";
    let bump = format!(
        "<Tool name=\"bump\" capabilities=\"{ALL}\"><Arg name=\"n\" type=\"number\"/><Handler><![CDATA[{code}]]></Handler></Tool>"
    );
    let data = format!("{COUNT}<State name=\"order\" type=\"list\"/>");
    let panel = scene.create(&document(&data, &bump));
    let (events, _watching) = watch(&panel);
    let runs: Vec<_> = (0..50)
        .map(|n| panel.trigger("bump", Value::object([("n", Value::from(n))]), TriggerOptions::default()))
        .map(|run| scene.world.spawn(run))
        .collect();
    scene.world.advance(1_000);
    for run in runs {
        assert_eq!(run.result().unwrap().unwrap().status, Status::Success);
    }
    assert_eq!(count(&panel), 150.0);
    assert_eq!(panel.state()["order"].as_array().unwrap().len(), 50);
    let mut version = 0;
    for event in events.borrow().iter() {
        if let PanelEvent::Patch(patch) = event {
            version += 1;
            assert_eq!(patch.version, version);
        }
    }
    assert_eq!(version, 200);
}

#[test]
fn runs_begin_in_the_order_of_their_calls() {
    let scene = scene();
    let code = "$state.order.push($args.n); await $ext.test.wait(1);";
    let tool = format!(
        "<Tool name=\"note\" capabilities=\"{ALL}\"><Arg name=\"n\" type=\"number\"/><Handler>{code}</Handler></Tool>"
    );
    let panel = scene.create(&document("<State name=\"order\" type=\"list\"/>", &tool));
    let run = |n: u32| panel.trigger("note", Value::from(vec![Value::from(n)]), TriggerOptions::default());
    let (first, second, third) = (run(1), run(2), run(3));
    // Whoever is polled first.
    let runs = [third, first, second].map(|run| scene.world.spawn(run));
    scene.world.advance(10);
    assert!(runs.iter().all(|run| run.result().is_some()));
    assert_eq!(panel.state()["order"], Value::from(vec![1, 2, 3]));
}

#[test]
fn a_resumed_handler_sees_what_others_changed() {
    let scene = scene();
    let slow = "const before = $state.count; $state.own = 'mine'; await $ext.test.wait(10);
                return [before, $state.count, $state.double, $state.own, 'gone' in $state];";
    let quick = "$state.count = 21; $state.own = 'theirs'; delete $state.gone;";
    let data = format!("{COUNT}<State name=\"own\"/><State name=\"gone\"/>");
    let panel = scene.create(&document(&data, &(tool("slow", slow) + &tool("quick", quick))));
    let run = scene.world.spawn(panel.trigger("slow", Value::Null, TriggerOptions::default()));
    scene.world.settle();
    assert_eq!(panel.status(), PanelStatus::Suspended);
    assert_eq!(panel.state()["own"], Value::from("mine"), "changes before the wait are made before it");
    scene.trigger(&panel, "quick");
    scene.world.advance(10);
    let result = run.result().unwrap().unwrap();
    let seen = [0.into(), 21.into(), 42.into(), "theirs".into(), false.into()];
    assert_eq!(result.return_value, Some(Value::Array(seen.to_vec())));
    assert_eq!(panel.status(), PanelStatus::Running);
}

#[test]
fn a_failed_segment_leaves_nothing_and_those_before_it_stay() {
    let scene = scene();
    let code =
        "\n$state.count = 1; $emit('first');\nawait $ext.test.wait(1);\n$state.count = 2; $emit('second');\n  null.x;";
    let panel = scene.create(&document(COUNT, &tool("fail", code)));
    let (events, _watching) = watch(&panel);
    let result = scene.trigger(&panel, "fail");
    assert_eq!(result.status, Status::Error);
    assert_eq!(count(&panel), 1.0);
    assert_eq!((result.state_mutations.len(), result.events.len()), (1, 1));
    let error = result.error.unwrap();
    let discarded = error.context.as_ref().unwrap().as_object().unwrap()["discarded"].clone();
    let counts = [("stateMutations", 1), ("events", 1), ("viewCommands", 0)];
    assert_eq!(discarded, Value::object(counts.map(|(name, count)| (name, Value::from(count)))));
    assert_eq!(error.location.unwrap().line, 7, "lines are those of the document");
    assert!(error.stack.unwrap().contains("(handler.js:7:"));
    let told = events.borrow().iter().filter(|event| matches!(event, PanelEvent::Error { .. })).count();
    assert_eq!(told, 1);
}

#[test]
fn a_computed_value_cannot_be_written_by_a_name_that_only_shows_at_run_time() {
    let scene = scene();
    let code = "$state.count = 9; await $ext.test.wait(1); $state.count = 10; $state['dou' + 'ble'] = 1; return 1;";
    let panel = scene.create(&document(COUNT, &tool("write", code)));
    let result = scene.trigger(&panel, "write");
    assert_eq!((result.status, result.return_value), (Status::Error, None));
    assert_eq!(result.error.unwrap().code, ErrorCode::StateError);
    assert_eq!(count(&panel), 9.0);
    assert_eq!(scene.trigger(&panel, "write").status, Status::Error, "the panel goes on");
}

#[test]
fn callers_are_told_what_they_got_wrong() {
    let scene = scene();
    let add = "<Tool name=\"add\"><Arg name=\"by\" type=\"number\"/><Handler>return $args.by</Handler></Tool>";
    let panel = scene.create(&document("", add));
    let code = |tool: &str, args: Value| scene.refusal(&panel, tool, args).code;
    assert_eq!(code("sub", Value::Null), ErrorCode::ToolNotFound);
    assert_eq!(code("add", Value::Null), ErrorCode::InvalidArgument);
    assert_eq!(code("add", Value::object([("by", "many".into())])), ErrorCode::InvalidArgument);
    assert_eq!(code("add", Value::object([("by", 1.into()), ("to", 2.into())])), ErrorCode::InvalidArgument);
    assert_eq!(code("add", Value::from(1)), ErrorCode::InvalidArgument);
}

#[test]
fn a_document_that_is_not_valid_makes_no_panel() {
    let scene = scene();
    let nxml = document("<State name=\"a\" type=\"numbr\"/><State name=\"a\"/>", &tool("t", "return fetch("));
    let error = scene.try_create(&nxml, PanelOptions::default()).err().unwrap();
    let diagnostics = error.context.unwrap().as_object().unwrap()["diagnostics"].as_array().unwrap().len();
    assert!(diagnostics >= 3, "{diagnostics}");
    assert!(scene.kernel.panels().list().is_empty());
}

#[test]
fn names_are_unique_and_panels_are_counted() {
    let scene = scene();
    let panels = scene.kernel.panels();
    panels.configure(PanelsOptions { max_panels: 2, ..PanelsOptions::default() });
    let named = |id: &str| PanelOptions { id: Some(id.to_owned()), ..PanelOptions::default() };
    let empty = document("", "");
    scene.try_create(&empty, named("a")).unwrap();
    assert_eq!(scene.try_create(&empty, named("a")).err().unwrap().code, ErrorCode::PanelExists);
    assert_eq!(scene.try_create(&empty, named("a/b")).err().unwrap().code, ErrorCode::InvalidArgument);
    let made_up = scene.create(&empty);
    assert!(made_up.id().starts_with("panel_") && made_up.id().len() == 14);
    let error = scene.try_create(&empty, PanelOptions::default()).err().unwrap();
    assert_eq!(error.code, ErrorCode::ResourceLimit);
    assert!(scene.world.run(panels.destroy("a")) && !scene.world.run(panels.destroy("a")));
    scene.try_create(&empty, named("a")).unwrap();
}

#[test]
fn one_run_too_many_in_the_queue_is_refused() {
    let scene = scene();
    scene.kernel.panels().configure(PanelsOptions { max_queued_runs: 2, ..PanelsOptions::default() });
    let panel = scene.create(&document("", &tool("t", "return 1")));
    let runs = [0; 2].map(|_| panel.trigger("t", Value::Null, TriggerOptions::default()));
    let error = scene.refusal(&panel, "t", Value::Null);
    assert_eq!(error.code, ErrorCode::ResourceLimit);
    let runs = runs.map(|run| scene.world.spawn(run));
    scene.world.settle();
    assert!(runs.iter().all(|run| run.result().unwrap().unwrap().status == Status::Success));
    assert_eq!(scene.trigger(&panel, "t").status, Status::Success);
}

#[test]
fn intervals_fire_on_their_grid_and_never_overlap() {
    let scene = scene();
    let code = "$state.count++; await $ext.test.wait($state.wait);";
    let data = format!("{COUNT}<State name=\"wait\" type=\"number\"/>");
    let tick = triggered("tick", "<Trigger type=\"interval\" ms=\"1000\"/>", code);
    let panel = scene.create(&document(&data, &tick));
    scene.world.advance(999);
    assert_eq!(count(&panel), 0.0);
    scene.world.advance(1);
    assert_eq!(count(&panel), 1.0);
    scene.world.advance(4_000);
    assert_eq!(count(&panel), 5.0);
    scene.world.run(panel.set(path("wait"), 2_500.into())).unwrap();
    // Runs at 6000, to 8500; at 9000, to 11500.
    scene.world.advance(6_999);
    assert_eq!(count(&panel), 7.0);
    scene.world.advance(1);
    assert_eq!(count(&panel), 8.0);
}

fn path(key: &str) -> StatePath {
    StatePath { key: key.to_owned(), steps: Vec::new() }
}

#[test]
fn cron_fires_at_its_times() {
    let scene = scene();
    // The world begins at 22:13:20 UTC.
    let code = "$state.count++; $state.due = $scope.trigger.due;";
    let data = format!("{COUNT}<State name=\"due\" type=\"number\"/>");
    let panel = scene
        .create(&document(&data, &triggered("tick", "<Trigger type=\"cron\" expression=\"*/15 * * * *\"/>", code)));
    scene.world.advance(99_999);
    assert_eq!(count(&panel), 0.0);
    scene.world.advance(1);
    assert_eq!((count(&panel), panel.state()["due"].clone()), (1.0, Value::Number(1_700_000_100_000.0)));
    scene.world.advance(3_600_000);
    assert_eq!(count(&panel), 5.0);
}

#[test]
fn events_and_changes_of_the_state_fire_what_waits_for_them() {
    let scene = scene();
    let data = format!(
        "{COUNT}<State name=\"seen\" type=\"list\"/><State name=\"cart\" type=\"object\" default='{{\"n\": 1}}'/>"
    );
    let on_event =
        "<Tool name=\"onOrder\" capabilities=\"state:read:seen, state:write:seen\"><Arg name=\"id\" type=\"number\"/>
        <Trigger type=\"event\" pattern=\"order.*\"/>
        <Handler>$state.seen.push([$scope.trigger.name, $args.id]);</Handler></Tool>";
    let on_change = triggered(
        "onCart",
        "<Trigger type=\"state_change\" path=\"cart.n\"/>",
        "const { previous, value } = $scope.trigger; $state.seen.push([previous, value]);",
    );
    let on_double =
        triggered("onDouble", "<Trigger type=\"state_change\" path=\"double\"/>", "$state.seen.push('double');");
    let act = tool(
        "act",
        "$emit('order.paid', {id: 7, more: 1}); $emit('other', 1); $state.cart = {n: 2}; $state.cart.m = 1;",
    );
    let same = tool("same", "$state.cart = {n: 2}; $state.count = 0;");
    let bump = tool("bump", "$state.count++;");
    let panel = scene.create(&document(&data, &[on_event, &on_change, &on_double, &act, &same, &bump].concat()));
    scene.trigger(&panel, "act");
    scene.trigger(&panel, "same");
    scene.trigger(&panel, "bump");
    scene.world.settle();
    let pair = |one: Value, other: Value| Value::from(vec![one, other]);
    let seen = vec![pair(1.into(), 2.into()), pair("order.paid".into(), 7.into()), "double".into()];
    assert_eq!(panel.state()["seen"], Value::Array(seen));
}

#[test]
fn triggers_that_fire_each_other_end() {
    let scene = scene();
    let ping = triggered("ping", "<Trigger type=\"event\" pattern=\"ping\"/>", "$state.count++; $emit('ping');");
    let panel = scene.create(&document(COUNT, &ping));
    let (events, _watching) = watch(&panel);
    scene.trigger(&panel, "ping");
    scene.world.settle();
    assert_eq!(count(&panel), f64::from(limits::TRIGGER_DEPTH + 1));
    let events = events.borrow();
    let errors = events.iter().filter_map(|event| match event {
        PanelEvent::Error { error, .. } => Some(error.code),
        _ => None,
    });
    let errors: Vec<_> = errors.collect();
    assert_eq!(errors, [ErrorCode::ResourceLimit]);
}

#[test]
fn a_panel_is_mounted_before_it_is_there_and_unmounted_when_it_goes() {
    let scene = scene();
    let life = format!(
        "<Lifecycle on=\"mount\" capabilities=\"{ALL}\"><Handler>$state.count = 1; await $ext.test.wait(5); $state.count = 2;</Handler></Lifecycle>
         <Lifecycle on=\"unmount\" capabilities=\"{ALL}\"><Handler>await $ext.test.wait(5); $state.count = 3;</Handler></Lifecycle>"
    );
    let panel = scene.create(&document(COUNT, &life));
    assert_eq!((count(&panel), panel.status()), (2.0, PanelStatus::Running));
    let id = panel.id().to_owned();
    assert!(scene.world.run(scene.kernel.panels().destroy(&id)));
    assert_eq!((count(&panel), panel.status()), (3.0, PanelStatus::Stopped));
    assert_eq!(scene.refusal(&panel, "t", Value::Null).code, ErrorCode::PanelNotFound);
}

#[test]
fn a_mount_that_fails_leaves_a_panel_that_says_so() {
    let scene = scene();
    let life = format!(
        "<Lifecycle on=\"mount\" capabilities=\"{ALL}\"><Handler>$state.count = 1; throw new Error('no');</Handler></Lifecycle>"
    );
    let panel = scene.create(&document(COUNT, &(life + &tool("t", "return 1"))));
    assert_eq!((count(&panel), panel.status()), (0.0, PanelStatus::Error));
    assert_eq!(scene.trigger(&panel, "t").status, Status::Success);
}

#[test]
fn an_unmount_that_never_ends_is_ended() {
    let scene = scene();
    let life = format!(
        "<Lifecycle on=\"unmount\" capabilities=\"{ALL}\"><Handler>await $ext.test.wait(60000);</Handler></Lifecycle>"
    );
    let panel = scene.create(&document(COUNT, &life));
    let before = scene.world.clock.elapsed();
    scene.world.run(scene.kernel.panels().destroy(panel.id()));
    assert_eq!(scene.world.clock.elapsed() - before, limits::UNMOUNT_MS);
}

#[test]
fn destroying_in_the_middle_stops_everything() {
    let scene = scene();
    let tick = triggered("tick", "<Trigger type=\"interval\" ms=\"1000\"/>", "$state.count++;");
    let slow = tool("slow", "$state.count = 100; await $ext.test.wait(5000); $state.count = 200;");
    let panel = scene.create(&document(COUNT, &(tick + &slow)));
    let run = scene.world.spawn(panel.trigger("slow", Value::Null, TriggerOptions::default()));
    scene.world.advance(1_500);
    let waiting = scene.world.spawn(panel.trigger("slow", Value::Null, TriggerOptions::default()));
    scene.world.run(scene.kernel.panels().destroy(panel.id()));
    for run in [run, waiting] {
        assert_eq!(run.result().unwrap().unwrap().error.unwrap().code, ErrorCode::Cancelled);
    }
    let left = count(&panel);
    scene.world.advance(100_000);
    assert_eq!(count(&panel), left);
    assert_eq!(scene.kernel.stats().suspended_runs, 0);
}

#[test]
fn closing_the_kernel_ends_runs_and_keeps_what_was_done() {
    let scene = scene();
    let life =
        format!("<Lifecycle on=\"unmount\" capabilities=\"{ALL}\"><Handler>$state.bye = 'yes';</Handler></Lifecycle>");
    let slow = tool("slow", "$state.count = 1; await $ext.test.wait(5000); $state.count = 2;");
    let data = format!("{COUNT}<State name=\"bye\"/>");
    let panel = scene.create(&document(&data, &(life + &slow)));
    let run = scene.world.spawn(panel.trigger("slow", Value::Null, TriggerOptions::default()));
    let creating = scene.kernel.panels().create(&document(COUNT, ""), PanelOptions::default());
    scene.world.settle();
    let kernel = scene.kernel.clone();
    scene.world.run(async move { kernel.close().await });
    let result = run.result().unwrap().unwrap();
    assert_eq!((result.error.unwrap().code, result.state_mutations.len()), (ErrorCode::Cancelled, 1));
    assert_eq!((count(&panel), panel.state()["bye"].clone()), (1.0, Value::from("yes")));
    assert_eq!(scene.kernel.stats().suspended_runs, 0);
    assert_eq!(scene.refusal(&panel, "slow", Value::Null).code, ErrorCode::InvalidArgument);
    assert!(scene.world.run(creating).is_err());
}

#[test]
fn a_run_that_is_aborted_while_it_waits_for_its_turn_never_begins() {
    let scene = scene();
    let panel = scene.create(&document(COUNT, &tool("t", "$state.count++;")));
    let abort = AbortController::new();
    let first = panel.trigger("t", Value::Null, TriggerOptions::default());
    let options = TriggerOptions { signal: abort.signal(), ..TriggerOptions::default() };
    let second = scene.world.spawn(panel.trigger("t", Value::Null, options));
    abort.abort("never mind");
    scene.world.settle();
    assert_eq!(second.result().unwrap().unwrap().error.unwrap().message, "never mind");
    scene.world.run(first).unwrap();
    assert_eq!(count(&panel), 1.0);
    assert_eq!(panel.waiting_runs(), (0, 0));
}

#[test]
fn a_policy_narrows_what_is_declared_and_never_widens_it() {
    let scene = scene();
    let asked: Rc<RefCell<Vec<String>>> = Rc::default();
    let policy: Policy = {
        let asked = Rc::clone(&asked);
        Rc::new(move |request| {
            asked.borrow_mut().extend(request.requested.iter().map(ToString::to_string));
            let granted = ["state:write:count", "ext:test.wait", "ext:*", "host:*"].map(|token| token.parse().unwrap());
            Box::pin(async move { Ok(granted.to_vec()) })
        })
    };
    let read = "<Tool name=\"read\" capabilities=\"state:read:count, state:write:*\"><Handler>$state.count = 1; return $state.count;</Handler></Tool>";
    let panel = scene
        .try_create(&document(COUNT, read), PanelOptions { policy: Some(policy), ..PanelOptions::default() })
        .unwrap();
    assert_eq!(*asked.borrow(), ["state:read:count", "state:write:*"]);
    let grants = panel.grants();
    assert_eq!(grants[0].1.iter().map(ToString::to_string).collect::<Vec<_>>(), ["state:write:count"]);
    assert_eq!(scene.trigger(&panel, "read").error.unwrap().code, ErrorCode::PermissionDenied);
}

#[test]
fn extensions_go_by_the_names_that_the_document_gives_them() {
    let scene = scene();
    let nxml = "<NexusPanel><Logic><Extension name=\"nexus.test\" alias=\"other\"/><Extension name=\"absent\"/>
        <Tool name=\"t\" capabilities=\"ext:other, ext:absent\"><Handler>
            await $ext.other.wait(1);
            return [$ext.exists('other'), $ext.exists('test'), $ext.exists('absent'), $ext.list()];
        </Handler></Tool>
        <Tool name=\"u\" capabilities=\"ext:absent\"><Handler>await $ext.absent.get();</Handler></Tool>
        </Logic></NexusPanel>";
    let panel = scene.create(nxml);
    let result = scene.trigger(&panel, "t");
    let list = Value::from(vec![Value::from("other")]);
    assert_eq!(result.return_value, Some(Value::Array(vec![true.into(), false.into(), false.into(), list])));
    assert_eq!(scene.trigger(&panel, "u").error.unwrap().code, ErrorCode::ExtensionNotFound);
}

#[test]
fn what_is_set_from_outside_waits_for_its_turn_and_has_to_fit() {
    let scene = scene();
    let data = format!("{COUNT}<State name=\"todos\" type=\"list\" default='[{{\"done\": false}}]'/>");
    let on_count =
        triggered("onCount", "<Trigger type=\"state_change\" path=\"count\"/>", "$state.todos.push($state.count);");
    let panel = scene.create(&document(&data, &on_count));
    let at = |key: &str, steps: &[nexus_nxml::Step]| StatePath { key: key.to_owned(), steps: steps.to_vec() };
    let done = [nexus_nxml::Step::Index(0), nexus_nxml::Step::Key("done".to_owned())];
    assert_eq!(scene.world.run(panel.set(at("todos", &done), true.into())).unwrap(), 1);
    assert_eq!(scene.world.run(panel.set(path("count"), "4".into())).unwrap(), 2);
    scene.world.settle();
    let todos = panel.state()["todos"].clone();
    assert_eq!(todos, Value::from(vec![Value::object([("done", true.into())]), 4.into()]));
    let code = |path: StatePath, value: Value| scene.world.run(panel.set(path, value)).unwrap_err().code;
    assert_eq!(code(path("double"), 1.into()), ErrorCode::StateError);
    assert_eq!(code(path("nothing"), 1.into()), ErrorCode::StateError);
    assert_eq!(code(path("count"), "x".into()), ErrorCode::InvalidArgument);
    assert_eq!(code(at("todos", &[nexus_nxml::Step::Index(9)]), 1.into()), ErrorCode::InvalidArgument);
    assert_eq!(code(at("todos", &[nexus_nxml::Step::Key("x".into())]), 1.into()), ErrorCode::InvalidArgument);
}

#[test]
fn the_first_state_can_be_given() {
    let scene = scene();
    let given = |key: &str, value: Value| PanelOptions {
        state: Map::from([(key.to_owned(), value)]),
        ..PanelOptions::default()
    };
    let panel = scene.try_create(&document(COUNT, ""), given("count", 5.into())).unwrap();
    assert_eq!((count(&panel), panel.computed()["double"].clone()), (5.0, Value::from(10)));
    for (key, value) in [("double", Value::from(1)), ("cuont", 1.into()), ("count", "x".into())] {
        let error = scene.try_create(&document(COUNT, ""), given(key, value)).err().unwrap();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{key}");
    }
    assert_eq!(scene.kernel.panels().list().len(), 1);
}

#[test]
fn a_state_too_large_is_refused_and_can_be_made_smaller() {
    let scene = scene();
    let grow = tool(
        "grow",
        "for (let i = 0; i < 3; i++) $state['k' + $state.count + i] = 'x'.repeat(1000000); $state.count++;",
    );
    let shrink = tool("shrink", "delete $state['k' + '00'];");
    let panel = scene.create(&document(COUNT, &(grow + &shrink)));
    assert_eq!(scene.trigger(&panel, "grow").status, Status::Success);
    assert_eq!(scene.trigger(&panel, "grow").status, Status::Success);
    let error = scene.trigger(&panel, "grow").error.unwrap();
    assert_eq!(error.code, ErrorCode::ResourceLimit);
    assert_eq!(count(&panel), 2.0);
    assert_eq!(scene.trigger(&panel, "shrink").status, Status::Success);
}

#[test]
fn a_document_gives_itself_no_more_time_than_there_is() {
    let scene = scene();
    let nxml = document("", "<Tool name=\"t\" timeout=\"1h\"><Handler>return 1</Handler></Tool>");
    let panel = scene.create(&nxml);
    assert_eq!(scene.trigger(&panel, "t").return_value, Some(1.into()));
}

#[test]
fn panels_are_counted_by_status_and_a_destroyed_one_leaves_no_series() {
    let scene = scene();
    let count = |status: &str| {
        let line = format!("nexus_panels{{status=\"{status}\"}} ");
        scene.kernel.metrics_text().lines().find_map(|one| one.strip_prefix(&line).map(str::to_owned)).unwrap()
    };
    let named = PanelOptions { id: Some("counted".to_owned()), ..PanelOptions::default() };
    let nxml = document(COUNT, &tool("t", "await $ext.test.wait(10);"));
    let panel = scene.try_create(&nxml, named).unwrap();
    assert_eq!((count("running"), count("suspended")), ("1".to_owned(), "0".to_owned()));
    let run = scene.world.spawn(panel.trigger("t", Value::Null, TriggerOptions::default()));
    scene.world.settle();
    assert_eq!((count("running"), count("suspended")), ("0".to_owned(), "1".to_owned()));
    scene.world.advance(10);
    run.result().unwrap().unwrap();
    let series = "nexus_panel_executions_total{panel_id=\"counted\"} 1";
    assert!(scene.kernel.metrics_text().contains(series));
    scene.world.run(scene.kernel.panels().destroy("counted"));
    assert!(!scene.kernel.metrics_text().contains("panel_id=\"counted\""));
    assert_eq!(count("running"), "0");
}

#[test]
fn what_others_changed_is_not_written_through_what_was_read_before() {
    let scene = scene();
    let code = "const list = $state.list, own = $state.own; await $ext.test.wait(5); own.push(1);
                try { list.push('lost'); } catch (error) { $state.list.push(error.code); }
                list.push('uncaught');";
    let data = "<State name=\"list\" type=\"list\"/><State name=\"own\" type=\"list\"/>";
    let panel = scene.create(&document(data, &tool("t", code)));
    let run = scene.world.spawn(panel.trigger("t", Value::Null, TriggerOptions::default()));
    scene.world.settle();
    scene.world.run(panel.set(path("list"), Value::from(vec!["theirs"]))).unwrap();
    scene.world.advance(5);
    let error = run.result().unwrap().unwrap().error.unwrap();
    assert_eq!(error.code, ErrorCode::StateError);
    assert_eq!(panel.state()["list"], Value::from(vec!["theirs"]), "the failed segment changed nothing");
}

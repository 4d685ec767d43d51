//! The extension `monitor` over sources that say what a test wants.

use std::rc::Rc;

use nexus_core::{Map, Value};
use nexus_kernel::monitor::{Health, MonitorSource, Runtime};
use nexus_kernel::{CallContext, Extension, MonitorExtension};

use crate::scripted_engine::ScriptedEngine;
use crate::world::World;

struct Source(&'static str, &'static [&'static str]);

impl MonitorSource for Source {
    fn name(&self) -> &str {
        self.0
    }

    fn health(&self) -> Health {
        let details = Map::from_iter([("active".to_owned(), Value::from(2))]);
        Health { reasons: self.1.iter().map(|reason| (*reason).to_owned()).collect(), details }
    }

    fn metrics(&self) -> Value {
        Value::object([("created", Value::from(3))])
    }
}

fn member<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(value, |value, name| &value.as_object().unwrap()[name])
}

fn ask(world: &World, sources: Vec<Rc<dyn MonitorSource>>, method: &'static str, after_ms: u64) -> Value {
    let monitor = MonitorExtension::new(sources, world.clock.clone());
    world.advance(after_ms);
    world.run(async move { monitor.call(method, vec![], CallContext::default()).await }).unwrap()
}

#[test]
fn a_kernel_is_healthy_until_a_source_says_why_not() {
    let world = World::new();
    let health = ask(&world, vec![Rc::new(Source("panels", &[])), Rc::new(Source("more", &[]))], "health", 1_500);
    let part = || Value::object([("active", Value::from(2))]);
    let expected = [
        ("status", "healthy".into()),
        ("reasons", Value::Array(vec![])),
        ("uptimeMs", 1_500.into()),
        ("panels", part()),
        ("more", part()),
    ];
    assert_eq!(health, Value::object(expected));
    let health = ask(
        &world,
        vec![Rc::new(Source("panels", &["one hangs"])), Rc::new(Source("more", &["it rains"]))],
        "health",
        0,
    );
    assert_eq!(member(&health, "status"), &"degraded".into());
    assert_eq!(member(&health, "reasons"), &Value::from(vec!["one hangs", "it rains"]));
    let metrics = ask(&world, vec![Rc::new(Source("panels", &[]))], "metrics", 0);
    assert_eq!(metrics, Value::object([("panels", Value::object([("created", Value::from(3))]))]));
}

#[test]
fn the_runtime_is_told_as_it_is_and_not_kept() {
    let world = World::new();
    let engine = Rc::new(ScriptedEngine::default());
    let kernel = world.kernel(engine.clone());
    let runtime = || Rc::new(Runtime::of(&kernel)) as Rc<dyn MonitorSource>;
    assert_eq!(ask(&world, vec![runtime()], "metrics", 0), Value::object([("runtime", kernel.stats().to_value())]));
    let health = ask(&world, vec![runtime()], "health", 0);
    assert_eq!(member(&health, "reasons"), &Value::from(vec!["runs wait for an instance: 4"]));
    assert_eq!(member(&health, "runtime.queuedRuns"), &4.into());
    assert_eq!(member(&health, "runtime.activeRuns"), &0.into());
    let source = runtime();
    drop(kernel);
    assert_eq!(Rc::strong_count(&engine), 1, "watching keeps no kernel");
    assert_eq!(source.health().reasons, [""; 0], "what is gone has no queue");
}

//! Registering, initialising, calling and shutting down.

use std::rc::Rc;

use nexus_core::{ErrorCode, Value};
use nexus_kernel::clock::Clock;
use nexus_kernel::{AbortSignal, CallContext, ExtensionManager};

use crate::extensions::{Made, Notes, error};
use crate::world::World;

/// Notes its hooks; initialising takes ten milliseconds.
fn noted(world: &World, notes: &Notes, name: &str) -> Made {
    let hook = |what: &'static str, ms: u64| {
        let (clock, notes, name) = (world.clock.clone(), notes.clone(), name.to_owned());
        move || -> nexus_kernel::engine::LocalFuture<'static, Result<(), nexus_core::Error>> {
            notes.add(format!("{name} {what}"));
            let sleep = clock.sleep(ms);
            Box::pin(async move {
                sleep.await;
                Ok(())
            })
        }
    };
    Made { init: Box::new(hook("init", 10)), shutdown: Box::new(hook("shutdown", 0)), ..Made::new(name, &["m"]) }
}

async fn call(manager: ExtensionManager, name: &'static str) -> Result<Value, nexus_core::Error> {
    manager.call(name, "m", vec![1.into()], CallContext::default()).await
}

#[test]
fn names_and_methods_have_to_be_usable() {
    let manager = ExtensionManager::new();
    manager.register(Rc::new(Made::new("a b-c", &["m"]))).unwrap();
    for name in ["", "a:b", "a.b", "a?b", "a*", "*", "exists", "methods", "list", "a b-c"] {
        let error = manager.register(Rc::new(Made::new(name, &["m"]))).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{name}");
    }
    for methods in [&[][..], &["a", "b", "a"], &[""], &["a*"]] {
        let error = manager.register(Rc::new(Made::new("x", methods))).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{methods:?}");
    }
    assert_eq!(manager.list(), ["a b-c"]);
}

#[test]
fn extensions_are_found_in_the_order_of_registration() {
    let world = World::new();
    let manager = ExtensionManager::new();
    for name in ["b", "c", "a"] {
        manager.register(Rc::new(Made::new(name, &["z", "y"]))).unwrap();
    }
    assert_eq!(manager.list(), ["b", "c", "a"]);
    assert_eq!(manager.get_methods("c"), ["z", "y"]);
    assert_eq!(manager.get_methods("d"), Vec::<String>::new());
    assert_eq!(manager.get("a").unwrap().name(), "a");
    assert!(manager.get("d").is_none() && manager.has("b") && !manager.has("d"));
    assert!(world.run(manager.unregister("b")).unwrap());
    assert!(!world.run(manager.unregister("b")).unwrap());
    assert_eq!(manager.list(), ["c", "a"]);
}

#[test]
fn the_extension_is_looked_for_before_the_method() {
    let world = World::new();
    let manager = ExtensionManager::new();
    manager.register(Rc::new(Made::new("a", &["m"]))).unwrap();
    let code = |name: &'static str, method: &'static str| {
        let manager = manager.clone();
        world
            .run(async move { manager.call(name, method, vec![], AbortSignal::never().into()).await })
            .unwrap_err()
            .code
    };
    assert_eq!(code("b", "x"), ErrorCode::ExtensionNotFound);
    assert_eq!(code("a", "x"), ErrorCode::MethodNotFound);
    assert_eq!(world.run(call(manager.clone(), "a")).unwrap(), Value::from(1));
}

#[test]
fn an_extension_is_initialised_once_by_whoever_comes_first() {
    let (world, notes) = (World::new(), Notes::default());
    let manager = ExtensionManager::new();
    manager.register(Rc::new(noted(&world, &notes, "a"))).unwrap();
    let calls = [world.spawn(call(manager.clone(), "a")), world.spawn(call(manager.clone(), "a"))];
    world.settle();
    assert!(calls.iter().all(|call| call.result().is_none()), "calls wait for init");
    world.advance(10);
    assert!(calls.iter().all(|call| call.result().unwrap().is_ok()));
    assert_eq!(
        world.run({
            let manager = manager.clone();
            async move { manager.init().await }
        }),
        []
    );
    manager.register(Rc::new(noted(&world, &notes, "b"))).unwrap();
    assert_eq!(notes.take(), ["a init"]);
    assert_eq!(
        world.run({
            let manager = manager.clone();
            async move { manager.init().await }
        }),
        []
    );
    assert_eq!(notes.take(), ["b init"]);
}

#[test]
fn a_failing_init_stops_nobody_else_and_is_told_by_every_call() {
    let (world, notes) = (World::new(), Notes::default());
    let manager = ExtensionManager::new();
    let bad = |name: &str| Made {
        init: Box::new(|| Box::pin(async { Err(error("no database")) })),
        ..noted(&World::new(), &Notes::default(), name)
    };
    manager.register(Rc::new(bad("a"))).unwrap();
    manager.register(Rc::new(noted(&world, &notes, "b"))).unwrap();
    manager.register(Rc::new(bad("c"))).unwrap();
    let failures = world.run({
        let manager = manager.clone();
        async move { manager.init().await }
    });
    let told: Vec<_> = failures.iter().map(|f| (f.extension.as_str(), f.error.message.as_str())).collect();
    assert_eq!(told, [("a", "no database"), ("c", "no database")]);
    assert_eq!(notes.take(), ["b init"]);
    for _ in 0..2 {
        let error = world.run(call(manager.clone(), "a")).unwrap_err();
        assert_eq!(error.code, ErrorCode::ExtensionError);
        assert!(error.message.contains("initialised") && error.message.contains("no database"), "{}", error.message);
    }
    assert!(world.run(call(manager, "b")).is_ok());
}

#[test]
fn a_failing_shutdown_stops_nobody_else_and_is_reported() {
    let (world, notes) = (World::new(), Notes::default());
    let manager = ExtensionManager::new();
    let bad =
        Made { shutdown: Box::new(|| Box::pin(async { Err(error("still busy")) })), ..noted(&world, &notes, "a") };
    manager.register(Rc::new(bad)).unwrap();
    manager.register(Rc::new(noted(&world, &notes, "b"))).unwrap();
    manager.register(Rc::new(noted(&world, &notes, "unused"))).unwrap();
    world.run(call(manager.clone(), "a")).unwrap();
    world.run(call(manager.clone(), "b")).unwrap();
    notes.take();
    let failures = world.run(async move { manager.shutdown().await });
    assert_eq!(failures.len(), 1);
    assert_eq!((failures[0].extension.as_str(), failures[0].error.message.as_str()), ("a", "still busy"));
    assert_eq!(notes.take(), ["b shutdown"], "what was never initialised is not shut down");
}

#[test]
fn unregistering_shuts_down_what_was_initialised() {
    let (world, notes) = (World::new(), Notes::default());
    let manager = ExtensionManager::new();
    manager.register(Rc::new(noted(&world, &notes, "a"))).unwrap();
    world.run(call(manager.clone(), "a")).unwrap();
    let removal = manager.unregister("a");
    assert!(!manager.has("a"), "gone at once");
    assert!(world.run(removal).unwrap());
    assert_eq!(notes.take(), ["a init", "a shutdown"]);
    manager.register(Rc::new(noted(&world, &notes, "a"))).unwrap();
    assert!(world.run(manager.unregister("a")).unwrap());
    assert_eq!(notes.take(), Vec::<String>::new());
}

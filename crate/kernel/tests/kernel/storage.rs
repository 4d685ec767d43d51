//! The extension `storage` over a store that takes its time, and breaks when a test says so.

use std::cell::Cell;
use std::rc::Rc;

use nexus_core::{Error, ErrorCode, Value};
use nexus_kernel::clock::Clock;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::extension::Grant;
use nexus_kernel::store::{Entry, KeyRange, Store, StoreLock};
use nexus_kernel::{CallContext, Extension, MemoryStore, Origin, StorageExtension, StorageOptions};

use crate::world::{Task, VirtualClock, World};

/// Milliseconds that every operation takes.
const DELAY: u64 = 5;

struct SlowStore {
    memory: MemoryStore,
    clock: Rc<VirtualClock>,
    /// Writes until they begin to fail.
    writes_left: Cell<usize>,
}

impl SlowStore {
    async fn write(&self) -> Result<(), Error> {
        self.clock.sleep(DELAY).await;
        match self.writes_left.get().checked_sub(1) {
            Some(left) => {
                self.writes_left.set(left);
                Ok(())
            }
            None => Err(Error::internal("the disk is on fire")),
        }
    }
}

impl Store for SlowStore {
    fn get<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async move {
            self.clock.sleep(DELAY).await;
            self.memory.get(key).await
        })
    }

    fn put<'a>(&'a self, key: &'a str, value: Vec<u8>) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            self.write().await?;
            self.memory.put(key, value).await
        })
    }

    fn delete<'a>(&'a self, key: &'a str) -> LocalFuture<'a, Result<bool, Error>> {
        Box::pin(async move {
            self.write().await?;
            self.memory.delete(key).await
        })
    }

    fn list<'a>(&'a self, range: KeyRange<'a>) -> LocalFuture<'a, Result<Vec<Entry>, Error>> {
        Box::pin(async move {
            self.clock.sleep(DELAY).await;
            self.memory.list(range).await
        })
    }

    fn lock<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<StoreLock, Error>> {
        self.memory.lock(name)
    }
}

struct Scene {
    world: World,
    store: Rc<SlowStore>,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let store =
            SlowStore { memory: MemoryStore::new(), clock: world.clock.clone(), writes_left: Cell::new(usize::MAX) };
        Self { store: Rc::new(store), world }
    }

    /// An extension as a kernel has it that was just made.
    fn extension(&self, options: StorageOptions) -> Storage<'_> {
        let extension = StorageExtension::new(options, self.store.clone(), self.world.spawner());
        Storage { world: &self.world, extension: Rc::new(extension) }
    }
}

#[derive(Clone)]
struct Storage<'a> {
    world: &'a World,
    extension: Rc<StorageExtension>,
}

fn of_panel(panel: Option<&str>) -> CallContext {
    let origin = Origin { panel: panel.map(Rc::from), ..Origin::default() };
    CallContext { origin: Rc::new(origin), ..CallContext::default() }
}

impl Storage<'_> {
    fn spawn(&self, method: &'static str, args: Vec<Value>) -> Task<Result<Value, Error>> {
        let extension = Rc::clone(&self.extension);
        self.world.spawn(async move { extension.call(method, args, CallContext::default()).await })
    }

    fn call_as(&self, panel: Option<&str>, method: &'static str, args: Vec<Value>) -> Result<Value, Error> {
        let (extension, context) = (Rc::clone(&self.extension), of_panel(panel));
        self.world.run(async move { extension.call(method, args, context).await })
    }

    fn call(&self, method: &'static str, args: Vec<Value>) -> Result<Value, Error> {
        self.call_as(None, method, args)
    }

    fn put(&self, key: &str, value: impl Into<Value>) -> Result<Value, Error> {
        self.call("put", vec![key.into(), value.into()])
    }

    fn keys(&self) -> Value {
        self.call("list", vec![]).unwrap()
    }
}

/// Asserts that a call went over a quota, and tells which, of how much, and what it would have taken.
fn over(outcome: Result<Value, Error>) -> (String, f64, f64) {
    let error = outcome.unwrap_err();
    assert_eq!(error.code, ErrorCode::ResourceLimit, "{error}");
    let context = error.context.unwrap();
    let context = context.as_object().unwrap();
    assert_eq!(context["code"], "RESOURCE_LIMIT".into(), "a handler is told the code by the context");
    let number = |name: &str| context[name].as_number().unwrap();
    (context["resource"].as_str().unwrap().to_owned(), number("limit"), number("used"))
}

#[test]
fn a_value_is_there_until_it_is_deleted() {
    let scene = Scene::new();
    let storage = scene.extension(StorageOptions::default());
    let value = Value::object([
        ("list", Value::Array(vec![Value::Null, f64::NEG_INFINITY.into(), Value::Bytes(vec![0, 255])])),
        ("__proto__", "é".into()),
    ]);
    assert_eq!(storage.call("get", vec!["a".into()]).unwrap(), Value::Null);
    assert_eq!(storage.put("a", value.clone()).unwrap(), Value::Null);
    assert_eq!(storage.call("get", vec!["a".into()]).unwrap(), value);
    storage.put("a", 2).unwrap();
    assert_eq!(scene.extension(StorageOptions::default()).call("get", vec!["a".into()]).unwrap(), 2.into());
    assert_eq!(storage.call("delete", vec!["a".into()]).unwrap(), true.into());
    assert_eq!(storage.call("delete", vec!["a".into()]).unwrap(), false.into());
    assert_eq!(storage.call("get", vec!["a".into()]).unwrap(), Value::Null);
}

#[test]
fn panels_never_see_each_others_keys() {
    let scene = Scene::new();
    let storage = scene.extension(StorageOptions::default());
    // Names that would meet if they were put together carelessly.
    let panels = [None, Some("a"), Some("a/b"), Some("a%2Fb"), Some("runs"), Some("")];
    for (index, panel) in (0..).zip(panels) {
        storage.call_as(panel, "put", vec!["b/c".into(), Value::from(index)]).unwrap();
        storage.call_as(panel, "put", vec![format!("only/{index}").into(), true.into()]).unwrap();
    }
    for (index, panel) in (0..).zip(panels) {
        assert_eq!(storage.call_as(panel, "get", vec!["b/c".into()]).unwrap(), Value::from(index), "{panel:?}");
        let own = Value::from(vec!["b/c".to_owned(), format!("only/{index}")]);
        assert_eq!(storage.call_as(panel, "list", vec![]).unwrap(), own, "{panel:?}");
    }
    storage.call_as(Some("a"), "delete", vec!["b/c".into()]).unwrap();
    assert_eq!(storage.call_as(Some("a/b"), "get", vec!["b/c".into()]).unwrap(), 2.into());
}

#[test]
fn a_namespace_with_a_name_is_shared_by_all() {
    let scene = Scene::new();
    let shared = StorageOptions { namespace: Some("a".into()), ..StorageOptions::default() };
    let storage = scene.extension(shared);
    storage.call_as(Some("one"), "put", vec!["k".into(), 1.into()]).unwrap();
    assert_eq!(storage.call_as(Some("two"), "get", vec!["k".into()]).unwrap(), 1.into());
    assert_eq!(storage.call("get", vec!["k".into()]).unwrap(), 1.into());
    let own = scene.extension(StorageOptions::default());
    assert_eq!(own.call_as(Some("a"), "get", vec!["k".into()]).unwrap(), Value::Null);
}

#[test]
fn keys_are_listed_by_prefix_and_page_by_page() {
    let scene = Scene::new();
    let storage = scene.extension(StorageOptions::default());
    for key in ["b", "a/3", "a/1", "a/2", "a", "c/1"] {
        storage.put(key, 0).unwrap();
    }
    let list =
        |fields: &[(&'static str, Value)]| storage.call("list", vec![Value::object(fields.iter().cloned())]).unwrap();
    assert_eq!(storage.keys(), Value::from(vec!["a", "a/1", "a/2", "a/3", "b", "c/1"]));
    assert_eq!(list(&[("prefix", "a/".into()), ("limit", 2.into())]), Value::from(vec!["a/1", "a/2"]));
    let rest = list(&[("prefix", "a/".into()), ("limit", 2.into()), ("after", "a/2".into())]);
    assert_eq!(rest, Value::from(vec!["a/3"]));
    assert_eq!(list(&[("prefix", "z".into())]), Value::Array(vec![]));
    assert_eq!(list(&[("prefix", Value::Null), ("after", "b".into())]), Value::from(vec!["c/1"]));
}

#[test]
fn each_quota_holds_at_the_limit_and_one_past_it() {
    let scene = Scene::new();
    let few = scene.extension(StorageOptions { max_keys: 2, ..StorageOptions::default() });
    few.put("a", 1).unwrap();
    few.put("b", 1).unwrap();
    assert_eq!(over(few.put("c", 1)), ("storageKeys".into(), 2.0, 3.0));
    few.put("b", 2).unwrap();
    few.call("delete", vec!["a".into()]).unwrap();
    few.put("c", 1).unwrap();

    let scene = Scene::new();
    let short = scene.extension(StorageOptions { max_key_bytes: 4, ..StorageOptions::default() });
    short.put("éé", 1).unwrap();
    for method in ["get", "put", "delete"] {
        let outcome = short.call(method, vec!["ééa".into(), 1.into()]);
        assert_eq!(over(outcome), ("storageKeyBytes".into(), 4.0, 5.0));
    }

    // Text of n bytes, n below 32, is n + 1 bytes of MessagePack.
    let small = scene.extension(StorageOptions { max_value_bytes: 8, ..StorageOptions::default() });
    small.put("a", "1234567").unwrap();
    assert_eq!(over(small.put("a", "12345678")), ("storageValueBytes".into(), 8.0, 9.0));
    assert_eq!(small.call("get", vec!["a".into()]).unwrap(), "1234567".into());

    let scene = Scene::new();
    let tight = scene.extension(StorageOptions { max_bytes: 20, ..StorageOptions::default() });
    tight.put("a", "123456789").unwrap();
    tight.put("bb", "123456").unwrap();
    assert_eq!(over(tight.put("bb", "1234567")), ("storageBytes".into(), 20.0, 21.0));
    assert_eq!(over(tight.put("c", Value::Null)), ("storageBytes".into(), 20.0, 22.0));
    tight.put("a", "12345678").unwrap();
    tight.put("bb", "1234567").unwrap();
    assert_eq!(tight.keys(), Value::from(vec!["a", "bb"]));
}

#[test]
fn what_can_be_put_can_be_got() {
    let scene = Scene::new();
    let storage = scene.extension(StorageOptions::default());
    let nested = |depth| (0..depth).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    storage.put("a", nested(64)).unwrap();
    assert_eq!(storage.call("get", vec!["a".into()]).unwrap(), nested(64));
    assert_eq!(storage.put("a", nested(65)).unwrap_err().code, ErrorCode::ResourceLimit);
}

#[test]
fn writes_at_once_are_counted_one_after_the_other() {
    let scene = Scene::new();
    let options = || StorageOptions { max_keys: 3, ..StorageOptions::default() };
    // Two kernels over one store.
    let (one, two) = (scene.extension(options()), scene.extension(options()));
    let tasks: Vec<_> = (0..10)
        .map(|index| {
            let storage = if index % 2 == 0 { &one } else { &two };
            storage.spawn("put", vec![format!("key {index}").into(), 1.into()])
        })
        .collect();
    scene.world.advance(1_000);
    let outcomes: Vec<_> = tasks.iter().map(|task| task.result().unwrap().is_ok()).collect();
    assert_eq!(outcomes, [true, true, true, false, false, false, false, false, false, false]);
    assert_eq!(one.keys(), Value::from(vec!["key 0", "key 1", "key 2"]));
    one.call("delete", vec!["key 0".into()]).unwrap();
    two.put("key 9", 1).unwrap();
    assert_eq!(over(one.put("key 8", 1)), ("storageKeys".into(), 3.0, 4.0));
}

#[test]
fn a_new_kernel_counts_what_is_there() {
    let scene = Scene::new();
    let options = |max_keys| StorageOptions { max_keys, ..StorageOptions::default() };
    // More than are counted in one go.
    let before = scene.extension(options(250));
    for index in 0..250 {
        before.put(&format!("{index}"), 0).unwrap();
    }
    let after = scene.extension(options(250));
    assert_eq!(over(after.put("one more", 0)), ("storageKeys".into(), 250.0, 251.0));
    after.put("7", 1).unwrap();
    // Fewer than there are: nothing new, but what is there can be changed and deleted.
    let fewer = scene.extension(options(10));
    fewer.put("7", 2).unwrap();
    assert_eq!(over(fewer.put("one more", 0)), ("storageKeys".into(), 10.0, 251.0));
    assert_eq!(fewer.call("delete", vec!["7".into()]).unwrap(), true.into());
}

#[test]
fn a_write_that_breaks_off_costs_nothing_of_the_quota() {
    for writes in 0..3 {
        let scene = Scene::new();
        let storage = scene.extension(StorageOptions { max_keys: 2, ..StorageOptions::default() });
        storage.put("a", 1).unwrap();
        scene.store.writes_left.set(writes);
        let outcomes = [storage.put("b", 1), storage.put("b", "longer"), storage.call("delete", vec!["b".into()])];
        assert!(outcomes.iter().any(Result::is_err), "{outcomes:?}");
        scene.store.writes_left.set(usize::MAX);
        storage.put("c", 1).or_else(|_| storage.call("delete", vec!["b".into()])).unwrap();
        storage.call("delete", vec!["c".into()]).unwrap();
        storage.put("c", 1).unwrap();
        let there = storage.keys().as_array().unwrap().len();
        for key in ["d", "e"] {
            let _ = storage.put(key, 1);
        }
        assert!(there <= 2 && storage.keys().as_array().unwrap().len() == 2, "exactly the quota after {writes} writes");
    }
}

#[test]
fn a_write_that_nobody_waits_for_is_finished_and_counted() {
    let scene = Scene::new();
    let storage = scene.extension(StorageOptions { max_keys: 1, ..StorageOptions::default() });
    {
        let extension = Rc::clone(&storage.extension);
        let abandoned = scene.world.spawn(async move {
            let call = extension.call("put", vec!["a".into(), 1.into()], CallContext::default());
            let soon = Box::pin(async {});
            futures_util::future::select(call, soon).await;
        });
        scene.world.settle();
        assert!(abandoned.result().is_some());
    }
    assert_eq!(over(storage.put("b", 1)), ("storageKeys".into(), 1.0, 2.0));
    assert_eq!(storage.call("get", vec!["a".into()]).unwrap(), 1.into());
}

#[test]
fn caveats_grant_a_key_or_all_that_begin_alike() {
    let scene = Scene::new();
    let storage = scene.extension(StorageOptions::default()).extension;
    let granted = |caveat: &str, allowed: &str, method: &str, args: &[Value]| {
        let caveats = [(caveat.to_owned(), [allowed.to_owned()].into())].into();
        Grant::new(vec![caveats]).allows_by(
            |caveat| storage.caveat_value(caveat, method, args),
            |caveat, allowed, value| storage.caveat_covers(caveat, allowed, value),
        )
    };
    let key = |key: &str| vec![Value::from(key)];
    let list = |prefix: &str| vec![Value::object([("prefix", Value::from(prefix))])];
    for (caveat, allowed, method, args, expected) in [
        ("key", "a", "get", key("a"), true),
        ("key", "a", "put", key("ab"), false),
        ("key", "a", "delete", key("A"), false),
        ("key", "a", "list", list("a"), false),
        ("prefix", "cart/", "get", key("cart/1"), true),
        ("prefix", "cart/", "put", key("cart/"), true),
        ("prefix", "cart/", "delete", key("cart"), false),
        ("prefix", "cart/", "get", key("other/cart/1"), false),
        ("prefix", "cart/", "list", list("cart/"), true),
        ("prefix", "cart/", "list", list("cart/2"), true),
        ("prefix", "cart/", "list", list("cart"), false),
        ("prefix", "cart/", "list", list(""), false),
        ("prefix", "cart/", "list", vec![], false),
        ("prefix", "cart/", "list", vec![Value::Null], false),
        ("prefix", "cart/", "get", vec![Value::Null], false),
        ("method", "get", "get", key("a"), false),
    ] {
        assert_eq!(granted(caveat, allowed, method, &args), expected, "{caveat}={allowed} {method} {args:?}");
    }
}

#[test]
fn what_is_no_call_is_refused_with_the_reason() {
    let scene = Scene::new();
    let storage = scene.extension(StorageOptions::default());
    for (method, args, word) in [
        ("get", vec![], "key"),
        ("get", vec!["".into()], "key"),
        ("delete", vec![1.into()], "key"),
        ("put", vec!["a".into()], "value"),
        ("list", vec!["a".into()], "object"),
        ("list", vec![Value::object([("limit", Value::from(0))])], "limit"),
        ("list", vec![Value::object([("prefix", Value::from(0))])], "prefix"),
        ("list", vec![Value::object([("before", Value::from("a"))])], "before"),
    ] {
        let error = storage.call(method, args).unwrap_err();
        assert!(error.message.starts_with("invalid call") && error.message.contains(word), "{}", error.message);
    }
}

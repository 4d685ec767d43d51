//! The extension `storage`: values that outlive a run, within quotas.
//!
//! | method | arguments | answer |
//! |---|---|---|
//! | `get` | `(key)` | the value, or null |
//! | `put` | `(key, value)` | null |
//! | `delete` | `(key)` | whether it was there |
//! | `list` | `({ prefix?, limit?, after? }?)` | keys, in the order of their bytes |
//!
//! Tokens may carry the caveats `key`, for one key, and `prefix`, for all keys that begin so:
//! `ext:storage.get?prefix=cart/`. A list is granted by a `prefix` that its own prefix begins with, and by no `key`.

mod namespace;
pub mod options;

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use futures_channel::oneshot;
use nexus_core::limits::{VALUE_BYTES, VALUE_DEPTH};
use nexus_core::{Error, ErrorCode, Value, msgpack};

pub use self::options::StorageOptions;

use self::namespace::{Namespace, over};
use crate::engine::LocalFuture;
use crate::extension::{CallContext, Extension};
use crate::spawner::Spawner;
use crate::store::Store;

const METHODS: [&str; 4] = ["get", "put", "delete", "list"];
/// Keys that one call lists at most, and unless it says less.
const MAX_LISTED: usize = 1_000;
/// Names of namespaces that are remembered as counted; to count one again costs no more than time.
const MAX_REMEMBERED: usize = 10_000;

fn invalid(why: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::ExtensionError, format!("invalid call: {why}"))
}

/// The extension `storage`. See the [module](self).
pub struct StorageExtension {
    options: Rc<StorageOptions>,
    store: Rc<dyn Store>,
    spawner: Rc<dyn Spawner>,
    caveats: [String; 2],
    /// The namespaces that this kernel has counted.
    counted: Rc<RefCell<HashSet<String>>>,
}

/// A call, as far as it can be read from its arguments.
enum Call {
    Get(String),
    Put(String, Value),
    Delete(String),
    List { prefix: String, after: Option<String>, limit: usize },
}

impl StorageExtension {
    /// An extension that keeps its values in `store`.
    #[must_use]
    pub fn new(options: StorageOptions, store: Rc<dyn Store>, spawner: Rc<dyn Spawner>) -> Self {
        let caveats = ["key", "prefix"].map(str::to_owned);
        Self { options: Rc::new(options), store, spawner, caveats, counted: Rc::default() }
    }

    fn check_key(&self, key: String) -> Result<String, Error> {
        let limit = self.options.max_key_bytes;
        if key.len() > limit { Err(over("storageKeyBytes", limit, key.len())) } else { Ok(key) }
    }

    /// Writes to its end, whether or not anybody waits for it: a lock that is dropped in the middle would let the next
    /// one count what is not there yet.
    async fn write<T: 'static>(
        &self,
        namespace: Namespace,
        write: impl AsyncFnOnce(&Namespace, bool) -> Result<T, Error> + 'static,
    ) -> Result<T, Error> {
        let (sender, outcome) = oneshot::channel();
        let counted = Rc::clone(&self.counted);
        self.spawner.spawn(Box::pin(async move {
            let known = counted.borrow().contains(namespace.name());
            let outcome = write(&namespace, known).await;
            let mut counted = counted.borrow_mut();
            match &outcome {
                // Who knows how far it came.
                Err(error) if error.code != ErrorCode::ResourceLimit => {
                    counted.remove(namespace.name());
                }
                _ => {
                    if counted.len() >= MAX_REMEMBERED {
                        counted.clear();
                    }
                    counted.insert(namespace.name().to_owned());
                }
            }
            let _ = sender.send(outcome);
        }));
        outcome.await.map_err(|_| Error::internal("a write of storage was given up"))?
    }

    async fn answer(&self, call: Call, namespace: Namespace) -> Result<Value, Error> {
        match call {
            Call::Get(key) => match namespace.get(&key).await? {
                Some(bytes) => msgpack::decode_value(&bytes, VALUE_DEPTH, VALUE_BYTES)
                    .map_err(|error| invalid(format_args!("{key:?} holds what is no value: {}", error.message))),
                None => Ok(Value::Null),
            },
            Call::Put(key, value) => {
                let limit = self.options.max_value_bytes;
                // What is deeper could be put but not got.
                value.check(VALUE_DEPTH, usize::MAX)?;
                let bytes = msgpack::encode(&value)?;
                if bytes.len() > limit {
                    return Err(over("storageValueBytes", limit, bytes.len()));
                }
                let options = Rc::clone(&self.options);
                let put = async move |namespace: &Namespace, counted: bool| {
                    namespace.put(&key, bytes, counted, &options).await
                };
                self.write(namespace, put).await.map(|()| Value::Null)
            }
            Call::Delete(key) => {
                let delete = async move |namespace: &Namespace, counted: bool| namespace.delete(&key, counted).await;
                self.write(namespace, delete).await.map(Value::Bool)
            }
            Call::List { prefix, after, limit } => {
                Ok(Value::from(namespace.list(&prefix, after.as_deref(), limit).await?))
            }
        }
    }
}

impl Call {
    fn read(method: &str, args: Vec<Value>) -> Result<Self, Error> {
        let mut args = args.into_iter();
        let mut key = || match args.next() {
            Some(Value::String(key)) if !key.is_empty() => Ok(key),
            _ => Err(invalid("the key is text that is not empty")),
        };
        Ok(match method {
            "get" => Self::Get(key()?),
            "delete" => Self::Delete(key()?),
            "put" => {
                let key = key()?;
                Self::Put(key, args.next().ok_or_else(|| invalid("there is no value to put"))?)
            }
            _ => Self::read_list(args.next().unwrap_or(Value::Null))?,
        })
    }

    fn read_list(options: Value) -> Result<Self, Error> {
        let (mut prefix, mut after, mut limit) = (String::new(), None, MAX_LISTED);
        let fields = match options {
            Value::Null => return Ok(Self::List { prefix, after, limit }),
            Value::Object(fields) => fields,
            _ => return Err(invalid("list takes an object")),
        };
        for (name, value) in fields {
            match (name.as_str(), value) {
                ("prefix" | "after" | "limit", Value::Null) => {}
                ("prefix", Value::String(text)) => prefix = text,
                ("after", Value::String(text)) => after = Some(text),
                ("limit", value) => {
                    limit = crate::option_value::count("limit", &value, 1)
                        .map_err(|error| invalid(error.message))?
                        .min(MAX_LISTED);
                }
                ("prefix" | "after", _) => return Err(invalid(format_args!("{name} of list is text"))),
                _ => {
                    return Err(invalid(format_args!("list has no option {name:?}; it has prefix, limit, after")));
                }
            }
        }
        Ok(Self::List { prefix, after, limit })
    }
}

impl Extension for StorageExtension {
    fn name(&self) -> &str {
        "storage"
    }

    fn methods(&self) -> Vec<String> {
        METHODS.map(str::to_owned).to_vec()
    }

    fn call<'a>(
        &'a self,
        method: &'a str,
        args: Vec<Value>,
        context: CallContext,
    ) -> LocalFuture<'a, Result<Value, Error>> {
        Box::pin(async move {
            let call = match Call::read(method, args)? {
                Call::Get(key) => Call::Get(self.check_key(key)?),
                Call::Put(key, value) => Call::Put(self.check_key(key)?, value),
                Call::Delete(key) => Call::Delete(self.check_key(key)?),
                list @ Call::List { .. } => list,
            };
            let namespace = Namespace::of(&context.origin, &self.options, Rc::clone(&self.store));
            self.answer(call, namespace).await
        })
    }

    fn caveats(&self) -> &[String] {
        &self.caveats
    }

    fn caveat_value(&self, caveat: &str, method: &str, args: &[Value]) -> Option<String> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        match (caveat, method) {
            ("key" | "prefix", "get" | "put" | "delete") => text(args.first()),
            ("prefix", "list") => {
                let prefix = args.first().and_then(Value::as_object).and_then(|options| options.get("prefix"));
                Some(text(prefix).unwrap_or_default())
            }
            _ => None,
        }
    }

    fn caveat_covers(&self, caveat: &str, allowed: &str, value: &str) -> bool {
        if caveat == "prefix" { value.starts_with(allowed) } else { value == allowed }
    }
}

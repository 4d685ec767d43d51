//! The extensions of a kernel.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{Shared, join_all};
use indexmap::IndexMap;
use nexus_core::{Error, ErrorCode, Value};

use crate::engine::LocalFuture;
use crate::extension::{CallContext, Extension};

/// Names that `$ext` itself answers to.
const RESERVED: [&str; 3] = ["exists", "methods", "list"];

/// What a name cannot hold, because tokens give it a meaning.
const NAME_SEPARATORS: [char; 4] = [':', '.', '?', '*'];
/// What the name of a method cannot hold: no token could name it alone.
const METHOD_SEPARATORS: [char; 3] = [':', '?', '*'];

/// An extension whose `init` or `shutdown` failed.
#[derive(Debug, Clone, PartialEq)]
pub struct HookFailure {
    /// Which extension.
    pub extension: String,
    /// What its hook failed with.
    pub error: Error,
}

/// An `init` that several can await.
type Init = Shared<LocalFuture<'static, Result<(), Error>>>;

struct Registered {
    extension: Rc<dyn Extension>,
    methods: Vec<String>,
    /// `init`, once something asked for it; everyone who needs the extension awaits the same one.
    init: RefCell<Option<Init>>,
}

impl Registered {
    fn init(&self) -> Init {
        let start = || {
            let extension = Rc::clone(&self.extension);
            let init: LocalFuture<'static, _> = Box::pin(async move { extension.init().await });
            init.shared()
        };
        self.init.borrow_mut().get_or_insert_with(start).clone()
    }

    async fn shutdown(&self) -> Result<(), Error> {
        let init = self.init.take();
        let Some(init) = init else { return Ok(()) };
        // One that never came up has nothing to shut down.
        if init.await.is_err() { Ok(()) } else { self.extension.shutdown().await }
    }
}

/// The extensions of a kernel, in the order of their registration. Clones are the same manager.
///
/// An extension is initialised once: by [`init`](Self::init), or by its first call if that comes first. An extension
/// whose `init` failed stays registered and fails every call with an `EXTENSION_ERROR` that says so.
#[derive(Clone, Default)]
pub struct ExtensionManager(Rc<RefCell<IndexMap<String, Rc<Registered>>>>);

impl ExtensionManager {
    /// No extensions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an extension. Runs that are under way do not see it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the name is taken, reserved, empty or holds one of `: . ? *`, or if there are no methods,
    /// or one of them stands twice, is empty or holds one of `: ? *`.
    pub fn register(&self, extension: Rc<dyn Extension>) -> Result<(), Error> {
        let name = extension.name().to_owned();
        let refuse = |why: String| Err(Error::invalid_argument(format!("the extension {name:?} {why}")));
        if name.is_empty() || name.contains(NAME_SEPARATORS) {
            return refuse("needs a name without : . ? and *".to_owned());
        }
        if RESERVED.contains(&name.as_str()) {
            return refuse(format!("cannot be called so: {} are functions of $ext", RESERVED.join(", ")));
        }
        if self.has(&name) {
            return refuse("is registered already".to_owned());
        }
        let methods = extension.methods();
        if methods.is_empty() {
            return refuse("has no methods".to_owned());
        }
        let mut seen = HashSet::new();
        for method in &methods {
            if method.is_empty() || method.contains(METHOD_SEPARATORS) {
                return refuse(format!("has a method called {method:?}"));
            }
            if !seen.insert(method) {
                return refuse(format!("has the method {method:?} twice"));
            }
        }
        let registered = Registered { extension, methods, init: RefCell::default() };
        self.0.borrow_mut().insert(name, Rc::new(registered));
        Ok(())
    }

    /// Takes an extension out, at once; the future answers whether it was there, after its `shutdown`. Calls that are
    /// under way run on.
    ///
    /// # Errors
    /// What its `shutdown` failed with.
    pub fn unregister(&self, name: &str) -> LocalFuture<'static, Result<bool, Error>> {
        let removed = self.0.borrow_mut().shift_remove(name);
        Box::pin(async move {
            match removed {
                Some(registered) => registered.shutdown().await.map(|()| true),
                None => Ok(false),
            }
        })
    }

    /// Whether an extension of that name is registered.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.borrow().contains_key(name)
    }

    /// The extension of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Rc<dyn Extension>> {
        self.0.borrow().get(name).map(|registered| Rc::clone(&registered.extension))
    }

    /// The methods of the extension of that name; none if there is no such extension.
    #[must_use]
    pub fn get_methods(&self, name: &str) -> Vec<String> {
        self.0.borrow().get(name).map(|registered| registered.methods.clone()).unwrap_or_default()
    }

    /// The names of all extensions.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }

    /// All extensions, each with its methods.
    #[must_use]
    pub fn catalogue(&self) -> IndexMap<String, Vec<String>> {
        self.0.borrow().iter().map(|(name, registered)| (name.clone(), registered.methods.clone())).collect()
    }

    /// Finds what a call is for.
    ///
    /// # Errors
    /// `EXTENSION_NOT_FOUND`, then `METHOD_NOT_FOUND`.
    pub fn find(&self, name: &str, method: &str) -> Result<Rc<dyn Extension>, Error> {
        self.registered(name, method).map(|registered| Rc::clone(&registered.extension))
    }

    fn registered(&self, name: &str, method: &str) -> Result<Rc<Registered>, Error> {
        let extensions = self.0.borrow();
        let registered = extensions.get(name).ok_or_else(|| Error::extension_not_found(name))?;
        if !registered.methods.iter().any(|own| own == method) {
            return Err(Error::method_not_found(name, method));
        }
        Ok(Rc::clone(registered))
    }

    /// Calls a method, without asking for a capability: that is for whoever calls on behalf of a handler.
    ///
    /// # Errors
    /// `EXTENSION_NOT_FOUND`, then `METHOD_NOT_FOUND`; `EXTENSION_ERROR` if the extension could not be initialised;
    /// otherwise what the extension failed with.
    pub async fn call(&self, name: &str, method: &str, args: Vec<Value>, context: CallContext) -> Result<Value, Error> {
        let registered = self.registered(name, method)?;
        registered.init().await.map_err(|error| {
            Error::new(
                ErrorCode::ExtensionError,
                format!("the extension {name:?} could not be initialised: {}", error.message),
            )
        })?;
        registered.extension.call(method, args, context).await
    }

    /// Initialises every extension that is not yet. One that fails does not stop the others.
    ///
    /// The answer holds every extension that could not be initialised.
    #[must_use = "the failures are told nowhere else until a call"]
    pub async fn init(&self) -> Vec<HookFailure> {
        self.each(|registered| registered.init().boxed_local()).await
    }

    /// Shuts every extension down that was initialised. One that fails does not stop the others.
    ///
    /// The answer holds every extension whose `shutdown` failed.
    #[must_use = "the failures are told nowhere else"]
    pub async fn shutdown(&self) -> Vec<HookFailure> {
        self.each(|registered| Box::pin(async move { registered.shutdown().await })).await
    }

    async fn each(&self, hook: impl Fn(Rc<Registered>) -> LocalFuture<'static, Result<(), Error>>) -> Vec<HookFailure> {
        let all: Vec<_> = self.0.borrow().iter().map(|(name, own)| (name.clone(), hook(Rc::clone(own)))).collect();
        let outcomes = join_all(
            all.into_iter()
                .map(async |(extension, hook)| hook.await.err().map(|error| HookFailure { extension, error })),
        );
        outcomes.await.into_iter().flatten().collect()
    }
}

//! The embedder's synchronous functions, which handlers call as `$host.<name>(...)`.

use std::cell::RefCell;
use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::capability::Scope;
use nexus_core::{CapabilityChecker, CapabilityToken, Error, ErrorCode, Limits, Value};

use crate::engine::HostDispatch;
use crate::value_bounds::ValueBounds;

/// What a host function does with its arguments.
pub type HostFunctionBody = Rc<dyn Fn(Vec<Value>) -> Result<Value, Error>>;

/// A synchronous function of the embedder, behind the capability `host:<name>`.
#[derive(Clone)]
pub struct HostFunction {
    /// Its name in `$host` and in tokens.
    pub name: String,
    /// How it is called, for people: `sha256(text: string): string`.
    pub signature: String,
    /// What it does. A handler waits for it on the spot, so it should be quick.
    pub call: HostFunctionBody,
}

/// The host functions of a kernel, in the order of their registration. Clones are the same registry.
#[derive(Clone, Default)]
pub struct HostFunctions(Rc<RefCell<IndexMap<String, HostFunction>>>);

impl HostFunctions {
    /// No functions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function. Runs that are under way do not see it.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if the name is taken, empty or holds a `*`.
    pub fn register(&self, function: HostFunction) -> Result<(), Error> {
        let name = &function.name;
        if name.is_empty() || name.contains('*') {
            return Err(Error::invalid_argument(format!("the host function {name:?} needs a name without *")));
        }
        if self.has(name) {
            return Err(Error::invalid_argument(format!("the host function {name:?} is registered already")));
        }
        self.0.borrow_mut().insert(name.clone(), function);
        Ok(())
    }

    /// Takes a function out; answers whether it was there.
    pub fn unregister(&self, name: &str) -> bool {
        self.0.borrow_mut().shift_remove(name).is_some()
    }

    /// Whether a function of that name is registered.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.borrow().contains_key(name)
    }

    /// All functions.
    #[must_use]
    pub fn list(&self) -> Vec<HostFunction> {
        self.0.borrow().values().cloned().collect()
    }

    /// The names of all functions.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }

    /// What a run with these limits and tokens calls them by: unknown names fail with `METHOD_NOT_FOUND`, those without
    /// their token with `PERMISSION_DENIED` (the sandbox checked already, but its word is not taken), answers deeper or
    /// larger than the limits with `RESOURCE_LIMIT`.
    #[must_use]
    pub fn dispatch(&self, limits: &Limits, checker: CapabilityChecker) -> HostDispatch {
        let functions = self.clone();
        let bounds = ValueBounds::of(limits);
        Rc::new(move |name, args| {
            // Not borrowed while it runs: a function may register others.
            let function = functions.0.borrow().get(name).map(|function| Rc::clone(&function.call));
            let function = function.ok_or_else(|| {
                Error::new(ErrorCode::MethodNotFound, format!("no host function {name:?} is registered"))
            })?;
            checker.require(&CapabilityToken::Host(Scope::Name(name.to_owned())))?;
            let answer = function(args)?;
            bounds.check(&answer)?;
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(name: &str, call: impl Fn(Vec<Value>) -> Result<Value, Error> + 'static) -> HostFunction {
        HostFunction { name: name.to_owned(), signature: format!("{name}()"), call: Rc::new(call) }
    }

    fn all() -> CapabilityChecker {
        CapabilityChecker::new(vec![CapabilityToken::Host(Scope::Any)])
    }

    #[test]
    fn the_token_is_asked_for_outside_the_sandbox_too() {
        let functions = HostFunctions::new();
        functions.register(function("f", |_| Ok(Value::Null))).unwrap();
        let other = CapabilityChecker::new(vec!["host:g".parse().unwrap(), "ext:*".parse().unwrap()]);
        let error = functions.dispatch(&Limits::default(), other)("f", vec![]).unwrap_err();
        assert_eq!(error.code, ErrorCode::PermissionDenied);
        assert!(functions.dispatch(&Limits::default(), all())("f", vec![]).is_ok());
    }

    #[test]
    fn names_are_unique_and_can_be_named_in_a_token() {
        let functions = HostFunctions::new();
        functions.register(function("a.b: c", |_| Ok(Value::Null))).unwrap();
        for name in ["", "*", "a*", "a.b: c"] {
            let error = functions.register(function(name, |_| Ok(Value::Null))).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgument, "{name}");
        }
        assert_eq!(functions.names(), ["a.b: c"]);
        assert!(functions.unregister("a.b: c") && !functions.unregister("a.b: c"));
    }

    #[test]
    fn an_unknown_function_is_method_not_found() {
        let functions = HostFunctions::new();
        let dispatch = functions.dispatch(&Limits::default(), all());
        assert_eq!(dispatch("f", vec![]).unwrap_err().code, ErrorCode::MethodNotFound);
        functions.register(function("f", |args| Ok(Value::Array(args)))).unwrap();
        assert_eq!(dispatch("f", vec![1.into()]).unwrap(), Value::from(vec![1]));
    }

    #[test]
    fn an_answer_has_to_fit_the_limits_of_the_run() {
        let functions = HostFunctions::new();
        functions.register(function("big", |_| Ok("x".repeat(100).into()))).unwrap();
        let limits = |bytes| Limits { max_value_bytes: bytes, ..Limits::default() };
        assert!(functions.dispatch(&limits(102), all())("big", vec![]).is_ok());
        assert_eq!(functions.dispatch(&limits(101), all())("big", vec![]).unwrap_err().code, ErrorCode::ResourceLimit);
    }

    #[test]
    fn a_function_may_change_the_registry_while_it_runs() {
        let functions = HostFunctions::new();
        let registry = functions.clone();
        functions.register(function("once", move |_| Ok(registry.unregister("once").into()))).unwrap();
        let dispatch = functions.dispatch(&Limits::default(), all());
        assert_eq!(dispatch("once", vec![]).unwrap(), Value::Bool(true));
        assert!(!functions.has("once"));
    }
}

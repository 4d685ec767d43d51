//! Host functions: everything a handler can reach outside of the language, each with its name, its signature, the
//! capabilities it needs and its count.

use std::rc::Rc;

use boa_engine::object::builtins::JsFunction;
use boa_engine::object::{FunctionObjectBuilder, JsObject};
use boa_engine::{Context, Finalize, JsArgs, JsData, JsResult, JsString, JsValue, NativeFunction, Trace};
use nexus_core::{CapabilityToken, Error, Value};

use crate::convert;
use crate::failure::{Failure, uncatchable};
use crate::run::{Run, SharedRun};

/// A function that handlers can call.
///
/// Before [`call`](Self::call) runs, the call has been counted against the limit of host calls and every one of
/// [`capabilities`](Self::capabilities) has been found among the run's tokens.
pub trait HostFunction {
    /// The name under which it is registered and counted: `state.get`.
    fn name(&self) -> &str;

    /// Where handlers find it: `$state.get`, or `$emit` for a global that is itself the function. Empty for functions
    /// that are reached through a proxy of their own.
    fn place(&self) -> &'static str;

    /// Its TypeScript signature: `(key: string) => unknown`.
    fn signature(&self) -> &str;

    /// What a run needs for this call; nothing by default.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for arguments that name nothing.
    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        let _ = call;
        Ok(Vec::new())
    }

    /// Does it.
    ///
    /// # Errors
    /// Whatever is wrong; see [`Failure`] for what becomes of it.
    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure>;
}

/// One call of a host function.
pub struct Call<'a> {
    /// Its arguments.
    pub args: &'a [JsValue],
    /// The engine.
    pub context: &'a mut Context,
    /// The run that makes it.
    pub run: SharedRun,
}

impl Call<'_> {
    /// The argument at `index` as a string.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` calling it `what` if it is none, `RESOURCE_LIMIT` if it is longer than a value may be.
    pub fn string(&self, index: usize, what: &str) -> Result<String, Error> {
        self.optional_string(index, what)?
            .ok_or_else(|| Error::invalid_argument(format!("{what} has to be a string, not undefined")))
    }

    /// Like [`Self::string`], with `None` for `undefined` and `null`.
    ///
    /// # Errors
    /// As [`Self::string`].
    pub fn optional_string(&self, index: usize, what: &str) -> Result<Option<String>, Error> {
        let value = self.args.get_or_undefined(index);
        if value.is_null_or_undefined() {
            return Ok(None);
        }
        let text = value
            .as_string()
            .ok_or_else(|| Error::invalid_argument(format!("{what} has to be a string, not {}", value.type_of())))?;
        let text = text
            .to_std_string()
            .map_err(|_| Error::invalid_argument(format!("{what} holds half of a surrogate pair")))?;
        let (_, limit) = self.run.borrow().value_limits();
        if text.len() > limit {
            return Err(Error::resource_limit("valueBytes", limit, text.len()));
        }
        Ok(Some(text))
    }

    /// The argument at `index` as data; null if it is missing.
    ///
    /// # Errors
    /// As [`convert::to_value`].
    pub fn value(&mut self, index: usize) -> Result<Value, Failure> {
        convert::to_value(self.args.get_or_undefined(index), self.context)
    }

    /// All arguments as data.
    ///
    /// # Errors
    /// As [`convert::to_value`].
    pub fn values(&mut self) -> Result<Vec<Value>, Failure> {
        self.args.iter().map(|arg| convert::to_value(arg, self.context)).collect()
    }
}

/// Calls a host function as a handler's call: counted, checked, its errors made JavaScript's.
///
/// # Errors
/// What the function answers, `PERMISSION_DENIED`, or the uncatchable error of a run that is stopped.
pub fn invoke(function: &dyn HostFunction, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let run = Run::of(context);
    if run.borrow().stopped().is_some() {
        return Err(uncatchable());
    }
    let mut call = Call { args, context, run };
    let result = checked_call(function, &mut call);
    result.map_err(|failure| failure.into_js(call.context))
}

fn checked_call(function: &dyn HostFunction, call: &mut Call<'_>) -> Result<JsValue, Failure> {
    call.run.borrow_mut().count_host_call(function.name())?;
    for required in function.capabilities(call)? {
        let denied = call.run.borrow().checker.require(&required).err();
        if let Some(denied) = denied {
            call.run.borrow_mut().record_denial(function.name(), required.to_string());
            return Err(denied.into());
        }
    }
    function.call(call)
}

/// The host functions of an instance.
#[derive(Default)]
pub struct Registry {
    functions: Vec<Rc<dyn HostFunction>>,
}

impl Registry {
    /// Adds a function.
    ///
    /// # Panics
    /// When the name is taken: a mistake in the program, not in its input.
    pub fn register(&mut self, function: impl HostFunction + 'static) {
        assert!(self.get(function.name()).is_none(), "{} is registered twice", function.name());
        self.functions.push(Rc::new(function));
    }

    /// The function registered as `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Rc<dyn HostFunction>> {
        self.functions.iter().find(|function| function.name() == name)
    }

    /// All of them, in the order of their registration.
    #[must_use]
    pub fn functions(&self) -> &[Rc<dyn HostFunction>] {
        &self.functions
    }
}

/// A host function inside a JavaScript function object.
#[derive(Clone, Trace, Finalize, JsData)]
struct Handle(#[unsafe_ignore_trace] Rc<dyn HostFunction>);

/// The function object through which handlers call `function`.
pub fn function_object(function: &Rc<dyn HostFunction>, name: &str, context: &mut Context) -> JsFunction {
    let native = NativeFunction::from_copy_closure_with_captures(
        |_, args, handle: &Handle, context| invoke(&*handle.0, args, context),
        Handle(function.clone()),
    );
    FunctionObjectBuilder::new(context.realm(), native).name(JsString::from(name)).length(0).build()
}

/// Makes `value` the global `name` that no handler can replace.
///
/// # Errors
/// What the engine says.
pub fn define_global(name: &str, value: impl Into<JsValue>, context: &mut Context) -> JsResult<()> {
    define_constant(&context.global_object(), name, value, context)
}

/// Gives `object` the property `name` that cannot change.
///
/// # Errors
/// What the engine says.
pub fn define_constant(
    object: &JsObject,
    name: &str,
    value: impl Into<JsValue>,
    context: &mut Context,
) -> JsResult<()> {
    let descriptor = boa_engine::property::PropertyDescriptor::builder()
        .value(value)
        .writable(false)
        .enumerable(true)
        .configurable(false);
    object.define_property_or_throw(JsString::from(name), descriptor, context)?;
    Ok(())
}

//! `$state`: methods, and a proxy for `$state.count++`, `delete $state.x`, `'x' in $state`.

use boa_engine::object::builtins::JsArray;
use boa_engine::object::builtins::JsProxy;
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue};
use nexus_core::capability::Scope;
use nexus_core::{CapabilityToken, Error};

use super::freeze;
use crate::convert;
use crate::failure::Failure;
use crate::host_function::{Call, HostFunction, Registry, define_global, invoke};
use crate::run::SharedRun;
use crate::state;

/// Names that are methods of `$state`, and so no keys of its proxy form.
struct Methods(JsObject);

pub fn register(registry: &mut Registry) {
    registry.register(Get);
    registry.register(Set);
    registry.register(Delete);
    registry.register(Has);
    registry.register(Keys);
    registry.register(Update);
}

pub fn install(methods: JsObject, context: &mut Context) -> JsResult<()> {
    freeze(&methods, context)?;
    state::install(context)?;
    let proxy = JsProxy::builder(JsObject::with_null_proto())
        .get(get_trap)
        .set(set_trap)
        .has(has_trap)
        .delete_property(delete_trap)
        .own_keys(keys_trap)
        .define_property(define_trap)
        .get_own_property_descriptor(descriptor_trap)
        .set_prototype_of(state::refuse_trap)
        .prevent_extensions(state::refuse_trap)
        .build(context)?;
    context.insert_data(Methods(methods));
    define_global("$state", proxy, context)
}

fn read_of(call: &Call<'_>) -> Result<CapabilityToken, Error> {
    Ok(CapabilityToken::StateRead(Scope::Name(call.string(0, "the key")?)))
}

fn write_of(call: &Call<'_>) -> Result<CapabilityToken, Error> {
    Ok(CapabilityToken::StateWrite(Scope::Name(call.string(0, "the key")?)))
}

struct Get;

impl HostFunction for Get {
    fn name(&self) -> &str {
        "state.get"
    }

    fn place(&self) -> &'static str {
        "$state.get"
    }

    fn signature(&self) -> &str {
        "(key: string) => unknown"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![read_of(call)?])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        Ok(state::read(&call.string(0, "the key")?, call.context)?)
    }
}

struct Set;

impl HostFunction for Set {
    fn name(&self) -> &str {
        "state.set"
    }

    fn place(&self) -> &'static str {
        "$state.set"
    }

    fn signature(&self) -> &str {
        "(key: string, value: unknown) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![write_of(call)?])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let key = call.string(0, "the key")?;
        set(&key, call.args.get_or_undefined(1), call.context)?;
        Ok(JsValue::undefined())
    }
}

/// Sets a key; `undefined` deletes it.
fn set(key: &str, value: &JsValue, context: &mut Context) -> Result<(), Failure> {
    match convert::to_optional_value(value, context)? {
        Some(value) => state::write(key, value, context),
        None => state::delete(key, context).map(|_| ()),
    }
}

struct Delete;

impl HostFunction for Delete {
    fn name(&self) -> &str {
        "state.delete"
    }

    fn place(&self) -> &'static str {
        "$state.delete"
    }

    fn signature(&self) -> &str {
        "(key: string) => boolean"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![write_of(call)?])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        Ok(state::delete(&call.string(0, "the key")?, call.context)?.into())
    }
}

struct Has;

impl HostFunction for Has {
    fn name(&self) -> &str {
        "state.has"
    }

    fn place(&self) -> &'static str {
        "$state.has"
    }

    fn signature(&self) -> &str {
        "(key: string) => boolean"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![read_of(call)?])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let key = call.string(0, "the key")?;
        Ok(call.run.borrow().state.has(&key).into())
    }
}

struct Keys;

impl HostFunction for Keys {
    fn name(&self) -> &str {
        "state.keys"
    }

    fn place(&self) -> &'static str {
        "$state.keys"
    }

    fn signature(&self) -> &str {
        "() => string[]"
    }

    fn capabilities(&self, _: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![CapabilityToken::StateRead(Scope::Any)])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let keys = call.run.borrow().state.keys();
        let keys = keys.iter().map(|key| JsString::from(key.as_str()).into());
        Ok(JsArray::from_iter(keys, call.context).into())
    }
}

struct Update;

impl HostFunction for Update {
    fn name(&self) -> &str {
        "state.update"
    }

    fn place(&self) -> &'static str {
        "$state.update"
    }

    fn signature(&self) -> &str {
        "(key: string, change: (value: unknown) => unknown) => unknown"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![read_of(call)?, write_of(call)?])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let key = call.string(0, "the key")?;
        let change = call.args.get_or_undefined(1).as_callable();
        let change = change.ok_or_else(|| Error::invalid_argument("the change has to be a function"))?;
        let old = state::read(&key, call.context)?;
        let new = change.call(&JsValue::undefined(), &[old], call.context)?;
        set(&key, &new, call.context)?;
        Ok(state::read(&key, call.context)?)
    }
}

/// What a trap of `$state` was asked for.
enum Asked {
    Symbol,
    Method(JsValue),
    Key(JsValue),
}

fn asked(args: &[JsValue], context: &mut Context) -> JsResult<Asked> {
    let key = args.get_or_undefined(1);
    let PropertyKey::String(name) = key.to_property_key(context)? else {
        return Ok(if key.is_symbol() { Asked::Symbol } else { Asked::Key(key.clone()) });
    };
    let Methods(methods) =
        context.get_data::<Methods>().ok_or_else(|| JsNativeError::typ().with_message("the state is not installed"))?;
    let method = methods.borrow().properties().get(&name.into());
    Ok(match method.as_ref().and_then(|method| method.value()) {
        Some(method) => Asked::Method(method.clone()),
        None => Asked::Key(key.clone()),
    })
}

fn get_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    match asked(args, context)? {
        Asked::Symbol => Ok(JsValue::undefined()),
        Asked::Method(method) => Ok(method),
        Asked::Key(key) => match read_at_once(&key, context) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => invoke(&Get, &[key], context),
            Err(error) => Err(Failure::from(error).into_js(context)),
        },
    }
}

/// What [`invoke`] makes of a read that is allowed and needs nothing new. `None` for all others, of which nothing was
/// counted then.
fn read_at_once(key: &JsValue, context: &mut Context) -> Result<Option<JsValue>, Error> {
    let (Some(key), Some(run)) = (key.as_string(), context.get_data::<SharedRun>()) else { return Ok(None) };
    let key = key.as_str();
    let key = key.as_latin1().filter(|units| units.is_ascii()).and_then(|units| str::from_utf8(units).ok());
    let Some(key) = key else { return Ok(None) };
    let mut run = run.borrow_mut();
    if run.stopped().is_some() || !run.checker.can_read_state(key) || key.len() > run.value_limits().1 {
        return Ok(None);
    }
    let value = run.state.ready(key);
    if value.is_some() {
        run.count_host_call(Get.name())?;
    }
    Ok(value)
}

fn set_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    set_asked(args, args.get_or_undefined(2), context)
}

fn set_asked(args: &[JsValue], value: &JsValue, context: &mut Context) -> JsResult<JsValue> {
    match asked(args, context)? {
        Asked::Symbol => Ok(false.into()),
        Asked::Method(_) => {
            let name = args.get_or_undefined(1).to_string(context)?.to_std_string_lossy();
            let message =
                format!("{name} is a method of $state; to set a key of that name use $state.set({name:?}, value)");
            Err(super::throw(Error::invalid_argument(message), context))
        }
        Asked::Key(key) => {
            invoke(&Set, &[key, value.clone()], context)?;
            Ok(true.into())
        }
    }
}

fn has_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    match asked(args, context)? {
        Asked::Symbol => Ok(false.into()),
        Asked::Method(_) => Ok(true.into()),
        Asked::Key(key) => invoke(&Has, &[key], context),
    }
}

fn delete_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    match asked(args, context)? {
        Asked::Key(key) => {
            invoke(&Delete, &[key], context)?;
            Ok(true.into())
        }
        _ => Ok(false.into()),
    }
}

fn keys_trap(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    invoke(&Keys, &[], context)
}

fn define_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    match state::data_of_descriptor(args.get_or_undefined(2), context)? {
        Some(value) => set_asked(args, &value, context),
        None => Ok(false.into()),
    }
}

fn descriptor_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Asked::Key(key) = asked(args, context)? else { return Ok(JsValue::undefined()) };
    if !invoke(&Has, std::slice::from_ref(&key), context)?.to_boolean() {
        return Ok(JsValue::undefined());
    }
    let value = invoke(&Get, &[key], context)?;
    state::descriptor(value, true, true, context)
}

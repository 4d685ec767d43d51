//! The handler's globals: which host functions there are, and the objects through which they are reached.

mod emit;
mod ext;
mod host;
mod log;
mod state;
mod time;
mod view;

use std::collections::BTreeMap;
use std::rc::Rc;

use boa_engine::object::IntegrityLevel;
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsArgs, JsObject, JsResult, JsString, JsValue};
use nexus_core::{Error, Value};

use crate::convert;
use crate::host_function::{HostFunction, Registry, define_constant, define_global, function_object};

/// Every function of our own. One's own in Rust goes here too, with one line.
#[must_use]
pub fn registry() -> Registry {
    let mut registry = Registry::default();
    state::register(&mut registry);
    emit::register(&mut registry);
    view::register(&mut registry);
    ext::register(&mut registry);
    log::register(&mut registry);
    time::register(&mut registry);
    registry
}

/// Puts what is the same for every run into the context. Once, at boot.
///
/// # Errors
/// What the engine says.
pub fn install(registry: &Registry, context: &mut Context) -> JsResult<()> {
    for (name, functions) in by_global(registry) {
        let object = namespace(&functions, context)?;
        match name {
            "$state" => state::install(object, context)?,
            "$ext" => ext::install(&object, context),
            "$view" => view::install(&object, context)?,
            "$log" => {
                freeze(&object, context)?;
                define_global("console", object.clone(), context)?;
                define_global(name, object, context)?;
            }
            name => {
                freeze(&object, context)?;
                define_global(name, object, context)?;
            }
        }
    }
    Ok(())
}

/// Puts what a run brings into the context: `$args`, `$scope`, `$ext`, `$host`.
///
/// # Errors
/// What the engine says.
pub fn install_run(args: &Value, scope: &Value, host_functions: &[String], context: &mut Context) -> JsResult<()> {
    for (name, value) in [("$args", args), ("$scope", scope)] {
        let value = convert::from_value_frozen(value, context)?;
        define_global(name, value, context)?;
    }
    ext::install_run(context)?;
    host::install_run(host_functions, context)
}

/// Whether a handler finds something under this name that it does not declare. Asked at boot: `arguments` is every
/// function's own, and what a run brings is not there yet.
pub fn is_global(name: &str, context: &mut Context) -> bool {
    const OF_A_RUN: [&str; 5] = ["$args", "$scope", "$ext", "$host", "arguments"];
    let global = context.global_object();
    OF_A_RUN.contains(&name) || global.has_property(JsString::from(name), context).unwrap_or(true)
}

/// The functions of each global, by the first part of their place.
fn by_global(registry: &Registry) -> BTreeMap<&'static str, Vec<Rc<dyn HostFunction>>> {
    let mut globals: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for function in registry.functions() {
        let place = function.place();
        if place.is_empty() {
            continue;
        }
        let global = place.split('.').next().unwrap_or(place);
        globals.entry(global).or_default().push(function.clone());
    }
    globals
}

/// An object that holds the functions by the second part of their place; itself a function where one has no second.
fn namespace(functions: &[Rc<dyn HostFunction>], context: &mut Context) -> JsResult<JsObject> {
    let own = functions.iter().find(|function| !function.place().contains('.'));
    let object = match own {
        Some(function) => function_object(function, function.place(), context).into(),
        None => JsObject::with_object_proto(context.intrinsics()),
    };
    for function in functions {
        if let Some((_, name)) = function.place().split_once('.') {
            let member = JsObject::from(function_object(function, name, context));
            freeze(&member, context)?;
            define_constant(&object, name, member, context)?;
        }
    }
    Ok(object)
}

fn freeze(object: &JsObject, context: &mut Context) -> JsResult<()> {
    object.set_integrity_level(IntegrityLevel::Frozen, context)?;
    Ok(())
}

/// The member that a `get` trap was asked for, or its name if there is none. Symbols, and what `await` and `JSON` look
/// for, are nothing that a handler could have meant.
fn own_member(args: &[JsValue], context: &mut Context) -> JsResult<Result<JsValue, String>> {
    let target = args.get_or_undefined(0).as_object().unwrap_or_else(JsObject::with_null_proto);
    let key = args.get_or_undefined(1).to_property_key(context)?;
    if target.has_own_property(key.clone(), context)? {
        return target.get(key, context).map(Ok);
    }
    let name = key.to_string();
    let looked_for = matches!(key, PropertyKey::Symbol(_)) || name == "then" || name == "toJSON";
    Ok(if looked_for { Ok(JsValue::undefined()) } else { Err(name) })
}

/// What `$ext.nobody` and its like throw.
fn throw(error: Error, context: &mut Context) -> boa_engine::JsError {
    crate::Failure::from(error).into_js(context)
}

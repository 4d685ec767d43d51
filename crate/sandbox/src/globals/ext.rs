//! `$ext.<name>.<method>(…)`: calls to the outside, each a promise; and `exists`, `methods`, `list`.

use std::rc::Rc;

use boa_engine::object::builtins::{JsArray, JsPromise, JsProxy};
use boa_engine::{Context, Finalize, JsArgs, JsData, JsObject, JsResult, JsString, JsValue, Trace};
use nexus_core::capability::{Caveats, ExtensionScope};
use nexus_core::checker::ExtensionGrant;
use nexus_core::{CapabilityToken, Error};

use super::{freeze, own_member, throw};
use crate::failure::{self, Failure};
use crate::host_function::{Call, HostFunction, Registry, define_constant, define_global, function_object};
use crate::run::{PendingCall, Run};

/// `exists`, `methods` and `list`, until a run brings its extensions.
struct Common(JsObject);

pub fn register(registry: &mut Registry) {
    registry.register(Exists);
    registry.register(Methods);
    registry.register(List);
}

pub fn install(common: &JsObject, context: &mut Context) {
    context.insert_data(Common(common.clone()));
}

/// Makes `$ext`, with the extensions of the run that is about to start.
pub fn install_run(context: &mut Context) -> JsResult<()> {
    let extensions = Run::of(context).borrow().extensions.clone();
    let ext = JsObject::with_null_proto();
    let common = context.get_data::<Common>().map(|common| common.0.clone());
    if let Some(common) = common {
        for name in ["exists", "methods", "list"] {
            let function = common.get(JsString::from(name), context)?;
            define_constant(&ext, name, function, context)?;
        }
    }
    for (name, methods) in &extensions {
        let extension = JsObject::from_proto_and_data(None, ExtensionName(name.clone()));
        for method in methods {
            let function: Rc<dyn HostFunction> = Rc::new(Method::new(name, method));
            let function = JsObject::from(function_object(&function, method, context));
            freeze(&function, context)?;
            define_constant(&extension, method, function, context)?;
        }
        freeze(&extension, context)?;
        let extension = JsProxy::builder(extension).get(get_method).build(context)?;
        define_constant(&ext, name, extension, context)?;
    }
    freeze(&ext, context)?;
    let ext = JsProxy::builder(ext).get(get_extension).build(context)?;
    define_global("$ext", ext, context)
}

fn get_extension(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    own_member(args, context)?.map_err(|name| throw(Error::extension_not_found(&name), context))
}

fn get_method(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    own_member(args, context)?.map_err(|method| {
        let target = args.get_or_undefined(0).as_object();
        let name = target.and_then(|target| target.downcast_ref::<ExtensionName>().map(|name| name.0.clone()));
        throw(Error::method_not_found(&name.unwrap_or_default(), &method), context)
    })
}

/// Marks the object of an extension with its name.
#[derive(Trace, Finalize, JsData)]
struct ExtensionName(String);

/// A method of an extension.
struct Method {
    extension: String,
    method: String,
    name: String,
}

impl Method {
    fn new(extension: &str, method: &str) -> Self {
        let name = format!("ext.{extension}.{method}");
        Self { extension: extension.to_owned(), method: method.to_owned(), name }
    }
}

impl HostFunction for Method {
    fn name(&self) -> &str {
        &self.name
    }

    fn place(&self) -> &'static str {
        ""
    }

    fn signature(&self) -> &str {
        "(...args: unknown[]) => Promise<unknown>"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        // Caveats speak of arguments, which the kernel checks where it makes the call.
        let run = call.run.borrow();
        if run.checker.extension_grant(&self.extension, &self.method) != ExtensionGrant::Denied {
            return Ok(Vec::new());
        }
        Ok(vec![CapabilityToken::Extension(ExtensionScope::Extension {
            name: self.extension.clone(),
            method: Some(self.method.clone()),
            caveats: Caveats::new(),
        })])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let args = call.values()?;
        let error = failure::blank_error_object(call.context)?;
        let (promise, resolvers) = JsPromise::new_pending(call.context);
        let pending = PendingCall {
            extension: self.extension.clone(),
            method: self.method.clone(),
            resolve: resolvers.resolve,
            reject: resolvers.reject,
            error,
        };
        call.run.borrow_mut().record_call(args, pending)?;
        Ok(promise.into())
    }
}

struct Exists;

impl HostFunction for Exists {
    fn name(&self) -> &str {
        "ext.exists"
    }

    fn place(&self) -> &'static str {
        "$ext.exists"
    }

    fn signature(&self) -> &str {
        "(name: string) => boolean"
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let name = call.string(0, "the extension's name")?;
        Ok(call.run.borrow().extensions.contains_key(&name).into())
    }
}

struct Methods;

impl HostFunction for Methods {
    fn name(&self) -> &str {
        "ext.methods"
    }

    fn place(&self) -> &'static str {
        "$ext.methods"
    }

    fn signature(&self) -> &str {
        "(name: string) => string[]"
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let name = call.string(0, "the extension's name")?;
        let methods = call.run.borrow().extensions.get(&name).cloned().unwrap_or_default();
        Ok(strings(&methods, call.context))
    }
}

struct List;

impl HostFunction for List {
    fn name(&self) -> &str {
        "ext.list"
    }

    fn place(&self) -> &'static str {
        "$ext.list"
    }

    fn signature(&self) -> &str {
        "() => string[]"
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let names: Vec<String> = call.run.borrow().extensions.keys().cloned().collect();
        Ok(strings(&names, call.context))
    }
}

fn strings(texts: &[String], context: &mut Context) -> JsValue {
    JsArray::from_iter(texts.iter().map(|text| JsString::from(text.as_str()).into()), context).into()
}

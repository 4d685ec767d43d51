//! `$host.<name>(…)`: synchronous functions of the embedder, each behind its own capability.

use std::rc::Rc;

use boa_engine::object::builtins::JsProxy;
use boa_engine::{Context, JsObject, JsResult, JsValue};
use nexus_core::capability::Scope;
use nexus_core::message::HostCall;
use nexus_core::{CapabilityToken, Error, ErrorCode, Value};

use super::{freeze, own_member, throw};
use crate::convert;
use crate::failure::Failure;
use crate::host_function::{Call, HostFunction, define_constant, define_global, function_object};

/// Makes `$host`, with the functions that the run that is about to start may find.
pub fn install_run(names: &[String], context: &mut Context) -> JsResult<()> {
    let host = JsObject::with_null_proto();
    for name in names {
        let function: Rc<dyn HostFunction> = Rc::new(Embedded(name.clone()));
        let function = JsObject::from(function_object(&function, name, context));
        freeze(&function, context)?;
        define_constant(&host, name, function, context)?;
    }
    freeze(&host, context)?;
    let host = JsProxy::builder(host).get(get_function).build(context)?;
    define_global("$host", host, context)
}

fn get_function(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    own_member(args, context)?.map_err(|name| {
        let error = Error::new(ErrorCode::MethodNotFound, format!("no host function {name:?} is registered"));
        throw(error.with_context(Value::object([("method", Value::from(name))])), context)
    })
}

struct Embedded(String);

impl HostFunction for Embedded {
    fn name(&self) -> &str {
        &self.0
    }

    fn place(&self) -> &'static str {
        ""
    }

    fn signature(&self) -> &str {
        "(...args: unknown[]) => unknown"
    }

    fn capabilities(&self, _: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![CapabilityToken::Host(Scope::Name(self.0.clone()))])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let args = call.values()?;
        let host = call.run.borrow().host.clone();
        let value = host(HostCall { name: self.0.clone(), args }).outcome?;
        let (max_depth, max_bytes) = call.run.borrow().value_limits();
        value.check(max_depth, max_bytes)?;
        Ok(convert::from_value(&value, call.context)?)
    }
}

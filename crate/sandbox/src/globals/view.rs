//! `$view`: commands to the view's components, as methods and in the form `$view.getElementById(id).setProp(…)`.

use boa_engine::object::{FunctionObjectBuilder, JsObject};
use boa_engine::{Context, Finalize, JsArgs, JsData, JsResult, JsString, JsValue, NativeFunction, Trace, js_string};
use nexus_core::capability::Scope;
use nexus_core::effect::ViewCommandType;
use nexus_core::{CapabilityToken, Error, Map, Value, ViewCommand};

use super::freeze;
use crate::failure::Failure;
use crate::host_function::{Call, HostFunction, Registry, define_constant, define_global, invoke};

pub fn register(registry: &mut Registry) {
    registry.register(SetFilter);
    registry.register(ScrollTo);
    registry.register(Focus);
    registry.register(Command);
    registry.register(SetProp);
    registry.register(CallMethod);
}

pub fn install(view: &JsObject, context: &mut Context) -> JsResult<()> {
    let element = NativeFunction::from_fn_ptr(get_element_by_id);
    let element =
        FunctionObjectBuilder::new(context.realm(), element).name(js_string!("getElementById")).length(1).build();
    let element = JsObject::from(element);
    freeze(&element, context)?;
    define_constant(view, "getElementById", element, context)?;
    freeze(view, context)?;
    define_global("$view", view.clone(), context)
}

fn update_of(call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
    let id = call.optional_string(0, "the component's id")?;
    Ok(vec![CapabilityToken::ViewUpdate(id.map_or(Scope::Any, Scope::Name))])
}

fn record(call: &Call<'_>, kind: ViewCommandType, args: Value) -> Result<JsValue, Failure> {
    let component_id = call.optional_string(0, "the component's id")?;
    call.run.borrow_mut().record_view_command(ViewCommand { kind, component_id, args })?;
    Ok(JsValue::undefined())
}

fn record_custom(call: &Call<'_>, command: impl Into<Value>, params: Value) -> Result<JsValue, Failure> {
    record(call, ViewCommandType::Custom, Value::object([("command", command.into()), ("params", params)]))
}

struct SetFilter;

impl HostFunction for SetFilter {
    fn name(&self) -> &str {
        "view.setFilter"
    }

    fn place(&self) -> &'static str {
        "$view.setFilter"
    }

    fn signature(&self) -> &str {
        "(id: string, value: unknown) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        update_of(call)
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let value = call.value(1)?;
        record(call, ViewCommandType::SetFilter, Value::object([("value", value)]))
    }
}

struct ScrollTo;

impl HostFunction for ScrollTo {
    fn name(&self) -> &str {
        "view.scrollTo"
    }

    fn place(&self) -> &'static str {
        "$view.scrollTo"
    }

    fn signature(&self) -> &str {
        "(id: string, position: unknown) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        update_of(call)
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let position = call.value(1)?;
        record(call, ViewCommandType::ScrollTo, Value::object([("position", position)]))
    }
}

struct Focus;

impl HostFunction for Focus {
    fn name(&self) -> &str {
        "view.focus"
    }

    fn place(&self) -> &'static str {
        "$view.focus"
    }

    fn signature(&self) -> &str {
        "(id: string) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        update_of(call)
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        record(call, ViewCommandType::Focus, Value::Object(Map::new()))
    }
}

struct Command;

impl HostFunction for Command {
    fn name(&self) -> &str {
        "view.command"
    }

    fn place(&self) -> &'static str {
        "$view.command"
    }

    fn signature(&self) -> &str {
        "(id: string | null, name: string, params?: unknown) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        update_of(call)
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let name = call.string(1, "the command's name")?;
        let params =
            if call.args.get_or_undefined(2).is_undefined() { Value::Object(Map::new()) } else { call.value(2)? };
        record_custom(call, name, params)
    }
}

/// `$view.getElementById(id).setProp(name, value)`.
struct SetProp;

impl HostFunction for SetProp {
    fn name(&self) -> &str {
        "view.setProp"
    }

    fn place(&self) -> &'static str {
        ""
    }

    fn signature(&self) -> &str {
        "(id: string, name: string, value: unknown) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        update_of(call)
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let name = call.string(1, "the property's name")?;
        let value = call.value(2)?;
        record_custom(call, "setProp", Value::object([("name", Value::from(name)), ("value", value)]))
    }
}

/// `$view.getElementById(id).call(method, ...args)`.
struct CallMethod;

impl HostFunction for CallMethod {
    fn name(&self) -> &str {
        "view.call"
    }

    fn place(&self) -> &'static str {
        ""
    }

    fn signature(&self) -> &str {
        "(id: string, method: string, ...args: unknown[]) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        update_of(call)
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let method = call.string(1, "the method's name")?;
        let args = call.values()?.split_off(2);
        record_custom(call, "call", Value::object([("method", Value::from(method)), ("args", Value::Array(args))]))
    }
}

/// The component that an element object stands for.
#[derive(Trace, Finalize, JsData, Clone)]
struct Element(JsString);

/// Answers the element's object for any id: whether it may be commanded is asked when it is.
fn get_element_by_id(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let Some(id) = args.get_or_undefined(0).as_string() else {
        return Err(super::throw(Error::invalid_argument("the component's id has to be a string"), context));
    };
    let object = JsObject::with_object_proto(context.intrinsics());
    define_constant(&object, "id", id.clone(), context)?;
    for name in ["setProp", "call"] {
        let method = NativeFunction::from_copy_closure_with_captures(
            move |_, args, element: &Element, context| {
                let args: Vec<JsValue> =
                    std::iter::once(element.0.clone().into()).chain(args.iter().cloned()).collect();
                if name == "setProp" { invoke(&SetProp, &args, context) } else { invoke(&CallMethod, &args, context) }
            },
            Element(id.clone()),
        );
        let method = FunctionObjectBuilder::new(context.realm(), method).name(JsString::from(name)).length(2).build();
        let method = JsObject::from(method);
        freeze(&method, context)?;
        define_constant(&object, name, method, context)?;
    }
    freeze(&object, context)?;
    Ok(object.into())
}

//! `$emit(name, payload)` and `$emit.toast(message, type)`.

use boa_engine::JsValue;
use nexus_core::capability::Scope;
use nexus_core::{CapabilityToken, Error, Event, Value};

use crate::failure::Failure;
use crate::host_function::{Call, HostFunction, Registry};

/// The event that a toast is.
const TOAST: &str = "toast";

pub fn register(registry: &mut Registry) {
    registry.register(Emit);
    registry.register(Toast);
}

struct Emit;

impl HostFunction for Emit {
    fn name(&self) -> &str {
        "events.emit"
    }

    fn place(&self) -> &'static str {
        "$emit"
    }

    fn signature(&self) -> &str {
        "(name: string, payload?: unknown) => void"
    }

    fn capabilities(&self, call: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![CapabilityToken::EventsEmit(Scope::Name(call.string(0, "the event's name")?))])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let event = Event { name: call.string(0, "the event's name")?, payload: call.value(1)? };
        call.run.borrow_mut().record_event(event)?;
        Ok(JsValue::undefined())
    }
}

struct Toast;

impl HostFunction for Toast {
    fn name(&self) -> &str {
        "events.toast"
    }

    fn place(&self) -> &'static str {
        "$emit.toast"
    }

    fn signature(&self) -> &str {
        "(message: string, type?: string) => void"
    }

    fn capabilities(&self, _: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![CapabilityToken::EventsEmit(Scope::Name(TOAST.to_owned()))])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let message = call.string(0, "the message")?;
        let kind = call.optional_string(1, "the type")?.unwrap_or_else(|| "info".to_owned());
        let payload = Value::object([("message", Value::from(message)), ("type", Value::from(kind))]);
        call.run.borrow_mut().record_event(Event { name: TOAST.to_owned(), payload })?;
        Ok(JsValue::undefined())
    }
}

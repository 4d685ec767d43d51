//! An object of the embedder's as an extension.

use std::collections::BTreeMap;

use js_sys::{Array, Function, Object, Promise};
use nexus_core::{Error, Value};
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::extension::{CallContext, Extension};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::completion::Completion;
use crate::interop::value::Bounds;
use crate::interop::{Failure, Fields, error_from_js, error_to_js, value_from_js, value_to_js};
use crate::surroundings::Surroundings;

/// `{ name, methods, capabilities?, init?, shutdown?, call(method, args, { signal, panelId?, handler? }) }`.
pub struct JsExtension {
    name: String,
    methods: Vec<String>,
    object: JsValue,
    call: Function,
    init: Option<Function>,
    shutdown: Option<Function>,
    caveats: Vec<String>,
    /// Each caveat's function `(method, args) => string`.
    caveat_values: BTreeMap<String, Function>,
    surroundings: Surroundings,
}

impl JsExtension {
    /// Reads an extension object. It may be an instance of a class, with members of its own.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the member that is missing or wrong.
    pub fn from_js(object: &JsValue, surroundings: Surroundings) -> Result<Self, Failure> {
        if !object.is_object() {
            return Err(Error::invalid_argument("an extension has to be an object").into());
        }
        let fields = Fields::open_any(object, "the extension")?;
        let mut caveat_values = BTreeMap::new();
        let capabilities = fields.get("capabilities")?;
        if !capabilities.is_undefined() {
            let declared = Fields::open_any(&capabilities, "the extension's capabilities")?;
            for caveat in Object::keys(capabilities.unchecked_ref::<Object>()) {
                let caveat = caveat.as_string().unwrap_or_default();
                let value = declared.function(&caveat)?.ok_or_else(|| declared.wrong(&caveat, "a function"))?;
                caveat_values.insert(caveat, value);
            }
        }
        Ok(Self {
            name: fields.text("name")?,
            methods: fields.texts("methods")?.ok_or_else(|| fields.wrong("methods", "an array"))?,
            object: object.clone(),
            call: fields.function("call")?.ok_or_else(|| fields.wrong("call", "a function"))?,
            init: fields.function("init")?,
            shutdown: fields.function("shutdown")?,
            caveats: caveat_values.keys().cloned().collect(),
            caveat_values,
            surroundings,
        })
    }

    async fn hook(&self, hook: Option<&Function>) -> Result<(), Error> {
        if let Some(hook) = hook {
            let answer = hook.call0(&self.object).map_err(|thrown| error_from_js(&thrown))?;
            JsFuture::from(Promise::resolve(&answer)).await.map_err(|thrown| error_from_js(&thrown))?;
        }
        Ok(())
    }
}

/// Calls `call` of `object` with the method, arguments and context of a call.
///
/// # Errors
/// What it throws or rejects with.
pub(crate) async fn call_embedder(
    surroundings: &Surroundings,
    object: &JsValue,
    call: &Function,
    method: &str,
    args: Array,
    context: &CallContext,
) -> Result<JsValue, JsValue> {
    let completion = Completion::new();
    let (number, complete) = (completion.number(), Completion::complete());
    let (panel, handler) = (context.origin.panel.as_deref(), context.origin.handler.as_deref());
    let abort = surroundings.call_extension(object, call, method, args, number, &complete, panel, handler);
    // Until it has answered.
    let _aborting = context.signal.on_abort(move |reason| {
        let _ = abort.call1(&JsValue::UNDEFINED, &error_to_js(reason));
    });
    completion.await
}

impl Extension for JsExtension {
    fn name(&self) -> &str {
        &self.name
    }

    fn methods(&self) -> Vec<String> {
        self.methods.clone()
    }

    fn init(&self) -> LocalFuture<'_, Result<(), Error>> {
        Box::pin(self.hook(self.init.as_ref()))
    }

    fn shutdown(&self) -> LocalFuture<'_, Result<(), Error>> {
        Box::pin(self.hook(self.shutdown.as_ref()))
    }

    fn call<'a>(
        &'a self,
        method: &'a str,
        args: Vec<Value>,
        context: CallContext,
    ) -> LocalFuture<'a, Result<Value, Error>> {
        Box::pin(async move {
            let given: Array = args.iter().map(value_to_js).collect();
            // They would stay for as long as the answer takes.
            drop(args);
            let Self { surroundings, object, call, .. } = self;
            let answer = call_embedder(surroundings, object, call, method, given, &context);
            let answer = answer.await.map_err(Failure::Thrown);
            answer.and_then(|answer| value_from_js(&answer, Bounds::WIDEST)).map_err(Failure::into_error)
        })
    }

    fn caveats(&self) -> &[String] {
        &self.caveats
    }

    /// A function that throws, or answers no text, grants nothing.
    fn caveat_value(&self, caveat: &str, method: &str, args: &[Value]) -> Option<String> {
        let args: Array = args.iter().map(value_to_js).collect();
        self.caveat_values.get(caveat)?.call2(&self.object, &method.into(), &args).ok()?.as_string()
    }
}

//! Panels as JavaScript classes. The facade in `pkg-config/` gives them their final shape and types.

mod describe;

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use nexus_core::value::Path;
use nexus_core::{CapabilityToken, Map, Value};
use nexus_kernel::api::definition::panel_document;
use nexus_kernel::api::socket::SocketLimits;
use nexus_kernel::panels::{PanelSource, Policy, PolicyRequest};
use nexus_kernel::{
    Kernel, Panel, PanelEvent, PanelOptions, Panels, PanelsOptions, Recording, Subscription, TriggerOptions,
};
use nexus_nxml::{StatePath, Step};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use self::describe::{diagnostics_value, inspection_value, meta, token_values, tool_values};
use crate::abort::Followed;
use crate::arguments::{observe, refused, signal_of};
use crate::capabilities::tokens;
use crate::console::Reporter;
use crate::interop::value::{Bounds, string_from_js};
use crate::interop::{Failure, Fields, data_to_js, error_to_js, segment_to_js, value_from_js, value_to_js};
use crate::kernel::cancellable;
use crate::promise::{ensure_sound, promise};
use crate::replay::record_to_bytes;
use crate::session::{JsSession, ServedSocket, session_options};

/// More would not fit into the memory that a module can have.
const MOST_PANELS: u32 = 1_000_000;

/// Reads the options of `createKernel` that are about panels.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the option that does not exist or has no such value.
pub fn panels_options(options: &Fields) -> Result<PanelsOptions, Failure> {
    let panels = Fields::open(&options.get("panels")?, "options.panels", &["maxPanels", "maxQueuedRuns"])?;
    let usual = PanelsOptions::default();
    let count = |name: &str, usual: usize| {
        Ok::<_, Failure>(panels.whole(name, 1, MOST_PANELS)?.map_or(usual, |count| count as usize))
    };
    Ok(PanelsOptions {
        max_panels: count("maxPanels", usual.max_panels)?,
        max_queued_runs: count("maxQueuedRuns", usual.max_queued_runs)?,
        policy: options.function("policy")?.map(policy),
    })
}

/// A function `(panel, requested) => granted`, which may answer by a promise.
fn policy(decide: Function) -> Policy {
    Rc::new(move |request| {
        let decide = decide.clone();
        Box::pin(async move {
            let PolicyRequest { id, document, requested } = request;
            let tools = document.tools.iter().map(|tool| Value::from(tool.name.as_str())).collect();
            let mut panel = meta(&document);
            panel.insert("id".to_owned(), Value::from(id));
            panel.insert("tools".to_owned(), Value::Array(tools));
            let granted = async {
                let answer =
                    decide.call2(&JsValue::UNDEFINED, &value_to_js(&Value::Object(panel)), &token_list(&requested))?;
                let answer = JsFuture::from(Promise::resolve(&answer)).await?;
                tokens(&answer, "the policy's answer")
            };
            granted.await.map_err(Failure::into_error)
        })
    })
}

fn token_list(tokens: &[CapabilityToken]) -> Array {
    tokens.iter().map(|token| JsValue::from(token.to_string())).collect()
}

fn nxml_of(nxml: &JsValue) -> Result<String, Failure> {
    let text = nxml.dyn_ref().ok_or_else(|| refused("an NXML document has to be a string"))?;
    Ok(string_from_js(text, &Path::root())?)
}

/// A document, or a definition.
fn source_of(source: &JsValue) -> Result<PanelSource, Failure> {
    if source.is_object() {
        return Ok(panel_document(&value_from_js(source, Bounds::WIDEST)?)?.into());
    }
    let text = source
        .dyn_ref()
        .ok_or_else(|| refused("a panel is made of an NXML document, or of an object that defines it"))?;
    Ok(PanelSource::Nxml(string_from_js(text, &Path::root())?))
}

fn create_options(options: &JsValue) -> Result<(PanelOptions, Followed), Failure> {
    let fields = Fields::open(options, "options", &["id", "state", "restored", "policy", "signal"])?;
    let id = if fields.get("id")?.is_undefined() { None } else { Some(fields.text("id")?) };
    let state = fields.get("state")?;
    let state = if state.is_undefined() { Value::Object(Map::new()) } else { value_from_js(&state, Bounds::WIDEST)? };
    let Value::Object(state) = state else { return Err(fields.wrong("state", "an object")) };
    let restored = fields.get("restored")?;
    let restored = if restored.is_undefined() { None } else { Some(value_from_js(&restored, Bounds::WIDEST)?) };
    let restored = match restored {
        None => None,
        Some(Value::Object(restored)) => Some(restored),
        Some(_) => return Err(fields.wrong("restored", "an object")),
    };
    let followed = Followed::from_js(&fields.get("signal")?)?;
    let policy = fields.function("policy")?.map(policy);
    Ok((PanelOptions { id, state, restored, policy, signal: followed.signal(), ..PanelOptions::default() }, followed))
}

/// The panels of a kernel.
#[wasm_bindgen(js_name = Panels)]
pub struct JsPanels {
    panels: Panels,
    reporter: Reporter,
    sockets: Rc<SocketLimits>,
}

impl JsPanels {
    pub(crate) fn new(kernel: &Kernel, reporter: &Reporter, sockets: &SocketLimits) -> Self {
        Self { panels: kernel.panels(), reporter: reporter.clone(), sockets: Rc::new(sockets.clone()) }
    }

    fn handed_out(&self, panel: Panel) -> JsPanel {
        JsPanel::new(panel, &self.reporter, &self.sockets)
    }
}

#[wasm_bindgen(js_class = Panels)]
impl JsPanels {
    /// Makes a panel of a document or a definition: a promise for a [`JsPanel`].
    pub fn create(&self, source: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = source_of(source).and_then(|source| Ok((source, create_options(options)?)));
        let creating = given.map(|(source, (options, followed))| (self.panels.create(source, options), followed));
        let (reporter, sockets) = (self.reporter.clone(), Rc::clone(&self.sockets));
        promise(async move {
            let (creating, followed) = creating?;
            let panel = creating.await.map_err(Failure::from)?;
            drop(followed);
            Ok(JsPanel::new(panel, &reporter, &sockets).into())
        })
    }

    /// The panel of that name.
    pub fn get(&self, id: &str) -> Result<Option<JsPanel>, JsValue> {
        ensure_sound()?;
        Ok(self.panels.get(id).map(|panel| self.handed_out(panel)))
    }

    /// All panels.
    pub fn list(&self) -> Result<Vec<JsPanel>, JsValue> {
        ensure_sound()?;
        Ok(self.panels.list().into_iter().map(|panel| self.handed_out(panel)).collect())
    }

    /// Takes a panel out: a promise for whether it was there.
    pub fn destroy(&self, id: &str) -> Result<Promise, JsValue> {
        let destroying = self.panels.destroy(id);
        promise(async move { Ok(destroying.await.into()) })
    }

    /// Everything about a document, without making a panel of it: a promise for `{ …, diagnostics, handlers }`.
    pub fn inspect(&self, nxml: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given = nxml_of(nxml).and_then(|nxml| Ok((nxml, signal_of(options)?)));
        let panels = self.panels.clone();
        promise(async move {
            let (nxml, followed) = given?;
            let inspection = cancellable(&followed.signal(), panels.inspect(&nxml)).await?;
            Ok(value_to_js(&inspection_value(&inspection)))
        })
    }
}

/// A panel.
#[wasm_bindgen(js_name = Panel)]
pub struct JsPanel {
    panel: Panel,
    reporter: Reporter,
    sockets: Rc<SocketLimits>,
    watching: RefCell<Option<Subscription>>,
}

impl JsPanel {
    fn new(panel: Panel, reporter: &Reporter, sockets: &Rc<SocketLimits>) -> Self {
        Self { panel, reporter: reporter.clone(), sockets: Rc::clone(sockets), watching: RefCell::default() }
    }
}

#[wasm_bindgen(js_class = Panel)]
impl JsPanel {
    /// Its name.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.panel.id().to_owned()
    }

    /// How it is.
    #[wasm_bindgen(getter)]
    pub fn status(&self) -> String {
        self.panel.status().as_str().to_owned()
    }

    /// What it was made of: the text of a document, or a definition.
    #[wasm_bindgen(getter)]
    pub fn source(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        Ok(value_to_js(self.panel.source()))
    }

    /// Counts its patches and events.
    #[wasm_bindgen(getter)]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn version(&self) -> f64 {
        self.panel.version() as f64
    }

    /// A copy of its state.
    #[wasm_bindgen(getter)]
    pub fn state(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        Ok(value_to_js(&Value::Object(self.panel.state())))
    }

    /// A copy of its computed values.
    #[wasm_bindgen(getter)]
    pub fn computed(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        Ok(value_to_js(&Value::Object(self.panel.computed())))
    }

    /// Its view as of now.
    pub fn view(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        Ok(value_to_js(&self.panel.view()))
    }

    /// What its document says of it: `{ title, description?, version?, author?, tags, tools, lifecycles, warnings }`.
    pub fn describe(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        let document = self.panel.document();
        let mut members = meta(document);
        let grants = self.panel.grants();
        members.insert("tools".to_owned(), Value::Array(tool_values(document, &grants)));
        let lifecycles = grants.iter().skip(document.tools.len());
        let lifecycles = lifecycles.map(|(name, granted)| {
            Value::object([("on", Value::from(*name)), ("capabilities", token_values(granted))])
        });
        members.insert("lifecycles".to_owned(), Value::Array(lifecycles.collect()));
        members.insert("diagnostics".to_owned(), diagnostics_value(self.panel.warnings()));
        Ok(value_to_js(&Value::Object(members)))
    }

    /// Numbers about it: `{ createdAt, lastActivity, queuedRuns, suspendedRuns }`.
    pub fn info(&self) -> Result<JsValue, JsValue> {
        ensure_sound()?;
        let (created_at, last_activity) = self.panel.times();
        let (queued, suspended) = self.panel.waiting_runs();
        let count = |count: usize| Value::from(u32::try_from(count).unwrap_or(u32::MAX));
        Ok(value_to_js(&Value::object([
            ("createdAt", Value::Number(created_at)),
            ("lastActivity", Value::Number(last_activity)),
            ("queuedRuns", count(queued)),
            ("suspendedRuns", count(suspended)),
        ])))
    }

    /// Runs a tool to its end: a promise for the result and the bytes of its record, `undefined` if none is wanted.
    pub fn trigger(&self, tool: &JsValue, args: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let run = trigger_options(tool, args, options, &self.reporter).map(|(tool, args, options, followed)| {
            let recording = options.recording.clone();
            (self.panel.trigger(&tool, args, options), recording, followed)
        });
        promise(async move {
            let (run, recording, followed) = run?;
            let segment = run.await.map_err(Failure::from)?;
            drop(followed);
            let record = recording.as_ref().map_or(JsValue::UNDEFINED, record_to_bytes);
            Ok(Array::of2(&segment_to_js(segment), &record).into())
        })
    }

    /// Changes the state at `path`, an array of keys and indices: a promise for the state's version then.
    pub fn set(&self, path: &JsValue, value: &JsValue, options: &JsValue) -> Result<Promise, JsValue> {
        let given =
            path_of(path).and_then(|path| Ok((path, value_from_js(value, Bounds::WIDEST)?, signal_of(options)?)));
        let setting = given.map(|(path, value, followed)| (self.panel.set(path, value), followed));
        promise(async move {
            let (setting, followed) = setting?;
            let version = cancellable(&followed.signal(), setting).await?;
            #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
            Ok((version as f64).into())
        })
    }

    /// Connects a client over a socket that the embedder trusts.
    pub fn accept(&self, socket: ServedSocket, options: &JsValue) -> Result<JsSession, JsValue> {
        ensure_sound()?;
        Ok(JsSession::open(&self.panel, socket, session_options(options, &self.sockets)?))
    }

    /// Calls `listener` with the kind and the data of whatever happens from now on, in place of the one before; none without one.
    pub fn watch(&self, listener: Option<Function>) -> Result<(), JsValue> {
        ensure_sound()?;
        let watching = listener.map(|listener| {
            let reporter = self.reporter.clone();
            self.panel.subscribe(Rc::new(move |event| {
                let (kind, data) = event_to_js(event);
                if let Err(thrown) = listener.call2(&JsValue::UNDEFINED, &kind.into(), &data) {
                    reporter.report("a listener of a panel threw", &thrown);
                }
            }))
        });
        self.watching.replace(watching);
        Ok(())
    }
}

fn trigger_options(
    tool: &JsValue,
    args: &JsValue,
    options: &JsValue,
    reporter: &Reporter,
) -> Result<(String, Value, TriggerOptions, Followed), Failure> {
    let tool = tool.as_string().ok_or_else(|| refused("the name of a tool has to be a string"))?;
    let known = ["scope", "signal", "actor", "onSegment", "record"];
    let fields = Fields::open(options, "options", &known)?;
    let args = if args.is_undefined() { Value::Null } else { value_from_js(args, Bounds::default())? };
    let scope = fields.get("scope")?;
    let scope =
        if scope.is_undefined() { Value::Object(Map::new()) } else { value_from_js(&scope, Bounds::default())? };
    let Value::Object(scope) = scope else { return Err(fields.wrong("scope", "an object")) };
    let actor = if fields.get("actor")?.is_undefined() { None } else { Some(fields.text("actor")?.into()) };
    let followed = Followed::from_js(&fields.get("signal")?)?;
    let options = TriggerOptions {
        scope,
        signal: followed.signal(),
        actor,
        observer: fields.function("onSegment")?.map(|callback| observe(callback, reporter.clone())),
        recording: fields.flag("record")?.unwrap_or(true).then(Recording::default),
    };
    Ok((tool, args, options, followed))
}

/// An array of keys and indices, or one key.
fn path_of(path: &JsValue) -> Result<StatePath, Failure> {
    let wrong = || {
        refused(
            "a path has to be the name of a state, or an array that begins with it and goes on with keys and indices",
        )
    };
    if let Some(key) = path.as_string() {
        return Ok(StatePath { key, steps: Vec::new() });
    }
    let steps = path.dyn_ref::<Array>().ok_or_else(wrong)?;
    let key = steps.get(0).as_string().ok_or_else(wrong)?;
    let step = |step: JsValue| match (step.as_string(), step.as_f64()) {
        (Some(key), _) => Ok(Step::Key(key)),
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked by the guard")]
        (None, Some(index)) if index.fract() == 0.0 && (0.0..4e9).contains(&index) => Ok(Step::Index(index as usize)),
        _ => Err(wrong()),
    };
    Ok(StatePath { key, steps: steps.iter().skip(1).map(step).collect::<Result<_, _>>()? })
}

fn event_to_js(event: &PanelEvent) -> (&'static str, JsValue) {
    match event {
        PanelEvent::Patch(patch) => ("patch", data_to_js(patch)),
        PanelEvent::Event { event, .. } => ("event", data_to_js(event)),
        PanelEvent::View(command) => ("view", data_to_js(command)),
        PanelEvent::Log(line) => ("log", data_to_js(line)),
        PanelEvent::Status(status) => ("status", status.as_str().into()),
        PanelEvent::Error { handler, run_id, error } => {
            let data = js_sys::Object::new();
            let set = |name: &str, value: &JsValue| js_sys::Reflect::set(&data, &name.into(), value).map(drop);
            // A plain object takes every member.
            let _ = set("handler", &(&**handler).into());
            let _ = run_id.as_ref().map_or(Ok(()), |run_id| set("runId", &run_id.as_str().into()));
            let _ = set("error", &error_to_js(error));
            ("error", data.into())
        }
    }
}

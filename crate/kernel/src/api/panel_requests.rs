//! What is done with panels over HTTP.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use nexus_core::{Error, ErrorCode, Map, Segment, Value};
use nexus_nxml::Diagnostic;
use serde::Serialize;

use super::definition::panel_document;
use super::exchange::{ApiResponse, Format, Incoming, Refused, parse};
use super::outcome::for_caller;
use super::panel_info::{PanelInfo, PanelList};
use super::permission::Permission;
use super::{Caller, Inner};
use crate::panel::event::PanelStatus;
use crate::panel::{Panel, TriggerOptions};
use crate::panels::{PanelOptions, PanelSource};
use crate::run_loop::SegmentObserver;

/// What a body of JSON that holds a document may have.
const NXML_FIELDS: [&str; 3] = ["nxml", "id", "state"];
/// The same, as `/panels/from-nxml` calls it.
const FROM_NXML_FIELDS: [&str; 3] = ["nxmlSource", "id", "initialState"];

/// A panel that was made.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Created<'a> {
    /// Its name.
    id: &'a str,
    /// How it is: `error` if its `mount` failed.
    status: PanelStatus,
    /// Where its WebSocket is.
    ws_url: String,
    /// What its author may have meant otherwise.
    diagnostics: &'a [Diagnostic],
}

impl Inner {
    pub(super) fn list(&self, caller: &Caller) -> ApiResponse {
        let panels = self.kernel.panels().list();
        let may = |panel: &&Panel| caller.permissions.may(Permission::Read, Some(panel.id()));
        let panels: Vec<_> = panels.iter().filter(may).map(PanelInfo::of).collect();
        ApiResponse::json(200, &PanelList { total: panels.len(), panels })
    }

    /// `POST /panels`: a document, as NXML or in JSON, or a panel in JSON.
    pub(super) async fn create(&self, caller: &Caller, mut incoming: Incoming) -> Result<ApiResponse, Refused> {
        let format = incoming.format(&[Format::Json, Format::Nxml])?;
        let text = incoming.text().await?;
        if format == Format::Nxml {
            let id = incoming.query("id");
            return self.make(caller, &incoming, PanelSource::Nxml(text), id, Map::new()).await;
        }
        let Value::Object(mut members) = parse(&text)? else { return Err(bad("the body has to be a JSON object")) };
        if !members.contains_key("nxml") {
            let definition = panel_document(&Value::Object(members))?;
            let id = definition.id.clone();
            return self.make(caller, &incoming, definition.into(), id, Map::new()).await;
        }
        check_fields(&members, NXML_FIELDS)?;
        let nxml = text_of(&mut members, "nxml")?.ok_or_else(|| bad("nxml has to be text"))?;
        let (id, state) = (text_of(&mut members, "id")?, object_of(&mut members, "state")?);
        self.make(caller, &incoming, PanelSource::Nxml(nxml), id, state).await
    }

    /// `POST /panels/from-nxml`
    pub(super) async fn create_from_nxml(
        &self,
        caller: &Caller,
        mut incoming: Incoming,
    ) -> Result<ApiResponse, Refused> {
        let Some(Value::Object(mut members)) = incoming.json().await? else {
            return Err(bad("the body has to be a JSON object"));
        };
        check_fields(&members, FROM_NXML_FIELDS)?;
        let nxml = text_of(&mut members, "nxmlSource")?.ok_or_else(|| bad("nxmlSource is missing"))?;
        let (id, state) = (text_of(&mut members, "id")?, object_of(&mut members, "initialState")?);
        self.make(caller, &incoming, PanelSource::Nxml(nxml), id, state).await
    }

    async fn make(
        &self,
        caller: &Caller,
        incoming: &Incoming,
        source: PanelSource,
        id: Option<String>,
        state: Map,
    ) -> Result<ApiResponse, Refused> {
        caller.ensure(Permission::Create, id.as_deref())?;
        let panel = self.kernel.panels().create(source, PanelOptions { id, state, ..PanelOptions::default() }).await?;
        let (url, path) = (&incoming.url, format!("/panels/{}", panel.id()));
        let scheme = if matches!(url.scheme(), "https" | "wss") { "wss" } else { "ws" };
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let body = Created {
            id: panel.id(),
            status: panel.status(),
            ws_url: format!("{scheme}://{host}{path}/ws"),
            diagnostics: panel.warnings(),
        };
        Ok(ApiResponse::json(201, &body).with("location", path))
    }

    /// Runs a tool, to its end or, with `?wait=false`, to its first suspension.
    pub(super) async fn trigger(
        &self,
        caller: &Caller,
        panel: &Panel,
        tool: &str,
        mut incoming: Incoming,
    ) -> Result<ApiResponse, Refused> {
        let waits = match incoming.query("wait").as_deref() {
            None | Some("true") => true,
            Some("false") => false,
            Some(_) => return Err(bad("wait has to be true or false")),
        };
        let args = match incoming.json().await? {
            None => Value::Null,
            Some(args @ Value::Object(_)) => args,
            Some(other) => return Err(bad(&format!("the arguments have to be an object, not {}", other.kind()))),
        };
        let options = TriggerOptions { actor: caller.subject.clone(), ..TriggerOptions::default() };
        if waits {
            return Ok(segment_response(200, panel.trigger(tool, args, options).await?));
        }
        let (sender, first) = oneshot::channel();
        let sender = RefCell::new(Some(sender));
        let observer: SegmentObserver = Rc::new(move |segment| {
            if let Some(sender) = sender.take() {
                let _ = sender.send(segment.clone());
            }
        });
        let run = panel.trigger(tool, args, TriggerOptions { observer: Some(observer), ..options });
        let (failed, failure) = oneshot::channel();
        self.kernel.platform().spawner.spawn(Box::pin(async move {
            let _ = failed.send(run.await);
        }));
        // A run that has not begun has no segment: it was refused, or given up in the queue.
        match first.await {
            Ok(segment) => Ok(segment_response(202, segment)),
            Err(oneshot::Canceled) => match failure.await {
                Ok(outcome) => Ok(segment_response(202, outcome?)),
                Err(oneshot::Canceled) => Err(Error::internal("a run has no end").into()),
            },
        }
    }
}

fn segment_response(status: u16, segment: Segment) -> ApiResponse {
    ApiResponse::json(status, &for_caller(segment))
}

fn bad(why: &str) -> Refused {
    Refused::because(400, ErrorCode::InvalidArgument, why)
}

fn check_fields(members: &Map, known: [&str; 3]) -> Result<(), Refused> {
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(bad(&format!("the body has no field {key:?}; it has {}", known.join(", ")))),
        None => Ok(()),
    }
}

fn text_of(members: &mut Map, name: &str) -> Result<Option<String>, Refused> {
    match members.shift_remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(bad(&format!("{name} has to be text, not {}", other.kind()))),
    }
}

fn object_of(members: &mut Map, name: &str) -> Result<Map, Refused> {
    match members.shift_remove(name) {
        None => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(other) => Err(bad(&format!("{name} has to be an object, not {}", other.kind()))),
    }
}

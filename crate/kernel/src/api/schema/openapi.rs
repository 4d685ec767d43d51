//! The HTTP API as OpenAPI 3.1: addresses, methods and permissions from the table of routes, bodies from the types.

use nexus_core::Segment;
use nexus_nxml::ViewTree;
use schemars::JsonSchema;
use schemars::generate::{Contract, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::request_bodies::{FromNxml, NewPanel};
use super::{finish, generator};
use crate::api::exchange::ErrorBody;
use crate::api::health::Health;
use crate::api::panel_info::{PanelInfo, PanelList, PanelState};
use crate::api::panel_requests::Created;
use crate::api::route::{Access, Operation, ROUTES, Route};

/// What requests are refused with: status code, name, when.
const REFUSALS: &[(u16, &str, &str)] = &[
    (400, "BadRequest", "The request, its body or the document in it is wrong."),
    (401, "Unauthorized", "A token is missing or is not accepted."),
    (403, "Forbidden", "The token does not allow this, or pages of this origin may not ask."),
    (404, "NotFound", "There is no such panel or tool."),
    (409, "Conflict", "There is a panel of that name already."),
    (413, "TooLarge", "The body, or a value in it, is too large."),
    (415, "UnsupportedMediaType", "The body is not written in a language that is read here."),
    (426, "UpgradeRequired", "A WebSocket stands here, and the request asks for none."),
    (429, "TooMany", "There are too many panels, or clients of one, or too many runs wait: later it may be served."),
    (500, "Failed", "The kernel, or an extension, failed."),
    (503, "Unavailable", "The kernel is closed, or what was asked for was given up."),
];

/// What is told of an operation beside its route.
struct Told {
    id: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    /// The body's content, and whether there has to be one.
    body: Option<(Value, bool)>,
    /// By status code.
    responses: Vec<(u16, Value)>,
    /// Status codes of [`REFUSALS`] beside those that follow from the route.
    refusals: &'static [u16],
}

/// Both directions of the API.
struct Schemas {
    requests: SchemaGenerator,
    responses: SchemaGenerator,
}

impl Schemas {
    fn json<T: JsonSchema>(&mut self) -> Value {
        json!({ "application/json": { "schema": self.responses.subschema_for::<T>() } })
    }

    fn answer<T: JsonSchema>(&mut self, description: &str) -> Value {
        json!({ "description": description, "content": self.json::<T>() })
    }
}

pub(super) fn document() -> Value {
    const REFERENCES: &str = "/components/schemas";
    let mut schemas = Schemas {
        requests: generator(Contract::Deserialize, REFERENCES),
        responses: generator(Contract::Serialize, REFERENCES),
    };
    let refusal = schemas.json::<ErrorBody<'static>>();
    let mut paths = Map::new();
    for route in ROUTES {
        let told = tell(route.operation, &mut schemas);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.to_lowercase()] = operation(route, told);
    }
    let refusals: Map<String, Value> = REFUSALS
        .iter()
        .map(|(_, name, when)| ((*name).to_owned(), json!({ "description": when, "content": refusal })))
        .collect();
    // No member may be null that may be left out.
    let mut definitions = finish(schemas.responses, false);
    definitions.extend(finish(schemas.requests, false));
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "nexus-kernel",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Panels for people and programs elsewhere. Permissions stand in the `security` of each operation. HEAD is \
                served where GET is. Messages of the WebSocket: nexus-kernel/protocol.schema.json of the npm package.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": definitions,
            "responses": refusals,
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "`permissions` of the token name what it allows: panel:read for all panels, panel:read:todo for one. \
                        A kernel without the option auth asks this machine for none.",
                },
            },
        },
    })
}

fn operation(route: &Route, told: Told) -> Value {
    let Told { id, summary, mut parameters, body, responses, refusals } = told;
    for name in ["id", "tool"].into_iter().filter(|name| route.path.contains(&format!("{{{name}}}"))) {
        let what = if name == "id" { "The panel's name." } else { "The tool's name." };
        parameters.push(parameter("path", name, what, &json!({ "type": "string" }), true));
    }
    let permission = match route.access {
        Access::Everyone => None,
        Access::Panel(permission) | Access::SomePanel(permission) | Access::AllPanels(permission) => Some(permission),
    };
    let mut all: Map<String, Value> =
        responses.into_iter().map(|(status, response)| (status.to_string(), response)).collect();
    let of_route = [
        (401, permission.is_some()),
        (403, permission.is_some() || route.method != "GET"),
        (404, matches!(route.access, Access::Panel(_))),
        (500, true),
        (503, true),
    ];
    let of_route = of_route.into_iter().filter(|(_, is_so)| *is_so).map(|(status, _)| status);
    for status in of_route.chain(refusals.iter().copied()) {
        let (_, name, _) = REFUSALS.iter().find(|(own, ..)| *own == status).expect("it is in the table");
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        all.entry(status.to_string()).or_insert(reference);
    }
    let security: Vec<_> = permission.iter().map(|permission| json!({ "token": [permission.as_str()] })).collect();
    let mut operation = json!({ "operationId": id, "summary": summary, "security": security, "responses": all });
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    if let Some((content, required)) = body {
        operation["requestBody"] = json!({ "content": content, "required": required });
    }
    operation
}

fn parameter(place: &str, name: &str, description: &str, schema: &Value, required: bool) -> Value {
    json!({ "in": place, "name": name, "description": description, "schema": schema, "required": required })
}

fn query(name: &str, description: &str, schema: &Value) -> Value {
    parameter("query", name, description, schema, false)
}

fn tell(operation: Operation, schemas: &mut Schemas) -> Told {
    const CREATES: &[u16] = &[400, 409, 413, 415, 429];
    let plain =
        |id, summary| Told { id, summary, parameters: Vec::new(), body: None, responses: Vec::new(), refusals: &[] };
    let text = json!({ "type": "string" });
    let created = |schemas: &mut Schemas| {
        let mut created = schemas.answer::<Created<'static>>("It was made.");
        created["headers"] = json!({ "Location": { "description": "Where it is.", "schema": { "type": "string" } } });
        vec![(201, created)]
    };
    match operation {
        Operation::Health => Told {
            responses: vec![
                (200, schemas.answer::<Health>("It serves.")),
                (503, schemas.answer::<Health>("It is closed.")),
            ],
            ..plain("readHealth", "How the kernel is")
        },
        Operation::Metrics => Told {
            responses: vec![(
                200,
                json!({ "description": "In the format of Prometheus.", "content": { "text/plain": { "schema": text } } }),
            )],
            ..plain("readMetrics", "The kernel's metrics")
        },
        Operation::OpenApi => Told {
            responses: vec![(200, schemas.answer::<Map<String, Value>>("OpenAPI 3.1."))],
            ..plain("readDescription", "This document")
        },
        Operation::ListPanels => Told {
            responses: vec![(200, schemas.answer::<PanelList>("Those that the token may read."))],
            ..plain("listPanels", "All panels")
        },
        Operation::CreatePanel => {
            let in_json = schemas.requests.subschema_for::<NewPanel>();
            let nxml = json!({ "schema": text });
            Told {
                parameters: vec![query("id", "The panel's name, of a document as NXML.", &text)],
                body: Some((
                    json!({ "application/json": { "schema": in_json }, "application/xml": nxml, "text/xml": nxml }),
                    true,
                )),
                responses: created(schemas),
                refusals: CREATES,
                ..plain("createPanel", "Makes a panel")
            }
        }
        Operation::CreatePanelFromNxml => {
            let in_json = schemas.requests.subschema_for::<FromNxml>();
            Told {
                body: Some((json!({ "application/json": { "schema": in_json } }), true)),
                responses: created(schemas),
                refusals: CREATES,
                ..plain("createPanelFromNxml", "Makes a panel of a document")
            }
        }
        Operation::ReadPanel => Told {
            responses: vec![(200, schemas.answer::<PanelInfo>("What it is and how it is."))],
            ..plain("readPanel", "A panel")
        },
        Operation::DestroyPanel => Told {
            responses: vec![(204, json!({ "description": "It is gone: its unmount has ended." }))],
            ..plain("destroyPanel", "Destroys a panel")
        },
        Operation::ReadState => Told {
            responses: vec![(200, schemas.answer::<PanelState>("Its state."))],
            ..plain("readPanelState", "A panel's state")
        },
        Operation::ReadView => Told {
            responses: vec![(200, schemas.answer::<ViewTree>("What it shows."))],
            ..plain("readPanelView", "A panel's view")
        },
        Operation::TriggerTool => Told {
            parameters: vec![query(
                "wait",
                "Whether to wait for the run's end, rather than its first suspension.",
                &json!({ "type": "boolean", "default": true }),
            )],
            body: Some((
                json!({ "application/json": { "schema": {
                    "type": "object", "description": "The tool's arguments, by name.",
                } } }),
                false,
            )),
            responses: vec![
                (200, schemas.answer::<Segment>("What the run came to, its handler's own failure included.")),
                (202, schemas.answer::<Segment>("What the run did so far: with wait=false.")),
            ],
            refusals: &[400, 413, 415, 429],
            ..plain("triggerTool", "Runs a tool of a panel")
        },
        Operation::Connect => Told {
            parameters: vec![
                query(
                    "since",
                    "The last version that the client has seen.",
                    &json!({ "type": "integer", "minimum": 0 }),
                ),
                query("instance", "The panel of which it has seen it, as CONNECTED told.", &text),
                query("topics", "Topics with commas between them. Default: state,events.", &text),
            ],
            responses: vec![(101, json!({ "description": "The WebSocket is open." }))],
            refusals: &[400, 426, 429],
            ..plain("connect", "Opens the WebSocket of a panel")
        },
    }
}

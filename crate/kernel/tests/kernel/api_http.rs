//! The HTTP API, with handlers that run in a real interpreter.

use std::collections::VecDeque;
use std::rc::Rc;

use nexus_core::Error;
use nexus_kernel::api::cors::Cors;
use nexus_kernel::api::socket::{Socket, SocketLimits};
use nexus_kernel::api::token::{AuthOptions, TokenKeys};
use nexus_kernel::api::{Api, ApiOptions, ApiRequest, ApiResponse, Auth, RequestHeaders};
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::http_client::HttpBody;
use nexus_kernel::panels::PanelsOptions;
use nexus_kernel::{Kernel, PanelOptions};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::api_token::hs256;
use crate::extensions::{Notes, test_extension};
use crate::native_engine::NativeEngine;
use crate::world::World;

const NXML: &str = r#"<NexusPanel id="counter" title="Counter" description="Counts">
<Data><State name="count" type="number"/></Data>
<Logic><Extension name="nexus.test"/>
  <Tool name="add" capabilities="state:read:*, state:write:*, ext:test"><Arg name="by" type="number" default="1"/>
    <Handler>$state.count += $args.by; await $ext.test.wait(10); return $state.count;</Handler></Tool>
  <Tool name="fail"><Handler>throw new Error("no");</Handler></Tool>
</Logic></NexusPanel>"#;

const LIMIT: usize = 2000;
const JSON: (&str, &str) = ("content-type", "application/json");
const XML: (&str, &str) = ("content-type", "application/xml; charset=utf-8");
const SECRET: &str = "a secret of thirty-two bytes or more";

struct Headers(Vec<(String, String)>);

impl RequestHeaders for Headers {
    fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }
}

/// A body that comes in pieces.
struct Pieces(VecDeque<Vec<u8>>);

impl HttpBody for Pieces {
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Error>> {
        Box::pin(std::future::ready(Ok(self.0.pop_front())))
    }
}

struct Scene {
    world: World,
    kernel: Kernel,
    api: Api,
}

fn scene_with(auth: Auth, origins: Option<&[&str]>) -> Scene {
    let world = World::new();
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    kernel.panels().configure(PanelsOptions { max_panels: 3, ..PanelsOptions::default() });
    world.run(kernel.panels().create(NXML, PanelOptions::default())).unwrap();
    let cors = Cors::new(origins.map(|origins| origins.iter().map(|one| (*one).to_owned()).collect())).unwrap();
    let sockets = SocketLimits { max_clients: 2, ..SocketLimits::default() };
    let api = Api::new(&kernel, ApiOptions { auth, cors, body_limit: LIMIT, sockets });
    Scene { world, kernel, api }
}

fn scene() -> Scene {
    scene_with(Auth::OnLoopback, None)
}

fn keys() -> Auth {
    let options = AuthOptions { secret: Some(SECRET.to_owned()), ..AuthOptions::default() };
    Auth::Tokens(TokenKeys::new(options).unwrap())
}

fn token(scene: &Scene, permissions: &[&str]) -> String {
    let now = nexus_kernel::clock::Clock::now(&*scene.world.clock) / 1000.0;
    let claims = json!({"sub": "ann", "exp": now.floor() + 3600.0, "permissions": permissions});
    hs256(SECRET, r#"{"alg":"HS256"}"#, &claims.to_string())
}

fn request(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&[u8]>) -> ApiRequest {
    let url = if url.starts_with('/') { format!("http://localhost:3000{url}") } else { url.to_owned() };
    let headers = Headers(headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
    let pieces = |body: &[u8]| Pieces(body.chunks(7).map(<[u8]>::to_vec).collect());
    let body = body.map(|body| Box::new(pieces(body)) as Box<dyn HttpBody>);
    ApiRequest { method: method.to_owned(), url, headers: Box::new(headers), body }
}

fn header<'a>(response: &'a ApiResponse, name: &str) -> Option<&'a str> {
    response.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
}

fn body(response: &ApiResponse) -> Value {
    response.body.as_deref().map_or(Value::Null, |body| serde_json::from_str(body).unwrap())
}

impl Scene {
    fn send(&self, request: ApiRequest) -> ApiResponse {
        let task = self.world.spawn(self.api.respond(request));
        self.world.advance(100);
        task.result().expect("a request is answered")
    }

    fn ask(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
        let body = (!body.is_empty()).then_some(body.as_bytes());
        let response = self.send(request(method, url, headers, body));
        (response.status, self::body(&response))
    }

    fn get(&self, url: &str) -> (u16, Value) {
        self.ask("GET", url, &[], "")
    }

    /// The status and the code of the error.
    fn refusal(&self, method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let (status, body) = self.ask(method, url, headers, body);
        assert!(body["error"]["message"].is_string(), "{status} {body}");
        (status, body["error"]["code"].as_str().unwrap().to_owned())
    }
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_panel_is_created_used_and_destroyed() {
    let scene = scene();
    let response = scene.send(request("POST", "/panels?id=mine", &[XML], Some(NXML.as_bytes())));
    assert_eq!((response.status, header(&response, "location")), (201, Some("/panels/mine")));
    let made = body(&response);
    assert_eq!((&made["id"], &made["wsUrl"]), (&json!("mine"), &json!("ws://localhost:3000/panels/mine/ws")));
    let (status, result) = scene.ask("POST", "/panels/mine/trigger/add", &[JSON], r#"{"by":3}"#);
    assert_eq!((status, &result["status"], &result["returnValue"]), (200, &json!("success"), &json!(3)));
    assert_eq!(scene.get("/panels/mine/state"), (200, json!({"panelId": "mine", "state": {"count": 3}, "version": 1})));
    let (_, info) = scene.get("/panels/mine");
    assert_eq!((&info["title"], &info["tools"]), (&json!("Counter"), &json!(["add", "fail"])));
    assert_eq!((&info["description"], &info["clientCount"]), (&json!("Counts"), &json!(0)));
    let (_, list) = scene.get("/panels");
    let ids = [&list["panels"][0]["id"], &list["panels"][1]["id"]];
    assert_eq!((&list["total"], ids), (&json!(2), [&json!("counter"), &json!("mine")]));
    assert_eq!(scene.ask("DELETE", "/panels/mine", &[], ""), (204, Value::Null));
    assert_eq!(scene.refusal("DELETE", "/panels/mine", &[], ""), refused(404, "PANEL_NOT_FOUND"));
    let made_of_data = json!({
        "id": "data", "kind": "note", "metadata": {"of": 1}, "initialState": {"n": 1}, "capabilities": ["state:write:n"],
        "tools": [{"name": "set", "handler": "$state.n = $args.to;", "args": [{"name": "to", "type": "number"}]}],
    });
    assert_eq!(scene.ask("POST", "/panels", &[JSON], &made_of_data.to_string()).0, 201);
    assert_eq!(scene.ask("POST", "/panels/data/trigger/set", &[JSON], r#"{"to":4}"#).0, 200);
    let (_, info) = scene.get("/panels/data");
    assert_eq!(
        (&info["kind"], &info["metadata"], &info["state"]),
        (&json!("note"), &json!({"of": 1}), &json!({"n": 4}))
    );
    assert_eq!(scene.ask("DELETE", "/panels/data", &[], "").0, 204);
    let body = json!({"nxml": NXML, "id": "other", "state": {"count": 5}}).to_string();
    assert_eq!(scene.ask("POST", "/panels", &[JSON], &body).0, 201);
    assert_eq!(scene.get("/panels/other/state").1["state"]["count"], 5);
    let body = json!({"nxmlSource": NXML, "id": "third", "initialState": {"count": 6}}).to_string();
    assert_eq!(scene.ask("POST", "/panels/from-nxml", &[JSON], &body).0, 201);
    assert_eq!(scene.get("/panels/third/state").1["state"]["count"], 6);
}

#[test]
fn a_handlers_own_failure_is_a_result() {
    let (status, result) = scene().ask("POST", "/panels/counter/trigger/fail", &[], "");
    assert_eq!(
        (status, &result["status"], &result["error"]["code"]),
        (200, &json!("error"), &json!("EXECUTION_ERROR"))
    );
}

#[test]
fn whoever_does_not_wait_is_told_the_first_segment() {
    let scene = scene();
    let run = |tool: &str| format!("/panels/counter/trigger/{tool}?wait=false");
    let (status, segment) = scene.ask("POST", &run("add"), &[], "");
    assert_eq!((status, &segment["status"]), (202, &json!("suspended")));
    let call = &segment["suspensions"][0];
    assert_eq!((&call["method"], &call["args"]), (&json!("wait"), &json!([])));
    let (status, segment) = scene.ask("POST", &run("fail"), &[], "");
    assert_eq!((status, &segment["status"]), (202, &json!("error")));
    assert_eq!(scene.refusal("POST", &run("nope"), &[], ""), refused(404, "TOOL_NOT_FOUND"));
    let maybe = "/panels/counter/trigger/add?wait=maybe";
    assert_eq!(scene.refusal("POST", maybe, &[], ""), refused(400, "INVALID_ARGUMENT"));
}

#[test]
fn what_is_wrong_with_a_request_is_said() {
    let scene = scene();
    let add = "/panels/counter/trigger/add";
    for (method, url, headers, body, expected) in [
        ("GET", "/", &[][..], "", (404, "NOT_FOUND")),
        ("GET", "/panels/", &[], "", (404, "NOT_FOUND")),
        ("PUT", "/panels", &[], "", (405, "METHOD_NOT_ALLOWED")),
        ("GET", add, &[], "", (405, "METHOD_NOT_ALLOWED")),
        ("GET", "/panels/nope/state", &[], "", (404, "PANEL_NOT_FOUND")),
        ("GET", "/panels/no%20pe", &[], "", (404, "PANEL_NOT_FOUND")),
        ("POST", "/panels/nope/trigger/add", &[], "", (404, "PANEL_NOT_FOUND")),
        ("POST", "/panels/counter/trigger/nope", &[], "", (404, "TOOL_NOT_FOUND")),
        ("POST", add, &[JSON], "{", (400, "PARSE_ERROR")),
        ("POST", add, &[JSON], "{} {}", (400, "PARSE_ERROR")),
        ("POST", add, &[JSON], "[1]", (400, "INVALID_ARGUMENT")),
        ("POST", add, &[JSON], "null", (400, "INVALID_ARGUMENT")),
        ("POST", add, &[JSON], r#"{"by":"x"}"#, (400, "INVALID_ARGUMENT")),
        ("POST", add, &[JSON], r#"{"more":1}"#, (400, "INVALID_ARGUMENT")),
        ("POST", add, &[XML], "{}", (415, "INVALID_ARGUMENT")),
        ("POST", add, &[("content-type", "text/plain")], "{}", (415, "INVALID_ARGUMENT")),
        ("POST", add, &[JSON, ("content-encoding", "gzip")], "{}", (415, "INVALID_ARGUMENT")),
        ("POST", "/panels", &[XML], NXML, (409, "PANEL_EXISTS")),
        ("POST", "/panels", &[XML], "<NexusPanel><Datu/></NexusPanel>", (400, "PARSE_ERROR")),
        ("POST", "/panels", &[JSON], "7", (400, "INVALID_ARGUMENT")),
        ("POST", "/panels", &[JSON], r#"{"nxml":"<NexusPanel/>","extra":1}"#, (400, "INVALID_ARGUMENT")),
        ("POST", "/panels", &[JSON], r#"{"nxml":7}"#, (400, "INVALID_ARGUMENT")),
        ("POST", "/panels", &[JSON], r#"{"tools":[{"name":"a"}]}"#, (400, "INVALID_ARGUMENT")),
        ("POST", "/panels", &[JSON], r#"{"tools":[],"more":1}"#, (400, "INVALID_ARGUMENT")),
        ("POST", "/panels?id=a/b", &[XML], "<NexusPanel/>", (400, "INVALID_ARGUMENT")),
        ("POST", "/panels?id=..", &[XML], "<NexusPanel/>", (400, "INVALID_ARGUMENT")),
        ("POST", "/panels", &[JSON], r#"{"id":".","tools":[]}"#, (400, "INVALID_ARGUMENT")),
        ("POST", "/panels/from-nxml", &[JSON], "{}", (400, "INVALID_ARGUMENT")),
        ("GET", "/panels/counter/ws", &[], "", (426, "INVALID_ARGUMENT")),
    ] {
        assert_eq!(scene.refusal(method, url, headers, body), refused(expected.0, expected.1), "{method} {url} {body}");
    }
    let (_, told) = scene.ask("POST", "/panels", &[XML], "<NexusPanel>\n<Datu/></NexusPanel>");
    assert_eq!(told["error"]["details"]["diagnostics"][0]["location"], json!({"line": 2, "column": 1}));
    assert_eq!(scene.kernel.panels().list().len(), 1, "nothing was made");
    assert_eq!(scene.get("/panels/counter/state").1["version"], 0, "and nothing was done");
}

#[test]
fn a_body_may_have_as_many_bytes_as_the_limit_and_not_one_more() {
    let scene = scene();
    let url = "/panels/counter/trigger/add";
    let padded = |length: usize| format!("{:length$}", "{}");
    assert_eq!(scene.ask("POST", url, &[JSON], &padded(LIMIT)).0, 200);
    assert_eq!(scene.refusal("POST", url, &[JSON], &padded(LIMIT + 1)), refused(413, "RESOURCE_LIMIT"));
    let said = (LIMIT + 1).to_string();
    assert_eq!(scene.refusal("POST", url, &[JSON, ("content-length", &said)], "{}"), refused(413, "RESOURCE_LIMIT"));
    let binary = scene.send(request("POST", url, &[JSON], Some(&[0xff, 0xfe])));
    assert_eq!(binary.status, 400);
}

#[test]
fn one_panel_too_many_is_for_later() {
    let scene = scene();
    for id in ["a", "b"] {
        assert_eq!(scene.ask("POST", &format!("/panels?id={id}"), &[XML], "<NexusPanel/>").0, 201);
    }
    assert_eq!(scene.refusal("POST", "/panels?id=c", &[XML], "<NexusPanel/>"), refused(429, "RESOURCE_LIMIT"));
}

#[test]
fn health_is_told_to_everybody_and_says_why_it_is_not_good() {
    let scene = scene_with(keys(), None);
    let (status, health) = scene.get("/health");
    assert_eq!((status, &health["status"], &health["panels"]["active"]), (200, &json!("healthy"), &json!(1)));
    let failing =
        r#"<NexusPanel><Logic><Lifecycle on="mount"><Handler>throw 1</Handler></Lifecycle></Logic></NexusPanel>"#;
    scene.world.run(scene.kernel.panels().create(failing, PanelOptions::default())).unwrap();
    let (status, health) = scene.get("/health");
    assert_eq!((status, &health["status"]), (200, &json!("degraded")));
    assert_eq!(health["reasons"], json!(["panels whose mount failed: 1"]));
    let kernel = scene.kernel.clone();
    scene.world.run(async move { kernel.close().await });
    let (status, health) = scene.get("/health");
    assert_eq!((status, &health["status"]), (503, &json!("unhealthy")));
    assert_eq!(scene.get("/panels").0, 503);
}

#[test]
fn head_is_get_without_the_body() {
    let scene = scene();
    let response = scene.send(request("HEAD", "/panels/counter/state", &[], None));
    assert_eq!((response.status, response.body), (200, None));
    assert_eq!(scene.send(request("HEAD", "/panels/nope", &[], None)).status, 404);
}

#[test]
fn answers_are_not_kept_and_not_taken_for_pages() {
    let response = scene().send(request("GET", "/panels", &[], None));
    assert_eq!(header(&response, "cache-control"), Some("no-store"));
    assert_eq!(header(&response, "x-content-type-options"), Some("nosniff"));
    assert_eq!(header(&response, "content-type"), Some("application/json; charset=utf-8"));
}

#[test]
fn without_auth_this_machine_alone_is_served() {
    let scene = scene();
    assert_eq!(scene.get("http://127.0.0.1/panels").0, 200);
    assert_eq!(scene.get("http://[::1]:8080/panels").0, 200);
    assert_eq!(scene.refusal("GET", "https://kernel.example/panels", &[], ""), refused(401, "UNAUTHORIZED"));
    assert_eq!(scene.get("https://kernel.example/health").0, 200);
    assert_eq!(scene_with(Auth::Off, None).get("https://kernel.example/panels").0, 200);
}

#[test]
fn other_pages_may_ask_where_they_are_allowed_and_change_nothing_elsewhere() {
    let scene = scene_with(Auth::OnLoopback, Some(&["https://app.example"]));
    let ask = |method: &str, origin: &str| {
        scene.send(request(method, "/panels/counter/trigger/fail", &[("origin", origin)], None))
    };
    let allowed = ask("POST", "https://app.example");
    assert_eq!((allowed.status, header(&allowed, "access-control-allow-origin")), (200, Some("https://app.example")));
    let foreign = ask("POST", "https://evil.example");
    assert_eq!((foreign.status, header(&foreign, "access-control-allow-origin")), (403, None));
    let preflight = ask("OPTIONS", "https://app.example");
    assert_eq!((preflight.status, header(&preflight, "access-control-allow-methods")), (204, Some("POST, OPTIONS")));
    assert_eq!(ask("OPTIONS", "https://evil.example").status, 403);
    let refused = scene.send(request("GET", "/nope", &[("origin", "https://app.example")], None));
    assert_eq!(header(&refused, "access-control-allow-origin"), Some("https://app.example"), "pages read their errors");
    let socket = [("origin", "https://evil.example"), ("upgrade", "websocket")];
    assert_eq!(scene.api.upgrade(&request("GET", "/panels/counter/ws", &socket, None)).err().unwrap().status, 403);
}

#[test]
fn each_request_needs_its_permission() {
    let scene = scene_with(keys(), None);
    let permissions = ["panel:read", "panel:execute", "panel:create", "panel:delete"];
    for (method, url, needed) in [
        ("GET", "/panels", "panel:read"),
        ("GET", "/panels/counter", "panel:read"),
        ("GET", "/panels/counter/state", "panel:read"),
        ("GET", "/panels/counter/view", "panel:read"),
        ("GET", "/metrics", "panel:read"),
        ("POST", "/panels/counter/trigger/fail", "panel:execute"),
        ("POST", "/panels", "panel:create"),
        ("POST", "/panels/from-nxml", "panel:create"),
        ("DELETE", "/panels/counter", "panel:delete"),
    ] {
        assert_eq!(scene.refusal(method, url, &[], ""), refused(401, "UNAUTHORIZED"), "{method} {url}");
        for permission in permissions {
            let authorization = format!("Bearer {}", token(&scene, &[permission]));
            let response = scene.send(request(method, url, &[("authorization", &authorization)], None));
            assert_eq!(response.status == 403, permission != needed, "{method} {url} with {permission}");
            assert_ne!(response.status, 401);
        }
    }
}

#[test]
fn a_token_for_one_panel_learns_nothing_of_others() {
    let scene = scene_with(keys(), None);
    scene.world.run(scene.kernel.panels().create("<NexusPanel id=\"secret\"/>", PanelOptions::default())).unwrap();
    let permissions = ["panel:read:counter", "panel:execute:counter", "panel:delete:counter"];
    let authorization = format!("Bearer {}", token(&scene, &permissions));
    let headers = [("authorization", &*authorization)];
    let (status, list) = scene.ask("GET", "/panels", &headers, "");
    assert_eq!((status, &list["total"], &list["panels"][0]["id"]), (200, &json!(1), &json!("counter")));
    assert_eq!(scene.ask("GET", "/panels/counter", &headers, "").0, 200);
    for (method, path) in
        [("GET", ""), ("GET", "/state"), ("GET", "/view"), ("GET", "/ws"), ("POST", "/trigger/add"), ("DELETE", "")]
    {
        let [there, not_there] =
            ["secret", "nope"].map(|id| scene.send(request(method, &format!("/panels/{id}{path}"), &headers, None)));
        assert_eq!(there.status, 403);
        assert_eq!(there, not_there, "{method} {path}");
    }
    let upgrade = |id: &str| {
        let headers = [("authorization", &*authorization), ("upgrade", "websocket")];
        scene.api.upgrade(&request("GET", &format!("/panels/{id}/ws"), &headers, None)).err()
    };
    assert_eq!(upgrade("secret"), upgrade("nope"));
    assert_eq!(upgrade("secret").unwrap().status, 403);
    assert_eq!(upgrade("counter"), None);
}

#[test]
fn a_page_brings_its_token_as_a_protocol() {
    let scene = scene_with(keys(), None);
    let offered = format!("bearer, {}", token(&scene, &["panel:read"]));
    let headers = [("upgrade", "WebSocket"), ("sec-websocket-protocol", &*offered)];
    let upgrade = |url: &str, headers: &[(&str, &str)]| scene.api.upgrade(&request("GET", url, headers, None));
    let let_in = upgrade("/panels/counter/ws?since=0&topics=state", &headers).ok().unwrap();
    assert_eq!(let_in.protocol(), Some("bearer"));
    assert_eq!(upgrade("/panels/counter/ws", &headers[..1]).err().unwrap().status, 401);
    let in_url = format!("/panels/counter/ws?token={}", token(&scene, &["panel:read"]));
    assert_eq!(upgrade(&in_url, &headers[..1]).err().unwrap().status, 401);
    for query in ["since=-1", "since=x", "topics=state,logs"] {
        let url = format!("/panels/counter/ws?{query}");
        assert_eq!(upgrade(&url, &headers).err().unwrap().status, 400, "{query}");
    }
}

/// A way to a client that nobody listens at.
struct Deaf;

impl Socket for Deaf {
    fn send(&self, _: &str) {}

    fn buffered(&self) -> usize {
        0
    }

    fn close(&self, _: u16, _: &str) {}
}

#[test]
fn a_panel_has_as_many_clients_as_the_limit_and_not_one_more() {
    let scene = scene();
    let upgrade = || scene.api.upgrade(&request("GET", "/panels/counter/ws", &[("upgrade", "websocket")], None));
    let accept = || upgrade().ok().unwrap().accept(Rc::new(Deaf));
    let clients = [accept(), accept()];
    let refused = upgrade().err().unwrap();
    assert_eq!((refused.status, &body(&refused)["error"]["details"]["resource"]), (429, &json!("clients")));
    drop(clients);
    assert!(upgrade().is_ok());
}

#[test]
fn what_is_done_with_a_token_is_done_on_its_behalf() {
    let scene = scene_with(keys(), None);
    let authorization = format!("Bearer {}", token(&scene, &["panel:execute"]));
    scene.ask("POST", "/panels/counter/trigger/add", &[("authorization", &authorization)], "");
    let log = scene.kernel.audit().export();
    assert!(log.lines().any(|line| line.contains("panelTrigger") && line.contains("\"ann\"")), "{log}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_request_is_too_odd_to_be_answered(
        method in prop::sample::select(vec!["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "TRACE", ""]),
        path in "(/panels(/counter|/[ -~]{0,8})?(/trigger/(add|[a-z%]{0,4})|/state|/view|/ws)?|/[ -~]{0,12})(\\?[ -~]{0,12})?",
        content_type in prop::sample::select(vec!["application/json", "application/xml", "text/plain", "", ";;;"]),
        body in prop::collection::vec(any::<u8>(), 0..60),
        origin in prop::option::of("[ -~]{0,20}"),
    ) {
        let scene = scene();
        let mut headers = vec![("content-type", content_type)];
        headers.extend(origin.as_deref().map(|origin| ("origin", origin)));
        let response = scene.send(request(method, &path, &headers, Some(&body)));
        prop_assert!((200..=599).contains(&response.status) && response.status != 500, "{response:?}");
        if let Some(text) = response.body.as_ref().filter(|_| response.status >= 400) {
            let told: Value = serde_json::from_str(text).unwrap();
            prop_assert!(told["error"]["code"].is_string());
        }
        let is_gone = method == "DELETE" && response.status == 204;
        prop_assert_eq!(scene.get("/panels/counter/state").0, if is_gone { 404 } else { 200 });
    }
}

/// A socket of which only the close is of interest.
#[derive(Default)]
struct Closing(std::cell::Cell<Option<u16>>);

impl nexus_kernel::api::socket::Socket for Closing {
    fn send(&self, _: &str) {}

    fn buffered(&self) -> usize {
        0
    }

    fn close(&self, code: u16, _: &str) {
        self.0.set(Some(code));
    }
}

#[test]
fn a_session_has_the_tolerance_that_its_token_was_let_in_with() {
    let options = AuthOptions { secret: Some(SECRET.to_owned()), clock_tolerance_s: 60.0, ..AuthOptions::default() };
    let scene = scene_with(Auth::Tokens(TokenKeys::new(options).unwrap()), None);
    // A whole second: tokens know no others.
    let now = (nexus_kernel::clock::Clock::now(&*scene.world.clock) / 1000.0).floor();
    let claims = json!({"exp": now - 50.0, "permissions": ["panel:read"]});
    let authorization = format!("Bearer {}", hs256(SECRET, r#"{"alg":"HS256"}"#, &claims.to_string()));
    let headers = [("authorization", &*authorization), ("upgrade", "websocket")];
    let upgrade = scene.api.upgrade(&request("GET", "/panels/counter/ws", &headers, None)).ok().unwrap();
    let socket = Rc::new(Closing::default());
    let _session = upgrade.accept(Rc::clone(&socket) as Rc<_>);
    scene.world.advance(8_000);
    assert_eq!(socket.0.get(), None);
    scene.world.advance(3_000);
    assert_eq!(socket.0.get(), Some(1008));
}

//! The extension `auth` against a provider that lives in this process, honest until a test tampers with its answers.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nexus_core::{Error, Value};
use nexus_kernel::auth::Authorize;
use nexus_kernel::clock::Clock;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::http_client::{Http, HttpBody, HttpRequest, HttpResponse, Redirects};
use nexus_kernel::{AuthExtension, AuthOptions, CallContext, Extension, Origin};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::scripted_engine::ScriptedEngine;
use crate::world::{Task, VirtualClock, World};

const ISSUER: &str = "https://id.example/tenant";
const CALLBACK: &str = "https://app.example/back?own=1";
/// What every token, code and secret holds, and nothing else does.
const MARK: &str = "SECRET";
const PASSWORD: &str = "SECRET-password";

/// An answer of the provider.
struct Reply {
    status: u16,
    body: Json,
    headers: Vec<(String, String)>,
    redirects: Redirects,
    delay: u64,
    fails: Option<String>,
}

type Tamper = Box<dyn Fn(&str, &mut Reply)>;
type Claims = Box<dyn Fn(&mut Json)>;
type Changes = Rc<RefCell<Box<dyn Fn(&mut Url)>>>;
/// What was asked: path, form, headers.
type Asked = (String, HashMap<String, String>, HashMap<String, String>);

struct Provider {
    clock: Rc<VirtualClock>,
    asked: RefCell<Vec<Asked>>,
    /// Challenge and nonce by code.
    codes: RefCell<HashMap<String, (String, Option<String>)>>,
    access: RefCell<Vec<String>>,
    refresh: RefCell<Vec<String>>,
    count: Cell<u32>,
    expires_in: Cell<Option<u32>>,
    claims: RefCell<Claims>,
    tamper: RefCell<Tamper>,
}

impl Provider {
    fn next(&self, what: &str) -> String {
        self.count.set(self.count.get() + 1);
        format!("{MARK}-{what}-{}", self.count.get())
    }

    /// What a user's browser does: asks for the page, and comes back with a code.
    fn sends_back(&self, url: &str) -> Url {
        let url = Url::parse(url).unwrap();
        assert_eq!((url.scheme(), url.host_str(), url.path()), ("https", Some("login.example"), "/authorize"));
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["tenant"], "a", "what the endpoint carries stays");
        assert_eq!((query["response_type"].as_str(), query["client_id"].as_str()), ("code", "app"));
        assert_eq!((query["code_challenge_method"].as_str(), query["scope"].as_str()), ("S256", "openid profile"));
        let code = self.next("code");
        let wanted = (query["code_challenge"].clone(), Some(query["nonce"].clone()));
        self.codes.borrow_mut().insert(code.clone(), wanted);
        let mut back = Url::parse(&query["redirect_uri"]).unwrap();
        back.query_pairs_mut().extend_pairs([("code", &code), ("state", &query["state"])]);
        back
    }

    fn tokens(&self, nonce: Option<&str>) -> Reply {
        let (access, refresh) = (self.next("access"), self.next("refresh"));
        let mut claims = json!({
            "iss": ISSUER, "aud": "app", "sub": "ada", "exp": self.clock.now() / 1000.0 + 60.0, "nonce": nonce,
        });
        (self.claims.borrow())(&mut claims);
        let part = |value: &Json| URL_SAFE_NO_PAD.encode(value.to_string());
        let id_token = format!("{}.{}.{MARK}", part(&json!({"alg": "RS256"})), part(&claims));
        self.access.borrow_mut().push(access.clone());
        self.refresh.borrow_mut().push(refresh.clone());
        let body = json!({
            "access_token": access, "token_type": "Bearer", "refresh_token": refresh, "id_token": id_token,
            "expires_in": self.expires_in.get(),
        });
        reply(200, body)
    }

    fn answer(&self, path: &str, form: &HashMap<String, String>, headers: &HashMap<String, String>) -> Reply {
        let refused = |error: &str| {
            // As careless as can be.
            reply(400, json!({"error": error, "error_description": format!("{form:?}")}))
        };
        let text = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        match path {
            "/tenant/.well-known/openid-configuration" => reply(
                200,
                json!({
                    "issuer": ISSUER,
                    "authorization_endpoint": "https://login.example/authorize?tenant=a",
                    "token_endpoint": "https://login.example/token",
                    "userinfo_endpoint": "https://login.example/userinfo",
                    "revocation_endpoint": "https://login.example/revoke",
                }),
            ),
            "/token" => match text("grant_type") {
                "authorization_code" => match self.codes.borrow_mut().remove(text("code")) {
                    Some((challenge, nonce)) => {
                        let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(text("code_verifier")));
                        assert_eq!(proof, challenge, "the verifier is not that of the challenge");
                        assert_eq!(text("redirect_uri"), CALLBACK);
                        self.tokens(nonce.as_deref())
                    }
                    None => refused("invalid_grant"),
                },
                "password" if text("username") == "ada" && text("password") == PASSWORD => self.tokens(None),
                "refresh_token" if self.take_refresh(text("refresh_token")) => self.tokens(None),
                _ => refused("invalid_grant"),
            },
            "/userinfo" => {
                let bearer = headers.get("authorization").and_then(|value| value.strip_prefix("Bearer "));
                if bearer.is_some_and(|token| self.access.borrow().iter().any(|own| own == token)) {
                    reply(200, json!({"sub": "ada", "name": "Ada", "roles": ["editor"]}))
                } else {
                    reply(401, json!({"error": "invalid_token"}))
                }
            }
            "/revoke" => {
                let taken = self.take_refresh(text("token"));
                self.access.borrow_mut().clear();
                if taken { reply(200, Json::Null) } else { refused("invalid_request") }
            }
            other => panic!("nobody may ask {other}"),
        }
    }

    /// A refresh token is good for once.
    fn take_refresh(&self, token: &str) -> bool {
        let mut all = self.refresh.borrow_mut();
        all.iter().position(|own| own == token).map(|index| all.remove(index)).is_some()
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.borrow().iter().filter(|(own, ..)| own == path).count()
    }
}

fn reply(status: u16, body: Json) -> Reply {
    Reply { status, body, headers: vec![], redirects: Redirects::Manual, delay: 5, fails: None }
}

struct Body(Option<Vec<u8>>);

impl HttpBody for Body {
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async { Ok(self.0.take()) })
    }
}

impl Http for Provider {
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, Error>> {
        let path = request.url.path().to_owned();
        let form = url::form_urlencoded::parse(request.body.as_deref().unwrap_or_default()).into_owned().collect();
        let headers: HashMap<_, _> = request.headers.into_iter().collect();
        let mut reply = self.answer(&path, &form, &headers);
        self.asked.borrow_mut().push((path.clone(), form, headers));
        (self.tamper.borrow())(&path, &mut reply);
        Box::pin(async move {
            self.clock.sleep(reply.delay).await;
            if let Some(message) = reply.fails {
                return Err(Error::internal(message));
            }
            let body = Body(Some(reply.body.to_string().into_bytes()));
            Ok(HttpResponse {
                status: reply.status,
                status_text: String::new(),
                headers: reply.headers,
                redirects: reply.redirects,
                body: Box::new(body),
            })
        })
    }
}

/// The embedder's part: comes back with what the provider says, as a test changed it.
struct User {
    provider: Rc<Provider>,
    changes: Changes,
}

impl Authorize for User {
    fn authorize<'a>(&'a self, url: &'a str, _: &'a CallContext) -> LocalFuture<'a, Result<String, Error>> {
        let mut back = self.provider.sends_back(url);
        (self.changes.borrow())(&mut back);
        Box::pin(async move { Ok(back.into()) })
    }
}

struct Scene {
    world: World,
    provider: Rc<Provider>,
    changes: Changes,
    extension: Rc<AuthExtension>,
}

fn options() -> AuthOptions {
    AuthOptions {
        redirect_uri: Some(Url::parse(CALLBACK).unwrap()),
        allow_password: true,
        ..AuthOptions::new(ISSUER, "app")
    }
}

fn scene_with(options: AuthOptions) -> Scene {
    let world = World::new();
    let provider = Rc::new(Provider {
        clock: world.clock.clone(),
        asked: RefCell::default(),
        codes: RefCell::default(),
        access: RefCell::default(),
        refresh: RefCell::default(),
        count: Cell::default(),
        expires_in: Cell::new(Some(300)),
        claims: RefCell::new(Box::new(|_| {})),
        tamper: RefCell::new(Box::new(|_, _| {})),
    });
    let changes: Changes = Rc::new(RefCell::new(Box::new(|_| {})));
    let user = User { provider: provider.clone(), changes: changes.clone() };
    let platform = world.platform(Rc::new(ScriptedEngine::default()));
    let extension = AuthExtension::new(options, Some(Rc::new(user)), provider.clone(), platform).unwrap();
    Scene { world, provider, changes, extension: Rc::new(extension) }
}

fn scene() -> Scene {
    scene_with(options())
}

fn context_of(panel: Option<&str>, actor: Option<&str>) -> CallContext {
    let origin = Origin { panel: panel.map(Rc::from), actor: actor.map(Rc::from), ..Origin::default() };
    CallContext { origin: Rc::new(origin), ..CallContext::default() }
}

/// No outcome ever holds a token, a code or a secret.
fn clean(outcome: Result<Value, Error>) -> Result<Value, Error> {
    assert!(!format!("{outcome:?}").contains(MARK), "{outcome:?}");
    outcome
}

impl Scene {
    fn spawn(&self, method: &'static str, context: CallContext) -> Task<Result<Value, Error>> {
        let extension = Rc::clone(&self.extension);
        self.world.spawn(async move { extension.call(method, vec![], context).await })
    }

    fn call_as(&self, method: &'static str, args: Vec<Value>, context: CallContext) -> Result<Value, Error> {
        let extension = Rc::clone(&self.extension);
        clean(self.world.run(async move { extension.call(method, args, context).await }))
    }

    fn call(&self, method: &'static str) -> Result<Value, Error> {
        self.call_as(method, vec![], CallContext::default())
    }

    fn log_in_with(&self, username: &str, password: &str) -> Result<Value, Error> {
        let given = Value::object([("username", Value::from(username)), ("password", password.into())]);
        self.call_as("login", vec![given], CallContext::default())
    }

    fn tamper(&self, tamper: impl Fn(&str, &mut Reply) + 'static) {
        *self.provider.tamper.borrow_mut() = Box::new(tamper);
    }

    fn fails(&self, method: &'static str, message: &str) {
        let error = self.call(method).unwrap_err();
        assert!(error.message.starts_with(message), "{} is not {message}", error.message);
    }
}

fn ada() -> Value {
    let roles = Value::from(vec!["editor"]);
    Value::object([("sub", Value::from("ada")), ("name", "Ada".into()), ("roles", roles)])
}

#[test]
fn a_user_logs_in_by_code_is_known_and_logs_out() {
    let scene = scene();
    assert_eq!(scene.call("whoami").unwrap(), Value::Null);
    assert_eq!(scene.call("logout").unwrap(), false.into());
    assert_eq!(scene.call("login").unwrap(), ada());
    assert_eq!(scene.call("whoami").unwrap(), ada());
    assert_eq!(scene.provider.asked("/tenant/.well-known/openid-configuration"), 1, "discovered once");
    assert_eq!(scene.call("logout").unwrap(), true.into());
    assert!(scene.provider.refresh.borrow().is_empty() && scene.provider.access.borrow().is_empty(), "revoked");
    assert_eq!(scene.call("whoami").unwrap(), Value::Null);
    assert_eq!(scene.call("logout").unwrap(), false.into());
}

#[test]
fn a_password_is_taken_where_the_embedder_allows_it() {
    let allowed = scene();
    assert_eq!(allowed.log_in_with("ada", PASSWORD).unwrap(), ada());
    let error = allowed.log_in_with("ada", "SECRET-guess").unwrap_err();
    assert_eq!(error.message, "login refused: invalid_grant (400)");
    assert_eq!(allowed.call("whoami").unwrap(), ada(), "a failed login changes nothing");
    let strict = scene_with(AuthOptions { allow_password: false, ..options() });
    let error = strict.log_in_with("ada", PASSWORD).unwrap_err();
    assert_eq!(error.message, "login refused: the embedder takes no passwords");
    assert!(strict.provider.asked.borrow().is_empty());
}

#[test]
fn the_client_proves_itself_as_the_provider_wants() {
    for (methods, in_form) in [
        (Json::Null, false),
        (json!(["client_secret_basic", "client_secret_post"]), false),
        (json!(["client_secret_post"]), true),
    ] {
        let scene = scene_with(AuthOptions { client_secret: Some("SECRET:é/".into()), ..options() });
        scene.tamper(move |path, reply| {
            if path.ends_with("openid-configuration") {
                reply.body["token_endpoint_auth_methods_supported"] = methods.clone();
            }
        });
        scene.call("login").unwrap();
        let asked = scene.provider.asked.borrow();
        let (_, form, headers) = asked.iter().find(|(path, ..)| path == "/token").unwrap();
        assert_eq!(form.get("client_secret").map(String::as_str), in_form.then_some("SECRET:é/"));
        let basic = format!("Basic {}", STANDARD.encode("app:SECRET%3A%C3%A9%2F"));
        assert_eq!(headers.get("authorization"), (!in_form).then_some(&basic));
    }
}

#[test]
fn each_panel_has_a_session_of_its_own_for_each_actor() {
    let scene = scene();
    let all = [(None, None), (Some("a"), None), (Some("b"), None), (Some("a"), Some("ada")), (None, Some("ada"))];
    for (index, (panel, actor)) in all.into_iter().enumerate() {
        for (other, (panel, actor)) in all.into_iter().enumerate() {
            let known = scene.call_as("whoami", vec![], context_of(panel, actor)).unwrap() != Value::Null;
            assert_eq!(known, other < index, "{panel:?} {actor:?}");
        }
        scene.call_as("login", vec![], context_of(panel, actor)).unwrap();
    }
    assert_eq!(scene.call_as("logout", vec![], context_of(Some("a"), None)).unwrap(), true.into());
    for (panel, actor) in all {
        let gone = (panel, actor) == (Some("a"), None);
        // Revoking took every access token: what is left renews its own.
        let known = scene.call_as("whoami", vec![], context_of(panel, actor)).unwrap() != Value::Null;
        assert_eq!(known, !gone, "{panel:?} {actor:?}");
    }
}

#[test]
fn a_token_that_ran_out_is_renewed_once_for_all_who_ask() {
    let scene = scene();
    scene.call("login").unwrap();
    scene.world.advance(280_000);
    scene.call("whoami").unwrap();
    assert_eq!(scene.provider.asked("/token"), 1);
    scene.world.advance(15_000);
    let tasks = [(); 3].map(|()| scene.spawn("whoami", CallContext::default()));
    scene.world.advance(1_000);
    for task in tasks {
        assert_eq!(clean(task.result().unwrap()).unwrap(), ada());
    }
    assert_eq!(scene.provider.asked("/token"), 2, "renewed once");
    scene.world.advance(400_000);
    assert_eq!(scene.call("whoami").unwrap(), ada(), "with the new refresh token");
    assert_eq!(scene.provider.asked("/token"), 3);
}

#[test]
fn a_token_that_is_not_taken_any_more_is_renewed_and_else_the_session_is_over() {
    let scene = scene();
    scene.provider.expires_in.set(None);
    scene.call("login").unwrap();
    scene.provider.access.borrow_mut().clear();
    assert_eq!(scene.call("whoami").unwrap(), ada());
    scene.provider.access.borrow_mut().clear();
    scene.provider.refresh.borrow_mut().clear();
    assert_eq!(scene.call("whoami").unwrap(), Value::Null);
    assert_eq!(scene.call("logout").unwrap(), false.into(), "it is over");
}

#[test]
fn a_renewal_that_fails_otherwise_keeps_the_session() {
    let scene = scene();
    scene.call("login").unwrap();
    scene.world.advance(300_000);
    scene.tamper(|path, reply| {
        if path == "/token" {
            (reply.status, reply.body) = (503, json!({"error": "temporarily_unavailable"}));
        }
    });
    scene.fails("whoami", "renewal refused: temporarily_unavailable (503)");
    scene.tamper(|_, _| {});
    // The refresh token was taken by the answer that got lost: the session is over, and says so.
    assert_eq!(scene.call("whoami").unwrap(), Value::Null);
}

#[test]
fn a_renewal_that_nobody_waits_for_is_finished() {
    let scene = scene();
    scene.call("login").unwrap();
    scene.world.advance(300_000);
    let extension = Rc::clone(&scene.extension);
    let given_up = scene.world.spawn(async move {
        let call = extension.call("whoami", vec![], CallContext::default());
        futures_util::future::select(call, Box::pin(async {})).await;
    });
    scene.world.settle();
    assert!(given_up.result().is_some());
    assert_eq!(scene.provider.asked("/token"), 2, "it is under way");
    assert_eq!(scene.call("whoami").unwrap(), ada());
    assert_eq!(scene.provider.asked("/token"), 2);
}

#[test]
fn an_id_token_that_is_not_for_this_login_is_refused() {
    type Change = fn(&mut Json);
    let changes: [(&str, Change); 12] = [
        ("iss", |claims| claims["iss"] = "https://id.example".into()),
        ("iss", |claims| claims["iss"] = Json::Null),
        ("aud", |claims| claims["aud"] = "other".into()),
        ("aud", |claims| claims["aud"] = json!(["other"])),
        ("azp", |claims| claims["aud"] = json!(["app", "other"])),
        ("azp", |claims| claims["azp"] = "other".into()),
        ("exp", |claims| claims["exp"] = json!(claims["exp"].as_f64().unwrap() - 121.0)),
        ("exp", |claims| claims["exp"] = "never".into()),
        ("nonce", |claims| claims["nonce"] = "other".into()),
        ("nonce", |claims| claims["nonce"] = Json::Null),
        ("sub", |claims| claims["sub"] = "".into()),
        ("sub", |claims| claims["sub"] = 1.into()),
    ];
    for (claim, change) in changes {
        let scene = scene();
        *scene.provider.claims.borrow_mut() = Box::new(change);
        scene.fails("login", &format!("provider refused: its answer holds an ID token whose {claim} is wrong"));
        assert_eq!(scene.call("whoami").unwrap(), Value::Null);
    }
    let fine: [Change; 2] = [
        |claims| {
            claims["aud"] = json!(["other", "app"]);
            claims["azp"] = "app".into();
        },
        |claims| claims["exp"] = json!(claims["exp"].as_f64().unwrap() - 100.0),
    ];
    for change in fine {
        let scene = scene();
        *scene.provider.claims.borrow_mut() = Box::new(change);
        assert_eq!(scene.call("login").unwrap(), ada());
    }
    let scene = scene();
    *scene.provider.claims.borrow_mut() = Box::new(|claims| claims["sub"] = "eve".into());
    scene.fails("login", "provider refused: it speaks of another user");
}

#[test]
fn an_answer_of_the_token_endpoint_that_cannot_be_used_is_refused() {
    type Change = fn(&mut Json);
    let changes: [(&str, Change); 7] = [
        ("holds no ID token", |body| body["id_token"] = Json::Null),
        ("holds an ID token that is none", |body| body["id_token"] = "SECRET".into()),
        ("holds an ID token that is none", |body| body["id_token"] = "a.%%%.c".into()),
        ("holds tokens that are not of type Bearer", |body| body["token_type"] = "mac".into()),
        ("holds no access token", |body| body["access_token"] = "".into()),
        ("holds no access token", |body| body["access_token"] = "SECRET\r\nx: y".into()),
        ("holds no tokens", |body| *body = "SECRET".into()),
    ];
    for (why, change) in changes {
        let scene = scene();
        scene.tamper(move |path, reply| {
            if path == "/token" {
                change(&mut reply.body);
            }
        });
        scene.fails("login", &format!("provider refused: its answer {why}"));
    }
}

#[test]
fn only_the_answer_to_this_very_login_is_taken() {
    type Change = fn(&mut Url);
    fn with(url: &mut Url, name: &str, value: Option<&str>) {
        let pairs: Vec<_> = url.query_pairs().into_owned().filter(|(own, _)| own != name).collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        if let Some(value) = value {
            url.query_pairs_mut().append_pair(name, value);
        }
    }
    let changes: [(&str, Change); 11] = [
        ("the state is not that of this login", |url| with(url, "state", Some("SECRET"))),
        ("the state is not that of this login", |url| with(url, "state", None)),
        ("the state is not that of this login", |url| {
            url.query_pairs_mut().append_pair("state", "SECRET");
        }),
        ("authorize answered a URL that is not", |url| url.set_path("/elsewhere")),
        ("authorize answered a URL that is not", |url| url.set_host(Some("evil.example")).unwrap()),
        ("authorize answered a URL that is not", |url| url.set_scheme("http").unwrap()),
        ("authorize answered a URL that is not", |url| url.set_port(Some(8443)).unwrap()),
        ("the answer is of another issuer", |url| with(url, "iss", Some("https://evil.example"))),
        ("access_denied", |url| with(url, "error", Some("access_denied"))),
        ("an error of no known name", |url| with(url, "error", Some("SECRET"))),
        ("there is no code", |url| with(url, "code", None)),
    ];
    for (why, change) in changes {
        let scene = scene();
        *scene.changes.borrow_mut() = Box::new(change);
        scene.fails("login", &format!("login refused: {why}"));
        assert_eq!(scene.provider.asked("/token"), 0);
    }
    let named = scene();
    *named.changes.borrow_mut() = Box::new(|url| with(url, "iss", Some(ISSUER)));
    named.call("login").unwrap();
    let promised = scene();
    promised.tamper(|_, reply| reply.body["authorization_response_iss_parameter_supported"] = true.into());
    promised.fails("login", "login refused: the answer is of another issuer");
}

#[test]
fn redirects_size_time_and_failures_of_the_provider_are_bounded_and_told() {
    type Attempt = fn(&mut Reply);
    for path in ["/tenant/.well-known/openid-configuration", "/token", "/userinfo", "/revoke"] {
        let attempts: [(&str, Attempt); 7] = [
            ("provider refused: ", |reply| reply.status = 302),
            ("provider refused: ", |reply| reply.redirects = Redirects::Hidden),
            ("provider refused: ", |reply| reply.redirects = Redirects::Followed(Url::parse("https://a.org").unwrap())),
            ("provider refused: ", |reply| reply.body = "x".repeat(300 << 10).into()),
            ("provider refused: ", |reply| reply.headers.push(("Content-Length".into(), "999999".into()))),
            ("timeout: ", |reply| reply.delay = 10_001),
            ("network error: ", |reply| reply.fails = Some("connection reset".into())),
        ];
        for (message, attempt) in attempts {
            let scene = scene();
            scene.tamper(move |own, reply| {
                if own == path {
                    attempt(reply);
                }
            });
            if path == "/revoke" {
                scene.call("login").unwrap();
                scene.fails("logout", message);
                assert_eq!(scene.call("whoami").unwrap(), Value::Null, "the session is over all the same");
            } else {
                scene.fails("login", message);
            }
            scene.tamper(|_, _| {});
            scene.call("login").unwrap();
        }
    }
}

#[test]
fn a_failure_that_repeats_a_secret_is_told_without_it() {
    for (path, method) in [("/token", "login"), ("/userinfo", "login"), ("/revoke", "logout")] {
        let scene = scene();
        if method == "logout" {
            scene.call("login").unwrap();
        }
        scene.tamper(move |own, reply| {
            if own == path {
                reply.fails = Some(format!("sent {MARK}-code-1, {MARK}-access-2 and {MARK}-refresh-3, heard nothing"));
            }
        });
        scene.fails(method, "network error: https://login.example/");
    }
}

#[test]
fn claims_that_hold_a_token_are_not_answered() {
    let places: [fn(&mut Json); 4] = [
        |body| body["token"] = format!("{MARK}-access-2").into(),
        |body| body["deep"] = json!([{"in": format!("here: {MARK}-refresh-3!")}]),
        |body| body[format!("{MARK}-access-2")] = 1.into(),
        |body| *body = Json::Null,
    ];
    for change in places {
        let scene = scene();
        scene.tamper(move |path, reply| {
            if path == "/userinfo" {
                change(&mut reply.body);
            }
        });
        scene.fails("login", "provider refused: ");
    }
}

#[test]
fn a_discovery_document_is_that_of_the_issuer_and_names_only_what_may_be_asked() {
    let changes: [fn(&mut Reply); 8] = [
        |reply| reply.body["issuer"] = "https://id.example/tenant/".into(),
        |reply| reply.body["token_endpoint"] = "http://login.example/token".into(),
        |reply| reply.body["token_endpoint"] = "http://127.0.0.1/token".into(),
        |reply| reply.body["userinfo_endpoint"] = "https://user:pw@login.example/".into(),
        |reply| reply.body["userinfo_endpoint"] = Json::Null,
        |reply| reply.body["authorization_endpoint"] = "javascript:alert(1)".into(),
        |reply| reply.status = 404,
        |reply| reply.body = "no document".into(),
    ];
    for change in changes {
        // A loopback issuer is allowed, but this issuer is none.
        let scene = scene_with(AuthOptions { allow_loopback: true, ..options() });
        scene.tamper(move |_, reply| change(reply));
        scene.fails("login", "provider refused: ");
        assert_eq!(scene.provider.asked.borrow().len(), 1);
    }
}

#[test]
fn calls_and_options_that_make_no_sense_are_refused() {
    let scene = scene();
    for args in [
        vec![Value::from("ada")],
        vec![Value::object([("username", Value::from("ada"))])],
        vec![Value::object([("username", Value::from("ada")), ("password", "".into())])],
        vec![Value::object([("user", Value::from("ada"))])],
    ] {
        let error = scene.call_as("login", args, CallContext::default()).unwrap_err();
        assert!(error.message.starts_with("invalid call"), "{}", error.message);
    }
    let new = |options| {
        let world = World::new();
        let platform = world.platform(Rc::new(ScriptedEngine::default()));
        AuthExtension::new(options, None, scene.provider.clone(), platform).err().map(|error| error.message)
    };
    assert!(new(AuthOptions::new(ISSUER, "app")).unwrap().contains("nobody can log in"));
    assert!(new(options()).unwrap().contains("redirectUri"));
    assert!(new(AuthOptions { allow_password: true, ..AuthOptions::new("http://id.example", "app") }).is_some());
}

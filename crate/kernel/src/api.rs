//! Panels for people and programs elsewhere: the HTTP API and the WebSocket protocol.
//!
//! | module | what it holds |
//! |---|---|
//! | `route` | what stands at which address |
//! | `exchange` | requests and answers; which error has which status |
//! | `panel_requests`, `panel_info`, `outcome`, `health` | what the routes do and tell |
//! | [`socket`] | the WebSocket protocol |
//! | [`definition`] | panels as JSON |
//! | [`token`], [`permission`], [`credentials`] | who may do what |
//! | [`cors`], [`loopback`] | whose pages may ask |
//! | `schema` | OpenAPI and JSON Schema, written from these types; not part of the shipped module |
//!
//! Every request takes the same way: its route, whose page it is of, who asks, whether they may, and only then whether there is such a
//! panel: whoever may not know is told the same whether there is one or not.

pub mod cors;
pub mod credentials;
pub mod definition;
mod exchange;
mod health;
pub mod loopback;
mod outcome;
mod panel_info;
mod panel_requests;
pub mod permission;
mod route;
#[cfg(feature = "schema")]
pub mod schema;
pub mod socket;
pub mod token;

use std::rc::Rc;

use nexus_core::{Error, ErrorCode, LogLevel};
use url::Url;

use self::cors::Cors;
use self::credentials::{answered_protocol, bearer_token};
pub use self::exchange::{ApiRequest, ApiResponse, RequestHeaders};
use self::exchange::{Incoming, Refused};
use self::health::Health;
use self::loopback::is_loopback;
use self::panel_info::{PanelInfo, PanelState};
use self::permission::{Permission, Permissions};
use self::route::{Access, Operation, Place};
use self::socket::session::Session;
use self::socket::topic::{Topic, Topics};
use self::socket::{SessionOptions, Socket, SocketLimits};
use self::token::TokenKeys;
use crate::engine::LocalFuture;
use crate::kernel::Kernel;
use crate::logger::{LogField, LogRecord};
use crate::panel::Panel;

/// Who is served.
pub enum Auth {
    /// Everybody at an address of this machine, nobody elsewhere: what holds when nothing is said.
    OnLoopback,
    /// Everybody: somebody else decides who gets here.
    Off,
    /// Whoever brings a token.
    Tokens(TokenKeys),
}

/// How the API is served.
pub struct ApiOptions {
    /// Who is served.
    pub auth: Auth,
    /// Whose pages may ask.
    pub cors: Cors,
    /// Bytes of a request's body.
    pub body_limit: usize,
    /// What clients of the WebSocket protocol may use up.
    pub sockets: SocketLimits,
}

/// Bytes of a request's body, unless something else is said.
pub const BODY_LIMIT: usize = 1 << 20;

/// Who asks.
struct Caller {
    permissions: Permissions,
    /// On whose behalf, as the token tells it.
    subject: Option<Rc<str>>,
    /// Milliseconds since the epoch at which the token ends.
    ends_at: Option<f64>,
}

impl Caller {
    /// Somebody who may do everything.
    fn trusted() -> Self {
        Self { permissions: Permissions::all(), subject: None, ends_at: None }
    }

    /// # Errors
    /// 403: the same whether or not there is such a panel.
    fn admit(&self, access: Access, panel: &str) -> Result<(), Refused> {
        match access {
            Access::Everyone => Ok(()),
            Access::SomePanel(permission) if self.permissions.may_somewhere(permission) => Ok(()),
            Access::SomePanel(permission) | Access::AllPanels(permission) => self.ensure(permission, None),
            Access::Panel(permission) => self.ensure(permission, Some(panel)),
        }
    }

    /// # Errors
    /// 403: the same whether or not there is such a panel.
    fn ensure(&self, permission: Permission, panel: Option<&str>) -> Result<(), Refused> {
        if self.permissions.may(permission, panel) {
            return Ok(());
        }
        let why = format!("the token does not allow {permission} here");
        Err(Refused::because(403, ErrorCode::PermissionDenied, why))
    }
}

/// The API of a kernel. Clones are the same.
#[derive(Clone)]
pub struct Api(Rc<Inner>);

struct Inner {
    kernel: Kernel,
    options: ApiOptions,
    /// Milliseconds since the epoch.
    started: f64,
}

/// A WebSocket that may be opened.
pub struct Upgrade {
    panel: Panel,
    options: SessionOptions,
    protocol: Option<String>,
}

impl Upgrade {
    /// What to answer in `Sec-WebSocket-Protocol`, if anything.
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.protocol.as_deref()
    }

    /// Serves the client over its socket.
    #[must_use]
    pub fn accept(self, socket: Rc<dyn Socket>) -> Rc<Session> {
        Session::open(&self.panel, socket, self.options)
    }

    /// What the client may use up.
    #[must_use]
    pub const fn limits(&self) -> &SocketLimits {
        &self.options.limits
    }
}

impl Api {
    /// The API of `kernel`.
    #[must_use]
    pub fn new(kernel: &Kernel, options: ApiOptions) -> Self {
        let started = kernel.platform().clock.now();
        Self(Rc::new(Inner { kernel: kernel.clone(), options, started }))
    }

    /// What clients of the WebSocket protocol may use up.
    #[must_use]
    pub fn socket_limits(&self) -> &SocketLimits {
        &self.0.options.sockets
    }

    /// Answers a request.
    #[must_use]
    pub fn respond(&self, request: ApiRequest) -> LocalFuture<'static, ApiResponse> {
        let api = Rc::clone(&self.0);
        Box::pin(async move {
            let is_head = request.method == "HEAD";
            let origin = request.headers.get("origin");
            let url = Url::parse(&request.url);
            let mut response = match &url {
                Ok(url) => match api.serve(url.clone(), request).await {
                    Ok(response) => response,
                    Err(refused) => refused.into(),
                },
                Err(error) => {
                    Refused::because(400, ErrorCode::InvalidArgument, format!("the URL is none: {error}")).into()
                }
            };
            if is_head {
                response.body = None;
            }
            if let Ok(url) = &url
                && !response.headers.iter().any(|(name, _)| *name == "vary")
            {
                response.headers.extend(api.options.cors.headers(url, origin.as_deref()));
            }
            api.kernel.metrics().request(response.status);
            // What is told is of now, and of this caller; and never a page.
            response.with("cache-control", "no-store").with("x-content-type-options", "nosniff")
        })
    }

    /// Decides whether a WebSocket may be opened. It is for the caller to open it.
    ///
    /// # Errors
    /// What to answer instead.
    pub fn upgrade(&self, request: &ApiRequest) -> Result<Upgrade, ApiResponse> {
        self.0.upgrade(request).map_err(ApiResponse::from)
    }
}

impl Inner {
    async fn serve(&self, url: Url, request: ApiRequest) -> Result<ApiResponse, Refused> {
        let ApiRequest { method, headers, .. } = &request;
        let place = Place::at(url.path()).ok_or_else(|| nothing_at(&url))?;
        let origin = headers.get("origin");
        if method == "OPTIONS" {
            return self.preflight(&url, place.methods(), origin.as_deref());
        }
        let Some((route, names)) = place.find(method) else {
            let (allow, path) = (place.methods(), url.path());
            let refused = Refused::because(405, ErrorCode::MethodNotAllowed, format!("{path} takes {allow}"));
            return Err(refused.with("allow", allow));
        };
        self.check_page(&url, origin.as_deref(), route.method != "GET")?;
        if route.operation == Operation::Health {
            let health = Health::of(&self.kernel, self.kernel.platform().clock.now() - self.started);
            return Ok(ApiResponse::json(health.code(), &health));
        }
        if self.kernel.is_closed() {
            return Err(Refused::because(503, ErrorCode::InvalidArgument, "the kernel is closed"));
        }
        let caller = match route.access {
            Access::Everyone => Caller::trusted(),
            _ => self.caller(&url, &request)?,
        };
        caller.admit(route.access, &names.id)?;
        let incoming = Incoming::new(url, request, self.options.body_limit);
        let panel = || self.kernel.panels().find(&names.id).map_err(Refused::from);
        match route.operation {
            Operation::Health => Err(nothing_at(&incoming.url)),
            Operation::OpenApi => Ok(ApiResponse::text(200, "application/json; charset=utf-8", OPENAPI.to_owned())),
            Operation::Metrics => {
                let text = self.kernel.metrics_text();
                Ok(ApiResponse::text(200, "text/plain; version=0.0.4; charset=utf-8", text))
            }
            Operation::ListPanels => Ok(self.list(&caller)),
            Operation::CreatePanel => self.create(&caller, incoming).await,
            Operation::CreatePanelFromNxml => self.create_from_nxml(&caller, incoming).await,
            Operation::ReadPanel => Ok(ApiResponse::json(200, &PanelInfo::of(&panel()?))),
            Operation::ReadState => Ok(ApiResponse::json(200, &PanelState::of(&panel()?))),
            Operation::ReadView => Ok(ApiResponse::json(200, &panel()?.view())),
            Operation::DestroyPanel => {
                self.kernel.panels().destroy(panel()?.id()).await;
                Ok(ApiResponse::empty(204))
            }
            Operation::TriggerTool => self.trigger(&caller, &panel()?, &names.tool, incoming).await,
            Operation::Connect => panel().and_then(|_| Err(upgrade_required())),
        }
    }

    fn upgrade(&self, request: &ApiRequest) -> Result<Upgrade, Refused> {
        let url = Url::parse(&request.url)
            .map_err(|error| Refused::because(400, ErrorCode::InvalidArgument, format!("the URL is none: {error}")))?;
        let place = Place::at(url.path()).ok_or_else(|| nothing_at(&url))?;
        let (route, names) = match place.find("GET") {
            Some(found) if found.0.operation == Operation::Connect => found,
            _ => return Err(nothing_at(&url)),
        };
        let id = &*names.id;
        if request.method != "GET" {
            let refused = Refused::because(405, ErrorCode::MethodNotAllowed, "a WebSocket is opened by GET");
            return Err(refused.with("allow", "GET"));
        }
        let is_upgrade = |header: String| header.split(',').any(|one| one.trim().eq_ignore_ascii_case("websocket"));
        if !request.headers.get("upgrade").is_some_and(is_upgrade) {
            return Err(upgrade_required());
        }
        // Browsers ask nobody before they open one.
        self.check_page(&url, request.headers.get("origin").as_deref(), true)?;
        if self.kernel.is_closed() {
            return Err(Refused::because(503, ErrorCode::InvalidArgument, "the kernel is closed"));
        }
        let caller = self.caller(&url, request)?;
        caller.admit(route.access, id)?;
        let panel = self.kernel.panels().find(id)?;
        let (clients, most) = (panel.client_count(), self.options.sockets.max_clients);
        if clients >= most {
            return Err(Error::resource_limit("clients", most, clients + 1).into());
        }
        let query = |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
        let bad = |why: &str| Refused::because(400, ErrorCode::InvalidArgument, why);
        let since = query("since").map(|since| since.parse::<u64>());
        let since = since.transpose().map_err(|_| bad("since has to be a version: a whole number"))?;
        let topics = match query("topics") {
            None => Topics::default(),
            Some(list) => {
                let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
                let topics: Option<Topics> = names.map(Topic::named).collect();
                topics.ok_or_else(|| bad("topics are state, events and view, with commas between them"))?
            }
        };
        let options = SessionOptions {
            topics,
            since,
            instance: query("instance"),
            may_execute: caller.permissions.may(Permission::Execute, Some(id)),
            actor: caller.subject,
            ends_at: caller.ends_at,
            limits: self.options.sockets.clone(),
        };
        let protocols = request.headers.get("sec-websocket-protocol");
        Ok(Upgrade { panel, options, protocol: answered_protocol(protocols.as_deref()).map(str::to_owned) })
    }

    /// Answers a browser that asks what a page may do.
    fn preflight(&self, url: &Url, methods: String, origin: Option<&str>) -> Result<ApiResponse, Refused> {
        let mut response = ApiResponse::empty(204);
        if let Some(origin) = origin {
            let allowed = self.options.cors.preflight(url, origin, &methods).ok_or_else(|| foreign(origin))?;
            response.headers.extend(allowed);
        }
        Ok(response.with("allow", methods))
    }

    fn check_page(&self, url: &Url, origin: Option<&str>, changes: bool) -> Result<(), Refused> {
        match origin {
            Some(origin) if self.options.cors.refuses(url, Some(origin), changes) => Err(foreign(origin)),
            _ => Ok(()),
        }
    }

    /// Who asks.
    ///
    /// # Errors
    /// 401: whatever is wrong with the token, the answer is the same; the log tells.
    fn caller(&self, url: &Url, request: &ApiRequest) -> Result<Caller, Refused> {
        let unauthorized =
            |why: &str| Refused::because(401, ErrorCode::Unauthorized, why).with("www-authenticate", "Bearer");
        let keys = match &self.options.auth {
            Auth::Off => return Ok(Caller::trusted()),
            Auth::OnLoopback if is_loopback(url) => return Ok(Caller::trusted()),
            Auth::OnLoopback => {
                return Err(unauthorized(
                    "without the option auth the kernel serves this machine alone (http://localhost): give it a key \
                     for tokens, or auth: false if somebody else decides who gets here",
                ));
            }
            Auth::Tokens(keys) => keys,
        };
        let authorization = request.headers.get("authorization");
        // Only where a WebSocket is opened: anywhere else nobody sends it.
        let protocols = request.headers.get("sec-websocket-protocol");
        let claims = match bearer_token(authorization.as_deref(), protocols.as_deref()) {
            Ok(None) => return Err(unauthorized("a token is missing: Authorization: Bearer …")),
            Ok(Some(token)) => keys.verify(token, self.kernel.platform().clock.now()),
            Err(refusal) => Err(refusal),
        };
        claims
            .map(|claims| Caller {
                permissions: claims.permissions,
                subject: claims.subject,
                // By the same clock as it was let in.
                ends_at: Some(claims.expires_ms + keys.tolerance_ms()),
            })
            .map_err(|refusal| {
                let reason = refusal.to_string();
                let fields = [("reason", LogField::Text(&reason))];
                self.kernel
                    .logger()
                    .log(LogRecord { fields: &fields, ..LogRecord::new(LogLevel::Warn, "a token was refused") });
                unauthorized("the token is not accepted")
            })
    }
}

/// What is served at `/openapi.json`: written by `cargo xtask schema` from the types.
const OPENAPI: &str = include_str!("api/openapi.json");

fn nothing_at(url: &Url) -> Refused {
    let why = format!("nothing stands at {}; GET /openapi.json tells what there is", url.path());
    Refused::because(404, ErrorCode::NotFound, why)
}

fn upgrade_required() -> Refused {
    let why =
        "a WebSocket stands here: connect by one; a server that makes its sockets itself asks kernel.upgrade(request)";
    Refused::because(426, ErrorCode::InvalidArgument, why).with("upgrade", "websocket").with("connection", "Upgrade")
}

fn foreign(origin: &str) -> Refused {
    let why = format!("pages of {origin} may not ask; api.corsOrigins lists those that may");
    Refused::new(403, Error::new(ErrorCode::PermissionDenied, why))
}

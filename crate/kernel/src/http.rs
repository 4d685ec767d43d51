//! The extension `http`: requests to hosts that the embedder allows, bounded in number, time and size.
//!
//! | method | arguments |
//! |---|---|
//! | `get`, `delete`, `head`, `options` | `(url, { headers?, timeout? }?)` |
//! | `post`, `put`, `patch` | `(url, body?, { headers?, timeout? }?)` |
//! | `request` | `({ method?, url, body?, headers?, timeout? })` |
//!
//! Each answers `{ status, statusText, headers, data, ok }`. A status of 400 and above is an answer, not a failure.
//! Tokens may carry the caveats `host` (with its port, where that is not the default one) and `method` (in upper
//! case): `ext:http?host=api.example.com&method=GET`.

pub mod domain;
mod header;
pub mod options;
mod redirect;
mod request;
mod response;

use std::fmt;
use std::rc::Rc;

use futures_util::future::{Either, select};
use nexus_core::{Error, ErrorCode, Value};

pub use self::options::HttpOptions;

use self::domain::{DomainRules, host_and_port};
use self::request::{METHODS, Request};
use crate::clock::Clock;
use crate::engine::LocalFuture;
use crate::extension::{CallContext, Extension, Grant};
use crate::http_client::{Http, HttpRequest, Redirects};
use crate::slots::Slots;

/// A request that failed: what kind of failure, and what is known of it.
fn failure(kind: &str, detail: impl fmt::Display) -> Error {
    Error::new(ErrorCode::ExtensionError, format!("{kind}: {detail}"))
}

/// The extension `http`. See the [module](self).
pub struct HttpExtension {
    options: HttpOptions,
    rules: DomainRules,
    slots: Slots,
    caveats: [String; 2],
    http: Rc<dyn Http>,
    clock: Rc<dyn Clock>,
}

impl HttpExtension {
    /// An extension that sends its requests by `http`.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for an entry of `allowed_domains` that is no host.
    pub fn new(options: HttpOptions, http: Rc<dyn Http>, clock: Rc<dyn Clock>) -> Result<Self, Error> {
        let rules = DomainRules::new(&options.allowed_domains, options.allow_private_networks)?;
        let slots = Slots::new(options.max_concurrent, options.max_queue);
        Ok(Self { rules, slots, options, caveats: ["host", "method"].map(str::to_owned), http, clock })
    }

    async fn fetch(&self, mut request: Request, grant: Grant) -> Result<Value, Error> {
        self.check(&request, &grant)?;
        request.headers.entry("user-agent".to_owned()).or_insert_with(|| self.options.user_agent.clone());
        let _slot = self.slots.acquire().await.map_err(|_| {
            let HttpOptions { max_concurrent, max_queue, .. } = self.options;
            failure("queue full", format!("{max_concurrent} requests under way, {max_queue} waiting"))
        })?;
        for _ in 0..=self.options.max_redirects {
            let sent = HttpRequest {
                method: request.method,
                url: request.url.clone(),
                headers: request.headers.clone().into_iter().collect(),
                body: request.body.clone(),
            };
            let response = self.http.send(sent).await.map_err(|error| failure("network error", error.message))?;
            match &response.redirects {
                Redirects::Manual => {}
                Redirects::Followed(url) => {
                    // Whoever followed went through hosts that nobody checked; the least is that it ended in a good one.
                    if self.options.max_redirects == 0 {
                        return Err(self.too_many_redirects());
                    }
                    request.url = url.clone();
                    self.check(&request, &grant)?;
                }
                Redirects::Hidden => {
                    let why = "this host does not tell where it leads; ask for the final URL";
                    return Err(failure("redirect refused", why));
                }
            }
            match response.header("location") {
                Some(location) if redirect::is_redirect(response.status) => {
                    redirect::follow(&mut request, response.status, location)?;
                    self.check(&request, &grant)?;
                }
                _ => return response::read(response, request.method, self.options.max_response_bytes).await,
            }
        }
        Err(self.too_many_redirects())
    }

    /// Checks a request before it is sent, and again wherever a redirect leads.
    fn check(&self, request: &Request, grant: &Grant) -> Result<(), Error> {
        self.rules.check(&request.url)?;
        if grant.allows(|caveat| caveat_of(request, caveat)) {
            return Ok(());
        }
        let what = format!("{} {}", request.method, host_and_port(&request.url));
        Err(failure("not granted", format!("no capability of this handler allows {what}")))
    }

    fn too_many_redirects(&self) -> Error {
        failure("too many redirects", format!("more than {}", self.options.max_redirects))
    }
}

fn caveat_of(request: &Request, caveat: &str) -> Option<String> {
    match caveat {
        "host" => Some(host_and_port(&request.url)),
        "method" => Some(request.method.to_owned()),
        _ => None,
    }
}

impl Extension for HttpExtension {
    fn name(&self) -> &str {
        "http"
    }

    fn methods(&self) -> Vec<String> {
        METHODS.map(str::to_owned).to_vec()
    }

    fn call<'a>(
        &'a self,
        method: &'a str,
        args: Vec<Value>,
        context: CallContext,
    ) -> LocalFuture<'a, Result<Value, Error>> {
        Box::pin(async move {
            let request = Request::read(method, &args)?;
            let timeout = request.timeout.unwrap_or(self.options.default_timeout);
            let work = Box::pin(self.fetch(request, context.grant));
            match select(work, select(self.clock.sleep(timeout), context.signal.aborted())).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right((Either::Left(_), _)) => {
                    Err(failure("timeout", format!("no complete answer within {timeout} ms")))
                }
                Either::Right((Either::Right((reason, _)), _)) => Err(reason),
            }
        })
    }

    fn caveats(&self) -> &[String] {
        &self.caveats
    }

    fn caveat_value(&self, caveat: &str, method: &str, args: &[Value]) -> Option<String> {
        caveat_of(&Request::read(method, args).ok()?, caveat)
    }
}

//! The HTTP API over `Request` and, as plain data, `Response`.

use std::rc::Rc;

use js_sys::{Array, Function, JsString, Object, Promise, Reflect, Uint8Array};
use nexus_core::Error;
use nexus_kernel::api::cors::Cors;
use nexus_kernel::api::socket::SocketLimits;
use nexus_kernel::api::token::{AuthOptions, TokenKeys};
use nexus_kernel::api::{Api, ApiOptions, ApiRequest, ApiResponse, Auth, BODY_LIMIT, RequestHeaders, Upgrade};
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::http_client::HttpBody;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, ReadableStream};

use crate::arguments::refused;
use crate::fetch::ByteReader;
use crate::interop::value::Bounds;
use crate::interop::{Failure, Fields, error_from_js, value_from_js};
use crate::promise::{ensure_sound, promise};
use crate::session::{JsSession, ServedSocket};

/// Most of what can be said of sizes and counts: what timers and buffers take.
const MOST: u32 = 0x7fff_ffff;

/// Reads the options `auth` and `api` of `createKernel`.
///
/// # Errors
/// `INVALID_ARGUMENT` naming the option that does not exist or has no such value.
pub fn api_options(options: &Fields) -> Result<ApiOptions, Failure> {
    let given = options.get("auth")?;
    let auth = match given.as_bool() {
        Some(false) => Auth::Off,
        None if given.is_undefined() => Auth::OnLoopback,
        _ => Auth::Tokens(TokenKeys::new(AuthOptions::from_value(&value_from_js(&given, Bounds::WIDEST)?)?)?),
    };
    let known = ["corsOrigins", "bodyLimit", "maxMessageBytes", "messagesPerSecond", "messageBurst"];
    let known = [&known[..], &["maxBufferedBytes", "maxClients", "idleTimeoutMs"]].concat();
    let api = Fields::open(&options.get("api")?, "options.api", &known)?;
    let usual = SocketLimits::default();
    let count =
        |name: &str, usual: usize| Ok::<_, Failure>(api.whole(name, 1, MOST)?.map_or(usual, |count| count as usize));
    let sockets = SocketLimits {
        max_message_bytes: count("maxMessageBytes", usual.max_message_bytes)?,
        messages_per_second: api.whole("messagesPerSecond", 1, MOST)?.unwrap_or(usual.messages_per_second),
        message_burst: api.whole("messageBurst", 1, MOST)?.unwrap_or(usual.message_burst),
        max_buffered_bytes: count("maxBufferedBytes", usual.max_buffered_bytes)?,
        max_clients: count("maxClients", usual.max_clients)?,
        idle_timeout_ms: api.whole("idleTimeoutMs", 1, MOST)?.map_or(usual.idle_timeout_ms, u64::from),
    };
    let cors = Cors::new(api.texts("corsOrigins")?)?;
    Ok(ApiOptions { auth, cors, body_limit: count("bodyLimit", BODY_LIMIT)?, sockets })
}

struct JsHeaders(Headers);

impl RequestHeaders for JsHeaders {
    fn get(&self, name: &str) -> Option<String> {
        // The names that are asked for are names of headers.
        self.0.get(name).ok().flatten()
    }
}

/// A body that is read as it comes.
struct StreamedBody(ByteReader);

impl HttpBody for StreamedBody {
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async move { self.0.next().await.map_err(|thrown| error_from_js(&thrown)) })
    }
}

/// A body whose length is told, or that cannot be read in pieces.
struct WholeBody(Option<Object>);

impl HttpBody for WholeBody {
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async move {
            let Some(request) = self.0.take() else { return Ok(None) };
            let read = async {
                let read: Function = Reflect::get(&request, &"arrayBuffer".into())?.dyn_into()?;
                let buffer = JsFuture::from(Promise::resolve(&read.call0(&request)?)).await?;
                Ok(Some(Uint8Array::new(&buffer).to_vec()))
            };
            read.await.map_err(|thrown: JsValue| error_from_js(&thrown))
        })
    }
}

/// Reads a `Request`, by its members: it may come from another realm, or be an adapter's own.
fn read_request(request: &JsValue) -> Result<ApiRequest, Failure> {
    let wrong = || refused("that is no Request");
    let text = |name: &str| {
        let value = Reflect::get(request, &name.into()).map_err(|_| wrong())?;
        value.dyn_ref::<JsString>().map(String::from).ok_or_else(wrong)
    };
    let object: Object = request.dyn_ref::<Object>().cloned().ok_or_else(wrong)?;
    let (method, url) = (text("method")?, text("url")?);
    let headers = Reflect::get(request, &"headers".into())?;
    if !Reflect::get(&headers, &"get".into()).is_ok_and(|get| get.is_function()) {
        return Err(wrong());
    }
    let headers = JsHeaders(headers.unchecked_into());
    let body: Option<Box<dyn HttpBody>> = if matches!(&*method, "GET" | "HEAD") {
        None
    } else if headers.get("content-length").is_some() {
        Some(Box::new(WholeBody(Some(object))))
    } else {
        match Reflect::get(request, &"body".into())? {
            body if body.is_null() => None,
            // Firefox has no such member.
            body if body.is_undefined() => Some(Box::new(WholeBody(Some(object)))),
            body => {
                let reader = ByteReader::of(&body.unchecked_into::<ReadableStream>());
                Some(Box::new(StreamedBody(reader)))
            }
        }
    };
    Ok(ApiRequest { method, url, headers: Box::new(headers), body })
}

/// `[status, [name, value, …], body?]`, of which the facade makes a `Response`.
fn response_to_js(response: ApiResponse) -> JsValue {
    let headers = Array::new();
    for (name, value) in response.headers {
        headers.push(&name.into());
        headers.push(&value.into());
    }
    let body = response.body.map_or(JsValue::UNDEFINED, JsValue::from);
    Array::of3(&response.status.into(), &headers, &body).into()
}

/// Answers a `Request`: a promise for what a `Response` is made of.
pub fn fetch(api: &Api, request: &JsValue) -> Result<Promise, JsValue> {
    let answering = read_request(request).map(|request| api.respond(request));
    promise(async move { Ok(response_to_js(answering?.await)) })
}

/// A WebSocket that may be opened, or what to answer instead.
pub fn upgrade(api: &Api, request: &JsValue) -> Result<JsValue, JsValue> {
    ensure_sound()?;
    Ok(match api.upgrade(&read_request(request)?) {
        Ok(upgrade) => JsUpgrade(Some(upgrade)).into(),
        Err(response) => response_to_js(response),
    })
}

/// A WebSocket that may be opened.
#[wasm_bindgen(js_name = Upgrade)]
pub struct JsUpgrade(Option<Upgrade>);

#[wasm_bindgen(js_class = Upgrade)]
impl JsUpgrade {
    /// What to answer in `Sec-WebSocket-Protocol`.
    #[wasm_bindgen(getter)]
    pub fn protocol(&self) -> Option<String> {
        self.0.as_ref().and_then(Upgrade::protocol).map(str::to_owned)
    }

    /// Serves the client over its socket. Once.
    pub fn accept(&mut self, socket: ServedSocket) -> Result<JsSession, JsValue> {
        ensure_sound()?;
        let upgrade = self.0.take().ok_or_else(|| refused("an upgrade is accepted once"))?;
        let limits = upgrade.limits().clone();
        Ok(JsSession::new(upgrade.accept(Rc::new(socket)), &limits))
    }
}

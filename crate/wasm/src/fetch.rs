//! HTTP over `fetch`, the platform's or the embedder's: one exchange at a time, redirects left to the kernel.

use js_sys::{Array, Function, JsString, Object, Reflect, Uint8Array};
use nexus_core::Error;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::http_client::{Http, HttpBody, HttpRequest, HttpResponse, Redirects};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStream, ReadableStreamDefaultReader, Response};

use crate::interop::error_from_js;

/// Sends requests by `fetch`.
pub struct FetchHttp {
    fetch: Option<Function>,
}

impl FetchHttp {
    /// By the embedder's function, or by the platform's if there is none.
    #[must_use]
    pub const fn new(fetch: Option<Function>) -> Self {
        Self { fetch }
    }

    async fn exchange(&self, mut request: HttpRequest) -> Result<HttpResponse, JsValue> {
        // Looked up for each request: embedders replace the global one, in tests above all.
        let global = js_sys::global();
        let fetch = match &self.fetch {
            Some(fetch) => fetch.clone(),
            None => Reflect::get(&global, &"fetch".into())?
                .dyn_into()
                .map_err(|_| JsValue::from_str("this platform has no fetch"))?,
        };
        if self.fetch.is_none() && is_browser(&global) {
            // A browser sends its own; some ask the server's leave before they send another.
            request.headers.retain(|(name, _)| name != "user-agent");
        }
        let exchange = Exchange(AbortController::new()?);
        let init = exchange.init(&request, &global)?;
        let answer = fetch.call2(&global, &request.url.as_str().into(), &init)?;
        let response = JsFuture::from(js_sys::Promise::resolve(&answer)).await?;
        // Judged by its members: a response may come from another realm.
        let response: Response = response.unchecked_into();
        // In a page, `redirect: "manual"` gives a response that hides everything.
        let hidden = response.status() == 0;
        let mut headers = Vec::new();
        for pair in Array::from(&response.headers()) {
            let pair: Array = pair.unchecked_into();
            headers.push((text(&pair.get(0)), text(&pair.get(1))));
        }
        let reader = response.body().map(|body| ByteReader::of(&body));
        Ok(HttpResponse {
            status: response.status(),
            status_text: response.status_text(),
            headers,
            redirects: if hidden { Redirects::Hidden } else { Redirects::Manual },
            body: Box::new(FetchBody { reader, _exchange: exchange }),
        })
    }
}

impl Http for FetchHttp {
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, Error>> {
        Box::pin(async move { self.exchange(request).await.map_err(|thrown| failed(&thrown)) })
    }
}

/// Gives the exchange up when it is dropped; one that is over does not notice.
struct Exchange(AbortController);

impl Drop for Exchange {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Exchange {
    fn init(&self, request: &HttpRequest, global: &Object) -> Result<Object, JsValue> {
        let init = Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&init, &name.into(), value);
        let headers: Array = request
            .headers
            .iter()
            .map(|(name, value)| Array::of2(&name.as_str().into(), &value.as_str().into()))
            .collect();
        set("method", &request.method.into())?;
        set("headers", &headers)?;
        set("redirect", &"manual".into())?;
        set("signal", &self.0.signal())?;
        if let Some(body) = &request.body {
            set("body", &Uint8Array::from(body.as_slice()))?;
        }
        // A handler speaks for itself and not for the page's user. Workers have no cookies, and refuse the field.
        let prototype =
            Reflect::get(global, &"Request".into()).and_then(|class| Reflect::get(&class, &"prototype".into()));
        if prototype.is_ok_and(|prototype| Reflect::has(&prototype, &"credentials".into()).unwrap_or(false)) {
            set("credentials", &"omit".into())?;
        }
        // Browsers let requests for one URL wait for each other, Chromium 20 s long, in case the first answer can be
        // cached. Elsewhere `fetch` has no cache, and the field would only add headers.
        if Reflect::has(global, &"location".into())? {
            set("cache", &"no-store".into())?;
        }
        Ok(init)
    }
}

struct FetchBody {
    reader: Option<ByteReader>,
    _exchange: Exchange,
}

impl HttpBody for FetchBody {
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async move {
            let Some(reader) = &self.reader else { return Ok(None) };
            reader.next().await.map_err(|thrown| failed(&thrown))
        })
    }
}

/// Reads a stream of bytes.
pub struct ByteReader(ReadableStreamDefaultReader);

impl ByteReader {
    /// That of a stream that nobody else reads.
    #[must_use]
    pub fn of(stream: &ReadableStream) -> Self {
        Self(stream.get_reader().unchecked_into())
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// What the stream failed with.
    pub async fn next(&self) -> Result<Option<Vec<u8>>, JsValue> {
        let piece = JsFuture::from(self.0.read()).await?;
        if Reflect::get(&piece, &"done".into())?.is_truthy() {
            return Ok(None);
        }
        Reflect::get(&piece, &"value".into()).map(|bytes| Some(Uint8Array::new(&bytes).to_vec()))
    }
}

/// Every browser, and nothing else, goes by the name of the first.
fn is_browser(global: &Object) -> bool {
    let name = Reflect::get(global, &"navigator".into()).and_then(|it| Reflect::get(&it, &"userAgent".into()));
    name.ok().and_then(|name| name.as_string()).is_some_and(|name| name.starts_with("Mozilla/"))
}

fn text(value: &JsValue) -> String {
    value.dyn_ref::<JsString>().map(String::from).unwrap_or_default()
}

/// What fetch failed with. Node tells the reason in `cause` alone.
fn failed(thrown: &JsValue) -> Error {
    let error = error_from_js(thrown);
    let cause = if thrown.is_object() { Reflect::get(thrown, &"cause".into()).ok() } else { None };
    match cause.filter(JsValue::is_object).map(|cause| error_from_js(&cause).message) {
        Some(cause) if !cause.is_empty() => Error { message: format!("{}: {cause}", error.message), ..error },
        _ => error,
    }
}

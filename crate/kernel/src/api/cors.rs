//! Which pages may talk to a kernel: cross-origin resource sharing (Fetch, section 3.2), and what keeps a page from doing
//! what its user never asked for.
//!
//! A browser says with `Origin` which page a request is of. Nothing but that tells a page's request from that of a program,
//! which has none and passes. What changes something, and a WebSocket, whose answer any page could read, is refused to a
//! page whose origin is not allowed ([`Cors::refuses`]); reading is served, and the browser keeps the answer from it.

use nexus_core::Error;
use url::Url;

use super::loopback::is_loopback;

/// Headers that pages may send.
const ALLOWED_HEADERS: &str = "authorization, content-type";
/// Headers of answers that pages may read, beside those that they always may.
const EXPOSED_HEADERS: &str = "location";
/// Seconds for which a browser need not ask again.
const PREFLIGHT_MAX_AGE_S: &str = "600";

/// A header of a response.
pub type Header = (&'static str, String);

/// The pages that may talk to a kernel.
pub struct Cors {
    origins: Vec<String>,
    any: bool,
    is_default: bool,
}

/// What is known of the page that a request is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    /// It is named, or of the same origin.
    Listed,
    /// It is allowed because it is on the same machine, or because all are.
    Tolerated,
    Foreign,
}

impl Cors {
    /// With the origins that pages may be of: `https://app.example`, or `*` for all. `None`: pages of the same origin as the
    /// kernel, and to a kernel on a loopback address those of this machine.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` for what is no origin as browsers spell it.
    pub fn new(origins: Option<Vec<String>>) -> Result<Self, Error> {
        let is_default = origins.is_none();
        let mut origins = origins.unwrap_or_default();
        if let Some(wrong) = origins.iter().find(|origin| *origin != "*" && !is_origin(origin)) {
            let message =
                format!("api.corsOrigins holds * or origins such as https://app.example:8080, unlike {wrong:?}");
            return Err(Error::invalid_argument(message));
        }
        let before = origins.len();
        origins.retain(|origin| origin != "*");
        Ok(Self { any: origins.len() < before, origins, is_default })
    }

    /// Whether a request of that page is to be answered 403, its `Origin` being `origin`. `changes` tells whether it may
    /// change something or opens a WebSocket.
    #[must_use]
    pub fn refuses(&self, url: &Url, origin: Option<&str>, changes: bool) -> bool {
        changes && origin.is_some_and(|origin| self.page(url, origin) == Page::Foreign)
    }

    /// Headers for the answer to a request.
    #[must_use]
    pub fn headers(&self, url: &Url, origin: Option<&str>) -> Vec<Header> {
        // Also where no page asks: a cache may give the answer to one.
        let mut headers = vec![("vary", "Origin".to_owned())];
        if let Some(origin) = origin {
            self.allow(url, origin, &mut headers);
            if headers.len() > 1 {
                headers.push(("access-control-expose-headers", EXPOSED_HEADERS.to_owned()));
            }
        }
        headers
    }

    /// Headers for the answer to a browser that asks what a page may do (`OPTIONS` with `Access-Control-Request-Method`);
    /// `methods` are those of the route: `GET, POST`. `None` if that page may do nothing.
    #[must_use]
    pub fn preflight(&self, url: &Url, origin: &str, methods: &str) -> Option<Vec<Header>> {
        let mut headers =
            vec![("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers".to_owned())];
        self.allow(url, origin, &mut headers);
        if headers.len() == 1 {
            return None;
        }
        headers.push(("access-control-allow-methods", methods.to_owned()));
        headers.push(("access-control-allow-headers", ALLOWED_HEADERS.to_owned()));
        headers.push(("access-control-max-age", PREFLIGHT_MAX_AGE_S.to_owned()));
        Some(headers)
    }

    fn allow(&self, url: &Url, origin: &str, headers: &mut Vec<Header>) {
        let allowed = match self.page(url, origin) {
            Page::Foreign => return,
            Page::Tolerated if self.any => "*",
            Page::Listed | Page::Tolerated => origin,
        };
        headers.push(("access-control-allow-origin", allowed.to_owned()));
        if self.origins.iter().any(|listed| listed == origin) {
            headers.push(("access-control-allow-credentials", "true".to_owned()));
        }
    }

    fn page(&self, url: &Url, origin: &str) -> Page {
        if self.origins.iter().any(|listed| listed == origin) {
            return Page::Listed;
        }
        if self.any {
            return Page::Tolerated;
        }
        let Some(page) = Some(origin).filter(|origin| is_origin(origin)).and_then(|origin| Url::parse(origin).ok())
        else {
            return Page::Foreign;
        };
        if is_same_origin(url, &page) {
            return Page::Listed;
        }
        let is_web = matches!(page.scheme(), "http" | "https");
        if self.is_default && is_web && is_loopback(url) && is_loopback(&page) {
            Page::Tolerated
        } else {
            Page::Foreign
        }
    }
}

/// Whether a page is served by the one who is asked. What ends TLS in front of a kernel tells it `http`, the page `https`.
fn is_same_origin(url: &Url, page: &Url) -> bool {
    let scheme = match url.scheme() {
        "ws" => "http",
        "wss" => "https",
        scheme => scheme,
    };
    let is_same_place = url.host_str() == page.host_str() && url.port() == page.port();
    is_same_place && (page.scheme() == scheme || (page.scheme() == "https" && scheme == "http"))
}

/// Whether it is spelled as an origin is in the header `Origin`: a scheme, a host, a port unless it is the usual one.
fn is_origin(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let Some(host) = url.host_str() else { return false };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    // A star may stand in a host, and would be taken for a pattern.
    !host.contains('*') && text == format!("{}://{host}{port}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str]) -> Cors {
        Cors::new(Some(origins.iter().map(|origin| (*origin).to_owned()).collect())).unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn allowed(cors: &Cors, at: &str, origin: &str) -> Option<String> {
        let headers = cors.headers(&url(at), Some(origin));
        let found = headers.iter().find(|(name, _)| *name == "access-control-allow-origin");
        let refused = cors.refuses(&url(at), Some(origin), true);
        assert_eq!(refused, found.is_none(), "what a page may not read it may not change");
        assert_eq!(cors.preflight(&url(at), origin, "GET").is_none(), refused);
        found.map(|(_, value)| value.clone())
    }

    #[test]
    fn without_a_list_pages_of_the_same_origin_come_in() {
        let cors = Cors::new(None).unwrap();
        for (at, origin, fine) in [
            ("https://kernel.example/panels", "https://kernel.example", true),
            ("https://kernel.example:8443/panels", "https://kernel.example:8443", true),
            ("wss://kernel.example/panels/a/ws", "https://kernel.example", true),
            ("http://kernel.example/panels", "https://kernel.example", true),
            ("https://kernel.example/panels", "http://kernel.example", false),
            ("https://kernel.example/panels", "https://kernel.example:8443", false),
            ("https://kernel.example/panels", "https://evil.example", false),
            ("https://kernel.example/panels", "https://kernel.example.evil.example", false),
            ("https://kernel.example/panels", "https://kernel.example@evil.example", false),
            ("https://kernel.example/panels", "https://kernel.example/", false),
            ("https://kernel.example/panels", "https://kernel.example, https://kernel.example", false),
            ("https://kernel.example/panels", "http://localhost:3000", false),
            ("https://kernel.example/panels", "null", false),
            ("https://kernel.example/panels", "", false),
        ] {
            assert_eq!(allowed(&cors, at, origin), fine.then(|| origin.to_owned()), "{origin} at {at}");
        }
    }

    #[test]
    fn a_kernel_on_loopback_talks_to_pages_of_this_machine() {
        let cors = Cors::new(None).unwrap();
        for (origin, fine) in [
            ("http://localhost:5173", true),
            ("https://localhost", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://app.localhost", true),
            ("http://localhost.evil.example", false),
            ("https://evil.example", false),
            ("http://10.0.0.7", false),
            ("tauri://localhost", false),
            ("file://", false),
            ("null", false),
        ] {
            for at in ["http://127.0.0.1:3000/panels", "ws://localhost:3000/panels/a/ws", "http://[::1]:3000/"] {
                assert_eq!(allowed(&cors, at, origin).is_some(), fine, "{origin} at {at}");
            }
        }
        // A page's own name that resolves to this machine is no loopback address.
        assert_eq!(allowed(&cors, "http://rebound.example:3000/panels", "http://localhost:3000"), None);
    }

    #[test]
    fn a_list_names_the_pages_exactly() {
        let listed = cors(&["https://app.example", "http://localhost:5173", "tauri://localhost"]);
        for (origin, fine) in [
            ("https://app.example", true),
            ("http://localhost:5173", true),
            ("tauri://localhost", true),
            ("http://app.example", false),
            ("https://app.example:444", false),
            ("https://App.example", false),
            ("http://localhost:5174", false),
            ("null", false),
        ] {
            assert_eq!(allowed(&listed, "http://127.0.0.1:3000/panels", origin).is_some(), fine, "{origin}");
        }
        assert!(allowed(&cors(&[]), "https://kernel.example/", "https://kernel.example").is_some());
        assert!(allowed(&cors(&[]), "http://localhost/", "http://localhost:1").is_none());
    }

    #[test]
    fn credentials_are_for_those_that_are_named_never_for_all() {
        let has_credentials = |cors: &Cors, origin: &str| {
            let headers = cors.headers(&url("https://kernel.example/"), Some(origin));
            let any = headers.iter().any(|(_, value)| value == "*");
            let credentials = headers.iter().any(|(name, _)| *name == "access-control-allow-credentials");
            assert!(!(any && credentials));
            credentials
        };
        let both = cors(&["*", "https://app.example"]);
        assert!(has_credentials(&both, "https://app.example"));
        assert!(!has_credentials(&both, "https://other.example"));
        assert_eq!(allowed(&both, "https://kernel.example/", "https://other.example").unwrap(), "*");
        assert_eq!(allowed(&both, "https://kernel.example/", "null").unwrap(), "*");
        assert!(!has_credentials(&Cors::new(None).unwrap(), "https://kernel.example"));
    }

    #[test]
    fn a_preflight_says_what_a_route_takes() {
        let headers = cors(&["https://app.example"]);
        let headers =
            headers.preflight(&url("https://kernel.example/panels"), "https://app.example", "GET, POST").unwrap();
        let get = |name: &str| headers.iter().find(|(own, _)| *own == name).unwrap().1.as_str();
        assert_eq!(get("access-control-allow-origin"), "https://app.example");
        assert_eq!(get("access-control-allow-methods"), "GET, POST");
        assert_eq!(get("access-control-allow-headers"), "authorization, content-type");
        assert_eq!(get("access-control-max-age"), "600");
        assert!(get("vary").starts_with("Origin"));
    }

    #[test]
    fn requests_of_no_page_pass_and_every_answer_varies() {
        let cors = cors(&["https://app.example"]);
        let at = url("https://kernel.example/panels");
        assert!(!cors.refuses(&at, None, true));
        assert!(!cors.refuses(&at, Some("https://evil.example"), false), "reading is the browser's to refuse");
        assert_eq!(cors.headers(&at, None), [("vary", "Origin".to_owned())]);
        assert_eq!(cors.headers(&at, Some("https://evil.example")), [("vary", "Origin".to_owned())]);
    }

    #[test]
    fn what_is_no_origin_is_refused_when_it_is_given() {
        for origin in [
            "",
            "null",
            "app.example",
            "https://app.example/",
            "https://App.example",
            "https://app.example:443",
            "https://*.example",
            "https://a@b",
            "https://a/b",
            "data:,x",
        ] {
            assert!(Cors::new(Some(vec![origin.to_owned()])).is_err(), "{origin}");
        }
    }
}

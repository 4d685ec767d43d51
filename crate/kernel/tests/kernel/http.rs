//! The extension `http` against a host that answers as each test says.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use nexus_core::capability::Caveats;
use nexus_core::{Error, Value};
use nexus_kernel::clock::Clock;
use nexus_kernel::engine::LocalFuture;
use nexus_kernel::extension::Grant;
use nexus_kernel::http_client::{Http, HttpBody, HttpRequest, HttpResponse, Redirects};
use nexus_kernel::{AbortController, CallContext, Extension, HttpExtension, HttpOptions};
use url::Url;

use crate::extensions::error;
use crate::world::{Task, VirtualClock, World};

type Responder = Box<dyn Fn(&HttpRequest) -> Result<Reply, Error>>;

/// A response, its head after `delay` milliseconds and each piece of its body after `pause` more.
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    pieces: Vec<Vec<u8>>,
    delay: u64,
    pause: u64,
    redirects: Redirects,
}

fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let headers = headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    let pieces = body.bytes().collect::<Vec<_>>().chunks(4).map(<[u8]>::to_vec).collect();
    Reply { status, headers, pieces, delay: 0, pause: 0, redirects: Redirects::Manual }
}

fn json(body: &str) -> Reply {
    reply(200, &[("Content-Type", "application/json")], body)
}

fn redirect(status: u16, location: &str) -> Reply {
    reply(status, &[("Location", location)], "moved")
}

struct Body {
    pieces: VecDeque<Vec<u8>>,
    pause: u64,
    clock: Rc<VirtualClock>,
    /// Counts what is open, so that a test sees whether everything was given up or read.
    open: Rc<Cell<i32>>,
}

impl HttpBody for Body {
    fn next(&mut self) -> LocalFuture<'_, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async {
            self.clock.sleep(self.pause).await;
            Ok(self.pieces.pop_front())
        })
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.open.set(self.open.get() - 1);
    }
}

struct Scripted {
    clock: Rc<VirtualClock>,
    responder: Responder,
    sent: RefCell<Vec<HttpRequest>>,
    open: Rc<Cell<i32>>,
}

impl Http for Scripted {
    fn send(&self, request: HttpRequest) -> LocalFuture<'_, Result<HttpResponse, Error>> {
        self.sent.borrow_mut().push(request.clone());
        Box::pin(async move {
            let reply = (self.responder)(&request)?;
            self.clock.sleep(reply.delay).await;
            self.open.set(self.open.get() + 1);
            Ok(HttpResponse {
                status: reply.status,
                status_text: "Text".to_owned(),
                headers: reply.headers,
                redirects: reply.redirects,
                body: Box::new(Body {
                    pieces: reply.pieces.into(),
                    pause: reply.pause,
                    clock: self.clock.clone(),
                    open: self.open.clone(),
                }),
            })
        })
    }
}

struct Scene {
    world: World,
    host: Rc<Scripted>,
    extension: Rc<HttpExtension>,
}

fn scene_with(options: HttpOptions, responder: impl Fn(&HttpRequest) -> Result<Reply, Error> + 'static) -> Scene {
    let world = World::new();
    let host = Rc::new(Scripted {
        clock: world.clock.clone(),
        responder: Box::new(responder),
        sent: RefCell::default(),
        open: Rc::default(),
    });
    let extension = Rc::new(HttpExtension::new(options, host.clone(), world.clock.clone()).unwrap());
    Scene { world, host, extension }
}

fn any_host() -> HttpOptions {
    HttpOptions { allowed_domains: vec!["*".to_owned()], ..HttpOptions::default() }
}

fn scene(responder: impl Fn(&HttpRequest) -> Result<Reply, Error> + 'static) -> Scene {
    scene_with(any_host(), responder)
}

impl Scene {
    fn spawn(&self, method: &'static str, args: Vec<Value>, context: CallContext) -> Task<Result<Value, Error>> {
        let extension = Rc::clone(&self.extension);
        self.world.spawn(async move { extension.call(method, args, context).await })
    }

    fn call_with(&self, method: &'static str, args: Vec<Value>, context: CallContext) -> Result<Value, Error> {
        let extension = Rc::clone(&self.extension);
        let result = self.world.run(async move { extension.call(method, args, context).await });
        assert_eq!(self.host.open.get(), 0, "every body is given up in the end");
        result
    }

    fn call(&self, method: &'static str, args: Vec<Value>) -> Result<Value, Error> {
        self.call_with(method, args, CallContext::default())
    }

    fn get(&self, url: &str) -> Result<Value, Error> {
        self.call("get", vec![url.into()])
    }

    fn fails(&self, url: &str, kind: &str) {
        let error = self.get(url).unwrap_err();
        assert!(error.message.starts_with(kind), "{}", error.message);
    }

    fn sent(&self) -> Vec<HttpRequest> {
        self.host.sent.take()
    }
}

fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    &value.as_object().unwrap()[name]
}

#[test]
fn an_answer_has_status_headers_data_and_ok() {
    let scene = scene(|_| {
        Ok(reply(201, &[("Content-Type", "application/json"), ("X-A", "1"), ("x-a", "2")], r#"{"a": [1, null]}"#))
    });
    let answer = scene.get("https://a.org/").unwrap();
    let headers =
        Value::object([("content-type", "application/json"), ("x-a", "1, 2")].map(|(k, v)| (k, Value::from(v))));
    let data = Value::object([("a", Value::Array(vec![1.into(), Value::Null]))]);
    let expected = [
        ("status", 201.into()),
        ("statusText", "Text".into()),
        ("headers", headers),
        ("data", data),
        ("ok", true.into()),
    ];
    assert_eq!(answer, Value::object(expected));
}

#[test]
fn a_status_of_failure_is_an_answer_and_a_failed_exchange_is_not() {
    let scene_404 = scene(|_| Ok(reply(404, &[], "no")));
    let answer = scene_404.get("https://a.org/").unwrap();
    assert_eq!((member(&answer, "ok"), member(&answer, "data")), (&false.into(), &"no".into()));
    scene(|_| Err(error("connection refused"))).fails("https://a.org/", "network error: connection refused");
    scene(|_| Ok(json("{bad"))).fails("https://a.org/", "malformed JSON");
}

#[test]
fn responses_that_have_no_body_have_no_data() {
    for (method, status) in [("head", 200), ("get", 204), ("get", 304)] {
        let claimed = [("content-type", "application/json"), ("content-length", "999999999")];
        let scene = scene(move |_| Ok(reply(status, &claimed, "")));
        let answer = scene.call(method, vec!["https://a.org/".into()]).unwrap();
        assert_eq!(member(&answer, "data"), &Value::Null);
    }
}

#[test]
fn each_method_sends_what_it_says() {
    let scene = scene(|_| Ok(reply(200, &[], "")));
    let body = Value::object([("a", Value::from(1))]);
    let own_agent = Value::object([("headers", Value::object([("User-Agent", Value::from("mine"))]))]);
    scene.call("post", vec!["https://a.org/#fragment".into(), body]).unwrap();
    scene.call("delete", vec!["https://a.org/x".into(), own_agent]).unwrap();
    let sent = scene.sent();
    assert_eq!((sent[0].method, sent[0].url.as_str()), ("POST", "https://a.org/"));
    assert_eq!(sent[0].body.as_deref(), Some(br#"{"a":1}"#.as_slice()));
    let agent = concat!("nexus-kernel/", env!("CARGO_PKG_VERSION"));
    let expected = [("content-type", "application/json"), ("user-agent", agent)].map(|(k, v)| (k.into(), v.into()));
    assert_eq!(sent[0].headers, expected);
    assert_eq!((sent[1].method, sent[1].headers.as_slice()), ("DELETE", &[("user-agent".into(), "mine".into())][..]));
}

#[test]
fn a_host_that_is_not_allowed_is_not_asked() {
    let scene = scene_with(HttpOptions::default(), |_| Ok(json("1")));
    scene.fails("https://a.org/", "domain not allowed");
    let options = HttpOptions { allowed_domains: vec!["a.org".into()], ..HttpOptions::default() };
    let scene = scene_with(options, |_| Ok(json("1")));
    scene.fails("https://b.org/", "domain not allowed");
    scene.fails("http://127.0.0.1/", "domain not allowed");
    scene.fails("file:///a", "invalid URL");
    assert_eq!(scene.sent(), []);
    assert!(scene.get("https://a.org/").is_ok());
}

#[test]
fn redirects_are_followed_and_each_hop_is_checked() {
    let options = HttpOptions { allowed_domains: vec!["a.org".into(), "b.org".into()], ..HttpOptions::default() };
    let scene = scene_with(options, |request| {
        Ok(match request.url.as_str() {
            "https://a.org/1" => redirect(302, "/2"),
            "https://a.org/2" => redirect(307, "https://b.org/3"),
            "https://b.org/3" => json("3"),
            "https://a.org/inside" => redirect(302, "http://169.254.169.254/latest"),
            "https://a.org/away" => redirect(301, "https://c.org/"),
            "https://a.org/scheme" => redirect(301, "file:///etc/passwd"),
            "https://a.org/user" => redirect(301, "https://user:password@b.org/"),
            "https://a.org/port" => redirect(301, "https://b.org:8443/"),
            "https://a.org/nowhere" => reply(302, &[], "no location"),
            other => panic!("nobody may ask {other}"),
        })
    });
    let authorization = Value::object([("Authorization", Value::from("secret"))]);
    let with_headers = Value::object([("headers", authorization)]);
    let answer = scene.call("post", vec!["https://a.org/1".into(), "body".into(), with_headers]).unwrap();
    assert_eq!(member(&answer, "data"), &3.into());
    let sent = scene.sent();
    let has_secret = |request: &HttpRequest| request.headers.iter().any(|(name, _)| name == "authorization");
    let hops: Vec<_> =
        sent.iter().map(|request| (request.method, request.body.is_some(), has_secret(request))).collect();
    assert_eq!(hops, [("POST", true, true), ("GET", false, true), ("GET", false, false)]);

    for path in ["inside", "away", "port"] {
        scene.fails(&format!("https://a.org/{path}"), "domain not allowed");
    }
    for path in ["scheme", "user"] {
        scene.fails(&format!("https://a.org/{path}"), "invalid URL");
    }
    assert_eq!(member(&scene.get("https://a.org/nowhere").unwrap(), "status"), &302.into());
}

#[test]
fn redirects_are_counted() {
    let endless = |options: HttpOptions| scene_with(options, |_| Ok(redirect(302, "/again")));
    let scene = endless(any_host());
    scene.fails("https://a.org/", "too many redirects: more than 5");
    assert_eq!(scene.sent().len(), 6);
    let scene = endless(HttpOptions { max_redirects: 0, ..any_host() });
    scene.fails("https://a.org/", "too many redirects");
    assert_eq!(scene.sent().len(), 1);
}

#[test]
fn a_host_that_follows_by_itself_has_its_end_checked() {
    let ended = |url: &'static str, options: HttpOptions| {
        scene_with(options, move |_| {
            let redirects = Redirects::Followed(Url::parse(url).unwrap());
            Ok(Reply { redirects, ..json("1") })
        })
    };
    assert!(ended("https://b.org/", any_host()).get("https://a.org/").is_ok());
    ended("http://localhost/", any_host()).fails("https://a.org/", "domain not allowed");
    ended("https://b.org/", HttpOptions { max_redirects: 0, ..any_host() })
        .fails("https://a.org/", "too many redirects");
    let hidden = scene(|_| Ok(Reply { redirects: Redirects::Hidden, ..reply(0, &[], "") }));
    hidden.fails("https://a.org/", "redirect refused");
}

#[test]
fn the_caveats_of_the_capability_hold_on_every_hop() {
    let caveats = |pairs: &[(&str, &str)]| -> Caveats {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), [(*value).to_owned()].into())).collect()
    };
    let scene = scene(|request| {
        Ok(match request.url.path() {
            "/away" => redirect(302, "https://b.org/"),
            "/here" => redirect(303, "/end"),
            _ => json("1"),
        })
    });
    let call = |method: &'static str, path: &str, pairs: &[(&str, &str)]| {
        let context = CallContext { grant: Grant::new(vec![caveats(pairs)]), ..CallContext::default() };
        scene.call_with(method, vec![format!("https://a.org{path}").into()], context)
    };
    assert!(call("get", "/here", &[("host", "a.org")]).is_ok());
    for refused in
        [call("get", "/away", &[("host", "a.org")]), call("post", "/here", &[("host", "a.org"), ("method", "POST")])]
    {
        assert!(refused.unwrap_err().message.starts_with("not granted"));
    }
    let value = |caveat, method, url: &str| scene.extension.caveat_value(caveat, method, &[url.into()]);
    assert_eq!(value("host", "get", "https://A.org:443/x"), Some("a.org".to_owned()));
    assert_eq!(value("host", "get", "https://a.org:8443/x"), Some("a.org:8443".to_owned()));
    assert_eq!(value("method", "get", "https://a.org/"), Some("GET".to_owned()));
    assert_eq!(value("host", "get", "not a URL"), None);
}

#[test]
fn the_timeout_covers_head_and_body() {
    let slow = |delay, pause| scene(move |_| Ok(Reply { delay, pause, ..reply(200, &[], "12345678") }));
    let timeout = |ms: i32| Value::object([("timeout", Value::from(ms))]);
    // Two pieces and the end: three pauses.
    let done = slow(40, 20).call("get", vec!["https://a.org/".into(), timeout(101)]);
    assert_eq!(member(&done.unwrap(), "data"), &"12345678".into());
    for (delay, pause) in [(99, 0), (40, 20), (0, 33)] {
        let scene = slow(delay, pause);
        let error = scene.call("get", vec!["https://a.org/".into(), timeout(98)]).unwrap_err();
        assert_eq!(error.message, "timeout: no complete answer within 98 ms");
        assert_eq!(scene.world.clock.elapsed(), 98);
    }
    let scene = slow(1_000_000, 0);
    scene.fails("https://a.org/", "timeout");
    assert_eq!(scene.world.clock.elapsed(), 30_000);
}

#[test]
fn the_size_is_capped_whatever_the_host_claims() {
    let scene_of = |headers: &'static [(&str, &str)], body: &'static str| {
        let options = HttpOptions { max_response_bytes: 8, ..any_host() };
        scene_with(options, move |_| Ok(reply(200, headers, body)))
    };
    assert!(scene_of(&[], "12345678").get("https://a.org/").is_ok());
    scene_of(&[], "123456789").fails("https://a.org/", "response too large");
    scene_of(&[("Content-Length", "3")], "123456789").fails("https://a.org/", "response too large");
    scene_of(&[("Content-Length", "9")], "").fails("https://a.org/", "response too large");
}

#[test]
fn places_are_bounded_and_the_queue_is_fair_bounded_and_timed() {
    let options = HttpOptions { max_concurrent: 2, max_queue: 2, ..any_host() };
    let scene = scene_with(options, |_| Ok(Reply { delay: 100, ..json("1") }));
    let spawn = |path: &str, timeout: i32| {
        let options = Value::object([("timeout", Value::from(timeout))]);
        scene.spawn("get", vec![format!("https://a.org/{path}").into(), options], CallContext::default())
    };
    let tasks = [spawn("1", 1000), spawn("2", 1000), spawn("3", 150), spawn("4", 1000), spawn("5", 1000)];
    scene.world.settle();
    let full = tasks[4].result().unwrap().unwrap_err();
    assert_eq!(full.message, "queue full: 2 requests under way, 2 waiting");
    assert_eq!(scene.sent().len(), 2);
    scene.world.advance(100);
    let paths: Vec<_> = scene.sent().iter().map(|request| request.url.path().to_owned()).collect();
    assert_eq!(paths, ["/3", "/4"], "first come, first served");
    scene.world.advance(50);
    let timed_out = tasks[2].result().unwrap().unwrap_err();
    assert!(timed_out.message.starts_with("timeout"), "the time in the queue counts");
    scene.world.advance(50);
    for index in [0, 1, 3] {
        assert!(tasks[index].result().unwrap().is_ok());
    }
    let again = spawn("6", 1000);
    scene.world.advance(100);
    assert!(again.result().unwrap().is_ok(), "every place was given back");
}

#[test]
fn an_abort_ends_a_request_and_gives_its_place_back() {
    let options = HttpOptions { max_concurrent: 1, ..any_host() };
    let scene = scene_with(options, |_| Ok(Reply { pause: 1000, ..reply(200, &[], "slow body") }));
    let controller = AbortController::new();
    let first = scene.spawn("get", vec!["https://a.org/1".into()], controller.signal().into());
    let second = scene.spawn("get", vec!["https://a.org/2".into()], CallContext::default());
    scene.world.advance(10);
    assert_eq!(scene.host.open.get(), 1);
    controller.abort("enough");
    scene.world.settle();
    assert_eq!(first.result().unwrap().unwrap_err().message, "enough");
    assert_eq!(scene.sent().len(), 2);
    scene.world.advance(5_000);
    assert!(second.result().unwrap().is_ok());
    assert_eq!(scene.host.open.get(), 0);
}

/// Ways to say an address, or a name of the local network, that are meant not to look like it.
const INSIDE: &[&str] = &[
    // Numbers: decimal, hexadecimal, octal, short, mixed, with zeros before.
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0X7F.0.0.1/",
    "http://0177.0.0.1/",
    "http://00000177.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://0x7f.1/",
    "http://0/",
    "http://0.0.0.0/",
    // Plain ones, of every kind; public ones too are no names.
    "http://127.0.0.1/",
    "http://127.255.255.254/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.0.0.192/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "https://8.8.8.8/",
    "http://[::1]/",
    "http://[::]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00:ec2::254]/",
    "http://[ff02::1]/",
    "https://[2606:4700:4700::1111]/",
    // One address in another: mapped, compatible, NAT64, 6to4, Teredo.
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b:1::a9fe:a9fe]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    // Dots at the end, and others that IDNA makes dots of; digits and letters that it makes plain ones of.
    "http://127.0.0.1./",
    "http://localhost./",
    "http://localhost../",
    "http://0x7f.1./",
    "http://127\u{3002}0\u{ff0e}0\u{ff61}1/",
    "http://\u{ff11}\u{ff12}\u{ff17}.0.0.1/",
    "http://\u{2460}\u{2461}\u{2466}.0.0.1/",
    "http://\u{ff4c}\u{ff4f}\u{ff43}\u{ff41}\u{ff4c}\u{ff48}\u{ff4f}\u{ff53}\u{ff54}/",
    "http://\u{24db}ocalhost/",
    "http://local\u{ad}host/",
    "http://local\u{200b}host/",
    // Escapes, upper case, and what URLs leave out or turn.
    "http://%6c%6f%63%61%6c%68%6f%73%74/",
    "http://%31%32%37.0.0.1/",
    "http://127%2e0%2e0%2e1/",
    "http://LOCALHOST/",
    "HTTP://LocalHost/",
    "http://127.0.\n0.1/",
    "http://local\thost/",
    "http:127.0.0.1/",
    "http:///127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http://127.0.0.1#@a.org/",
    "http://127.0.0.1?@a.org/",
    // User info: refused wherever it leads.
    "http://a.org@127.0.0.1/",
    "http://a.org:80@127.0.0.1/",
    "http://127.0.0.1@a.org/",
    "http://a:b@a.org/",
    "http://a.org%40b@a.org/",
    // Names of the local network.
    "http://localhost/",
    "http://intranet/",
    "http://a.localhost/",
    "http://localhost.localdomain/",
    "http://printer.local/",
    "http://PRINTER.LOCAL./",
    "http://metadata.google.internal/",
    "http://metadata.google.internal./",
    "http://instance-data.ec2.internal/",
    "http://kubernetes.default.svc.cluster.local/",
    "http://router.home.arpa/",
    "http://home.arpa/",
    "http://nas.lan/",
    // Ports that are not the default one, and none at all.
    "https://a.org:22/",
    "https://a.org:80/",
    "http://a.org:443/",
    "http://a.org:0/",
    "http://a.org:65536/",
    "http://a.org:8080/",
    // What is no host.
    "http://256.256.256.256/",
    "http://1.2.3.4.5/",
    "http://0x100000000/",
    "http://[::1/",
    "http://a.org\u{0}/",
    "http:// a.org/",
    "http://a%00.org/",
    // Other schemes.
    "ftp://a.org/",
    "file:///etc/passwd",
    "data:text/plain,x",
    "javascript:1",
    "gopher://a.org/",
    "ws://a.org/",
    "blob:https://a.org/x",
];

#[test]
fn no_spelling_of_what_is_inside_is_asked() {
    for url in INSIDE {
        let scene = scene(|request| panic!("nobody may ask {}", request.url));
        let error = scene.get(url).unwrap_err();
        let known = ["invalid URL", "domain not allowed"].iter().any(|kind| error.message.starts_with(kind));
        assert!(known, "{url}: {}", error.message);
    }
}

#[test]
fn no_redirect_leads_inside_and_each_that_tries_gives_its_place_back() {
    let scene = scene_with(HttpOptions { max_concurrent: 1, max_queue: 0, ..any_host() }, |request| {
        let index = request.url.path().strip_prefix('/').and_then(|index| index.parse::<usize>().ok());
        assert_eq!(request.url.host_str(), Some("a.org"), "nobody may ask {}", request.url);
        Ok(index.map_or_else(|| json("1"), |index| redirect(302, INSIDE[index])))
    });
    for (index, url) in INSIDE.iter().enumerate() {
        match scene.get(&format!("https://a.org/{index}")) {
            Err(error) => {
                let kinds = ["invalid URL", "invalid redirect", "domain not allowed"];
                assert!(kinds.iter().any(|kind| error.message.starts_with(kind)), "{url}: {}", error.message);
            }
            // Without two slashes after its own scheme a location is a path.
            Ok(_) => panic!("{url} was followed"),
        }
        assert_eq!(scene.sent().len(), 1, "{url}");
    }
    assert!(scene.get("https://a.org/").is_ok());
}

#[test]
fn a_star_stands_for_what_is_below_a_name_and_for_nothing_else() {
    for (entry, url, fine) in [
        ("*.a.org", "https://b.a.org/", true),
        ("*.a.org", "https://B.A.ORG./", true),
        ("*.a.org", "https://\u{ff42}.a.org/", true),
        ("*.a.org", "https://a.org/", false),
        ("*.a.org", "https://.a.org/", false),
        ("*.a.org", "https://xa.org/", false),
        ("*.a.org", "https://b.a.org.evil.net/", false),
        ("*.a.org", "https://b.a.org%2eevil.net/", false),
        ("*.a.org", "https://evil.net/.a.org", false),
        ("*.a.org", "https://evil.net?.a.org", false),
        ("*.a.org", "https://evil.net#.a.org", false),
        ("*.a.org", "https://evil.net\\.a.org", false),
        ("*.a.org", "https://evil.net%23.a.org/", false),
        ("*.a.org", "https://evil.net%2f.a.org/", false),
        ("*.a.org", "https://b.a.org@evil.net/", false),
        ("*.a.org", "https://b.a.org:443@evil.net/", false),
        ("*.a.org", "https://b.\u{430}.org/", false),
        ("a.org", "https://*.a.org/", false),
    ] {
        let options = HttpOptions { allowed_domains: vec![entry.to_owned()], ..HttpOptions::default() };
        let scene = scene_with(options, |_| Ok(json("1")));
        let outcome = scene.get(url);
        assert_eq!(outcome.is_ok(), fine, "{entry} {url}: {outcome:?}");
        assert_eq!(scene.sent().len(), usize::from(fine));
    }
}

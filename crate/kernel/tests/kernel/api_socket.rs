//! The WebSocket protocol, with handlers that run in a real interpreter and clients that are told what a socket would be told.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use nexus_kernel::api::socket::session::Session;
use nexus_kernel::api::socket::topic::{Topic, Topics};
use nexus_kernel::api::socket::{SessionOptions, Socket, SocketLimits};
use nexus_kernel::{Kernel, Panel, PanelOptions};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::extensions::{Notes, test_extension};
use crate::native_engine::NativeEngine;
use crate::world::World;

struct Scene {
    world: World,
    kernel: Kernel,
    panel: Panel,
}

const NXML: &str = r#"<NexusPanel id="counter" title="Counter">
<Data><State name="count" type="number"/><State name="draft"/><State name="items" type="list" default='[{"done":false}]'/></Data>
<Logic><Extension name="nexus.test"/>
  <Tool name="add" capabilities="state:read:*, state:write:*"><Handler>$state.count += 1; return $state.count;</Handler></Tool>
  <Tool name="twice" capabilities="state:read:*, state:write:*, events:emit:*, ext:test, view:update:*"><Handler>
    $state.count += 1; $emit("first", { n: $state.count });
    await $ext.test.wait(10);
    $state.count += 1;
    await $ext.test.wait(10);
    $emit("last"); $log("done"); $view.focus("draft"); return $state.count;
  </Handler></Tool>
  <Tool name="shout" capabilities="events:emit:*"><Arg name="n" type="number"/><Handler>$emit("shout", $args.n);</Handler></Tool>
  <Tool name="chorus" capabilities="events:emit:*"><Handler>for (let n = 0; n < 100; n++) $emit("shout", n);</Handler></Tool>
  <Tool name="fail"><Handler>throw new Error("no");</Handler></Tool>
  <Tool name="large" capabilities="state:write:draft"><Handler>$state.draft = "x".repeat(900000);</Handler></Tool>
</Logic>
<View><Layout><Input id="draft" bind="$state.draft" placeholder="{$state.count}"/>
  <Iterate items="{$state.items}" as="item"><Switch bind="$scope.item.done"/></Iterate></Layout></View>
</NexusPanel>"#;

fn scene() -> Scene {
    let world = World::new();
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    let panel = world.run(kernel.panels().create(NXML, PanelOptions::default())).unwrap();
    Scene { world, kernel, panel }
}

/// The other end of a socket.
#[derive(Default)]
struct Wire {
    told: RefCell<Vec<Value>>,
    buffered: Cell<usize>,
    closed: RefCell<Option<(u16, String)>>,
}

impl Socket for Wire {
    fn send(&self, text: &str) {
        assert!(self.closed.borrow().is_none(), "nothing is sent to a closed socket");
        self.told.borrow_mut().push(serde_json::from_str(text).unwrap());
    }

    fn buffered(&self) -> usize {
        self.buffered.get()
    }

    fn close(&self, code: u16, reason: &str) {
        assert!(reason.len() <= 123, "a close frame has no room for more");
        assert!(self.closed.replace(Some((code, reason.to_owned()))).is_none(), "closed once");
    }
}

struct Client {
    wire: Rc<Wire>,
    session: Rc<Session>,
}

impl Client {
    fn say(&self, message: &Value) {
        self.session.text(&message.to_string());
    }

    /// What it was told since the last time, each with its type first.
    fn heard(&self) -> Vec<Value> {
        self.wire.told.take()
    }

    fn types(&self) -> Vec<String> {
        self.heard().iter().map(|message| message["type"].as_str().unwrap().to_owned()).collect()
    }

    fn close_code(&self) -> Option<u16> {
        self.wire.closed.borrow().as_ref().map(|(code, _)| *code)
    }
}

fn options() -> SessionOptions {
    SessionOptions { may_execute: true, ..SessionOptions::default() }
}

fn limited(limits: SocketLimits) -> SessionOptions {
    SessionOptions { limits, ..options() }
}

fn topics(topics: &[Topic]) -> Topics {
    topics.iter().copied().collect()
}

impl Scene {
    fn connect(&self, options: SessionOptions) -> Client {
        let wire = Rc::new(Wire::default());
        let session = Session::open(&self.panel, Rc::clone(&wire) as Rc<dyn Socket>, options);
        Client { wire, session }
    }

    fn client(&self) -> Client {
        let client = self.connect(options());
        assert_eq!(client.types(), ["CONNECTED"]);
        client
    }
}

#[test]
fn the_first_message_tells_the_panel_as_it_is() {
    let scene = scene();
    let client = scene.connect(options());
    let [connected] = &client.heard()[..] else { panic!() };
    assert_eq!(
        (&connected["type"], &connected["panelId"], &connected["title"], &connected["version"], &connected["resumed"]),
        (&json!("CONNECTED"), &json!("counter"), &json!("Counter"), &json!(0), &json!(false))
    );
    assert_eq!(connected["state"], json!({"count": 0, "draft": "", "items": [{"done": false}]}));
    assert!(connected["clientId"].as_str().unwrap().starts_with("client_"));
    assert_eq!(scene.panel.client_count(), 1);
    drop(client);
    assert_eq!(scene.panel.client_count(), 0);
}

#[test]
fn one_triggers_and_two_watch_through_two_suspensions() {
    let scene = scene();
    let (one, two, caller) = (scene.client(), scene.client(), scene.client());
    caller.say(&json!({"type": "TRIGGER", "tool": "twice", "requestId": "r1"}));
    scene.world.advance(100);
    let watched = ["PATCH", "EVENT", "PATCH", "EVENT"];
    assert_eq!((one.types(), two.types()), (watched.map(String::from).to_vec(), watched.map(String::from).to_vec()));
    let heard = caller.heard();
    let types: Vec<_> = heard.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["PATCH", "EVENT", "PROGRESS", "PATCH", "PROGRESS", "EVENT", "RESULT"]);
    for message in &heard {
        let is_answer = matches!(message["type"].as_str(), Some("PROGRESS" | "RESULT"));
        assert_eq!(message.get("requestId"), is_answer.then(|| json!("r1")).as_ref(), "{message}");
    }
    let versions: Vec<_> = heard.iter().filter_map(|message| message.get("version")?.as_u64()).collect();
    assert_eq!(versions, [1, 2, 3, 4]);
    assert_eq!(heard[2]["suspensions"][0]["extensionName"], "test");
    assert!(heard[2]["suspensions"][0].get("args").is_none(), "what the panel tells others is its own");
    let result = &heard[6]["result"];
    assert_eq!((&result["status"], &result["returnValue"]), (&json!("success"), &json!(2)));
    assert_eq!(result["viewCommands"][0]["type"], "focus");
    assert_eq!(result["logs"][0]["message"], "done");
}

#[test]
fn only_what_is_listened_to_is_told() {
    let scene = scene();
    let nothing = scene.connect(SessionOptions { topics: Topics::NONE, ..options() });
    let events = scene.connect(SessionOptions { topics: topics(&[Topic::Events]), ..options() });
    let changing = scene.client();
    changing.say(&json!({"type": "UNSUBSCRIBE", "topics": ["events"]}));
    let caller = scene.client();
    caller.say(&json!({"type": "TRIGGER", "tool": "twice"}));
    scene.world.advance(100);
    assert_eq!(nothing.types(), ["CONNECTED"]);
    assert_eq!(events.types(), ["CONNECTED", "EVENT", "EVENT"]);
    assert_eq!(changing.types(), ["PATCH", "PATCH"]);
    changing.say(&json!({"type": "SUBSCRIBE", "topics": ["events"]}));
    changing.say(&json!({"type": "UNSUBSCRIBE", "topics": ["state"]}));
    caller.say(&json!({"type": "TRIGGER", "tool": "twice"}));
    scene.world.advance(100);
    assert_eq!(changing.types(), ["EVENT", "EVENT"]);
}

#[test]
fn whoever_comes_back_is_told_what_they_missed() {
    let scene = scene();
    let caller = scene.client();
    for n in 0..3 {
        caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
        caller.say(&json!({"type": "TRIGGER", "tool": "shout", "args": [n]}));
    }
    scene.world.settle();
    caller.heard();
    let back = scene.connect(SessionOptions { since: Some(2), ..options() });
    let heard = back.heard();
    assert_eq!((&heard[0]["resumed"], heard[0].get("state"), &heard[0]["version"]), (&json!(true), None, &json!(6)));
    let versions: Vec<_> = heard[1..].iter().map(|message| message["version"].as_u64().unwrap()).collect();
    assert_eq!(versions, [3, 4, 5, 6]);
    assert_eq!(heard[1]["type"], "PATCH");
    assert_eq!((&heard[2]["type"], &heard[2]["event"]["payload"]), (&json!("EVENT"), &json!(1)));
    let up_to_date = scene.connect(SessionOptions { since: Some(6), ..options() });
    assert_eq!(up_to_date.heard()[0]["resumed"], true);
    let same = heard[0]["instance"].as_str().map(str::to_owned);
    let back =
        scene.connect(SessionOptions { since: Some(2), instance: same, topics: topics(&[Topic::Events]), ..options() });
    assert_eq!(back.types(), ["CONNECTED", "EVENT", "EVENT"]);
}

#[test]
fn what_is_not_known_any_more_begins_anew() {
    let scene = scene();
    let caller = scene.client();
    for (since, instance) in [(1, None), (0, Some("another".to_owned()))] {
        let back = scene.connect(SessionOptions { since: Some(since), instance, ..options() });
        let heard = back.heard();
        assert_eq!((&heard[0]["resumed"], heard.len()), (&json!(false), 1), "of another panel, or from a later time");
        assert!(heard[0]["state"].is_object());
    }
    caller.say(&json!({"type": "TRIGGER", "tool": "shout", "args": [1]}));
    for _ in 0..100 {
        caller.say(&json!({"type": "TRIGGER", "tool": "chorus"}));
        scene.world.advance(10);
    }
    let known = |since| scene.connect(SessionOptions { since: Some(since), ..options() }).heard();
    assert_eq!((known(0).len(), known(1).len()), (1, 10_001), "ten thousand are kept");
    for _ in 0..5 {
        caller.say(&json!({"type": "TRIGGER", "tool": "large"}));
        scene.world.settle();
    }
    assert_eq!(known(10_001)[0]["resumed"], false, "and four megabytes");
    assert_eq!(known(10_002)[0]["resumed"], true);
}

#[test]
fn a_topic_that_is_added_can_be_caught_up_with() {
    let scene = scene();
    let client = scene.connect(SessionOptions { topics: Topics::NONE, ..options() });
    let caller = scene.client();
    caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
    caller.say(&json!({"type": "TRIGGER", "tool": "shout", "args": [7]}));
    scene.world.settle();
    client.say(&json!({"type": "SUBSCRIBE", "topics": ["events", "state"], "since": 0}));
    assert_eq!(client.types(), ["CONNECTED", "PATCH", "EVENT"]);
    client.say(&json!({"type": "SUBSCRIBE", "topics": ["events", "state"], "since": 0}));
    assert_eq!(client.types(), [""; 0], "nothing twice");
    client.say(&json!({"type": "SUBSCRIBE", "topics": ["events"]}));
    caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
    scene.world.settle();
    assert_eq!(client.types(), ["PATCH"]);
    client.say(&json!({"type": "SUBSCRIBE", "topics": ["events"], "since": 4, "requestId": 1}));
    let heard = client.heard();
    assert_eq!(
        (&heard[0]["code"], &heard[0]["requestId"], heard.len()),
        (&json!("INVALID_ARGUMENT"), &json!(1), 1),
        "a later time"
    );
}

#[test]
fn a_topic_that_was_paused_is_caught_up_with_without_what_was_heard_before() {
    let scene = scene();
    let (client, caller) = (scene.client(), scene.client());
    let add = || {
        caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
        scene.world.settle();
    };
    let versions =
        |client: &Client| client.heard().iter().map(|told| told["version"].as_u64().unwrap()).collect::<Vec<_>>();
    add();
    assert_eq!(versions(&client), [1]);
    client.say(&json!({"type": "UNSUBSCRIBE", "topics": ["state"]}));
    add();
    add();
    assert_eq!(versions(&client), [0; 0]);
    client.say(&json!({"type": "SUBSCRIBE", "topics": ["state"], "since": 2}));
    assert_eq!(versions(&client), [3]);
    client.say(&json!({"type": "SUBSCRIBE", "topics": ["state"], "since": 0}));
    assert_eq!(versions(&client), [2]);
    add();
    assert_eq!(versions(&client), [4]);
}

#[test]
fn a_message_that_is_none_is_refused_and_the_others_go_on() {
    let scene = scene();
    let (client, other) = (scene.client(), scene.client());
    for (text, code) in [
        ("{", "PARSE_ERROR"),
        ("", "PARSE_ERROR"),
        ("null", "INVALID_ARGUMENT"),
        (r#"{"type":"HELLO"}"#, "UNKNOWN_MESSAGE"),
        (r#"{"type":"TRIGGER"}"#, "INVALID_ARGUMENT"),
        (r#"{"type":"TRIGGER","tool":"nope"}"#, "TOOL_NOT_FOUND"),
        (r#"{"type":"TRIGGER","tool":"add","args":7}"#, "INVALID_ARGUMENT"),
        (r#"{"type":"TRIGGER","tool":"add","args":{"x":1}}"#, "INVALID_ARGUMENT"),
        (r#"{"type":"TRIGGER","tool":"add","scope":[]}"#, "INVALID_ARGUMENT"),
        (r#"{"type":"SUBSCRIBE","topics":["logs"]}"#, "INVALID_ARGUMENT"),
        (r#"{"type":"SET","path":"count","value":1}"#, "PERMISSION_DENIED"),
        (r#"{"type":"SET","path":["items",0,"other"],"value":1}"#, "PERMISSION_DENIED"),
        (r#"{"type":"SET","path":[0],"value":1}"#, "INVALID_ARGUMENT"),
    ] {
        client.session.text(text);
        scene.world.settle();
        let heard = client.heard();
        assert_eq!((heard.len(), &heard[0]["type"], &heard[0]["code"]), (1, &json!("ERROR"), &json!(code)), "{text}");
    }
    client.session.binary(0);
    assert_eq!(client.heard()[0]["code"], "PARSE_ERROR");
    client.say(&json!({"type": "TRIGGER", "tool": "nope", "requestId": 9}));
    scene.world.settle();
    assert_eq!(client.heard()[0]["requestId"], 9);
    other.say(&json!({"type": "PING", "requestId": "p"}));
    assert_eq!(other.heard(), [json!({"type": "PONG", "requestId": "p"})]);
    client.say(&json!({"type": "TRIGGER", "tool": "fail", "requestId": "f"}));
    scene.world.settle();
    let heard = client.heard();
    assert_eq!((&heard[0]["type"], &heard[0]["result"]["status"]), (&json!("RESULT"), &json!("error")));
}

#[test]
fn a_message_may_have_as_many_bytes_as_the_limit_and_not_one_more() {
    let scene = scene();
    let limits = SocketLimits { max_message_bytes: 100, ..SocketLimits::default() };
    let client = scene.connect(limited(limits));
    client.session.text(&format!("{:100}", r#"{"type":"PING"}"#));
    assert_eq!(client.types(), ["CONNECTED", "PONG"]);
    client.session.text(&format!("{:101}", r#"{"type":"PING"}"#));
    assert_eq!((client.types(), client.close_code()), (vec![], Some(1009)));
    client.session.text(r#"{"type":"PING"}"#);
    assert_eq!(client.types(), [""; 0]);
}

#[test]
fn too_many_messages_are_refused_and_a_flood_is_cut_off() {
    let scene = scene();
    let limits = SocketLimits { messages_per_second: 10, message_burst: 3, ..SocketLimits::default() };
    let (client, other) = (scene.connect(limited(limits)), scene.client());
    let ping = || client.session.text(r#"{"type":"PING"}"#);
    (0..4).for_each(|_| ping());
    let heard = client.heard();
    assert_eq!((&heard[3]["type"], &heard[4]["code"]), (&json!("PONG"), &json!("RESOURCE_LIMIT")));
    assert_eq!(heard[4]["details"]["resource"], "messagesPerSecond");
    scene.world.advance(100);
    ping();
    assert_eq!(client.types(), ["PONG"]);
    client.session.text(r#"{"type":"TRIGGER","tool":"add","requestId":"refused"}"#);
    assert_eq!(client.heard()[0]["requestId"], "refused");
    (0..2).for_each(|_| ping());
    assert_eq!((client.types(), client.close_code()), (vec!["ERROR".to_owned(); 2], None));
    ping();
    assert_eq!(client.close_code(), Some(1008));
    other.say(&json!({"type": "PING"}));
    assert_eq!(other.types(), ["PONG"]);
}

#[test]
fn whoever_does_not_read_is_sent_away_and_can_come_back() {
    let scene = scene();
    let limits = SocketLimits { max_buffered_bytes: 1000, ..SocketLimits::default() };
    let (slow, caller) = (scene.connect(limited(limits)), scene.client());
    slow.wire.buffered.set(1000);
    caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
    scene.world.settle();
    assert_eq!((slow.types(), slow.close_code()), (vec!["CONNECTED".to_owned(), "PATCH".to_owned()], None));
    slow.wire.buffered.set(1001);
    caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
    scene.world.settle();
    assert_eq!((slow.types(), slow.close_code()), (vec![], Some(1013)));
    assert_eq!(caller.types(), ["PATCH", "RESULT", "PATCH", "RESULT"]);
    let back = scene.connect(SessionOptions { since: Some(1), ..options() });
    assert_eq!(back.types(), ["CONNECTED", "PATCH"]);
}

#[test]
fn a_client_of_which_nothing_is_heard_is_sent_away() {
    let scene = scene();
    let limits = SocketLimits { idle_timeout_ms: 1000, ..SocketLimits::default() };
    let [silent, pinging, known] = [(); 3].map(|()| scene.connect(limited(limits.clone())));
    assert_eq!(silent.heard()[0]["heartbeatMs"], 250);
    for _ in 0..3 {
        scene.world.advance(600);
        pinging.say(&json!({"type": "PING"}));
        known.session.heard();
    }
    assert_eq!([silent, pinging, known].map(|client| client.close_code()), [Some(4408), None, None]);
}

#[test]
fn a_client_goes_when_its_token_ends() {
    let scene = scene();
    let now = nexus_kernel::clock::Clock::now(&*scene.world.clock);
    let client = scene.connect(SessionOptions { ends_at: Some(now + 1500.0), ..options() });
    scene.world.advance(1499);
    assert_eq!(client.close_code(), None);
    scene.world.advance(1);
    assert_eq!(client.close_code(), Some(1008));
}

#[test]
fn a_destroyed_panel_and_a_closed_kernel_say_good_bye() {
    let scene = scene();
    let client = scene.client();
    client.say(&json!({"type": "TRIGGER", "tool": "twice"}));
    scene.world.advance(5);
    scene.world.run(scene.kernel.panels().destroy("counter"));
    assert_eq!(client.close_code(), Some(1000));
    assert_eq!(scene.connect(options()).close_code(), Some(1000), "it is gone");
    let scene = self::scene();
    let client = scene.client();
    let kernel = scene.kernel.clone();
    scene.world.run(async move { kernel.close().await });
    assert_eq!(client.close_code(), Some(1001));
}

#[test]
fn what_the_view_binds_can_be_set_by_those_who_may() {
    let scene = scene();
    let client = scene.client();
    client.say(&json!({"type": "SET", "path": "draft", "value": "a", "requestId": 1}));
    client.say(&json!({"type": "SET", "path": ["items", 0, "done"], "value": true, "requestId": 2}));
    client.say(&json!({"type": "SET", "path": ["items", 1, "done"], "value": true, "requestId": 3}));
    scene.world.settle();
    let answers: Vec<Value> = client.heard().into_iter().filter(|message| message["type"] != "PATCH").collect();
    assert!(answers.contains(&json!({"type": "RESULT", "requestId": 1, "version": 1})), "{answers:?}");
    assert!(answers.contains(&json!({"type": "RESULT", "requestId": 2, "version": 2})), "{answers:?}");
    let refused = answers.iter().find(|answer| answer["requestId"] == 3).unwrap();
    assert_eq!(refused["code"], "PERMISSION_DENIED");
    let guest = scene.connect(SessionOptions { may_execute: false, ..options() });
    guest.heard();
    guest.say(&json!({"type": "SET", "path": "draft", "value": "b"}));
    guest.say(&json!({"type": "TRIGGER", "tool": "add"}));
    scene.world.settle();
    assert_eq!(guest.heard().iter().map(|told| told["code"].clone()).collect::<Vec<_>>(), ["PERMISSION_DENIED"; 2]);
}

#[test]
fn the_view_is_told_once_for_what_happens_at_once_and_before_what_refers_to_it() {
    let scene = scene();
    let view = || SessionOptions { topics: topics(&[Topic::View]), ..options() };
    let (watcher, caller) = (scene.connect(view()), scene.connect(view()));
    assert_eq!((watcher.types(), caller.heard().len()), (vec!["CONNECTED".to_owned(), "VIEW".to_owned()], 2));
    for _ in 0..20 {
        caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
    }
    scene.world.settle();
    assert_eq!(watcher.types(), [""; 0]);
    scene.world.advance(16);
    let views = watcher.heard();
    assert_eq!((views.len(), &views[0]["version"]), (1, &json!(20)));
    assert_eq!(views[0]["view"]["root"]["children"][0]["props"]["placeholder"], 20);
    caller.heard();
    caller.say(&json!({"type": "TRIGGER", "tool": "twice"}));
    scene.world.advance(100);
    assert_eq!(caller.types(), ["VIEW", "PROGRESS", "VIEW", "PROGRESS", "RESULT"]);
    watcher.heard();
    watcher.wire.buffered.set(1 << 20);
    caller.say(&json!({"type": "TRIGGER", "tool": "add"}));
    scene.world.advance(100);
    assert_eq!(watcher.types(), [""; 0], "one that does not read is not told what will be old when it does");
    watcher.wire.buffered.set(0);
    scene.world.advance(16);
    assert_eq!(watcher.types(), ["VIEW"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn fifty_clients_that_come_and_go_are_told_everything_once_and_in_order(
        steps in prop::collection::vec((0_u8..5, 0_usize..50), 20..120),
    ) {
        let scene = scene();
        let mut clients: Vec<_> = (0..50).map(|_| (scene.client(), Vec::new())).collect();
        let caller = scene.client();
        let collect = |client: &Client, seen: &mut Vec<u64>| {
            seen.extend(client.heard().iter().filter(|told| told["type"] != "CONNECTED").filter_map(|told| told["version"].as_u64()));
        };
        for (step, who) in steps {
            match step {
                0 => caller.say(&json!({"type": "TRIGGER", "tool": "add"})),
                1 => caller.say(&json!({"type": "TRIGGER", "tool": "twice"})),
                2 => scene.world.advance(7),
                3 => caller.say(&json!({"type": "TRIGGER", "tool": "shout", "args": [1]})),
                _ => {
                    let (client, seen) = &mut clients[who];
                    collect(client, seen);
                    client.session.closed();
                    let since = seen.last().copied().unwrap_or(0);
                    *client = scene.connect(SessionOptions { since: Some(since), ..options() });
                }
            }
        }
        scene.world.advance(100);
        let expected: Vec<u64> = (1..=scene.panel.version()).collect();
        for (client, seen) in &mut clients {
            collect(client, seen);
            prop_assert_eq!(&*seen, &expected);
        }
    }
}

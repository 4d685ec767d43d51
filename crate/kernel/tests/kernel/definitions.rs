//! Panels made of data, their handlers run in a real interpreter.

use std::rc::Rc;

use nexus_core::{Error, ErrorCode, Segment, Status, Value};
use nexus_kernel::api::definition::panel_document;
use nexus_kernel::{Kernel, Panel, PanelOptions, TriggerOptions};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::extensions::{Notes, test_extension};
use crate::law::definition::any_data_is_taken_for_a_definition;
use crate::native_engine::NativeEngine;
use crate::world::World;

struct Scene {
    world: World,
    kernel: Kernel,
}

fn scene() -> Scene {
    let world = World::new();
    let kernel = world.kernel(Rc::new(NativeEngine::default()));
    kernel.extensions().register(test_extension(world.clock.clone(), Notes::default())).unwrap();
    Scene { world, kernel }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A panel of these fields with one tool of these.
fn with_tool(fields: &str, tool: &str) -> String {
    format!(r#"{{{fields}"tools":[{{"name":"go",{tool}}}]}}"#)
}

impl Scene {
    fn try_create(&self, definition: &Value, options: PanelOptions) -> Result<Panel, Error> {
        self.world.run(self.kernel.panels().create(panel_document(definition)?, options))
    }

    fn create(&self, definition: &str) -> Panel {
        self.try_create(&json(definition), PanelOptions::default()).unwrap()
    }

    fn refusal(&self, definition: &str) -> Error {
        self.try_create(&json(definition), PanelOptions::default()).err().expect("it is refused")
    }

    fn trigger(&self, panel: &Panel, tool: &str, args: &str) -> Segment {
        self.world.run(panel.trigger(tool, json(args), TriggerOptions::default())).unwrap()
    }
}

fn path(error: &Error) -> String {
    let context = error.context.as_ref().unwrap().as_object().unwrap();
    context["path"].as_str().unwrap().to_owned()
}

const TODO: &str = r#"{
    "id": "todo", "kind": "list", "title": "To <do> & \"more\"", "description": "a\nb", "metadata": {"owner": ["ann"], "n": null},
    "initialState": {"todos": [], "last": null, "count": 1, "open": true, "draft": "a, b", "user": {"name": "Ann"}},
    "capabilities": ["state:read:*", "ext:test.wait"],
    "tools": [
        {"name": "add", "description": "Adds", "capabilities": ["state:write:*", "events:emit:added"],
         "args": [{"name": "title", "description": "What"}, {"name": "rank", "type": "number", "default": 3},
                  {"name": "tags", "type": "list", "default": ["x, y"]}, {"name": "note", "required": false}],
         "handler": "if ($args.rank < 9 && true) { $state.todos.push({ ...$args }); }\n$state.last = $args.title; $emit('added'); return $state.count"},
        {"name": "wait", "handler": "return await $ext.test.wait(1, ']]>' + '</Handler>' + '&lt;')"}
    ]}"#;

#[test]
fn a_panel_made_of_data_runs() {
    let scene = scene();
    let panel = scene.create(TODO);
    assert_eq!((panel.id(), panel.kind()), ("todo", Some("list")));
    assert_eq!(panel.metadata(), Some(&json(r#"{"owner":["ann"],"n":null}"#)));
    let meta = &panel.document().meta;
    assert_eq!((meta.title.as_str(), meta.description.as_deref()), ("To <do> & \"more\"", Some("a\nb")));
    assert_eq!(panel.warnings(), []);

    let result = scene.trigger(&panel, "add", r#"{"title": "milk"}"#);
    assert_eq!((result.status, result.return_value), (Status::Success, Some(Value::from(1))));
    assert_eq!(panel.state()["todos"], json(r#"[{"title":"milk","rank":3,"tags":["x, y"]}]"#));
    assert_eq!(panel.state()["last"], Value::from("milk"));
    let result = scene.trigger(&panel, "add", r#"["bread", "10"]"#);
    assert_eq!(result.events.len(), 1);
    assert_eq!(panel.state()["todos"].as_array().unwrap().len(), 1);
    let result = scene.trigger(&panel, "wait", "{}");
    assert_eq!(result.return_value, Some(Value::from("]]></Handler>&lt;")));
}

#[test]
fn states_of_every_type_begin_as_they_are_given() {
    let scene = scene();
    let state = r#"{"a":"1, 2","b":"","c":-1.5e300,"d":0,"e":true,"f":[1,"x",null,{"g":[]}],"g":{"h":null},"h":null,"i":"{\"x\": 1}","$_9":"\n"}"#;
    let panel = scene.create(&format!(r#"{{"initialState":{state},"tools":[]}}"#));
    assert_eq!(Value::Object(panel.state()), json(state));
    let set = |key: &str, value: &str| {
        let path = nexus_nxml::StatePath { key: key.to_owned(), steps: Vec::new() };
        scene.world.run(panel.set(path, json(value)))
    };
    // What begins as null becomes whatever it is made.
    for value in ["5", "[1]", "{}", "null", "\"x\""] {
        set("h", value).unwrap();
        assert_eq!(panel.state()["h"], json(value));
    }
    set("d", "\"7\"").unwrap();
    assert_eq!(panel.state()["d"], Value::from(7), "a state has the type that it begins with");
    assert!(set("g", "1").is_err());
}

#[test]
fn a_failure_tells_the_line_of_its_own_handler() {
    let scene = scene();
    let code = r"\n\n  const before = ']]>';\n  $state.count = 1;\n    null.x;";
    let fields = r#""initialState":{"count":0},"capabilities":["state:write:count"],"#;
    let other = r#"{"name":"other","handler":"return 1"}"#;
    let panel = scene.create(&format!(r#"{{{fields}"tools":[{other},{{"name":"fail","handler":"{code}"}}]}}"#));
    let error = scene.trigger(&panel, "fail", "{}").error.unwrap();
    let location = error.location.unwrap();
    assert_eq!((location.line, location.column), (5, 10), "{error:?}");
    assert!(error.stack.unwrap().contains("(handler.js:5:10)"));
    let snippet = error.snippet.unwrap();
    assert_eq!(snippet.code.lines().nth(snippet.highlight_line as usize - 1).unwrap().trim(), "null.x;");

    // The same line of a mistake that is found before anything runs.
    let wrong = code.replace("null.x", "a b");
    let error = scene.refusal(&format!(r#"{{{fields}"tools":[{other},{{"name":"fail","handler":"{wrong}"}}]}}"#));
    assert_eq!((error.code, path(&error).as_str()), (ErrorCode::CompilationError, "/tools/1/handler"));
    assert_eq!(error.location.unwrap().line, 5);
    let snippet = error.snippet.unwrap();
    assert_eq!(snippet.code.lines().nth(snippet.highlight_line as usize - 1).unwrap().trim(), "a b;");
}

#[test]
fn triggers_fire() {
    let scene = scene();
    let tool = |name: &str, trigger: &str| {
        format!(r#"{{"name":"{name}","trigger":{trigger},"handler":"$state.{name}++; $emit('{name}')"}}"#)
    };
    let tools = [
        tool("tick", r#"{"type":"interval","ms":100}"#),
        tool("heard", r#"{"type":"event","pattern":"ti*"}"#),
        tool("changed", r#"{"type":"state_change","path":"tick"}"#),
        tool("daily", r#"{"type":"cron","expression":"@daily"}"#),
        tool("manual", r#"{"type":"manual"}"#),
    ];
    let state = r#"{"tick":0,"heard":0,"changed":0,"daily":0,"manual":0}"#;
    let definition = format!(
        r#"{{"initialState":{state},"capabilities":["state:read:*","state:write:*","events:emit:*"],"tools":[{}]}}"#,
        tools.join(",")
    );
    let refused = scene.refusal(&definition);
    assert_eq!(path(&refused), "/tools/1/trigger/pattern", "{refused:?}");
    let panel = scene.create(&definition.replace("ti*", "tick"));
    scene.world.advance(350);
    let state = panel.state();
    let counts = ["tick", "heard", "changed", "manual"].map(|name| state[name].as_number().unwrap());
    assert_eq!(counts, [3.0, 3.0, 3.0, 0.0]);
}

#[test]
fn extensions_are_those_that_capabilities_name() {
    let scene = scene();
    let call = r#""handler":"return await $ext.test.echo(7)""#;
    for capabilities in [r#"["ext:test"]"#, r#"["ext:test.echo"]"#, r#"["ext:*"]"#] {
        for definition in [
            with_tool(&format!(r#""capabilities":{capabilities},"#), call),
            with_tool("", &format!(r#""capabilities":{capabilities},{call}"#)),
        ] {
            let panel = scene.create(&definition);
            assert_eq!(scene.trigger(&panel, "go", "{}").return_value, Some(Value::from(7)), "{definition}");
        }
    }
    let error = scene.refusal(&with_tool("", call));
    assert_eq!((error.code, path(&error).as_str()), (ErrorCode::UndeclaredExtension, "/tools/0/handler"));
    let fields = r#""capabilities":["state:read:a","ext:test?host=a"],"initialState":{"a":1},"#;
    let error = scene.refusal(&with_tool(fields, call));
    assert_eq!((error.code, path(&error).as_str()), (ErrorCode::InvalidCapability, "/capabilities/1"));
    let error = scene.refusal(&with_tool(r#""capabilities":["ext:exists"],"#, call));
    assert_eq!((error.code, path(&error).as_str()), (ErrorCode::InvalidIdentifier, "/capabilities/0"));
    // One method is one method.
    let panel = scene.create(&with_tool(r#""capabilities":["ext:test.wait"],"#, call));
    assert_eq!(scene.trigger(&panel, "go", "{}").error.unwrap().code, ErrorCode::PermissionDenied);
}

#[test]
fn a_capability_of_the_panel_is_of_use_if_one_tool_needs_it() {
    let scene = scene();
    let definition = r#"{"initialState":{"a":1,"b":1},"capabilities":["state:read:a","state:read:b"],"tools":[
        {"name":"one","handler":"return $state.a","capabilities":["state:write:a"]},{"name":"two","handler":"return 2"},
        {"name":"three","handler":"\n $state.b = 3"}]}"#;
    let warnings = scene.create(definition).warnings().to_vec();
    let told: Vec<_> = warnings.iter().map(|one| (one.code, one.path.as_str(), one.location.line)).collect();
    assert_eq!(
        told,
        [
            (ErrorCode::UnusedCapability, "/capabilities/1", 1),
            (ErrorCode::UnusedCapability, "/tools/0/capabilities/0", 1),
            (ErrorCode::MissingCapability, "/tools/2/handler", 2),
        ]
    );
}

#[test]
fn what_options_say_counts_before_the_definition() {
    let scene = scene();
    let options = || PanelOptions {
        id: Some("other".to_owned()),
        kind: Some("board".to_owned()),
        metadata: Some(Value::from(1)),
        state: [("count".to_owned(), Value::from("5")), ("last".to_owned(), Value::from(vec![1]))].into(),
        ..PanelOptions::default()
    };
    let panel = scene.try_create(&json(TODO), options()).unwrap();
    assert_eq!((panel.id(), panel.kind(), panel.metadata()), ("other", Some("board"), Some(&Value::from(1))));
    let state = panel.state();
    assert_eq!((state["count"].clone(), state["last"].clone()), (Value::from(5), Value::from(vec![1])));
    let nxml = "<NexusPanel><Data><State name=\"count\"/><State name=\"last\" type=\"list\"/></Data></NexusPanel>";
    let creating = scene.kernel.panels().create(nxml, PanelOptions { id: None, ..options() });
    assert_eq!(scene.world.run(creating).unwrap().kind(), Some("board"));
    let unnamed = scene.create(r#"{"tools":[]}"#);
    assert!(unnamed.id().starts_with("panel_"));
    assert_eq!((unnamed.kind(), unnamed.metadata()), (None, None));
    let error = scene.try_create(&json(TODO), options()).err().unwrap();
    assert_eq!(error.code, ErrorCode::PanelExists);
}

#[test]
fn what_is_wrong_is_told_with_its_path() {
    use ErrorCode::{DuplicateArg, DuplicateTool, InvalidArgument, InvalidCapability, InvalidHandler};
    use ErrorCode::{InvalidIdentifier, InvalidType, ResourceLimit, SchemaError, UndefinedStateReference};
    let scene = scene();
    let long = "x".repeat(65);
    let deep = format!("{}{}", "[".repeat(65), "]".repeat(65));
    let panel = |fields: &str| format!(r#"{{"tools":[],{fields}}}"#);
    let tools = |tools: &str| format!(r#"{{"tools":[{tools}]}}"#);
    let go = |tool: &str| with_tool("", &format!(r#""handler":"return 1",{tool}"#));
    let trigger = |trigger: &str| go(&format!(r#""trigger":{trigger}"#));
    for (definition, code, expected) in [
        ("[]".to_owned(), InvalidArgument, ""),
        ("{}".to_owned(), InvalidArgument, ""),
        (panel(r#""nxml":"x""#), InvalidArgument, "/nxml"),
        (panel(r#""a/b~c":1"#), InvalidArgument, "/a~1b~0c"),
        (r#"{"tools":{}}"#.to_owned(), InvalidArgument, "/tools"),
        (tools("[]"), InvalidArgument, "/tools/0"),
        (panel(r#""id":"a b""#), InvalidArgument, "/id"),
        (panel(r#""id":null"#), InvalidArgument, "/id"),
        (panel(r#""kind":"""#), InvalidArgument, "/kind"),
        (panel(r#""title":7"#), InvalidArgument, "/title"),
        (panel(r#""title":"""#), SchemaError, "/title"),
        (panel(r#""title":"\u0000""#), InvalidArgument, "/title"),
        (panel(&format!(r#""description":"{}""#, "x".repeat(1025))), SchemaError, "/description"),
        (panel(r#""metadata":[]"#), InvalidArgument, "/metadata"),
        (panel(&format!(r#""metadata":{{"a":{deep}}}"#)), ResourceLimit, "/metadata"),
        (panel(r#""initialState":[]"#), InvalidArgument, "/initialState"),
        (panel(r#""initialState":{"a":1,"my key":2}"#), InvalidIdentifier, "/initialState/my key"),
        (panel(r#""initialState":{"a/b":1}"#), InvalidIdentifier, "/initialState/a~1b"),
        (panel(r#""initialState":{"":1}"#), InvalidIdentifier, "/initialState/"),
        (panel(&format!(r#""initialState":{{"a":{deep}}}"#)), ResourceLimit, "/initialState/a"),
        (panel(r#""capabilities":"state:read:a""#), InvalidArgument, "/capabilities"),
        (panel(r#""capabilities":["state:read:*","state:reed:a"]"#), InvalidCapability, "/capabilities/1"),
        (panel(r#""capabilities":[1]"#), InvalidArgument, "/capabilities/0"),
        (tools(r#"{"handler":"1"}"#), InvalidArgument, "/tools/0"),
        (tools(r#"{"name":"a"}"#), InvalidArgument, "/tools/0"),
        (tools(r#"{"name":"a b","handler":"1"}"#), InvalidIdentifier, "/tools/0/name"),
        (tools(&format!(r#"{{"name":"{long}","handler":"1"}}"#)), InvalidIdentifier, "/tools/0/name"),
        (tools(&[r#"{"name":"a","handler":"1"}"#; 3].join(",")), DuplicateTool, "/tools/1/name"),
        (tools(r#"{"name":"a","handler":" \n "}"#), InvalidHandler, "/tools/0/handler"),
        (tools(r#"{"name":"a","handler":"1;\f"}"#), InvalidArgument, "/tools/0/handler"),
        (tools(r#"{"name":"a","handler":"return $state.x"}"#), UndefinedStateReference, "/tools/0/handler"),
        (go(r#""timeout":1"#), InvalidArgument, "/tools/0/timeout"),
        (go(r#""description":1"#), InvalidArgument, "/tools/0/description"),
        (go(r#""capabilities":["ext:"]"#), InvalidCapability, "/tools/0/capabilities/0"),
        (go(r#""args":{}"#), InvalidArgument, "/tools/0/args"),
        (go(r#""args":[{}]"#), InvalidArgument, "/tools/0/args/0"),
        (go(r#""args":[{"name":"a"},{"name":"a-b"}]"#), InvalidIdentifier, "/tools/0/args/1/name"),
        (go(r#""args":[{"name":"a"},{"name":"a"}]"#), DuplicateArg, "/tools/0/args/1/name"),
        (go(r#""args":[{"name":"a","type":"integer"}]"#), InvalidType, "/tools/0/args/0/type"),
        (go(r#""args":[{"name":"a","type":"any"}]"#), InvalidType, "/tools/0/args/0/type"),
        (go(r#""args":[{"name":"a","required":"yes"}]"#), InvalidArgument, "/tools/0/args/0/required"),
        (go(r#""args":[{"name":"a","type":"number","default":"x"}]"#), InvalidArgument, "/tools/0/args/0/default"),
        (go(r#""args":[{"name":"a","default":null}]"#), InvalidArgument, "/tools/0/args/0/default"),
        (go(r#""args":[{"name":"a","help":""}]"#), InvalidArgument, "/tools/0/args/0/help"),
        (trigger(r#""manual""#), InvalidArgument, "/tools/0/trigger"),
        (trigger("{}"), InvalidArgument, "/tools/0/trigger"),
        (trigger(r#"{"type":"hourly"}"#), InvalidArgument, "/tools/0/trigger/type"),
        (trigger(r#"{"type":"manual","ms":5}"#), InvalidArgument, "/tools/0/trigger/ms"),
        (trigger(r#"{"type":"interval"}"#), InvalidArgument, "/tools/0/trigger"),
        (trigger(r#"{"type":"interval","ms":"5s"}"#), InvalidArgument, "/tools/0/trigger/ms"),
        (trigger(r#"{"type":"interval","ms":0}"#), SchemaError, "/tools/0/trigger/ms"),
        (trigger(r#"{"type":"interval","ms":-1}"#), SchemaError, "/tools/0/trigger/ms"),
        (trigger(r#"{"type":"interval","ms":1e300}"#), SchemaError, "/tools/0/trigger/ms"),
        (trigger(r#"{"type":"cron","expression":"often"}"#), SchemaError, "/tools/0/trigger/expression"),
        (trigger(r#"{"type":"cron","pattern":"x"}"#), InvalidArgument, "/tools/0/trigger/pattern"),
        (trigger(r#"{"type":"event","pattern":""}"#), SchemaError, "/tools/0/trigger/pattern"),
        (trigger(r#"{"type":"state_change","path":"x"}"#), UndefinedStateReference, "/tools/0/trigger/path"),
    ] {
        let error = scene.refusal(&definition);
        assert_eq!((error.code, path(&error).as_str()), (code, expected), "{definition}: {error:?}");
        let shown = if expected.is_empty() { "/" } else { expected };
        assert!(error.message.starts_with(&format!("{shown}: ")), "{}", error.message);
        let told = format!("{error:?}");
        for word in ["NexusPanel", "<Tool", "<Trigger", "<Arg", "<State", "<Extension", " in line "] {
            assert!(!told.contains(word), "{told}");
        }
    }
    assert!(scene.kernel.panels().list().is_empty());
}

#[test]
fn all_mistakes_are_told_in_the_order_of_their_paths() {
    let tool = |index| format!(r#"{{"name":"t{index}","handler":"\n return $state.missing{index} + fetch()"}}"#);
    let tools: Vec<String> = (0..12).map(tool).collect();
    let definition = format!(r#"{{"title":"","initialState":{{"a-b":1}},"tools":[{}]}}"#, tools.join(","));
    let error = scene().refusal(&definition);
    let Some(Value::Object(context)) = error.context else { panic!() };
    let all = context["diagnostics"].as_array().unwrap().iter().map(|one| one.as_object().unwrap());
    let told: Vec<String> = all
        .filter(|one| one["severity"] == Value::from("error"))
        .map(|one| {
            let place = one["location"].as_object().unwrap();
            let number = |name: &str| place[name].as_number().unwrap();
            format!("{}:{}:{}", one["path"].as_str().unwrap(), number("line"), number("column"))
        })
        .collect();
    let mut expected = vec!["/initialState/a-b:1:1".to_owned(), "/title:1:1".to_owned()];
    for index in 0..12 {
        let fetch = " return $state.missing + f".len() + index.to_string().len();
        expected.extend([format!("/tools/{index}/handler:2:9"), format!("/tools/{index}/handler:2:{fetch}")]);
    }
    assert_eq!(told, expected);
}

/// A little data that comes to very much: each capability of the panel is one of each tool.
#[test]
fn a_definition_that_would_come_to_too_much_is_refused_at_once() {
    let tokens: Vec<String> = (0..20_000).map(|index| format!(r#""state:read:a{index}""#)).collect();
    let tools: Vec<String> = (0..10_000).map(|index| format!(r#"{{"name":"t{index}","handler":"1"}}"#)).collect();
    let definition = format!(r#"{{"capabilities":[{}],"tools":[{}]}}"#, tokens.join(","), tools.join(","));
    let begun = std::time::Instant::now();
    let error = scene().refusal(&definition);
    assert_eq!((error.code, path(&error).as_str()), (ErrorCode::ResourceLimit, ""));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

/// Texts that mean something somewhere.
fn text() -> impl Strategy<Value = String> {
    let texts = [
        "",
        "a",
        "a b",
        "todos",
        "count",
        "manual",
        "interval",
        "cron",
        "event",
        "state_change",
        "* * * * *",
        "order.*",
        "number",
        "list",
        "state:read:*",
        "state:write:count",
        "ext:test",
        "ext:*",
        "ext:other.get?host=a",
        "ext:exists",
        "host:x",
        "nonsense",
        "\u{0}",
        "\u{feff}",
        "]]>",
        "<Handler>",
        "</Handler>",
        "&lt;&#0;&amp",
        "\"'>",
        "\r\n",
        "{x}",
        "\u{2028}é😀",
        "return 1",
        " \n\r $state.count++\n ",
        "await $ext.test.wait(1)",
        "$state.missing = 1",
        "\u{2028}\n 😀 = ",
        "fetch('a')",
        "/* </Handler> ]]> */ return '<'",
    ];
    prop_oneof![4 => prop::sample::select(texts.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

/// Pieces of definitions, good ones and bad ones.
fn piece() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-2..100_000).prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let names = [
        "id",
        "kind",
        "title",
        "description",
        "tools",
        "initialState",
        "capabilities",
        "metadata",
        "name",
        "handler",
        "trigger",
        "args",
        "type",
        "ms",
        "pattern",
        "expression",
        "path",
        "required",
        "default",
        "count",
        "a/b~c",
        "",
    ];
    let name = prop_oneof![prop::sample::select(names.to_vec()).prop_map(str::to_owned), any::<String>()];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((name.clone(), inner), 0..4).prop_map(Value::object),
        ]
    })
}

/// A change somewhere in a definition.
#[derive(Debug)]
struct Change {
    way: Vec<Index>,
    /// What a text there is replaced with.
    text: String,
    /// What is put there whatever it is, and by which name if it is new.
    other: Option<(String, Value)>,
}

fn change() -> impl Strategy<Value = Change> {
    let other = prop::option::weighted(0.2, ("name|type|ms|default|trigger|x", piece()));
    (prop::collection::vec(any::<Index>(), 0..6), text(), other).prop_map(|(way, text, other)| Change {
        way,
        text,
        other,
    })
}

impl Change {
    fn apply(mut self, value: &mut Value) {
        let step = self.way.pop();
        match (value, step) {
            (Value::Array(items), Some(step)) if !items.is_empty() => {
                let at = step.index(items.len());
                self.apply(&mut items[at]);
            }
            (Value::Object(members), Some(step)) if !members.is_empty() => {
                let at = step.index(members.len());
                self.apply(&mut members[at]);
            }
            (value, _) => match (value, self.other) {
                (Value::Object(members), Some((name, piece))) => drop(members.insert(name, piece)),
                (Value::Array(items), Some((_, piece))) => items.push(piece),
                (place, Some((_, piece))) => *place = piece,
                (Value::String(text), None) => *text = self.text,
                (Value::Array(items), None) => items.push(Value::from(self.text)),
                (_, None) => {}
            },
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_taken_for_a_definition_becomes_a_panel_that_says_the_same_or_is_told_where_it_is_wrong(
        changes in prop::collection::vec(change(), 0..4),
    ) {
        let mut data = json(TODO);
        changes.into_iter().for_each(|change| change.apply(&mut data));
        let scene = scene();
        any_data_is_taken_for_a_definition(&scene.world, &scene.kernel, &data);
    }
}

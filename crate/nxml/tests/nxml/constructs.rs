//! Every construct of the language, each by its name.

use nexus_core::{CapabilityToken, Value};
use nexus_nxml::{Binding, DataType, Handler, Panel, Severity, Trigger, ViewKind, ViewNode};

use super::{checked, panel};

/// The panel of a document whose code is not looked at and that may have warnings, but no errors.
#[track_caller]
fn parsed(text: &str) -> Panel {
    let document = nexus_nxml::parse(text);
    assert!(document.is_valid(), "{:?}\n{text}", document.diagnostics());
    document.into_panel()
}

fn logic(inside: &str) -> Panel {
    parsed(&format!(
        "<NexusPanel><Data><State name=\"cart\" type=\"object\"/></Data><Logic>{inside}</Logic></NexusPanel>"
    ))
}

fn handler(inside: &str) -> Handler {
    logic(&format!("<Tool name=\"t\"><Handler>{inside}</Handler></Tool>")).tools[0].handler.clone()
}

fn view(inside: &str) -> ViewNode {
    let text = format!(
        "<NexusPanel><Data><State name=\"s\" type=\"list\"/></Data><Logic><Tool name=\"t\"><Arg name=\"a\" required=\"false\"/><Handler>1</Handler></Tool></Logic><View>{inside}</View></NexusPanel>"
    );
    parsed(&text).view.unwrap()
}

fn property<'n>(node: &'n ViewNode, name: &str) -> &'n Value {
    match &node.properties[name] {
        Binding::Static(value) => value,
        other => panic!("{name} is {other:?}"),
    }
}

fn tokens(handler: &Handler) -> Vec<String> {
    handler.capabilities.iter().map(|declared| declared.token.to_string()).collect()
}

#[test]
fn document_without_anything() {
    let panel = panel("<NexusPanel></NexusPanel>");
    assert_eq!(panel, Panel::default());
    assert_eq!(panel.meta.title, "Untitled Panel");
    assert_eq!(super::panel("<NexusPanel/>"), Panel::default());
}

#[test]
fn document_attributes() {
    let meta = panel(
        r#"<NexusPanel title="A &amp; B" description="d" id="my-panel.1" version="1.0" author="Ann" tags="a, b,,c "/>"#,
    )
    .meta;
    assert_eq!((meta.title.as_str(), meta.description.as_deref()), ("A & B", Some("d")));
    assert_eq!((meta.id.as_deref(), meta.version.as_deref()), (Some("my-panel.1"), Some("1.0")));
    assert_eq!((meta.author.as_deref(), meta.tags.join("|")), (Some("Ann"), "a|b|c".to_owned()));
}

#[test]
fn document_with_prolog_comments_and_byte_order_mark() {
    let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a -- comment -->\n<NexusPanel title='x'><!-- <Data> --></NexusPanel>\n<!-- end -->\n";
    assert_eq!(panel(text).meta.title, "x");
}

#[test]
fn document_with_namespaces() {
    let text = r#"<NexusPanel xmlns="https://nxml.example" xmlns:x="urn:x" xml:lang="en"><View><Text xml:space="preserve" content="a"/></View></NexusPanel>"#;
    assert_eq!(panel(text).view.unwrap().properties.len(), 2);
}

#[test]
fn sections_in_any_order() {
    let sections = [
        r#"<Data><State name="a"/></Data>"#,
        r#"<Logic><Tool name="t" capabilities="state:read:a"><Handler>return $state.a</Handler></Tool></Logic>"#,
        r#"<View><Button label="{$state.a}" trigger="t"/></View>"#,
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let inside: String = order.map(|section| sections[section]).concat();
        panel(&format!("<NexusPanel>{inside}</NexusPanel>"));
    }
}

#[test]
fn state_types_and_defaults() {
    let panel = parsed(
        r#"<NexusPanel><Data>
          <State name="a"/><State name="b" type="number"/><State name="c" type="boolean"/><State name="d" type="list"/><State name="e" type="object"/>
          <State name="f" default="x"/><State name="g" type="number" default="-1.5e3"/><State name="h" type="boolean" default="Yes"/>
          <State name="i" type="list" default='[1, "a"]'/><State name="j" type="list" default="a, b"/><State name="k" type="list" default="5"/>
          <State name="l" type="object" default='{"z": 1, "a": {"constructor": 2}}'/><State name="m" type="number" default=""/>
          <State name="_x$1" default="{$state.a}"/>
        </Data></NexusPanel>"#,
    );
    let state = serde_json::to_string(&Value::Object(panel.initial_state())).unwrap();
    assert_eq!(
        state,
        r#"{"a":"","b":0,"c":false,"d":[],"e":{},"f":"x","g":-1500,"h":true,"i":[1,"a"],"j":["a","b"],"k":[5],"l":{"z":1,"a":{"constructor":2}},"m":0,"_x$1":"{$state.a}"}"#
    );
    assert_eq!(panel.states[3].data_type, DataType::List);
}

#[test]
fn computed_with_and_without_braces() {
    let panel = parsed(
        r#"<NexusPanel><Data><State name="a" type="number"/><Computed name="b" value="$state.a + 1"/><Computed name="c" value="{$state.b * 2}"/><Computed name="d" value="{ x: $state.a }"/></Data></NexusPanel>"#,
    );
    let names: Vec<&str> = panel.computed.iter().map(|computed| computed.name.as_str()).collect();
    assert_eq!(names, ["b", "c", "d"]);
}

#[test]
fn extension_with_and_without_alias() {
    let panel = logic(
        r#"<Extension name="nexus.http"/><Extension name="storage"/><Extension name="acme.my-auth" alias="auth" source="npm:auth"/>"#,
    );
    let aliases: Vec<&str> = panel.extensions.iter().map(|extension| extension.alias.as_str()).collect();
    assert_eq!(aliases, ["http", "storage", "auth"]);
    assert_eq!(panel.extensions[2].source.as_deref(), Some("npm:auth"));
}

#[test]
fn tool_with_arguments() {
    let panel = logic(
        r#"<Tool name="t" description="d"><Arg name="a"/><Arg name="b" type="number" required="false" description="n"/><Arg name="c" type="boolean" default="true"/><Arg name="d" required="true" default="x"/><Handler>return 1</Handler></Tool>"#,
    );
    let tool = panel.tool("t").unwrap();
    assert_eq!(tool.description.as_deref(), Some("d"));
    let args: Vec<_> = tool
        .args
        .iter()
        .map(|arg| (arg.name.as_str(), arg.data_type.as_str(), arg.required, arg.default.clone()))
        .collect();
    assert_eq!(
        args,
        [
            ("a", "string", true, None),
            ("b", "number", false, None),
            ("c", "boolean", false, Some(Value::Bool(true))),
            ("d", "string", false, Some(Value::from("x"))),
        ]
    );
    assert_eq!(tool.args[1].description.as_deref(), Some("n"));
}

#[test]
fn handler_as_text() {
    let handler = handler("\n      return 1;\n    ");
    assert_eq!(handler.code.as_str(), "return 1;");
    assert!(!handler.is_async);
}

#[test]
fn handler_that_waits() {
    assert!(handler("return await $ext.http.get('x')").is_async);
    assert!(!handler("const awaited = 1; return awaited").is_async);
}

#[test]
fn handler_in_cdata() {
    assert_eq!(
        handler("<![CDATA[if (a < b && c) return '</Handler>']]>").code.as_str(),
        "if (a < b && c) return '</Handler>'"
    );
    assert_eq!(handler("a(); <![CDATA[b();]]> c();").code.as_str(), "a(); b(); c();");
}

#[test]
fn handler_with_raw_less_than_signs() {
    for code in
        ["if (a < b) return a<b", "const html = '<b>' + \"</b>\"; return html", "for (let i = 0; i<n; i++) x << 1"]
    {
        assert_eq!(handler(code).code.as_str(), code);
    }
}

#[test]
fn handler_with_its_own_tag_in_a_text() {
    assert_eq!(handler("return '</Handler>'").code.as_str(), "return '</Handler>'");
}

#[test]
fn handler_with_entities() {
    assert_eq!(handler("return a &lt; b &amp;&amp; c && d").code.as_str(), "return a < b && c && d");
}

#[test]
fn handler_places_are_places_in_the_document() {
    let handler = handler("\n  const a = 1;\n  return a &lt; b");
    let places: Vec<String> = [(1, 1), (1, 7), (2, 10), (2, 12), (2, 14)]
        .iter()
        .map(|&(line, column)| {
            let place = handler.code.in_document(nexus_core::Location { line, column });
            format!("{}:{}", place.line, place.column)
        })
        .collect();
    assert_eq!(places, ["2:3", "2:9", "3:10", "3:12", "3:17"]);
}

#[test]
fn capabilities_as_elements() {
    let panel = logic(
        r#"<Tool name="t"><Capabilities>
          <Capability type="state:read" scope="*"/><Capability type="state:write" scope="cart"/><Capability type="events:emit" scope="system:error"/>
          <Capability type="view:update" scope="list"/><Capability type="ext" scope="http"/><Capability type="ext" scope="*"/>
          <Capability type="ext" scope="http.get?host=a.example"/><Capability type="ext:http" scope="*"/><Capability type="ext:http" scope="get"/>
          <Capability type="host" scope="sha256"/>
        </Capabilities><Handler>return 1</Handler></Tool>"#,
    );
    assert_eq!(
        tokens(&panel.tools[0].handler),
        [
            "state:read:*",
            "state:write:cart",
            "events:emit:system:error",
            "view:update:list",
            "ext:http",
            "ext:*",
            "ext:http.get?host=a.example",
            "ext:http",
            "ext:http.get",
            "host:sha256"
        ]
    );
}

#[test]
fn capabilities_as_attributes() {
    let panel = logic(
        r#"<Tool name="t" capabilities="state:read:a b, ext:http.get"><Capabilities><Capability type="state:read" scope="c"/></Capabilities><Handler capabilities=" state:write:x ,">return 1</Handler></Tool>
        <Lifecycle on="mount" capabilities="host:a"><Capabilities><Capability type="host" scope="b"/></Capabilities><Handler capabilities="host:c">return 1</Handler></Lifecycle>"#,
    );
    assert_eq!(tokens(&panel.tools[0].handler), ["state:read:a b", "ext:http.get", "state:read:c", "state:write:x"]);
    assert_eq!(tokens(&panel.mount.unwrap().handler), ["host:a", "host:b", "host:c"]);
}

#[test]
fn capabilities_with_caveats_cover_calls_of_their_extension() {
    let text = r#"<NexusPanel><Logic><Extension name="nexus.http"/>
      <Lifecycle on="mount" capabilities="ext:http?host=a.example"><Handler>await $ext.http.get("https://a.example")</Handler></Lifecycle></Logic></NexusPanel>"#;
    assert_eq!(checked(text).diagnostics(), []);
}

#[test]
fn timeouts() {
    let panel = logic(
        r#"<Tool name="a" timeout="250"><Handler>1</Handler></Tool><Tool name="b" timeout="2s"><Handler timeout="3s">1</Handler></Tool>
        <Tool name="c"><Handler>1</Handler></Tool><Lifecycle on="unmount" timeout="1m"><Handler>1</Handler></Lifecycle>"#,
    );
    let timeouts: Vec<_> = panel.handlers().map(|handler| handler.timeout_ms).collect();
    assert_eq!(timeouts, [Some(250), Some(3_000), None, Some(60_000)]);
}

#[test]
fn triggers() {
    let panel = logic(
        r#"<Tool name="t"><Trigger type="manual"/><Trigger type="interval" ms="1500"/><Trigger type="interval" ms="5m"/><Trigger type="cron" expression="0 9 * * MON-FRI"/>
          <Trigger type="event" pattern="order.*"/><Trigger type="state_change" path="cart.items[0]"/><Trigger type="state_change" path="$state.cart"/><Handler>1</Handler></Tool>"#,
    );
    let triggers: Vec<String> = panel.tools[0]
        .triggers
        .iter()
        .map(|trigger| match trigger {
            Trigger::Manual => "manual".to_owned(),
            Trigger::Interval { ms } => format!("every {ms}"),
            Trigger::Cron(schedule) => format!("at {schedule}"),
            Trigger::Event(pattern) => format!("on {pattern}"),
            Trigger::StateChange(path) => format!("when {path}"),
        })
        .collect();
    assert_eq!(
        triggers,
        [
            "manual",
            "every 1500",
            "every 300000",
            "at 0 9 * * MON-FRI",
            "on order.*",
            "when $state.cart.items[0]",
            "when $state.cart"
        ]
    );
}

#[test]
fn trigger_as_attributes_of_a_tool() {
    let panel = logic(
        r#"<Tool name="a" trigger="interval" ms="1s"><Handler>1</Handler></Tool><Tool name="b" trigger="cron" expression="@daily" timeout="1s"><Trigger type="manual"/><Handler>1</Handler></Tool>
        <Tool name="c" trigger="manual"><Handler>1</Handler></Tool>"#,
    );
    let kinds: Vec<Vec<&str>> =
        panel.tools.iter().map(|tool| tool.triggers.iter().map(Trigger::kind).collect()).collect();
    assert_eq!(kinds, [vec!["interval"], vec!["manual", "cron"], vec!["manual"]]);
    assert_eq!(panel.tools[0].triggers, [Trigger::Interval { ms: 1_000 }]);
}

#[test]
fn lifecycles() {
    let panel = logic(
        r#"<Lifecycle on="unmount"><Handler>return 2</Handler></Lifecycle><Lifecycle on="mount"><Handler>return 1</Handler></Lifecycle>"#,
    );
    assert_eq!(panel.mount.unwrap().handler.code.as_str(), "return 1");
    assert_eq!(panel.unmount.unwrap().handler.code.as_str(), "return 2");
}

#[test]
fn component_layout() {
    let node = view(r#"<Layout strategy="row" gap="lg" align="center" justify="stretch"/>"#);
    assert_eq!([property(&node, "strategy"), property(&node, "gap")], [&Value::from("row"), &Value::from("lg")]);
    let node = view("<Layout/>");
    assert_eq!([property(&node, "strategy"), property(&node, "gap")], [&Value::from("auto"), &Value::from("md")]);
}

#[test]
fn component_container() {
    assert_eq!(
        property(&view(r#"<Container title="a"><Text content="b"/></Container>"#), "variant"),
        &Value::from("card")
    );
}

#[test]
fn component_if() {
    for condition in ["{$state.s.length > 0}", "$state.s.length > 0", "{$state.s.length < 1}", "{$state.s && true}"] {
        let node = view(&format!("<If condition=\"{condition}\"><Text content=\"a\"/></If>"));
        assert!(matches!(node.kind, ViewKind::If { .. }));
        assert!(node.properties.is_empty());
    }
}

#[test]
fn component_iterate() {
    let node = view(
        r#"<Iterate items="{$state.s}" as="item" key="{$scope.item.id}"><Text content="{$scope.itemIndex}"/></Iterate>"#,
    );
    let ViewKind::Iterate { name, index_name, key, .. } = &node.kind else { panic!("{node:?}") };
    assert_eq!((name.as_str(), index_name.as_str(), key.is_some()), ("item", "itemIndex", true));
    assert_eq!(node.children.len(), 1);
}

#[test]
fn component_text() {
    let node = view(r#"<Text content="Count: {$state.s.length}" variant="h1"/>"#);
    assert!(matches!(node.properties["content"], Binding::Mixed(_)));
    assert_eq!(property(&view(r#"<Text content="a"/>"#), "variant"), &Value::from("body"));
}

#[test]
fn component_metric() {
    assert!(matches!(
        view(r#"<Metric label="a" value="{$state.s.length}" unit="%" trend="up"/>"#).properties["value"],
        Binding::Whole(_)
    ));
}

#[test]
fn component_status_badge() {
    assert_eq!(property(&view(r#"<StatusBadge label="a" status="warn" value="b"/>"#), "status"), &Value::from("warn"));
}

#[test]
fn component_log_stream() {
    let node = view(r#"<LogStream data="{$state.s}" height="200"/>"#);
    assert_eq!(property(&node, "autoScroll"), &Value::Bool(true));
    assert_eq!(
        property(&view(r#"<LogStream data="$state.s" autoScroll="false"/>"#), "autoScroll"),
        &Value::Bool(false)
    );
}

#[test]
fn component_chart() {
    let node = view(r#"<Chart type="line" data="{$state.s}" xKey="t" yKey="v" height="300"/>"#);
    assert_eq!(property(&node, "type"), &Value::from("line"));
}

#[test]
fn component_input() {
    let node =
        view(r#"<Input bind="$state.s[0].name" placeholder="p" inputType="email" disabled="{$state.s.length > 3}"/>"#);
    assert!(node.binds.contains_key("bind"));
    assert_eq!(property(&view(r#"<Input bind="{$state.s}"/>"#), "inputType"), &Value::from("text"));
}

#[test]
fn component_button() {
    let node = view(r#"<Button label="a" trigger="t" variant="ghost" args="['x']" disabled/>"#);
    assert_eq!(node.triggers["trigger"], "t");
    assert_eq!(property(&node, "disabled"), &Value::Bool(true));
    assert!(node.args.is_some());
}

#[test]
fn component_button_with_payload() {
    assert!(view(r#"<Button label="a" trigger="t" payload="{ a: 'x' }"/>"#).args.is_some());
}

#[test]
fn component_action() {
    assert_eq!(view(r#"<Action label="a" trigger="t"/>"#).triggers["trigger"], "t");
}

#[test]
fn component_switch() {
    assert!(view(r#"<Switch bind="$state.s[1]" label="a"/>"#).binds.contains_key("bind"));
}

#[test]
fn component_custom() {
    let node = view(
        r#"<CustomComponent module="./a.js" component="Map" zoom="3" bind:center="$state.s" on:pick="t"><Text content="a"/></CustomComponent>"#,
    );
    assert!(node.binds.contains_key("center"));
    assert_eq!(node.triggers["pick"], "t");
    assert_eq!(property(&node, "zoom"), &Value::from("3"));
}

#[test]
fn component_that_is_not_known() {
    let text = r#"<NexusPanel><View><Spinner size="3"><Text content="a"/></Spinner></View></NexusPanel>"#;
    let document = checked(text);
    assert!(document.is_valid());
    assert!(document.diagnostics().iter().all(|diagnostic| diagnostic.severity == Severity::Warning));
    assert_eq!(document.panel().view.as_ref().unwrap().children.len(), 1);
}

#[test]
fn global_attributes() {
    let node = view(r#"<Text id="a" content="b" trigger="t" args="[1]"/>"#);
    assert!(node.id.is_some() && node.args.is_some());
    assert_eq!(node.triggers["trigger"], "t");
}

#[test]
fn args_in_every_spelling() {
    for args in ["['x']", "{['x']}", "{ a: 'x' }", "{{ a: 'x' }}", "{$state.s}", "$state.s", "[]", "{}"] {
        let node = view(&format!("<Button label=\"a\" trigger=\"t\" args=\"{args}\"/>"));
        assert!(node.args.is_some(), "{args}");
    }
}

#[test]
fn less_than_and_greater_than_in_attributes() {
    let node = view(r#"<Text content="{$state.s.length < 3 ? 'a > b' : '</Text>'}"/>"#);
    assert!(matches!(node.properties["content"], Binding::Whole(_)));
}

#[test]
fn declared_tokens_are_parsed_tokens() {
    let token: CapabilityToken = "state:read:cart".parse().unwrap();
    let panel = logic(r#"<Tool name="t" capabilities="state:read:cart"><Handler>1</Handler></Tool>"#);
    assert_eq!(panel.tools[0].handler.capabilities[0].token, token);
}

//! What a view shows over a state.

use nexus_core::{ErrorCode, Map, Value};
use nexus_nxml::{ComputedValues, Environment, ViewElement, ViewTree};

use super::panel;

/// The view of a document over its first state with `changes`, given as JSON.
fn resolve(text: &str, changes: &str) -> ViewTree {
    let panel = panel(text);
    let mut state = panel.initial_state();
    let changes: Value = serde_json::from_str(changes).unwrap();
    state.extend(changes.as_object().unwrap().clone());
    let mut computed = ComputedValues::new(&panel);
    computed.refresh(&state);
    panel.resolve_view(Environment { state: &state, computed: computed.values(), scope: &Map::new() })
}

fn json(value: &Value) -> String {
    serde_json::to_string(value).unwrap()
}

/// The tree in a line: components with some of what they have.
fn outline(element: &ViewElement) -> String {
    let key = element.key.as_ref().map(|key| format!("#{key}")).unwrap_or_default();
    let shown = ["content", "label", "value"].iter().find_map(|name| element.properties.get(*name));
    let shown = shown.map(|shown| format!(" {}", json(shown))).unwrap_or_default();
    let binds: String = element.binds.iter().map(|(name, path)| format!(" {name}={path}")).collect();
    let runs: String =
        element.triggers.iter().map(|(event, tool)| format!(" {event}:{tool}{}", json(&element.args))).collect();
    let children: Vec<String> = element.children.iter().map(outline).collect();
    let children = if children.is_empty() { String::new() } else { format!("({})", children.join(", ")) };
    format!("{}{key}{shown}{binds}{runs}{children}", element.component)
}

#[track_caller]
fn shows(text: &str, changes: &str, expected: &str) {
    let tree = resolve(text, changes);
    assert_eq!(tree.errors, []);
    assert_eq!(tree.root.as_ref().map(outline).unwrap_or_default(), expected);
}

const TODOS: &str = r#"<NexusPanel>
  <Data>
    <State name="todos" type="list"/>
    <State name="show" type="boolean" default="true"/>
    <Computed name="open" value="$state.todos.filter(todo => !todo.done)"/>
  </Data>
  <Logic>
    <Tool name="toggle"><Arg name="id"/><Arg name="on" type="boolean" required="false"/><Handler>return $args</Handler></Tool>
  </Logic>
  <View>
    <Layout strategy="stack">
      <If condition="{$state.show}">
        <Text content="{$state.open.length} of {$state.todos.length}"/>
      </If>
      <Iterate items="{$state.todos}" as="todo" key="{$scope.todo.id}">
        <Switch label="{$scope.todoIndex + 1}" bind="$scope.todo.done"/>
        <Button label="{$scope.todo.title}" trigger="toggle" args="[$scope.todo.id, !$scope.todo.done]"/>
      </Iterate>
    </Layout>
  </View>
</NexusPanel>"#;

#[test]
fn conditions_are_decided_and_lists_repeated() {
    shows(TODOS, r#"{"show":false}"#, "Layout(Iterate)");
    shows(
        TODOS,
        r#"{"todos":[{"id":"a","title":"A","done":true},{"id":"b","title":"B"}]}"#,
        concat!(
            r#"Layout(If(Text "1 of 2"), Iterate("#,
            r#"Switch#a 1 bind=$state.todos[0].done, Button#a.1 "A" trigger:toggle["a",false], "#,
            r#"Switch#b 2 bind=$state.todos[1].done, Button#b.1 "B" trigger:toggle["b",true]))"#
        ),
    );
}

#[test]
fn lists_in_lists_have_both_scopes_and_bind_to_the_place_in_the_state() {
    let text = r#"<NexusPanel>
      <Data><State name="rows" type="list" default='[{"cells":["a","b"]},{"cells":["c"]}]'/><State name="at" type="number" default="1"/></Data>
      <View>
        <Layout>
          <Iterate items="$state.rows" as="row">
            <Iterate items="{$scope.row.cells}" as="cell"><Input bind="$scope.cell" placeholder="{$scope.rowIndex}.{$scope.cellIndex}"/></Iterate>
          </Iterate>
          <Input bind="{$state.rows[$state.at].cells[0]}"/>
          <Iterate items="{$state.rows.filter(row => row.cells.length > 1)}" as="row"><Text content="{$scope.row.cells[1]}"/></Iterate>
        </Layout>
      </View>
    </NexusPanel>"#;
    shows(
        text,
        "{}",
        concat!(
            r#"Layout(Iterate(Iterate#0(Input#0 "a" bind=$state.rows[0].cells[0], Input#1 "b" bind=$state.rows[0].cells[1]), "#,
            r#"Iterate#1(Input#0 "c" bind=$state.rows[1].cells[0])), "#,
            r#"Input "c" bind=$state.rows[1].cells[0], Iterate(Text#0 "b"))"#
        ),
    );
}

#[test]
fn an_inner_name_hides_an_outer_one() {
    let text = r#"<NexusPanel>
      <Data><State name="rows" type="list" default="[[1],[2]]"/></Data>
      <View><Iterate items="$state.rows" as="x"><Iterate items="$scope.x" as="x"><Text content="{$scope.x}/{$scope.xIndex}"/></Iterate></Iterate></View>
    </NexusPanel>"#;
    shows(text, "{}", r#"Iterate(Iterate#0(Text#0 "1/0"), Iterate#1(Text#0 "2/0"))"#);
}

#[test]
fn the_tree_as_data_has_everything_that_a_page_needs() {
    let text = r#"<NexusPanel>
      <Data><State name="user" type="object" default='{"name":"Ann"}'/><State name="n" type="number" default="3"/></Data>
      <Logic><Tool name="save"><Arg name="n" type="number"/><Handler>return $args.n</Handler></Tool></Logic>
      <View>
        <Layout gap="sm">
          <Metric id="m" label="n" value="{$state.n}"/>
          <Input bind="$state.user.name" disabled="{$state.n > 5}"/>
          <CustomComponent module="./map.js" component="Map" zoom="{$state.n}" bind:center="$state.user.place" on:pick="save" args="{ n: $state.n }"/>
        </Layout>
      </View>
    </NexusPanel>"#;
    let tree = resolve(text, "{}");
    assert_eq!(tree.errors, []);
    let expected = concat!(
        r#"{"root":{"type":"Layout","props":{"gap":"sm","strategy":"auto"},"#,
        r#""layout":{"colSpan":12,"className":"col-span-12","newRow":false},"children":["#,
        r#"{"type":"Metric","id":"m","props":{"label":"n","value":3},"#,
        r#""layout":{"colSpan":3,"className":"col-span-3","newRow":false},"children":[]},"#,
        r#"{"type":"Input","props":{"disabled":false,"inputType":"text","value":"Ann"},"#,
        r#""layout":{"colSpan":6,"className":"col-span-6","newRow":false},"bind":{"bind":["user","name"]},"children":[]},"#,
        r#"{"type":"CustomComponent","props":{"module":"./map.js","component":"Map","zoom":3,"center":null},"#,
        r#""layout":{"colSpan":6,"className":"col-span-6 new-row","newRow":true},"#,
        r#""bind":{"center":["user","place"]},"on":{"pick":"save"},"args":{"n":3},"scope":{},"children":[]}]},"#,
        r#""columns":12,"breakpoints":[{"below":640,"columns":4},{"below":1024,"columns":8}],"errors":[]}"#
    );
    assert_eq!(json(&tree.to_value()), expected);
}

#[test]
fn an_element_that_runs_a_tool_has_its_scope() {
    let tree = resolve(TODOS, r#"{"todos":[{"id":"a"}]}"#);
    let root = tree.root.unwrap();
    let button = &root.children[1].children[1];
    assert_eq!(json(&Value::Object(button.scope.clone())), r#"{"todo":{"id":"a"},"todoIndex":0}"#);
}

#[test]
fn a_binding_that_fails_is_null_and_the_others_are_shown() {
    let text = r#"<NexusPanel>
      <Data><State name="a" type="object"/></Data>
      <View><Layout>
        <Text content="{$state.a.b.length}"/>
        <Metric label="x" value="{$state.a - 1}"/>
        <Text content="n: {$state.a + 1}"/>
        <Iterate items="{$state.a}" as="i"><Text content="{$scope.i}"/></Iterate>
      </Layout></View>
    </NexusPanel>"#;
    let tree = resolve(text, "{}");
    let errors: Vec<String> =
        tree.errors.iter().map(|error| format!("{} {}", error.code, error.location.line)).collect();
    assert_eq!(errors, ["VIEW_ERROR 5", "VIEW_ERROR 6", "VIEW_ERROR 7"]);
    assert_eq!(outline(&tree.root.unwrap()), r#"Layout(Text null, Metric "x", Text null, Iterate)"#);
}

#[test]
fn one_mistake_in_a_long_list_is_told_once() {
    let text = r#"<NexusPanel><Data><State name="l" type="list"/></Data>
      <View><Iterate items="$state.l" as="i"><Text content="{$scope.i - 1}"/></Iterate></View></NexusPanel>"#;
    let tree = resolve(text, r#"{"l":["a","b","c"]}"#);
    assert_eq!(tree.errors.len(), 1);
    assert_eq!(tree.root.unwrap().children.len(), 3);
}

#[test]
fn a_view_has_only_so_many_elements_and_takes_only_so_many_steps() {
    let text = r#"<NexusPanel><Data><State name="l" type="list"/></Data>
      <View><Iterate items="$state.l" as="a"><Iterate items="$state.l" as="b"><Text content="x"/></Iterate></Iterate></View></NexusPanel>"#;
    let list = |count: usize| format!(r#"{{"l":[{}]}}"#, vec!["1"; count].join(","));
    let tree = resolve(text, &list(200));
    assert_eq!(tree.errors.iter().map(|error| error.code).collect::<Vec<_>>(), [ErrorCode::ResourceLimit]);
    fn count(element: &ViewElement) -> usize {
        1 + element.children.iter().map(count).sum::<usize>()
    }
    assert_eq!(count(&tree.root.unwrap()), nexus_nxml::limits::VIEW_ELEMENTS);
    let long = "x".repeat(100_000);
    let text = text.replace("\"x\"", &format!("\"{long}\""));
    let tree = resolve(&text, &list(90));
    assert!(tree.errors.iter().any(|error| error.code == ErrorCode::ResourceLimit));
}

#[test]
fn a_panel_without_a_view_shows_nothing() {
    assert_eq!(resolve("<NexusPanel/>", "{}").root, None);
    assert_eq!(resolve("<NexusPanel><View/></NexusPanel>", "{}").root, None);
    let hidden = r#"<NexusPanel><View><If condition="false"><Text content="a"/></If></View></NexusPanel>"#;
    assert_eq!(resolve(hidden, "{}").root, None);
}

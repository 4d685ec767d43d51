//! Whole panels, such as people write: nothing is wrong with them, and they show what they should.

use nexus_core::{Map, Value};
use nexus_nxml::{ComputedValues, Environment, Panel, ViewElement};

use super::panel;

/// The sample panels with their names.
pub(super) const PANELS: &[(&str, &str)] = &[
    ("counter", include_str!("panels/counter.nxml")),
    ("todo", include_str!("panels/todo.nxml")),
    ("weather", include_str!("panels/weather.nxml")),
    ("monitor", include_str!("panels/monitor.nxml")),
];

fn sample(name: &str) -> Panel {
    let (_, text) = PANELS.iter().find(|(own, _)| *own == name).unwrap();
    panel(text)
}

/// The texts that a panel shows over its first state with `changes`, given as JSON.
fn texts(panel: &Panel, changes: &str) -> Vec<String> {
    fn collect(element: &ViewElement, texts: &mut Vec<String>) {
        for name in ["title", "content", "label", "value"] {
            texts.extend(element.properties.get(name).map(|value| match value {
                Value::String(text) => text.clone(),
                other => serde_json::to_string(other).unwrap(),
            }));
        }
        element.children.iter().for_each(|child| collect(child, texts));
    }
    let mut state = panel.initial_state();
    let changes: Value = serde_json::from_str(changes).unwrap();
    state.extend(changes.as_object().unwrap().clone());
    let mut computed = ComputedValues::new(panel);
    computed.refresh(&state);
    let environment = Environment { state: &state, computed: computed.values(), scope: &Map::new() };
    let tree = panel.resolve_view(environment);
    assert_eq!(tree.errors, []);
    let mut texts = Vec::new();
    collect(&tree.root.unwrap(), &mut texts);
    texts
}

#[test]
fn counter() {
    let panel = sample("counter");
    assert_eq!(texts(&panel, r#"{"count":41}"#), ["Count: 41", "Double", "82", "Range", "1", "+1", "Reset"]);
}

#[test]
fn todo() {
    let panel = sample("todo");
    let shown = ["0 of 1 to do", "", "Add", "Read", "true", "Toggle", "Remove"];
    assert_eq!(texts(&panel, r#"{"todos":[{"id":1,"title":"Read","done":true}]}"#), shown);
    assert_eq!(texts(&panel, r#"{"todos":[]}"#), ["0 of 0 to do", "", "Add", "Nothing to do"]);
    let arguments = panel.tool("toggleTodo").unwrap().arguments(vec![Value::from(1)].into()).unwrap();
    assert_eq!(arguments["id"], Value::from(1));
}

#[test]
fn weather() {
    let panel = sample("weather");
    assert!(panel.tools[0].handler.is_async);
    assert_eq!(texts(&panel, "{}"), ["Weather in Oslo", "Oslo", "Refresh"]);
    let shown = texts(&panel, r#"{"days":[{"high":21.26},{"high":19}],"error":"stale"}"#);
    assert_eq!(shown[3..], ["Error", "stale", "Hottest", "21.3"]);
}

#[test]
fn monitor() {
    let panel = sample("monitor");
    assert_eq!(texts(&panel, r#"{"cpu_load":50}"#)[..3], ["CPU", "50%", "Alarms"]);
    assert_eq!(panel.tools[0].triggers.len(), 2);
}

//! Computed values: computed when what they read has changed, and not more often.

use nexus_core::{Map, Value};
use nexus_nxml::{ComputedValues, parse};

struct Panel {
    state: Map,
    computed: ComputedValues,
}

impl Panel {
    fn new(data: &str) -> Self {
        let text = format!("<NexusPanel><Data>{data}</Data></NexusPanel>");
        let document = parse(&text);
        let state = document.panel().initial_state();
        Self { state, computed: ComputedValues::new(document.panel()) }
    }

    /// Sets a state; answers what changed with it and how often something was computed.
    fn set(&mut self, key: &str, value: impl Into<Value>) -> (Vec<String>, u64) {
        self.state.insert(key.to_owned(), value.into());
        self.computed.state_changed(key);
        self.refresh()
    }

    fn refresh(&mut self) -> (Vec<String>, u64) {
        let before = self.computed.evaluations();
        let changed = self.computed.refresh(&self.state);
        (changed, self.computed.evaluations() - before)
    }

    fn values(&self) -> String {
        serde_json::to_string(&Value::Object(self.computed.values().clone())).unwrap()
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

const PRICES: &str = r#"
    <Computed name="gross" value="$state.net * 1.25"/>
    <Computed name="label" value="{'Total: ' + $state.gross}"/>
    <Computed name="net" value="{$state.items.reduce((sum, item) => sum + item, 0)}"/>
    <Computed name="isBig" value="$state.net > 100"/>
    <State name="items" type="list" default="[10, 20]"/>
    <State name="note"/>"#;

#[test]
fn values_are_computed_in_the_order_of_what_they_read() {
    let mut panel = Panel::new(PRICES);
    assert_eq!(panel.refresh(), (names(&["net", "gross", "label", "isBig"]), 4));
    assert_eq!(panel.values(), r#"{"net":30,"gross":37.5,"label":"Total: 37.5","isBig":false}"#);
}

#[test]
fn nothing_is_computed_while_nothing_that_is_read_changes() {
    let mut panel = Panel::new(PRICES);
    panel.refresh();
    assert_eq!(panel.refresh(), (vec![], 0));
    assert_eq!(panel.set("note", "read by nothing"), (vec![], 0));
    // `isBig` comes out as it was; only what became another is told.
    assert_eq!(panel.set("items", vec![10, 30]), (names(&["net", "gross", "label"]), 4));
}

#[test]
fn a_value_that_comes_out_as_it_was_lets_its_readers_be() {
    let mut panel = Panel::new(PRICES);
    panel.refresh();
    assert_eq!(panel.set("items", vec![20, 10]), (vec![], 1));
}

#[test]
fn a_value_that_fails_is_null_and_says_why_until_it_no_longer_fails() {
    let mut panel = Panel::new(PRICES);
    panel.refresh();
    let (changed, _) = panel.set("items", Value::Null);
    assert_eq!(changed, names(&["net", "gross", "label", "isBig"]));
    let failed: Vec<String> =
        panel.computed.errors().map(|(name, error)| format!("{name} {}", error.location.line)).collect();
    assert_eq!(failed, ["net 4", "gross 2", "isBig 5"]);
    assert_eq!(panel.computed.values()["net"], Value::Null);
    panel.set("items", vec![1]);
    assert_eq!(panel.computed.errors().count(), 0);
}

#[test]
fn what_may_read_any_state_is_computed_with_every_change() {
    let mut panel = Panel::new(
        r#"<Computed name="all" value="Object.keys($state).length"/>
           <State name="which" default="a"/><State name="a" default="1"/>
           <Computed name="picked" value="$state[$state.which]"/><Computed name="twice" value="$state.a + $state.a"/>"#,
    );
    panel.refresh();
    assert_eq!(panel.computed.values()["picked"], Value::from("1"));
    assert_eq!(panel.computed.values()["all"], Value::Number(2.0));
    assert_eq!(panel.set("a", "2"), (names(&["picked", "twice"]), 3));
    assert_eq!(panel.set("b", "new"), (names(&["all"]), 2));
}

#[test]
fn a_circle_has_no_value_and_the_others_have() {
    let mut panel = Panel::new(
        r#"<Computed name="a" value="$state.b"/><Computed name="b" value="$state.a"/><Computed name="c" value="$state.a"/>
           <Computed name="d" value="1"/>"#,
    );
    assert_eq!(panel.refresh().0, names(&["d"]));
}

#[test]
fn every_circle_is_told_by_its_names() {
    let circles = |data: &str| -> Vec<String> {
        let text = format!("<NexusPanel><Data>{data}</Data></NexusPanel>");
        parse(&text).diagnostics().iter().map(|diagnostic| diagnostic.message.clone()).collect()
    };
    let of = |reads: &[(&str, &str)]| {
        let value = |names: &str| {
            let names = names.split_whitespace().map(|name| format!("$state.{name}")).collect::<Vec<_>>();
            if names.is_empty() { "1".to_owned() } else { names.join(" + ") }
        };
        let one = |(name, names): &(&str, &str)| format!(r#"<Computed name="{name}" value="{}"/>"#, value(names));
        circles(&reads.iter().map(one).collect::<String>())
    };
    assert_eq!(of(&[("a", "b"), ("b", "c"), ("c", "")]), Vec::<String>::new());
    assert_eq!(of(&[("a", "a")]), ["the computed value a depends on itself"]);
    let message = |names| format!("computed values depend on one another in a circle: {names}");
    assert_eq!(of(&[("x", "b"), ("a", "b"), ("b", "c"), ("c", "a x")]), [message("x → b → c → x")]);
    assert_eq!(
        of(&[("a", "b"), ("b", "a"), ("c", "d a"), ("d", "c"), ("e", "e d")]),
        [message("a → b → a"), message("c → d → c"), "the computed value e depends on itself".to_owned(),]
    );
}

#[test]
fn long_chains_are_no_trouble() {
    let mut data = String::from(r#"<State name="s" type="number"/>"#);
    let count = 20_000;
    for index in 0..count {
        let reads = if index + 1 == count { "s".to_owned() } else { format!("c{}", index + 1) };
        data.push_str(&format!(r#"<Computed name="c{index}" value="$state.{reads} + 1"/>"#));
    }
    let mut panel = Panel::new(&data);
    assert_eq!(panel.refresh().1, count);
    assert_eq!(panel.computed.values()["c0"], Value::from(f64::from(u32::try_from(count).unwrap())));
    assert_eq!(panel.set("s", 1.0).1, count);
}

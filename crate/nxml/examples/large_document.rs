//! How long a document of one megabyte takes: parsed, checked, its view resolved.
//!
//!     cargo run --release --package nexus-nxml --example large_document

use std::fmt::Write;
use std::time::{Duration, Instant};

use nexus_core::{HandlerFacts, Map};
use nexus_nxml::{ComputedValues, Environment, parse};

const BYTES: usize = 1 << 20;
const ROUNDS: usize = 31;

/// A panel as people write it, only longer: of each group of elements as many as fit.
fn document() -> String {
    let (mut data, mut logic, mut view) = (String::new(), String::new(), String::new());
    let mut index = 0;
    while data.len() + logic.len() + view.len() < BYTES {
        let _ = write!(
            data,
            r#"
    <State name="count{index}" type="number" default="{index}"/>
    <State name="items{index}" type="list" default='[{{"id": 1, "title": "Read", "done": false}}]'/>
    <Computed name="open{index}" value="$state.items{index}.filter(item => !item.done).length + $state.count{index}"/>"#
        );
        let _ = write!(
            logic,
            r#"
    <Tool name="add{index}" description="Adds to the count" capabilities="state:read:count{index}, state:write:count{index}">
      <Arg name="by" type="number" default="1" description="How many"/>
      <Handler>
        // Raw comparison, strings and templates: what the scanner has to look at.
        for (let i = 0; i < $args.by && i < 100; i++) {{
          if ($state.count{index} < 1000) $state.count{index} += 1;
          else throw new Error(`more than "${{1000}}" in '</b>'`);
        }}
        return $state.items{index}.map((item) => ({{ ...item, title: item.title.toUpperCase() }}));
      </Handler>
    </Tool>"#
        );
        let _ = write!(
            view,
            r#"
      <Container title="Group {index}: {{$state.open{index}}} open &amp; {{$state.items{index}.length}} in all">
        <Metric id="metric{index}" label="Count" value="{{$state.count{index}}}" trend="{{$state.count{index} > 10 ? 'up' : 'down'}}"/>
        <Iterate items="{{$state.items{index}}}" as="item" key="{{$scope.item.id}}">
          <Switch bind="$scope.item.done" label="{{$scope.itemIndex + 1}}. {{$scope.item.title}}"/>
          <Button label="Add" trigger="add{index}" args="[$scope.item.id]" disabled="{{$scope.item.done}}"/>
        </Iterate>
      </Container>"#
        );
        index += 1;
    }
    format!(
        "<NexusPanel title=\"Large\">\n  <Data>{data}\n  </Data>\n  <Logic>{logic}\n  </Logic>\n  <View>\n    <Layout>{view}\n    </Layout>\n  </View>\n</NexusPanel>\n"
    )
}

/// The median of some rounds.
fn median(mut round: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

fn main() {
    let text = document();
    let facts: Vec<_> = parse(&text).panel().handlers().map(|_| Ok(HandlerFacts::default())).collect();
    let parsed = parse(&text);
    assert!(parsed.diagnostics().is_empty(), "{}", parsed.diagnostics()[0]);
    let panel = parsed.into_panel();
    let elements = panel.states.len() + panel.computed.len() + panel.tools.len();
    println!("{} bytes, {} lines, {elements} states, computed values and tools", text.len(), text.lines().count());
    println!("parse and validate      {:?}", median(|| drop(parse(&text))));
    let with_handlers = median(|| {
        let mut document = parse(&text);
        document.check_handlers(&facts);
    });
    println!("with checks of handlers {with_handlers:?}");
    let state = panel.initial_state();
    println!("computed values         {:?}", median(|| drop(ComputedValues::new(&panel).refresh(&state))));
    let mut computed = ComputedValues::new(&panel);
    computed.refresh(&state);
    let environment = Environment { state: &state, computed: computed.values(), scope: &Map::new() };
    println!("resolved view           {:?}", median(|| drop(panel.resolve_view(environment))));
    let view = panel.resolve_view(environment);
    assert!(view.errors.is_empty(), "{}", view.errors[0]);
}

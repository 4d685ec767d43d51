//! Inference against enforcement: handlers run with exactly the tokens inferred, and with each of them taken away.

use std::rc::Rc;

use indexmap::IndexMap;
use nexus_core::message::{CompileRequest, HostCall, HostReply, InferRequest, StartRequest};
use nexus_core::run::{Context, Denial};
use nexus_core::{CapabilityToken, Limits, Map, Status, Value};

use crate::Instance;

const HANDLERS: &[&str] = &[
    "$state.count++; return $state.count",
    "$state.count += $state.step; delete $state.old; $state.fresh = { a: 1 }",
    "const { count, user: { name }, ...rest } = $state; return [count, name, rest]",
    "const s = $state; s.items.push({ id: 3 }); return s.items.length",
    "for (const item of $state.items) item.done = true",
    "$state.items.forEach((item) => { item.done = !item.done })",
    "$state.items.find(({ id }) => id === 2).done = true",
    "for (const item of $state.items.filter((item) => item.id > 1)) delete item.done",
    "const copy = [...$state.items]; copy.sort((a, b) => b.id - a.id); return copy.map(({ id }) => id)",
    "const [first, ...others] = $state.items; others[0].done = true; return first.id",
    "for (const [index, item] of $state.items.entries()) item.index = index",
    "$state.items.splice(0, 1)[0].done = true",
    "$state.user.tags.reverse().sort(); $state.user.name ??= 'x'",
    "($state.missing ??= []).push($state.count)",
    "[$state.count, $state.step] = [$state.step, $state.count]",
    "({ a: $state.count, ...$state.fresh } = { a: 1, b: 2 })",
    "for ($state.step of [1, 2]) $log($state.step)",
    "return [$state.has('count'), 'step' in $state, 'get' in $state, $state.get('user')?.name]",
    "$state.update('count', (n) => n + 1); $state.set('step', 2); $state.delete('old')",
    "return Object.keys({ ...$state })",
    "const keys = []; for (const key in $state) keys.push(key); return keys",
    "const { get, set } = $state; set('step', get('count'))",
    "const key = 'count', name = `saved:${''}`; $emit(`count`, $state[key])",
    "$emit('a b'); $emit.toast('hi'); const { toast } = $emit; toast('again')",
    "$view.setFilter('list', 'x'); $view.focus('name'); const el = $view.getElementById('box'); el.setProp('open', true)",
    "$view.command(null, 'reload')",
    "const { say } = $ext.echo; say('x'); $ext['my ext']['do it'](); return $ext.list()",
    "return ['x', 'y'].map($ext.echo.other).length",
    "return [$host.same(1), [2].map($host.same)]",
    "const f = () => late.count; const late = $state; return f()",
    "return ((s = $state) => s.count)()",
    "globalThis.$emit('g'); return globalThis.$state.count",
];

fn state() -> Map {
    let item = |id: f64| Value::object([("id", Value::Number(id)), ("done", Value::Bool(false))]);
    let tags = Value::Array(vec![Value::from("b"), Value::from("a")]);
    Map::from_iter([
        ("count".to_owned(), Value::Number(1.0)),
        ("step".to_owned(), Value::Number(5.0)),
        ("old".to_owned(), Value::Null),
        ("items".to_owned(), Value::Array(vec![item(1.0), item(2.0)])),
        ("user".to_owned(), Value::object([("name", Value::from("Ann")), ("tags", tags)])),
    ])
}

/// What the handler was refused, and whether it failed.
fn run(source: &str, capabilities: Vec<CapabilityToken>) -> (Vec<Denial>, bool) {
    let mut instance = Instance::boot();
    let request = CompileRequest { source: source.to_owned(), limits: Limits::default() };
    instance.compile(request).outcome.unwrap_or_else(|error| panic!("{source}\n{error:?}"));
    let methods = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let request = StartRequest {
        run_id: "r".to_owned(),
        context: Context { state: state(), capabilities, ..Context::default() },
        extensions: IndexMap::from([
            ("echo".to_owned(), methods(&["say", "other"])),
            ("my ext".to_owned(), methods(&["do it"])),
        ]),
        host_functions: vec!["same".to_owned()],
        now: 0.0,
        seed: vec![0; 16],
    };
    let host = |call: HostCall| HostReply { outcome: Ok(call.args.into_iter().next().unwrap_or_default()) };
    let segment = instance.start(request, Rc::new(host));
    (segment.denials, segment.status == Status::Error)
}

#[test]
fn with_the_inferred_tokens_nothing_is_refused_and_without_any_one_of_them_something_is() {
    for source in HANDLERS {
        let request = InferRequest { source: (*source).to_owned(), limits: Limits::default() };
        let tokens = Instance::boot().infer(request).outcome.unwrap().capabilities;
        assert!(!tokens.is_empty(), "{source}");
        assert_eq!(run(source, tokens.clone()), (vec![], false), "{source} with {tokens:?}");
        for without in 0..tokens.len() {
            let mut fewer = tokens.clone();
            let missing = fewer.remove(without);
            let (denials, _) = run(source, fewer);
            assert!(!denials.is_empty(), "{source} runs without {missing}");
        }
    }
}

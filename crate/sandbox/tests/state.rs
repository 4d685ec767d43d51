//! `$state`: reads see own writes, and every change is recorded once.

mod support;

use nexus_core::{ErrorCode, MutationOperation, Segment};
use serde_json::json;
use support::{answer, json as to_json, trial};

fn mutations(segment: &Segment) -> Vec<String> {
    segment
        .state_mutations
        .iter()
        .map(|m| match m.operation {
            MutationOperation::Set => format!("{}={}", m.key, to_json(m.value.clone())),
            MutationOperation::Delete => format!("-{}", m.key),
        })
        .collect()
}

#[test]
fn reads_see_own_writes_in_both_forms() {
    let segment =
        trial("$state.count++; $state.set('count', $state.get('count') + 1); $state.count += 2; return $state.count")
            .state(json!({"count": 1}))
            .run();
    assert_eq!(segment.return_value.as_ref().and_then(|v| v.as_number()), Some(5.0));
    assert_eq!(mutations(&segment), ["count=2", "count=3", "count=5"]);
}

#[test]
fn delete_has_and_keys_follow_the_writes() {
    let source = "
        const before = ['a' in $state, $state.has('b'), $state.keys()];
        const was = $state.delete('a'); const again = $state.delete('a');
        delete $state.b; $state.c = null; $state.d = undefined;
        return [before, was, again, 'a' in $state, Object.keys($state), $state.a === undefined]";
    let segment = trial(source).state(json!({"a": 1, "b": 2})).run();
    let expected = json!([[true, true, ["a", "b"]], true, false, false, ["c"], true]);
    assert_eq!(to_json(segment.return_value.clone().unwrap()), expected);
    assert_eq!(mutations(&segment), ["-a", "-b", "c=null"]);
}

#[test]
fn update_changes_a_value_and_answers_the_new_one() {
    let trial = trial("return $state.update('n', n => (n ?? 0) + 5)");
    assert_eq!(trial.clone().value(), json!(5));
    assert_eq!(trial.state(json!({"n": 2})).value(), json!(7));
}

#[test]
fn nested_changes_are_recorded_once_a_key_and_segment_where_the_first_was_made() {
    let source = "
        $state.items.push({n: 1}); $state.other = 1; $state.items[0].done = true; $state.items.at(-1).n++;
        delete $state.items[0].old; Object.assign($state.items[1], {x: [1]}); $state.items[1].x.push(2);
        return $state.items.length";
    let segment = trial(source).state(json!({"items": [{"old": 1}], "other": 0})).run();
    assert_eq!(to_json(segment.return_value.clone().unwrap()), json!(2));
    assert_eq!(mutations(&segment), [r#"items=[{"done":true},{"n":2,"x":[1,2]}]"#, "other=1"]);
}

#[test]
fn nested_values_behave_like_the_arrays_and_objects_they_are() {
    let source = "
        const s = $state.list;
        return [Array.isArray(s), s === $state.list, s.map(x => x * 2), [...s], s.sort((a, b) => b - a).join(),
            JSON.stringify($state.o), Object.entries($state.o.p), 'q' in $state.o.p, {...$state.o}.p.q,
            $state.list.toSorted(), $state.o.p.constructor === Object]";
    let value = trial(source).state(json!({"list": [1, 3, 2], "o": {"p": {"q": 1}}})).value();
    let expected =
        json!([true, true, [2, 6, 4], [1, 3, 2], "3,2,1", "{\"p\":{\"q\":1}}", [["q", 1]], true, 1, [1, 2, 3], true]);
    assert_eq!(value, expected);
}

#[test]
fn a_value_is_copied_when_it_is_written() {
    let source = "
        const mine = {n: 1}; $state.a = mine; mine.n = 2; const first = $state.a.n;
        const old = $state.a; $state.a = {n: 9}; old.n = 5;
        $state.b.x = mine; mine.n = 3;
        return [first, $state.a.n, old.n, $state.b.x.n]";
    let segment = trial(source).state(json!({"b": {}})).run();
    assert_eq!(to_json(segment.return_value.clone().unwrap()), json!([1, 9, 5, 2]));
    assert_eq!(mutations(&segment), [r#"a={"n":1}"#, r#"a={"n":9}"#, r#"b={"x":{"n":2}}"#]);
}

#[test]
fn nested_changes_before_a_new_value_are_told_before_it() {
    let segment = trial("$state.a.push(2); $state.a = []; $state.a.push(3)").state(json!({"a": [1]})).run();
    assert_eq!(mutations(&segment), ["a=[1,2]", "a=[]", "a=[3]"]);
}

#[test]
fn what_is_no_data_is_refused_at_the_line_that_writes_it() {
    for (source, path) in [
        ("$state.f = () => 1", "$"),
        ("$state.a.push({b: [new Map()]})", "$.b[0]"),
        ("const o = {}; o.o = o; $state.a = o", "$.o"),
        ("$state.a = {x: 1n}", "$.x"),
        ("$state.a = 'half \\ud800'", "$"),
        ("$state.a = {p: Promise.resolve()}", "$.p"),
        ("$state.a = new Uint16Array(2)", "$"),
        ("$state.a = /x/", "$"),
        ("$state.a = {[Symbol()]: 1}", "$"),
        ("$state.a = new Error('x')", "$"),
    ] {
        let error = trial(&format!("let x;\n{source}")).state(json!({"a": []})).error();
        assert_eq!(error.code, ErrorCode::SerializationError, "{source}");
        assert_eq!(to_json(error.context.unwrap())["path"], path, "{source}");
        assert_eq!(error.location.map(|location| location.line), Some(2), "{source}");
    }
}

#[test]
fn ordinary_conversions_follow_the_contract() {
    let source = "return {d: new Date(0), u: undefined, a: [undefined, , 1], n: [NaN, -0, Infinity].map(Object.is.bind(null, NaN)),
        j: {toJSON(k) { return k + '!' }}, b: new Uint8Array([1, 2]), nul: Object.assign(Object.create(null), {x: 1}), c: new (class { y = 2 })}";
    let value = trial(source).value();
    let expected = json!({"d": "1970-01-01T00:00:00.000Z", "a": [null, null, 1], "n": [true, false, false], "j": "j!", "b": [1, 2], "nul": {"x": 1}, "c": {"y": 2}});
    assert_eq!(value, expected);
}

#[test]
fn special_keys_are_ordinary_data() {
    let source = "$state.__proto__ = {polluted: 1}; $state.constructor = 2; $state.o['__proto__'] = 3;
        return [{}.polluted === undefined, $state.__proto__.polluted, $state.constructor, Object.keys($state)]";
    let value = trial(source).state(json!({"o": {}})).value();
    assert_eq!(value, json!([true, 1, 2, ["o", "__proto__", "constructor"]]));
}

#[test]
fn names_of_methods_are_refused_as_keys_but_settable_by_method() {
    assert_eq!(trial("$state.get = 1").error().code, ErrorCode::InvalidArgument);
    assert_eq!(trial("$state.set('get', 1); return $state.get('get')").value(), json!(1));
}

#[test]
fn descriptors_and_prototypes_give_no_way_around_the_record() {
    let source = "
        const tries = [
            () => Object.getOwnPropertyDescriptor($state.o, 'p').value.x = 1,
            () => Object.defineProperty($state.o, 'q', {value: 2, writable: true, enumerable: true, configurable: true}),
        ].map(f => { try { f(); return 'ok' } catch (e) { return e.name } });
        const refused = [
            () => Object.setPrototypeOf($state.o, null), () => Object.freeze($state.o), () => Object.preventExtensions($state),
            () => Object.defineProperty($state.o, 'g', {get() { return 1 }}), () => { $state.o[Symbol()] = 1 }, () => { $state = 1 },
        ].map(f => { try { f(); return 'ok' } catch (e) { return e.constructor.name } });
        return [tries, refused]";
    let segment = trial(source).state(json!({"o": {"p": {}}})).run();
    assert_eq!(to_json(segment.return_value.clone().unwrap())[0], json!(["ok", "ok"]));
    let refused = to_json(segment.return_value.clone().unwrap())[1].as_array().unwrap().clone();
    assert!(refused.iter().all(|outcome| outcome != "ok"), "{refused:?}");
    assert_eq!(mutations(&segment), [r#"o={"p":{"x":1},"q":2}"#]);
}

#[test]
fn each_segment_carries_only_what_is_new() {
    let source =
        "$state.a = 1; $state.l.push(1); await $ext.echo.say(1); $state.b = 2; $state.l.push(2); return $state.l";
    let (mut instance, first) = trial(source).state(json!({"l": []})).start();
    assert_eq!(mutations(&first), ["a=1", "l=[1]"]);
    assert_eq!(first.metrics.host_calls["ext.echo.say"], 1);
    let second = answer(&mut instance, "r.1", Ok(nexus_core::Value::Null));
    assert_eq!(mutations(&second), ["b=2", "l=[1,2]"]);
    assert!(second.suspensions.is_empty());
    assert_eq!(second.metrics.host_calls.get("ext.echo.say"), None);
}

#[test]
fn nested_changes_are_told_without_running_code_of_the_handler() {
    let source = "
        $state.o.list.push(1); $state.o.list.length = 3;
        Object.defineProperty(Object.prototype, 'toJSON', {get() { $emit('toJSON'); return () => 'x' }, configurable: true});
        Object.defineProperty(Array.prototype, 1, {get() { $emit('hole'); return 'y' }, configurable: true});
        Object.defineProperty(Uint8Array.prototype, 'toJSON', {value() { $emit('bytes'); return 'z' }});
        for (let i = 0; i < 20; i++) $view.focus('v')";
    let segment = trial(source).state(json!({"o": {"list": []}})).limit("maxViewCommands", 10.0).run();
    assert_eq!(segment.error.as_ref().unwrap().code, ErrorCode::ResourceLimit);
    assert_eq!(segment.events, []);
    assert_eq!(mutations(&segment), [r#"o={"list":[1,null,null]}"#]);
}

#[test]
fn what_has_grown_too_deep_inside_a_value_is_refused() {
    let source = "let at = $state.o; for (let i = 0; i < 70; i++) { at.next = {}; at = at.next }";
    let error = trial(source).state(json!({"o": {}})).error();
    assert_eq!(error.code, ErrorCode::ResourceLimit);
}

#[test]
fn bytes_are_handed_out_as_copies() {
    let source = "$state.b = new Uint8Array([1, 2]); const b = $state.b; b[0] = 9; const same = $state.b[0]; $state.b = b; return [same, $state.b[0], $state.b instanceof Uint8Array]";
    assert_eq!(trial(source).value(), json!([1, 9, true]));
}

#[test]
fn bytes_inside_values_are_handed_out_as_copies() {
    let source = "
        const o = $state.o; o.plain.x = 1;
        o.inner.bytes = new Uint8Array([1, 2]);
        o.inner.bytes[0] = 9; Object.getOwnPropertyDescriptor(o.inner, 'bytes').value[1] = 9; Object.values(o.inner)[0][0] = 9;
        return [[...o.inner.bytes], [...$state.o.inner.bytes], o.plain.x, o.inner === $state.o.inner]";
    let segment = trial(source).state(json!({"o": {"inner": {}, "plain": {}}})).run();
    assert_eq!(to_json(segment.return_value.clone().unwrap()), json!([[1, 2], [1, 2], 1, true]));
    assert_eq!(segment.state_mutations.len(), 1);
}

#[test]
fn whatever_leads_into_a_value_records_what_it_changes() {
    let source = "
        Object.defineProperty(Array.prototype, 'self', {get() { return this }, configurable: true});
        const {o, list} = $state;
        list.self.push('self'); list.find((item) => item.id === 1).found = true; for (const item of list) if (item.id) item.seen = true;
        o.copy = list[0]; o.copy.id = 7; list[0].id = 1;
        Reflect.get(o, 'p').x = 1; Object.values(o)[0].y = 2; add(o.p);
        function add({q}) { q.push(3) }
        return [list[0] === $state.list[0], o.copy === list[0], JSON.stringify(list)]";
    let segment = trial(source).state(json!({"o": {"p": {"q": []}}, "list": [{"id": 1}, {"id": 2}]})).run();
    let list = r#"[{"id":1,"found":true,"seen":true},{"id":2,"seen":true},"self"]"#;
    assert_eq!(to_json(segment.return_value.clone().unwrap()), json!([true, false, list]));
    let told = [
        r#"list=[{"found":true,"id":1,"seen":true},{"id":2,"seen":true},"self"]"#,
        r#"o={"copy":{"found":true,"id":7,"seen":true},"p":{"q":[3],"x":1,"y":2}}"#,
    ];
    assert_eq!(mutations(&segment), told);
}

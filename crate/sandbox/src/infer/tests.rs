use nexus_core::message::InferRequest;
use nexus_core::{HandlerFacts, Limits, Location};

use super::infer;
use crate::Instance;
use crate::source::HandlerSource;

fn inferred(text: &str) -> Vec<String> {
    let source = HandlerSource::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}\n{error:?}"));
    infer(&source, |_| true).capabilities.iter().map(ToString::to_string).collect()
}

/// Each row: a handler, and its tokens, separated by a bar.
#[track_caller]
fn check(rows: &[(&str, &str)]) {
    for (text, tokens) in rows {
        let expected: Vec<&str> = tokens.split('|').map(str::trim).filter(|token| !token.is_empty()).collect();
        assert_eq!(inferred(text), expected, "\n{text}\n");
    }
}

const ALL_STATE: &str = "state:read:* | state:write:*";

#[test]
fn reads_need_the_key() {
    check(&[
        ("return $state.count", "state:read:count"),
        ("return $state['count']", "state:read:count"),
        ("return $state[`count`]", "state:read:count"),
        ("return $state?.count", "state:read:count"),
        ("return $state?.['count']", "state:read:count"),
        ("return ($state).count", "state:read:count"),
        ("return $state[0] + $state[1.5] + $state[0x10]", "state:read:0 | state:read:1.5 | state:read:16"),
        ("return $state.get('a b:c')", "state:read:a b:c"),
        ("return $state.get?.('a')", "state:read:a"),
        ("return $state['get']('a')", "state:read:a"),
        ("return $state.has('a') && 'b' in $state", "state:read:a | state:read:b"),
        ("return $state.user.name.length", "state:read:user"),
        ("return $state.a + $state.b + $state.a", "state:read:a | state:read:b"),
        ("return $state.constructor ?? $state.__proto__", "state:read:__proto__ | state:read:constructor"),
        ("return typeof $state.a", "state:read:a"),
        ("return `${$state.a}`", "state:read:a"),
        (
            "if ($state.a) return 1; while ($state.b) break; switch ($state.c) { case $state.d: }",
            "state:read:a | state:read:b | state:read:c | state:read:d",
        ),
    ]);
}

#[test]
fn computed_keys_need_the_wildcard() {
    check(&[
        ("return $state[$args.key]", "state:read:*"),
        ("return $state[`a${$args.n}`]", "state:read:*"),
        ("return $state['a' + 'b']", "state:read:*"),
        ("return $state.get($args.key)", "state:read:*"),
        ("return $state.get()", "state:read:*"),
        ("return $state.get(...$args.keys)", "state:read:*"),
        ("return $args.key in $state", "state:read:*"),
        ("return $state[$state.key]", "state:read:*"),
        ("return $state[''] + $state['a*']", "state:read:*"),
        ("return $state['\\ud800']", "state:read:*"),
        ("$state[$args.key] = 1", "state:write:*"),
        ("$state[$args.key]++", ALL_STATE),
        ("$state[$args.key].x = 1", ALL_STATE),
        ("delete $state[$args.key]", "state:write:*"),
        ("return $state.a + $state[$args.key]", "state:read:*"),
    ]);
}

#[test]
fn reading_all_keys_needs_the_wildcard() {
    check(&[
        ("return $state.keys()", "state:read:*"),
        ("for (const key in $state) $log(key)", "state:read:*"),
        ("for (const entry of $state) $log(entry)", "state:read:*"),
        ("return { ...$state }", "state:read:*"),
        ("return [...$state]", "state:read:*"),
        ("const { a, ...rest } = $state; return rest", "state:read:*"),
        ("return Object.keys($state)", ALL_STATE),
    ]);
}

#[test]
fn constants_are_resolved() {
    check(&[
        ("const key = 'a'; return $state[key]", "state:read:a"),
        ("const first = `a`, key = first; return $state.get(key)", "state:read:a"),
        ("const read = () => $state[key]; const key = 'late'; return read()", "state:read:late"),
        ("return $state[$args.x ? 'a' : 'b']", "state:read:a | state:read:b"),
        ("const key = $args.x ? 'a' : 'b'; $state[key] = 1", "state:write:a | state:write:b"),
        ("return $state[$args.x ? 'a' : $args.y]", "state:read:*"),
        ("return $state[('x', 'a')]", "state:read:a"),
        ("return $state[$args.key || 'a']", "state:read:*"),
        ("let key = 'a'; key = $args.key; return $state[key]", "state:read:*"),
        ("for (const key of ['a', 'b']) $state[key] = 0", "state:write:*"),
        ("const { key = 'a' } = $args; return $state[key]", "state:read:*"),
        ("const key = 'a'; { const key = 'b'; $state[key] = 1 } return $state[key]", "state:read:a | state:write:b"),
    ]);
}

#[test]
fn assignments_write_and_do_not_read() {
    check(&[
        ("$state.a = 1", "state:write:a"),
        ("$state['a'] = $state.b = 1", "state:write:a | state:write:b"),
        ("$state.a = $state.b", "state:read:b | state:write:a"),
        ("$state.set('a', 1)", "state:write:a"),
        ("$state.set('get', 1)", "state:write:get"),
        ("$state.delete('a')", "state:write:a"),
        (
            "delete $state.a; delete $state['b']; delete ($state.c); delete $state?.d",
            "state:write:a | state:write:b | state:write:c | state:write:d",
        ),
        ("[$state.a, $state.b] = [1, 2]", "state:write:a | state:write:b"),
        ("[$state.a, $state.b] = [$state.b, $state.a]", "state:read:a | state:read:b | state:write:a | state:write:b"),
        ("({ x: $state.a, y: [$state.b = 1], ...$state.c } = $args)", "state:write:a | state:write:b | state:write:c"),
        ("[, ...$state.a] = $args.list", "state:write:a"),
        ("for ($state.a of $args.list) ;", "state:write:a"),
        ("for ($state.a in $args) ;", "state:write:a"),
        ("for ([$state.a] of $args.list) ;", "state:write:a"),
        ("for ($state.i = 0; $args.x; ) break", "state:write:i"),
    ]);
}

#[test]
fn compound_changes_read_and_write() {
    check(&[
        ("$state.a += 1", "state:read:a | state:write:a"),
        ("$state.a ??= 1", "state:read:a | state:write:a"),
        ("$state.a ||= $state.b", "state:read:a | state:read:b | state:write:a"),
        ("$state.a++", "state:read:a | state:write:a"),
        ("--$state['a']", "state:read:a | state:write:a"),
        ("$state.update('a', (a) => a + 1)", "state:read:a | state:write:a"),
    ]);
}

#[test]
fn comparisons_are_no_writes() {
    check(&[
        ("return $state.a === 1 || $state.b == 2 || $state.c !== 3", "state:read:a | state:read:b | state:read:c"),
        ("return $state.a >= 1 && $state.b <= 2", "state:read:a | state:read:b"),
        ("const f = () => ({ a: $state.a }); return f()", "state:read:a"),
    ]);
}

#[test]
fn nested_changes_read_and_write_the_first_key() {
    const BOTH: &str = "state:read:a | state:write:a";
    check(&[
        ("$state.a.b = 1", BOTH),
        ("$state.a[0].x = 1", BOTH),
        ("$state.a[$args.i].x = 1", BOTH),
        ("$state.a.length = 0", BOTH),
        ("delete $state.a.b", BOTH),
        ("delete $state?.a?.b", BOTH),
        ("$state.a.b++", BOTH),
        ("$state.a.b ??= {}", BOTH),
        ("$state.get('a').b = 1", BOTH),
        ("$state.a.push(1)", BOTH),
        ("$state.a?.push(1)", BOTH),
        ("$state.a.b['sort']()", BOTH),
        ("$state.a[$args.method](1)", BOTH),
        ("($state.a ?? []).push(1)", BOTH),
        ("($state.a ??= []).push(1)", BOTH),
        ("[$state.a.b] = [1]", BOTH),
        ("$state.a.slice().sort()", "state:read:a"),
        ("$state.a.map((x) => x + 1).reverse()", "state:read:a"),
        ("[...$state.a].sort()", "state:read:a"),
        ("return $state.a.includes(1) && $state.a.join()", "state:read:a"),
        ("const b = {}; b.push = 1; b.x = $state.a", "state:read:a"),
    ]);
}

#[test]
fn changes_through_aliases_count() {
    const BOTH: &str = "state:read:a | state:write:a";
    check(&[
        ("const s = $state; s.a = 1", "state:write:a"),
        ("const s = $state, t = s; return t.a", "state:read:a"),
        ("var s = $state; return s.get('a')", "state:read:a"),
        ("let s = $state; return () => s.a++", BOTH),
        ("const bump = () => { s.a++ }; const s = $state; bump()", BOTH),
        ("const f = () => t.a; const t = u, u = $state", "state:read:a"),
        ("const s = $args.x ? $state : {}; s.a = 1", "state:write:a"),
        ("const items = $state.a; items.push(1)", BOTH),
        ("let items; items = $state.a; items.push(1)", BOTH),
        ("const items = $state.a || []; items[0] = 1", BOTH),
        ("const { a } = $state; a.push(1)", BOTH),
        ("const { a: { b: [first] } } = $state; first.x = 1", BOTH),
        ("const { get, set } = $state; set('b', get('a'))", "state:read:a | state:write:b"),
        ("for (const item of $state.a) item.done = true", BOTH),
        ("for (const [i, item] of $state.a.entries()) item.index = i", BOTH),
        ("$state.a.forEach((item) => { item.done = true })", BOTH),
        ("$state.a.forEach(function ({ tags }) { tags.push('x') })", BOTH),
        ("$state.a.find((item) => item.id === $args.id).done = true", BOTH),
        ("for (const item of $state.a.filter((i) => i.old)) item.done = true", BOTH),
        ("const copy = [...$state.a]; copy[0].done = true", BOTH),
        ("const [first, ...others] = $state.a; others.at(-1).done = true", BOTH),
        ("const total = $state.a.reduce((sum, item) => sum + item.n, 0); return total", "state:read:a"),
        ("const copy = [...$state.a]; copy.push(1); copy.length = 3", "state:read:a"),
        ("let items = $state.a; items = []; return items", "state:read:a"),
    ]);
}

#[test]
fn values_that_escape_are_reads() {
    check(&[
        ("change($state.a); function change(a) { a.x = 1 }", "state:read:a"),
        ("return { a: $state.a }", "state:read:a"),
        ("$emit('saved', $state.a)", "state:read:a | events:emit:saved"),
        ("return new Set($state.a)", "state:read:a"),
    ]);
}

#[test]
fn the_state_escaping_needs_both_wildcards() {
    for text in [
        "change($state); function change(s) { s.x = 1 }",
        "return $state",
        "return JSON.stringify($state)",
        "const o = { s: $state }; return o.s.a",
        "const o = { $state }",
        "const list = [$state]",
        "const o = {}; o.s = $state",
        "const get = () => $state; get().a = 1",
        "function* states() { yield $state }",
        "throw $state",
        "new Map($state)",
        "class Store { state = $state }",
        "class Store { #state = $state }",
        "change(...[1], $state)",
        "let s = $state; s = {}; s.a = 1",
        "let s; s = $state; return s.a",
        "$state.get.call($state, 'a'); $state.set.bind($state)",
        "return `${$state}`",
        "tag`${$state}`",
    ] {
        check(&[(text, ALL_STATE)]);
    }
    check(&[("return ['a'].map($state.get)", "state:read:*"), ("['a'].forEach($state.delete)", "state:write:*")]);
}

#[test]
fn looking_at_a_global_needs_nothing() {
    check(&[
        ("return typeof $state + typeof $ext.http + typeof $ext[$args.name]", ""),
        ("if ($state && $emit && !$view) return $ext.http === undefined", ""),
        ("$state; $emit; void $state", ""),
        ("const s = $state, get = s.get, post = $ext.http.post", ""),
        ("return 'get' in $state", ""),
    ]);
}

#[test]
fn methods_of_the_state_are_no_keys() {
    check(&[
        ("$state.get = 1; delete $state.keys", ""),
        ("return $state.get('keys') + $state.has('set')", "state:read:keys | state:read:set"),
    ]);
}

#[test]
fn shadowed_names_do_not_count() {
    check(&[
        ("function f($state) { $state.a = 1; return $state.b } f({})", ""),
        ("const f = ($emit) => $emit('x'); f(() => 1)", ""),
        ("const $emit = () => 1; $emit('x')", ""),
        ("{ const $state = {}; $state.a = 1 } return $state.b", "state:read:b"),
        ("{ function $emit() {} $emit('a') } $emit('b')", "events:emit:b"),
        ("if ($args.x) { var $state = {} } $state.a = 1", ""),
        ("class $state { static a = 1 } return $state.a", ""),
        (
            "try { $state.a = 1 } catch ($state) { $state.b = 1 } finally { $state.c = 1 }",
            "state:write:a | state:write:c",
        ),
        ("try { f() } catch ({ $state, x = $emit('e') }) { $state.b = 1 }", "events:emit:e"),
        ("for (const $state of [{}]) $state.a = 1; $state.b = 1", "state:write:b"),
        ("for (let $state = {}; ; ) { $state.a = 1; break }", ""),
        ("switch (1) { case 1: let $state = {}; default: $state.a = 1 } $state.b = 1", "state:write:b"),
        ("const f = function $state() { return $state.a }; return f", ""),
        ("const C = class $state { static f() { return $state.a } }; return C", ""),
        ("const f = ({ $state }, [$ext] = []) => $state.a + $ext.http.get('u')", ""),
        ("const f = (s = $state) => { var $state = {}; $state.a = 1; return s.b }", "state:read:b"),
        ("const $state$ = {}; $state$.a = 1", ""),
        ("const JSON = (x) => x; return JSON($state.a)", "state:read:a"),
        ("const o = { $state: 1, $emit() {} }; o.$state = 2; o.$emit('x')", ""),
    ]);
}

#[test]
fn strings_comments_and_patterns_that_look_like_code_do_not_count() {
    check(&[
        ("// $state.a = 1\n/* $emit('x') */ return '$state.b'", ""),
        ("return /$state.a/.test(\"$ext.http.get()\") + `$emit('x')`", ""),
        ("return { state: '$state.a' }", ""),
    ]);
}

#[test]
fn destructuring_reads_what_it_names() {
    check(&[
        ("const { a, b: { c } } = $state", "state:read:a | state:read:b"),
        ("const { a = 1, 'b c': d = $state.e } = $state", "state:read:a | state:read:b c | state:read:e"),
        ("const { [$args.key]: x } = $state", "state:read:*"),
        ("const key = 'a'; const { [key]: x } = $state", "state:read:a"),
        ("let a; ({ a } = $state)", "state:read:a"),
        ("({ a: $state.b } = $state)", "state:read:a | state:write:b"),
        ("const f = ({ a } = $state) => a; return f()", "state:read:a"),
        ("for (const { $state: s } of [{}]) s.a = 1", ""),
    ]);
}

#[test]
fn events_need_their_name() {
    check(&[
        ("$emit('saved', { id: 1 })", "events:emit:saved"),
        ("$emit?.('saved')", "events:emit:saved"),
        ("$emit(`system:error`)", "events:emit:system:error"),
        ("const SAVED = 'data-saved'; $emit(SAVED)", "events:emit:data-saved"),
        ("$emit($args.ok ? 'yes' : 'no')", "events:emit:no | events:emit:yes"),
        ("$emit.toast('Saved', 'success')", "events:emit:toast"),
        ("$emit['toast']('Saved')", "events:emit:toast"),
        ("const { toast } = $emit; toast('x')", "events:emit:toast"),
        ("const send = $emit; send('a')", "events:emit:a"),
        ("$emit($args.name)", "events:emit:*"),
        ("$emit()", "events:emit:*"),
        ("['a'].forEach($emit)", "events:emit:*"),
        ("$emit.call(null, 'a')", "events:emit:*"),
        ("$emit`a`", "events:emit:*"),
    ]);
}

#[test]
fn view_commands_need_the_component() {
    check(&[
        ("$view.setFilter('list', 'x'); $view.scrollTo('top', 0)", "view:update:list | view:update:top"),
        ("$view.focus('name'); $view.command('chart', 'zoom', {})", "view:update:chart | view:update:name"),
        ("$view.getElementById('box').setProp('x', 1)", "view:update:box"),
        ("const el = $view.getElementById('box'); el.call('open')", "view:update:box"),
        ("const { focus } = $view; focus('a')", "view:update:a"),
        ("$view.focus($args.id)", "view:update:*"),
        ("$view.command(null, 'reload')", "view:update:*"),
        ("$view.command(undefined, 'reload')", "view:update:*"),
        ("$view.focus()", "view:update:*"),
        ("use($view)", "view:update:*"),
        ("$view[$args.method]('a')", "view:update:*"),
    ]);
}

#[test]
fn extension_calls_need_the_method() {
    check(&[
        ("return await $ext.http.get('u')", "ext:http.get"),
        ("return $ext['http']['get']('u')", "ext:http.get"),
        ("return $ext.http?.get('u')", "ext:http.get"),
        ("return $ext?.http?.get?.('u')", "ext:http.get"),
        ("const { get } = $ext.http; return get('u')", "ext:http.get"),
        ("const { http: { get, post } } = $ext; return get('u')", "ext:http.get"),
        ("const h = $ext.http; await h.get('u'); await h.post('u')", "ext:http.get | ext:http.post"),
        ("return Promise.all([$ext.a.x(), $ext.b.y()])", "ext:a.x | ext:b.y"),
        ("return Promise.all(['u', 'v'].map($ext.http.get))", "ext:http.get"),
        ("return $ext.http.get('u').then((r) => $ext.log.write(r))", "ext:http.get | ext:log.write"),
        ("return $ext.http[$args.method]('u')", "ext:http"),
        ("use($ext.http)", "ext:http"),
        ("const { ...http } = $ext.http", "ext:http"),
        ("return $ext.http.get.bind(null, 'u')", "ext:http.get"),
        ("return $ext[$args.name].run()", "ext:*"),
        ("use($ext)", "ext:*"),
        ("return $ext.exists('http') && $ext.methods('http') && $ext.list() && 'http' in $ext", ""),
        ("await $ext.http.get('u'); use($ext.http)", "ext:http"),
    ]);
}

#[test]
fn extension_names_outside_the_grammar_need_the_next_wider_token() {
    check(&[
        ("$ext['a.b'].c()", "ext:*"),
        ("$ext['a:b'].c()", "ext:*"),
        ("$ext['a?b'].c()", "ext:*"),
        ("$ext.a['b.c']()", "ext:a.b.c"),
        ("$ext.a['b?c=d']()", "ext:a"),
        ("$ext.a['b:c']()", "ext:a"),
        ("$ext.a['']()", "ext:a"),
        ("$ext['my ext'].go()", "ext:my ext.go"),
    ]);
}

#[test]
fn host_functions_need_their_name() {
    check(&[
        ("return $host.sha256('x')", "host:sha256"),
        ("const { sha256 } = $host; return sha256('x')", "host:sha256"),
        ("return ['x'].map($host['a:b'])", "host:a:b"),
        ("return $host[$args.name]()", "host:*"),
        ("use($host)", "host:*"),
        ("return 'sha256' in $host", ""),
    ]);
}

#[test]
fn globals_reached_through_the_global_object_count() {
    check(&[
        ("return globalThis.$state.a", "state:read:a"),
        ("globalThis['$emit']('a')", "events:emit:a"),
        ("const { $state: s } = globalThis; s.a = 1", "state:write:a"),
        ("return this.$state.a", "state:read:a"),
        ("return (() => this.$ext.http.get('u'))()", "ext:http.get"),
        ("const o = { $state: {}, f() { this.$state.a = 1 } }; o.f()", ""),
        ("class C { $state = {}; x = this.$state.a; static { this.$state.b = 1 } }", ""),
        ("use(globalThis)", ""),
    ]);
}

#[test]
fn harmless_globals_need_nothing() {
    check(&[
        ("", ""),
        ("$log('x', $args.a, $scope.b, $time.now()); console.log(1); return Math.max(1, 2)", ""),
        ("$log.error('x')", ""),
    ]);
}

#[test]
fn every_construct_is_walked() {
    check(&[
        (
            "class A { [$state.a] = 1; static b = $state.b; #c = $state.c; get d() { return $state.d } \
          set e(v) { $state.e = v } static { $state.f = 1 } constructor() { $state.g = 1 } *h() { yield $state.h } }",
            "state:read:a | state:read:b | state:read:c | state:read:d | state:read:h \
          | state:write:e | state:write:f | state:write:g",
        ),
        (
            "class B extends mixin($emit('base')) { constructor() { super($emit('super')) } m() { super.m[$emit('m')] } }",
            "events:emit:base | events:emit:m | events:emit:super",
        ),
        (
            "function* g() { yield* $state.a } async function* h() { for await (const x of $state.b) yield x }",
            "state:read:a | state:read:b",
        ),
        (
            "const o = { [$state.a]: 1, get b() { return $state.b }, async c() { await $state.c }, ...$state.d }",
            "state:read:a | state:read:b | state:read:c | state:read:d",
        ),
        ("label: for (;;) { do { $state.a = 1; continue label } while ($state.b); }", "state:read:b | state:write:a"),
        ("return tag`x${$state.a}`", "state:read:a"),
        (
            "const f = async (x = $state.a) => { await $ext.http.get(x, { q: $state.b }) }; await f()",
            "state:read:a | state:read:b | ext:http.get",
        ),
        ("return [1, , $state.a, ...$state.b].length + -$state.c", "state:read:a | state:read:b | state:read:c"),
        (
            "try { throw $state.a } catch { $state.b = 1 } finally { $emit('done') }",
            "state:read:a | state:write:b | events:emit:done",
        ),
        ("import($state.a).catch(() => $emit('no'))", "state:read:a | events:emit:no"),
        (
            "return new Date($state.a) instanceof Date, ($state.b, $state.c)",
            "state:read:a | state:read:b | state:read:c",
        ),
    ]);
}

#[test]
fn tokens_come_sorted_once_and_without_covered_ones() {
    check(&[(
        "$host.b(); $host.a(); $ext.x.y(); $view.focus('v'); $emit('e'); $emit('e'); $state.w = 1; return $state.r",
        "state:read:r | state:write:w | events:emit:e | view:update:v | ext:x.y | host:a | host:b",
    )]);
}

#[test]
fn values_that_may_be_too_many_things_lose_their_names() {
    let many = |count: usize, value: fn(usize) -> String| {
        (0..count).map(|i| format!("$args.x === {i} ? {} : ", value(i))).collect::<String>()
    };
    let key = |i| format!("'k{i}'");
    let method = |i| format!("$ext.e{i}.m");
    let function = |i| format!("$host.f{i}");
    check(&[
        (&format!("return $state[{} 'z']", many(2, key)), "state:read:k0 | state:read:k1 | state:read:z"),
        (&format!("return $state[{} 'z']", many(40, key)), "state:read:*"),
        (&format!("($state[{} 'z']).x = 1", many(40, key)), ALL_STATE),
        (&format!("({} $ext.z.m)()", many(40, method)), "ext:*"),
        (&format!("({} $host.z)()", many(40, function)), "host:*"),
    ]);
    let writes: String = (0..40).map(|i| format!("item = $state.k{i};")).collect();
    assert!(inferred(&format!("let item; {writes} item.x = 1")).contains(&"state:write:*".to_owned()));
}

#[test]
fn aliases_chained_bottom_up_beyond_reason_give_everything() {
    let chain = |length: usize| {
        let links: Vec<String> = (0..length).map(|i| format!("v{i} = () => 0, a{i} = a{}", i + 1)).collect();
        format!("var {}, a{length} = $emit; a0('x')", links.join(", "))
    };
    assert_eq!(inferred(&chain(10)), ["events:emit:x"]);
    assert_eq!(
        inferred(&chain(100)),
        ["state:read:*", "state:write:*", "events:emit:*", "view:update:*", "ext:*", "host:*"]
    );
}

fn facts(text: &str) -> HandlerFacts {
    let request = InferRequest { source: text.to_owned(), limits: Limits::default() };
    Instance::boot().infer(request).outcome.unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

fn at(Location { line, column }: Location, what: impl std::fmt::Display) -> String {
    format!("{line}:{column} {what}")
}

#[test]
fn every_use_says_where_it_first_stands() {
    for (text, expected) in [
        ("return $state.a", "1:8 state:read:a"),
        ("\n  $state.b = $state.a;\n$state.a", "2:3 state:write:b | 2:14 state:read:a"),
        ("$state.a;\n$state[$args.key]", "1:1 state:read:a | 2:1 state:read:*"),
        ("$state.set($args.k, $state.a)", "1:1 state:write:* | 1:21 state:read:a"),
        ("const s = $state;\nreturn s\n  .a", "2:8 state:read:a"),
        ("await $ext.http.get($state.url)", "1:7 ext:http.get | 1:21 state:read:url"),
        ("await $ext.http\n.get(1);await $ext . http.post()", "1:7 ext:http.get | 2:15 ext:http.post"),
        ("'é😀'; $view.focus('x'); $emit.toast('hi')", "1:8 view:update:x | 1:26 events:emit:toast"),
        ("for (const i of $state.items) i.done = 1", "1:17 state:read:items | 1:31 state:write:items"),
        ("f(); function f() { $state.n++ }", "1:21 state:read:n | 1:21 state:write:n"),
        ("const { a, b: { c } } = $state", "1:25 state:read:a | 1:25 state:read:b"),
        ("f($state); function f() {}", "1:3 state:read:* | 1:3 state:write:*"),
        ("return globalThis.$state.a + $host.b()", "1:8 state:read:a | 1:30 host:b"),
    ] {
        let uses = facts(text).uses;
        let found: Vec<String> = uses.iter().map(|used| at(used.location, &used.capability)).collect();
        assert_eq!(found.join(" | "), expected, "\n{text}\n");
    }
}

#[test]
fn names_that_are_nothing_are_told_and_words_in_texts_are_not() {
    for (text, expected) in [
        ("return window.location", "1:8 window"),
        ("setTimeout(() => {}, 1);\nfetch('x'); setTimeout()", "1:1 setTimeout | 2:1 fetch"),
        ("eval('1'); new Function('x')", "1:1 eval | 1:16 Function"),
        ("conut = 1; conut++", "1:1 conut"),
        ("for (i of []) ({ j } = {})", "1:6 i | 1:18 j"),
        // Members, keys, texts, comments, declared names, parameters, labels.
        ("const o = { window: 1, open() {} }; o.window; o.open(); 'document'; // eval", ""),
        ("let top = 1; ((parent) => parent + top)(2); function self() {} self();", ""),
        ("try { x: for (;;) break x } catch (document) { document }", ""),
        ("return typeof window === 'undefined' ? 1 : window.x", ""),
        // What a handler has.
        ("$state; $args; $scope; $emit; $view; $ext; $log; $time; $host; console; arguments", ""),
        ("Math.max(Date.now(), parseInt('1'), JSON.stringify([NaN, undefined, Infinity]))", ""),
        ("new Map([[Symbol(), new Set()]]); await Promise.all([]); globalThis", ""),
    ] {
        let unknown = facts(text).unknown_globals;
        let found: Vec<String> = unknown.iter().map(|unknown| at(unknown.location, &unknown.name)).collect();
        assert_eq!(found.join(" | "), expected, "\n{text}\n");
    }
}

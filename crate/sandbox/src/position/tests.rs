//! A probe's code is the handler's, but for its wraps, whatever the handler is made of.

use boa_engine::{Context, Script};
use nexus_core::Limits;

use super::Cause;
use super::probe::{self, Layout, Probe};
use super::trace;
use crate::source::HandlerSource;

#[track_caller]
fn probes_every_function(text: &str) {
    let source = HandlerSource::parse(text, &Limits::default()).unwrap_or_else(|error| panic!("{text}\n{error:?}"));
    let mut context = Context::default();
    let script = Script::parse(source.wrapped(), None, &mut context).unwrap();
    let maps = trace::source_maps(&script.codeblock(&mut context).unwrap());
    assert!(!maps.is_empty());
    let plain = Layout::plain(&source);
    let (layout, probed_text) = plain.probed(&source, Some("nobody"));
    let probe = Probe::compile(layout, probed_text.clone(), &mut context);
    let probe = probe.unwrap_or_else(|| panic!("the probe is no program:\n{probed_text}"));
    for map in maps {
        if map.iter().all(|entry| entry.position.is_none()) {
            continue;
        }
        let probed = probe.function(&plain, &map);
        assert!(probed.is_some(), "{map:?}\n{probed_text}\n{probe:?}");
    }
}

#[test]
fn the_code_of_a_probe_is_that_of_the_handler() {
    let texts = [
        "const a = 1, b = a + 2, [c, d = a.e] = [1, 2], {f, g: {h} = {}, [a.b]: i, ...j} = {};",
        "let a; var b = 2, {c} = a; a = b; a += b * 2; [a, b.c, ...a.d] = c; ({a, b: a.b, c: a = 5, ...b.x} = c); a ||= b.c(); a ??= b; b.c ||= a",
        "let o = {}; o.a.b.c = o.d(1).e; o[o.a + 1] = o['b'](); o.a++; --o.a.b; o[1]--; delete o.a; delete o.b?.c; delete o[o.x()]; delete o?.a[1](2).c",
        "if (a < b) a(); else if (a.b >= 'c') { b() } else ; if (!a) b.c(); if (a && b || c.d) c(); if ((a.b < 5)) a(); if (a instanceof b.c) a()",
        "for (let i = 0; i < 10; i++) { a(i) } for (const i = 0; i < a.length; ) b(i); for (;;) { break } for (var q = 1, w = a.b; q; q = q - 1) { continue } for (a.b; a.c < b; a.d()) ;",
        "const max = 5; for (let i = 0; i < max; i++) a(() => i, max); while (max > a.b) ; do { a() } while (1 < a.c); let j = 2; while (j-- > 0) a(j)",
        "for (const a of b) a(); for (const {a, b: [c]} of d.e) c(); for (a.b of c) a(); for (a.b[c.d] in e) f(); for (const k in {a: 1}) k(); for ([a, b] of [[1, 2]]) a(); for (var v of [1]) v(); for (let l of 'abc') { b(() => l) }",
        "for await (const a of b.c) a(); for await (const {a} of b) await a.b",
        "try { a() } catch { b() } try { a.b() } catch ({message}) { b(message) } finally { c.d() } try { return a() } finally { b() } try { throw a.b } catch (e) { throw new Error(e) }",
        "switch (a.b) { case 1: a(); case b.c + 1: { let x = 1; x() } default: c(); let y = 2; y.z(); case d(): }",
        "label: for (;;) { inner: for (const x of y) { if (x) continue label; break inner } break label } block: { a(); break block }",
        "function f(a, {b, c = a.d}, [e] = [], ...g) { return a + b.c(e, ...g) } async function h() { await a; return await b.c() } function* i() { const x = yield a.b; yield* x.y; return yield } async function* j() { yield await a; yield* b; for await (const q of c) yield q.r; return a.b }",
        "const f = a => a.b, g = (a, b = a.c) => ({a, b, c: a + b}), h = async a => await a.b(), i = async () => { await x }, j = () => () => k => k.l(), m = () => a(), n = () => a().b, o = () => a.b(c).d(e), p = () => a() + b, q = () => a ? b() : c, r = () => a() || b, s = () => a() ? 1 : 2, t = () => (a, b()), u = () => a`b`, v = () => a?.b(), w = () => a().b = c, x = () => a().b++, y = () => -a(), z = () => [a(), ...b()]",
        "const o = {a, b: 1, c: a.b, [a.b + 1]: c(), get d() { return this.e }, set d(v) { this.f = v.g }, m() { return super.m() }, async n() { await a }, *p() { yield 1 }, ...a, ...b.c(), 'q r': () => a, [`s${a}`]() {}, f: function () {}, g: class {}, nobody}",
        "class A { x = a.b; y; #p = this.x; static s = a(); static #t = b.c; [a.k] = 1; static [b.k()] = 2; constructor(a, {b}) { this.x = a.y; this.#p = b } m() { return this.#p.q + this.#n() } #n() { return #p in this } get g() { return 1 } static { this.u = a.v() } static async *w() {} [a.l]() {} static get [c.d]() { return 2 } } class B extends A { constructor() { super(a.b, ...c); super.m(); this.z = super.g } n() { return super['m'](a) } } class C extends a.B {} const D = class extends A { x = () => this.y }; new (class { f() {} })().f(); class E {}",
        "a(b, c.d, ...e, f()); a.b(c)(d).e(f); a[b.c](d); (a)(b); (a.b)(c); (0, a.b)(c); new a; new a.b; new a.b(c, ...d); new (a())(b); new (a.b()); a()()(); a().b().c(d()); (function () { a() })(); (() => a.b())(); (async () => {})(); 'x'.y(); (5).z(); [1].a(b); ({a: 1}).b(); /x/.test(a); `a`.b(); `a${b}`.c(); null.d(); true.e(); this.f(); (a ? b : c).d(); (a || b).c(); (a = b).c(); (a++).b(); (await a).b(); (a, b).c(); (-a).b(); (a + b).c(); (class {}).d(); (function () {}).call(a)",
        "a?.b; a?.b.c; a?.b(c).d; a?.[b]; a?.[b.c].d[e]; a?.(b); a.b?.(c.d); a.b?.c; a?.b?.c?.(d)?.[e]; (a?.b)(c); (a?.b).c(d); a?.b.c(...d); a()?.b; a().b?.c(); a[b]?.c; this?.a; null?.b; (a?.b)?.c; a?.b + c?.d; f(a?.b, c?.()); a?.['b'](c)",
        "a + b - c.d * e() / 2 ** f % g; a & b | c ^ d << 1 >> e >>> 2; a == b != c === d !== e.f; a < b; a > b; a <= b.c; a >= b; a in b; 'x' in a.b; a instanceof b; a && b.c() || d; a ?? b.c() ?? d; (a ?? b) || c.d; a, b, c.d(); !a; -a.b; +a; ~a(); typeof a; typeof a.b; typeof nobody; void a.b(); - -a; a ? b.c : d(); a ? b ? c : d : e; a < b ? c : d; (a + b) * c; a ** -b; (-a) ** b; a / 2; (a / 2) / 2; a ** 2; a.b ** 2",
        "const big = 1n + 2n, mixed = () => 1n + 1, neg = -1n, plus = () => +1n, folded = 1 + 2 * 3 - (4 + 5), text = 'a' + 1 + `b`, logic = true && a, other = null ?? b, not = !true, nothing = void 0, t = typeof 1; if (false) a(); if (true) b(); else c(); while (false) d(); 1 + 2 + a; a + 1 + 2; a + (1 + 2); 'use' + ' strict'; (1, 2, a); (1, 2); 5 .a; 1n + 2; [...1n + 2]",
        "a`x`; a.b`x${c.d}y${e()}`; a()`x`; a`x``y`; a?.b; `x${a}${b.c}${`y${d()}`}`; String.raw`a`; a[b]`c`; a.b.c`d`; (a, b)`c`; new a`b`; new a`b`(c)",
        "x.y; let x = 1; y; const y = x; (() => z)(); let z = 2; class Q extends R { m() { return Q } } class R {} f(late, late.a); { late2; let late2 = late2 } let late; const self = self + 1; [w] = []; let w; typeof v; let v; u++; let u; `${s}`; let s; for (const o of o) ; for (let i = i; i < j; i++) ; let j; switch (1) { case k: k; let k }",
        "nobody; nobody(); new nobody; new nobody(1); nobody.a; nobody.a(); nobody[nobody]; a(nobody, ...nobody); const {b} = nobody; [...nobody]; nobody + nobody; if (nobody) a(); if (nobody < nobody) a(); return nobody; for (const c of nobody) nobody; `${nobody}`; nobody?.a; nobody`a`; -nobody; ({nobody}); ({a: nobody, [nobody]: 1, ...nobody}); (nobody); (nobody)(); () => nobody; async () => await nobody; nobody ? nobody : nobody; nobody, nobody; throw nobody",
        "const a = 1\nnobody()\nconst b = a\n;[1].map(x => x)\nlet c = b\nnull.f()\nvar d = c\n`x${d}`.y()\nreturn a\n+ b",
        "if (a)\n null.f()\nelse\n nobody()\nfor (;;)\n a.b()\nwhile (a)\n (b)()\ndo\n a().b\nwhile (c)\nlabel:\n a.b.c()",
        "// a comment\na /* x */ [ /* ] */ b // ]\n ] /* y */ + 1; a[b /* ] */].c(); a[(b)]; a[b[c]] + d[e[f]]; -a[b]; await a[b]; x = a[b] + 1; new a[b] + 1; a?.[b] + 1; (a[b]) + 1; `${a[b]}`; return a[b]",
        "'use strict'; 'another'; function f() { 'use strict'; 'x'; a.b() } const g = () => { 'use strict'\n a.b() }; class A { m() { 'use strict'; return 'x'.y } }",
        "const s = '😀' + a.b('😀').c; /* 😀 */ a.b(); `😀${a.b()}😀`; const é = {ü: 1}; é.ü.x(); \u{1d4d0}: for (;;) break",
        "a\r\n.b()\r\n;c.d(\r\n)\u{2028}e.f()\u{2029}g.h()\ri.j()",
        "return a ? b : await c.d(e => e.f, function named() { return named.x }, class N { static x = N.y })",
        "await Promise.all([1, 2].map(async x => { await x; return x.y.z(x) })); const [p, q] = await Promise.all([a.b(), c()]); await a; await (await b).c; for (const x of await y) x(); if (await a.b()) return await c; throw await d.e",
        "let i = 0; const inc = () => i++; i += inc(); i = i + inc(i); const captured = {}; [1].map(() => captured.x + i); captured.y = captured.z + captured.w(); if (captured < i) i(); for (let k = captured; k < captured; k += captured) () => k",
        "yield_: { } let async = 1; const get = async + 1, set = get.of; set?.get; let of = get; for (of of set) ; ({async, get, set, of}); ({async: 1, get: 2}); (async).x",
        "using r = a.b(); { await using s = c.d(); s.e() }",
        "import('x').catch(e => e.message); import(a.b); new.target; new.target?.name; arguments[0].x; arguments.length",
        "var f = function () { return f.g() }, {x = () => a.b} = {}; var f; { function f2() { return a.b } f2() } function hoisted() { return hoisted.y() } hoisted(); if (1) { function inner() { a() } }",
        "",
    ];
    for text in texts {
        probes_every_function(text);
    }
}

#[test]
fn a_loop_that_is_stopped_is_where_it_goes_round() {
    for text in [
        "let n = 0;\nwhile (true) {}",
        "const a = b.c();\nfor (let i = 0; ; i = 0) ;",
        "const a = b.c();\nfor (const x of a) {}",
        "a.b = 1;\ndo { $log(1); } while (a < 2);",
        "a();\nfor (;;) a++;",
    ] {
        let source = HandlerSource::parse(text, &Limits::default()).unwrap();
        let mut context = Context::default();
        let script = Script::parse(source.wrapped(), None, &mut context).unwrap();
        let maps = trace::source_maps(&script.codeblock(&mut context).unwrap());
        let handler = &maps[0];
        let layout = Layout::plain(&source);
        // The last instruction of the body is the jump back, or what closes the iterator.
        let end = handler.last().unwrap().pc - 1;
        let place = probe::place(&layout.operations_at(handler, end), Cause::Stopped);
        assert_eq!(place.map(|place| place.line_number()), Some(2), "{text}");
    }
}

//! A probe's code is the handler's, but for its wraps, and its loops are those of the text, whatever the handler is made of.

use std::cell::RefCell;

use boa_engine::builtins::promise::PromiseState;
use boa_engine::object::builtins::JsPromise;
use boa_engine::vm::CodeBlock;
use boa_engine::{Context, JsResult, JsValue, NativeFunction, Script, js_string};
use nexus_core::Limits;

use super::code::Code;
use super::probe::{Layout, Probe};
use super::stop::Stopped;
use super::trace::{self, Frame, SourceMap};
use crate::lines::Lines;
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

/// Handlers of all that there is in the language.
const TEXTS: &[&str] = &[
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
    "import('x').catch(e => e.message); import(a.b); new.target; new.target?.name; arguments[0].x; arguments.length",
    "var f = function () { return f.g() }, {x = () => a.b} = {}; var f; { function f2() { return a.b } f2() } function hoisted() { return hoisted.y() } hoisted(); if (1) { function inner() { a() } }",
    "",
];

#[test]
fn the_code_of_a_probe_is_that_of_the_handler() {
    for text in TEXTS {
        probes_every_function(text);
    }
}

/// Handlers that call `here` once in each of their functions.
const LOOPS: &[&str] = &[
    "here();\nfor (;;) { break }\nfor (let i = 0; i < 2; i++)\n  () => i;\nfor (const a of [1])\n  a;\nfor (const k in { a: 1 }) k;\nlet n = 2;\nwhile (n > 0)\n  n--;\ndo n++; while (n < 3)",
    "here();\nouter:\nfor (let i = 0; i < 2; i++) {\n  inner: while (true) {\n    do { if (i) continue outer; break inner } while (1)\n  }\n}",
    "const f = function () {\n  for (const a of [1]) { try { throw 1 } catch { continue } finally { for (;;) break } }\n  here()\n}; f(); here()",
    "class A {\n  while() { for (;;) { here(); break } }\n  constructor() { do { here() } while (0) }\n  static { while (1) { here(); break } }\n  get for() { for (const x of [1]) here(); return 1 }\n}\nnew A().while(); A; new A().for; here()",
    "const r = /for (;;) [/'`] while/.test('for') / 2, s = `for ${`while ${[1].map(() => { for (const x of [1]) here() })}`} do`; // for\n/* while */ const o = { for: 1, do: 2, while() { while (true) { here(); return } } };\no.for + o.do + o\n  .while(); here()",
    "function* g() { for (let i = 0; i < 2; i++) { yield* [i]; yield i } here() }\nfor (const x of g()) ;\nhere()",
    "const x = 'a\\'for', y = \"while\\\\\"; for (let i = 0; i < 1; i++) switch (i) { case 0: while (1) { here(); break } default: do ; while (0) }",
];

/// The calls that were under way whenever a handler called `here`, in all of its functions.
fn codes(source: &HandlerSource) -> Vec<(SourceMap, Code, String)> {
    thread_local! {
        static FOUND: RefCell<Vec<(SourceMap, Code, String)>> = const { RefCell::new(Vec::new()) };
    }
    fn here(_: &JsValue, _: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
        let call = context.stack_trace().next().expect("somebody calls");
        let Frame::Code { map, .. } = trace::call(call) else { panic!("a call has code") };
        FOUND.with_borrow_mut(|found| found.push((map, Code::read(call.code_block()), call.code_block().to_string())));
        Ok(JsValue::undefined())
    }
    let mut context = Context::default();
    context.register_global_callable(js_string!("here"), 0, NativeFunction::from_fn_ptr(here)).unwrap();
    let script = Script::parse(source.wrapped(), None, &mut context).unwrap();
    let handler = script.evaluate(&mut context).unwrap();
    let promise = handler.as_callable().unwrap().call(&JsValue::undefined(), &[], &mut context).unwrap();
    let promise = JsPromise::from_object(promise.as_object().unwrap()).unwrap();
    assert!(matches!(promise.state(), PromiseState::Fulfilled(_)), "{:?}\n{}", promise.state(), source.text());
    FOUND.take()
}

#[test]
fn the_loops_of_the_code_are_those_of_the_text() {
    for text in LOOPS {
        let source = HandlerSource::parse(text, &Limits::default()).unwrap();
        let layout = Layout::plain(&source).with_loops(&source);
        let lines = Lines::new(source.text());
        let codes = codes(&source);
        assert!(!codes.is_empty(), "{text}");
        for (map, code, _) in codes {
            let loops = layout.loops_of(layout.function_of(&map).expect("a function of the text"));
            assert_eq!(loops.len(), code.loops.len(), "{text}\n{code:?}");
            for keyword in loops.iter().map(|number| layout.keyword(*number)) {
                let at = lines.offset(keyword.expect("a keyword")).unwrap();
                let begins = ["for", "while", "do"].iter().any(|word| source.text()[at..].starts_with(word));
                assert!(begins, "{text}\n{:?}", &source.text()[at..]);
            }
        }
    }
}

#[test]
fn every_instruction_of_a_loop_is_in_the_loop() {
    for text in LOOPS {
        let source = HandlerSource::parse(text, &Limits::default()).unwrap();
        let layout = Layout::plain(&source).with_loops(&source);
        for (map, code, _) in codes(&source) {
            let stopped = Stopped::new(&layout, &map, &code).unwrap();
            let loops = layout.loops_of(layout.function_of(&map).unwrap());
            for (index, next) in code.instructions.iter().enumerate().skip(1) {
                let place = stopped.place(next.pc - 1, true).unwrap_or_else(|| panic!("{text}\n{next:?}"));
                if let Some(found) = code.loop_at(index - 1) {
                    let keyword = layout.keyword(loops[found]).unwrap();
                    assert!(place >= keyword, "{text}\n{next:?} {place:?} {keyword:?}");
                }
            }
        }
    }
}

/// The bytes and the source map of a function and of all functions in it, as they are printed.
fn printed(code: &CodeBlock) -> Vec<(Vec<u8>, SourceMap)> {
    let text = format!("{code:?}");
    let (mut open, mut bytes) = (Vec::new(), Vec::new());
    // The bytes come before the functions inside, and the map comes behind them.
    for part in text.split("bytecode: Bytecode { bytes: [").skip(1) {
        let (numbers, rest) = part.split_once(']').unwrap();
        open.push(numbers.split(", ").map(|number| number.parse().unwrap()).collect::<Vec<u8>>());
        bytes.extend(rest.matches("map: SourceMap {").map(|_| open.pop().unwrap()));
    }
    bytes.into_iter().zip(trace::source_maps(code)).collect()
}

#[test]
fn the_opcodes_are_the_engines() {
    for text in TEXTS.iter().chain(LOOPS) {
        let source = HandlerSource::parse(text, &Limits::default()).unwrap();
        let mut context = Context::default();
        let script = Script::parse(source.wrapped(), None, &mut context).unwrap();
        for (bytes, map) in printed(&script.codeblock(&mut context).unwrap()) {
            let code = Code::decode(&bytes).unwrap_or_else(|| panic!("{text}\n{bytes:?}"));
            let begins = |pc: u32| code.instructions.iter().any(|instruction| instruction.pc == pc);
            let is_place = |pc: u32| begins(pc) || pc as usize == bytes.len();
            assert!(map.iter().all(|entry| is_place(entry.pc)), "{text}\n{map:?}\n{code:?}");
            assert!(code.targets.iter().all(|target| is_place(*target)), "{text}\n{code:?}");
        }
    }
}

#[test]
fn instructions_are_read_as_they_are_printed() {
    for text in LOOPS {
        let source = HandlerSource::parse(text, &Limits::default()).unwrap();
        for (_, code, printed) in codes(&source) {
            let listing = printed.lines().skip(2).take_while(|line| !line.is_empty());
            let expected: Vec<(u32, String)> = listing
                .map(|line| {
                    let pc = u32::from_str_radix(line.split_whitespace().next().unwrap(), 16).unwrap();
                    let is_name = |word: &&str| word.starts_with(|first: char| first.is_ascii_uppercase());
                    (pc, line.split_whitespace().find(is_name).unwrap().to_owned())
                })
                .collect();
            let found: Vec<(u32, String)> =
                code.instructions.iter().map(|instruction| (instruction.pc, instruction.opcode.to_owned())).collect();
            assert_eq!(found, expected, "{text}");
        }
    }
}

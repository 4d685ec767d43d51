//! scratch
use boa_engine::{Context, Source, JsValue, Script};
use std::path::Path;
#[test]
fn probe() {
    for text in ["(async function handler(){\"use strict\"; let a; \n let q = 1; null.f(q, () => a) })", "(function(){\"use strict\";\n const f = () => { return x }; f(); let x = 1; })", "(function(){\"use strict\";\n x; let x = 1; })",
    "(function(){\"use strict\";\n x = 2; const x = 1; })", "(function(){\"use strict\";\n const x = 1; x = 2; })", "(function({a}){\"use strict\"; })", "(function(a = nope()){  })", "(class { constructor() { null.f() } })", "(class extends Object { constructor() { this.x } })","(class { x = null.f() })", "(class { static { null.f() } })", "(class { static x = nope })", "(() => null.f())", "(function(){'😀'; null\n.x})","(function(){ for (const x of 5) ; })","(function(){ for (const [x] of [5]) ; })", "(function(){ const {x} = null; })", "(function(){ const {x:{y}} = {}; })","(function(){ [...5] })", "(function(){ 5 in 5 })", "(function(){ 5 instanceof 5 })", "(function(){ return 1n+1 })", "(function(){ return 1n < Symbol() })", "(function(){ return `${Symbol()}` })","(function(){ return a?.b })", "(function(){ return $ => typeof nope2 })", "(function(){ new nope3 })", "(function(){ const [a,b] = null })", "(function(){ ({...null, [Symbol()]: 1, [{toString(){null.x}}]: 1}) })"] {
        let mut context = Context::default();
        let f = Script::parse(Source::from_bytes(text).with_path(Path::new("h.js")), None, &mut context).unwrap();
        let f = f.evaluate(&mut context).unwrap();
        let f = f.as_object().unwrap();
        let result = if text.starts_with("(class") { f.construct(&[], None, &mut context).map(|o| JsValue::from(o)) } else { f.call(&JsValue::undefined(), &[], &mut context) };
        context.run_jobs().unwrap();
        let e = match result { Err(e) => e.into_opaque(&mut context).unwrap(), Ok(p) => match p.as_promise() { Some(p) => match p.state() { boa_engine::builtins::promise::PromiseState::Rejected(r) => r, s => {println!("{s:?}"); continue} }, None => {println!("OK {}", p.display()); continue}} };
        println!("{text}\n   {}", e.display());
        let o = e.as_object().unwrap();
        let data = o.downcast_ref::<boa_engine::builtins::error::Error>().unwrap();
        println!("   {:?}", *data);
    }
}
#[test]
fn code() {
    let mut context = Context::default();
    let text = "(async function handler(){\"use strict\"; let a; \n let q = 1; null.f(q, () => { let z = 1; return a + z }) })";
    let s = Script::parse(Source::from_bytes(text).with_path(Path::new("h.js")), None, &mut context).unwrap();
    println!("{:?}", s.codeblock(&mut context).unwrap());
}

//! What is cut traps, what only it called is gone, and all the rest computes what it did.

use nexus_passes::{Cut, PruneError, inspect, prune};
use wasmi::Val;

use crate::host;

/// `ask` calls the engine's hook and, where that allows it, its parser; `fail` ends in a panic with a message.
fn program() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (memory (export "memory") 1)
            (table (export "table") 2 funcref)
            (elem (i32.const 0) func $engine::eval $engine::Loader::load)
            (func $engine::parser::parse (result i32) (call $engine::parser::token))
            (func $engine::parser::token (result i32) (i32.const 41))
            (func $engine::eval (export "ask") (param i32) (result i32)
                (if (result i32) (local.get 0) (then (call $engine::parser::parse)) (else (i32.const 7))))
            (func $engine::Loader::load (result i32) (call $engine::Loader::read))
            (func $engine::Loader::read (result i32) (i32.const 5))
            (func $core::panicking::panic (param i32 i32)
                (i32.store (i32.const 0) (local.get 0)) unreachable)
            (func $core::panicking::count (param i32 i32)
                (if (local.get 0) (then return)) unreachable)
            (func $user::overflow (export "overflow") (param i32)
                (if (local.get 0) (then (call $core::panicking::panic (i32.const 1) (i32.const 2)))))
            (func $user::fail (export "fail") (param i32)
                (i32.store (i32.const 4) (i32.const 9))
                (call $core::panicking::count (i32.const 1) (i32.const 2))
                (if (local.get 0) (then
                    (i32.store (i32.const 8) (i32.const 3))
                    (call $core::panicking::panic (i32.const 1) (i32.const 2)) unreachable)))
            (func (export "read") (param i32) (result i32) (i32.load (local.get 0))))"#,
    )
    .unwrap()
}

/// The names of those functions, of the ones that only others call, that are still there.
fn functions(wasm: &[u8]) -> Vec<&'static str> {
    let text = String::from_utf8_lossy(wasm);
    ["core::panicking::panic", "engine::Loader::read", "engine::parser::parse", "engine::parser::token"]
        .into_iter()
        .filter(|name| text.contains(name))
        .collect()
}

#[test]
fn calls_that_are_cut_trap_and_their_callees_are_gone() {
    let cut = Cut::Calls { from: "engine::eval", to: &["engine::parser::"] };
    let pruned = prune(&program(), &[cut]).unwrap();
    let mut machine = host::start(&pruned, i64::MAX, i64::MAX).unwrap();
    assert!(matches!(machine.call("ask", &[Val::I32(0)]).unwrap()[..], [Val::I32(7)]));
    assert!(machine.call("ask", &[Val::I32(1)]).is_err());
    assert_eq!(functions(&pruned), ["core::panicking::panic", "engine::Loader::read"]);
}

#[test]
fn a_function_that_is_cut_keeps_its_place_in_tables() {
    let pruned = prune(&program(), &[Cut::Function("Loader::load")]).unwrap();
    assert_eq!(functions(&pruned), ["core::panicking::panic", "engine::parser::parse", "engine::parser::token"]);
    assert_eq!(inspect(&pruned).unwrap(), inspect(&program()).unwrap());
}

#[test]
fn an_end_without_its_message_ends_at_the_same_place() {
    let cut = Cut::Ends { of: &["core::panicking::"], but_in: "overflow" };
    let pruned = prune(&program(), &[cut]).unwrap();
    let mut machine = host::start(&pruned, i64::MAX, i64::MAX).unwrap();
    machine.call("fail", &[Val::I32(0)]).unwrap();
    assert!(machine.call("fail", &[Val::I32(1)]).is_err());
    let read = |machine: &mut host::Machine, address| match machine.call("read", &[Val::I32(address)]).unwrap()[..] {
        [Val::I32(value)] => value,
        _ => panic!("no number"),
    };
    // What was done before it is done, what it would have said is not.
    assert_eq!([0, 4, 8].map(|address| read(&mut machine, address)), [0, 9, 3]);
    machine.call("overflow", &[Val::I32(0)]).unwrap();
    assert!(machine.call("overflow", &[Val::I32(1)]).is_err());
    assert_eq!(read(&mut machine, 0), 1, "this one is let speak");
}

#[test]
fn text_that_nothing_leads_to_any_more_is_blanked() {
    // Messages at 100, 110 and 120; the second is also read, a word of the data leads into the third.
    let wasm = wat::parse_str(
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 100) "first.....second....third.....")
            (data (i32.const 200) "\7a\00\00\00")
            (func $core::panicking::panic (param i32 i32) unreachable)
            (func (export "fail") (param i32)
                (if (i32.eq (local.get 0) (i32.const 1)) (then (call $core::panicking::panic (i32.const 100) (i32.const 5))))
                (if (i32.eq (local.get 0) (i32.const 2)) (then (call $core::panicking::panic (i32.const 110) (i32.const 6))))
                (call $core::panicking::panic (i32.const 120) (i32.const 5)))
            (func (export "second") (result i32) (i32.load (i32.const 110))))"#,
    )
    .unwrap();
    let pruned = prune(&wasm, &[Cut::Ends { of: &["core::panicking::"], but_in: "overflow" }]).unwrap();
    let memory = host::start(&pruned, i64::MAX, i64::MAX).unwrap().memory();
    assert_eq!(memory[100..130], *b"\0\0\0\0\0.....second....third.....");
}

#[test]
fn a_cut_that_finds_nothing_is_an_error() {
    for cut in [
        Cut::Function("engine::Nobody"),
        Cut::Calls { from: "engine::eval", to: &["engine::Loader"] },
        Cut::Calls { from: "engine::Nobody", to: &["engine::parser::"] },
        Cut::Ends { of: &["core::nothing"], but_in: "overflow" },
    ] {
        assert!(matches!(prune(&program(), &[cut]), Err(PruneError::NotFound(_))), "{cut:?}");
    }
    assert!(matches!(prune(b"\0asm", &[]), Err(PruneError::Invalid(_))));
}

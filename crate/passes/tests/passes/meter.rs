//! A metered module computes what the original computes, pays for all of it, and stops when it is told to.

use crate::host::{start, was_stopped};
use nexus_passes::{MeterError, inspect, meter};
use wasmi::Val;

const ENOUGH: i64 = i64::MAX;

fn metered(wat: &str) -> Vec<u8> {
    let metered = meter(&wat::parse_str(wat).expect("valid text")).expect("it can be metered");
    wasmparser::validate(&metered).expect("a metered module is valid");
    metered
}

/// Programs with one export `run (i32) -> i32`, over the features that compilers make use of.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "loop",
        r#"(module (func (export "run") (param $n i32) (result i32) (local $sum i32)
            (loop $again
                (local.set $sum (i32.add (local.get $sum) (local.get $n)))
                (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
            (local.get $sum)))"#,
    ),
    (
        "nested loops with a loop first in its block",
        r#"(module (func (export "run") (param $n i32) (result i32) (local $i i32) (local $j i32) (local $c i32)
            (loop $outer
                (local.set $j (local.get $n))
                (loop $inner
                    (local.set $c (i32.add (local.get $c) (i32.xor (local.get $i) (local.get $j))))
                    (br_if $inner (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
                (br_if $outer (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
            (local.get $c)))"#,
    ),
    (
        "recursion",
        r#"(module (func $fib (export "run") (param $n i32) (result i32)
            (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
                (then (local.get $n))
                (else (i32.add
                    (call $fib (i32.sub (local.get $n) (i32.const 1)))
                    (call $fib (i32.sub (local.get $n) (i32.const 2))))))))"#,
    ),
    (
        "imports and a table, whose function indices all move",
        r#"(module
            (import "env" "add" (func $add (param i32 i32) (result i32)))
            (type $binary (func (param i32 i32) (result i32)))
            (table (export "table") 3 funcref)
            (elem (i32.const 0) $add $sub $mul)
            (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
            (func $mul (type $binary) (i32.mul (local.get 0) (local.get 1)))
            (func (export "run") (param $n i32) (result i32) (local $value i32)
                (local.set $value (i32.const 1))
                (loop $again
                    (local.set $value (call_indirect (type $binary) (local.get $value) (local.get $n)
                        (i32.rem_u (local.get $n) (i32.const 3))))
                    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (local.get $value)))"#,
    ),
    (
        "a loop with parameters and two results",
        r#"(module (func (export "run") (param $n i32) (result i32)
            (i32.const 0) (local.get $n)
            (loop $again (param i32 i32) (result i32 i32)
                (local.set $n)
                (i32.add (local.get $n))
                (i32.sub (local.get $n) (i32.const 1))
                (br_if $again (i32.gt_s (local.get $n) (i32.const 1))))
            i32.add))"#,
    ),
    (
        "a branch table and an early return",
        r#"(module (func (export "run") (param $n i32) (result i32) (local $state i32) (local $sum i32)
            (loop $machine
                (block $two (block $one (block $zero
                    (br_table $zero $one $two (local.get $state)))
                    (local.set $state (i32.const 1)) (br $machine))
                    (local.set $sum (i32.add (local.get $sum) (local.get $n)))
                    (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                    (local.set $state (select (i32.const 1) (i32.const 2) (i32.gt_s (local.get $n) (i32.const 0))))
                    (br $machine))
                (return (local.get $sum)))
            (unreachable)))"#,
    ),
    (
        "a start function, globals, memory and bulk instructions",
        r#"(module
            (memory (export "memory") 1)
            (data (i32.const 0) "\01\02\03\04")
            (data $passive "\05\06\07\08")
            (global $offset (mut i32) (i32.const 0))
            (func $prepare
                (global.set $offset (i32.const 16))
                (memory.init $passive (i32.const 4) (i32.const 0) (i32.const 4))
                (memory.copy (i32.const 16) (i32.const 0) (i32.const 8))
                (call $nothing))
            (func $nothing)
            (start $prepare)
            (func (export "run") (param $n i32) (result i32) (local $sum i32)
                (loop $again
                    (local.set $n (i32.sub (local.get $n) (i32.const 1)))
                    (local.set $sum (i32.add (local.get $sum)
                        (i32.load8_u (i32.add (global.get $offset) (i32.and (local.get $n) (i32.const 7))))))
                    (br_if $again (local.get $n)))
                (local.get $sum)))"#,
    ),
    (
        "tail calls",
        r#"(module
            (func $even (param $n i32) (param $acc i32) (result i32)
                (if (i32.eqz (local.get $n)) (then (return (local.get $acc))))
                (return_call $odd (i32.sub (local.get $n) (i32.const 1)) (i32.add (local.get $acc) (i32.const 2))))
            (func $odd (param $n i32) (param $acc i32) (result i32)
                (if (i32.eqz (local.get $n)) (then (return (i32.sub (i32.const 0) (local.get $acc)))))
                (return_call $even (i32.sub (local.get $n) (i32.const 1)) (i32.add (local.get $acc) (i32.const 3))))
            (func (export "run") (param i32) (result i32) (call $even (local.get 0) (i32.const 0))))"#,
    ),
    (
        "function references, a declared element and vectors",
        r#"(module
            (type $unary (func (param i32) (result i32)))
            (elem declare func $double)
            (func $double (type $unary) (i32.shl (local.get 0) (i32.const 1)))
            (table $t 1 funcref)
            (func (export "run") (param $n i32) (result i32)
                (table.set $t (i32.const 0) (ref.func $double))
                (i32x4.extract_lane 2 (i32x4.splat
                    (call_indirect $t (type $unary) (local.get $n) (i32.const 0))))))"#,
    ),
];

#[test]
fn a_metered_module_computes_the_same() {
    for (name, text) in PROGRAMS {
        let plain = wat::parse_str(text).unwrap();
        for n in [1, 2, 3, 7, 12] {
            let expected = start(&plain, 0, ENOUGH).unwrap().call_i32("run", &[n]).unwrap();
            let actual = start(&metered(text), 10, ENOUGH).unwrap().call_i32("run", &[n]).unwrap();
            assert_eq!(actual, expected, "{name}, n = {n}");
        }
    }
}

#[test]
fn fuel_used_is_the_same_whatever_the_slices() {
    for (name, text) in PROGRAMS {
        let wasm = metered(text);
        let used = |slice| {
            let mut machine = start(&wasm, slice, ENOUGH).unwrap();
            machine.call_i32("run", &[9]).unwrap();
            machine.fuel_used()
        };
        let expected = used(1_000_000);
        assert!(expected > 0, "{name} used nothing");
        for slice in [0, 1, 2, 7, 100, 1_000_000] {
            assert_eq!(used(slice), expected, "{name}, slice {slice}");
        }
    }
}

#[test]
fn fuel_used_counts_each_loop_turn_and_each_entry_of_a_caller() {
    let used = |program: usize, n| {
        let mut machine = start(&metered(PROGRAMS[program].1), 100, ENOUGH).unwrap();
        machine.call_i32("run", &[n]).unwrap();
        machine.fuel_used()
    };
    assert_eq!(used(0, 1), 1);
    assert_eq!(used(0, 1000), 1000, "one per turn, nothing for the entry of a leaf");
    assert_eq!(used(1, 10), 10 + 100);
    assert_eq!(used(2, 10), 177, "fib(10) makes 177 calls");
    assert_eq!(used(3, 5), 1 + 5, "the leaves called through the table are free");
}

#[test]
fn bulk_instructions_pay_for_their_length_before_they_run() {
    const ONE: &str = "(i32.const 0)";
    for (instruction, shift) in [
        (format!("(memory.fill {ONE} {ONE} (local.get 0))"), 6),
        (format!("(memory.copy {ONE} (i32.const 9) (local.get 0))"), 6),
        (format!("(memory.init $data {ONE} {ONE} (local.get 0))"), 6),
        (format!("(memory.fill $wide (i64.const 0) {ONE} (i64.extend_i32_u (local.get 0)))"), 6),
        ("(memory.copy $wide $wide (i64.const 0) (i64.const 9) (i64.extend_i32_u (local.get 0)))".to_owned(), 6),
        (format!("(memory.copy 0 $wide {ONE} (i64.const 9) (local.get 0))"), 6),
        (format!("(table.fill {ONE} (ref.null func) (local.get 0))"), 3),
        (format!("(table.copy {ONE} (i32.const 9) (local.get 0))"), 3),
        (format!("(table.init $elements {ONE} {ONE} (local.get 0))"), 3),
        ("(drop (table.grow (ref.null func) (local.get 0)))".to_owned(), 3),
    ] {
        let text = format!(
            r#"(module (memory 16) (memory $wide i64 16) (table 1000 funcref)
                (data $data "{}") (elem $elements func {})
                (func $f (export "run") (param i32) {instruction}))"#,
            "x".repeat(1000),
            "$f ".repeat(1000)
        );
        for length in [0, 1, (1 << shift) - 1, 1 << shift, (1 << shift) + 1, 900] {
            let mut machine = start(&metered(&text), 5, ENOUGH).unwrap();
            machine.call("run", &[Val::I32(length)]).unwrap_or_else(|error| panic!("{instruction}: {error}"));
            assert_eq!(machine.fuel_used(), i64::from(length >> shift), "{instruction} of {length}");
        }
    }
    let text = r#"(module (memory (export "memory") 16)
        (func (export "run") (param i32) (memory.fill (i32.const 0) (i32.const 7) (local.get 0))))"#;
    let mut machine = start(&metered(text), 10, 100).unwrap();
    assert!(was_stopped(&machine.call("run", &[Val::I32(100 * 64)])));
    assert!(machine.memory().iter().all(|byte| *byte == 0), "it was stopped before it ran");
}

#[test]
fn the_first_tick_comes_at_the_first_point_even_in_the_start_function() {
    let wasm = metered(r#"(module (func $spin (loop $l (br $l))) (start $spin))"#);
    let stopped = start(&wasm, 10, 0);
    assert!(was_stopped(&stopped.map(|_| ())));

    let mut machine = start(&metered(PROGRAMS[0].1), 50, ENOUGH).unwrap();
    assert!(machine.store.data().ticks.is_empty(), "nothing has run");
    machine.call_i32("run", &[1]).unwrap();
    assert_eq!(machine.store.data().ticks, [1]);
}

#[test]
fn ticks_come_when_more_than_the_grant_is_used() {
    let mut machine = start(&metered(PROGRAMS[0].1), 10, ENOUGH).unwrap();
    machine.write("__fuel", 100);
    machine.write("__grant", 100);
    machine.call_i32("run", &[100]).unwrap();
    assert_eq!(machine.store.data().ticks, [0; 0], "exactly the grant is not more than the grant");
    machine.call_i32("run", &[23]).unwrap();
    assert_eq!(machine.store.data().ticks, [101, 11, 11], "then each time the 10 granted and the one too many");
    assert_eq!(machine.fuel_used(), 123);
}

#[test]
fn every_shape_of_endless_work_stops() {
    const ENDLESS: &[(&str, &str)] = &[
        ("empty loop", r#"(module (func (export "run") (loop $l (br $l))))"#),
        ("conditional loop", r#"(module (func (export "run") (loop $l (br_if $l (i32.const 1)))))"#),
        (
            "loop left and entered again by a branch table",
            r#"(module (func (export "run") (loop $a (block $b (br_table $b $a (i32.const 1))) (br $a))))"#,
        ),
        ("loop in a block in a loop", r#"(module (func (export "run") (loop $a (block (loop $b (br $a))) (br $a))))"#),
        ("recursion", r#"(module (func $f (export "run") (call $f)))"#),
        ("mutual recursion", r#"(module (func $f (export "run") (call $g)) (func $g (call $f)))"#),
        (
            "recursion through a table",
            r#"(module (table funcref (elem $f)) (func $f (export "run") (call_indirect (i32.const 0))))"#,
        ),
        ("tail call", r#"(module (func $f (export "run") (return_call $f)))"#),
        (
            "tail call through a table",
            r#"(module (table funcref (elem $f)) (func $f (export "run") (return_call_indirect (i32.const 0))))"#,
        ),
    ];
    for (name, text) in ENDLESS {
        let mut machine = start(&metered(text), 10, 500).unwrap();
        let result = machine.call("run", &[]);
        assert!(was_stopped(&result), "{name}: {result:?}");
        // The interpreter's own stack allows 1000 frames, so recursion was stopped by fuel as well.
        assert!((500..=511).contains(&machine.store.data().ticks.iter().sum::<i64>()), "{name}");
    }
}

#[test]
fn exceptions_cannot_hide_a_cycle() {
    // The interpreter has no exceptions; that both forms survive the rewrite with their points is read from the module.
    for (form, text) in [
        (
            "modern",
            r#"(module (tag $t) (func (export "run")
            (loop $l (block $caught (try_table (catch $t $caught) (throw $t))) (br $l))))"#,
        ),
        (
            "legacy",
            r#"(module (tag $t) (func (export "run")
            loop $l try throw $t catch $t br $l end end))"#,
        ),
    ] {
        let plain = wat::parse_str(text).unwrap_or_else(|error| panic!("{form}: {error}"));
        let metered = meter(&plain).unwrap_or_else(|error| panic!("{form}: {error}"));
        assert_eq!(points_in(&metered), 1, "{form}");
    }
}

/// Counts the calls of the refill function, which is the last of a module's functions to be defined.
fn points_in(wasm: &[u8]) -> usize {
    let text = walrus::Module::from_buffer(wasm).unwrap();
    let refill = text.funcs.by_name("__refill").expect("the refill function is named");
    struct Count(walrus::FunctionId, usize);
    impl walrus::ir::Visitor<'_> for Count {
        fn visit_call(&mut self, call: &walrus::ir::Call) {
            self.1 += usize::from(call.func == self.0);
        }
    }
    let mut count = Count(refill, 0);
    for (_, function) in text.funcs.iter_local() {
        walrus::ir::dfs_in_order(&mut count, function, function.entry_block());
    }
    count.1
}

#[test]
fn a_stopped_instance_works_again_after_a_new_grant() {
    let text = r#"(module
        (global $turns (mut i32) (i32.const 0))
        (func (export "spin") (loop $l (global.set $turns (i32.add (global.get $turns) (i32.const 1))) (br $l)))
        (func (export "turns") (result i32) (global.get $turns))
        (func (export "count") (param $n i32) (result i32)
            (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))) (local.get $n)))"#;
    let mut machine = start(&metered(text), 10, 100).unwrap();
    assert!(was_stopped(&machine.call("spin", &[])));
    let first = machine.call_i32("turns", &[]).unwrap();
    assert!(was_stopped(&machine.call("count", &[Val::I32(5)])), "out of fuel until the host says otherwise");

    machine.write("__fuel", 1000);
    machine.write("__grant", 1000);
    assert_eq!(machine.call_i32("count", &[5]).unwrap(), 0);
    assert_eq!(machine.read("__fuel"), 995);

    let mut again = start(&metered(text), 10, 100).unwrap();
    assert!(was_stopped(&again.call("spin", &[])));
    assert_eq!(again.call_i32("turns", &[]).unwrap(), first, "it stops at the same point each time");
}

#[test]
fn the_same_module_gives_the_same_bytes() {
    for (name, text) in PROGRAMS {
        assert_eq!(metered(text), metered(text), "{name}");
    }
}

#[test]
fn only_the_counter_is_added_to_the_surface() {
    let wasm = metered(PROGRAMS[3].1);
    let surface = inspect(&wasm).unwrap();
    let mut imports: Vec<String> = surface.imports.iter().map(ToString::to_string).collect();
    imports.sort();
    assert_eq!(imports, ["func env.add", "func nexus.tick"]);
    let machine = start(&wasm, 10, ENOUGH).unwrap();
    let mut exports = machine.exports();
    exports.sort();
    assert_eq!(exports, ["func run", "global __fuel", "global __grant", "table table"]);
}

#[test]
fn names_in_use_are_refused() {
    let error = |text: &str| meter(&wat::parse_str(text).unwrap()).unwrap_err();
    for (text, name) in [
        (r#"(module (import "nexus" "tick" (func (param i64) (result i64))))"#, "nexus.tick"),
        (r#"(module (global (export "__fuel") i64 (i64.const 0)))"#, "__fuel"),
        (r#"(module (func (export "__grant")))"#, "__grant"),
    ] {
        assert!(matches!(error(text), MeterError::NameTaken(taken) if taken == name), "{text}");
    }
    let once = metered(PROGRAMS[0].1);
    assert!(matches!(meter(&once), Err(MeterError::NameTaken(_))), "metered twice");
}

#[test]
fn what_is_not_a_module_is_refused() {
    let truncated = {
        let mut wasm = wat::parse_str(PROGRAMS[3].1).unwrap();
        wasm.truncate(wasm.len() - 3);
        wasm
    };
    let ill_typed = wat::parse_str(r#"(module (func (result i32) (i64.const 1)))"#).unwrap();
    let component = wat::parse_str("(component)").unwrap();
    for (name, bytes) in [
        ("nothing", &b""[..]),
        ("text", b"not wasm at all"),
        ("truncated", &truncated),
        ("ill typed", &ill_typed),
        ("a component", &component),
    ] {
        let result = meter(bytes);
        assert!(matches!(result, Err(MeterError::Invalid(_))), "{name}: {:?}", result.map(|wasm| wasm.len()));
    }
}

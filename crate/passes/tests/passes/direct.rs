//! Whatever a profile says, a module with direct calls does what it did.

use nexus_passes::direct::{CALLED_MODULE, CALLED_NAME, Profile, instrument};
use nexus_passes::{DirectError, direct, meter};
use wasmi::{Caller, Engine, Linker, Module, Store, TrapCode, Val};
use wasmparser::{Operator, Parser, Payload};

use crate::host;

/// Indices of the table of [`program`] and what is behind its end.
const POINTERS: std::ops::Range<i32> = -2..12;

/// `apply (pointer, a, b)` calls through a table and adds 1000; `twice` calls in a loop through pointers that change. The table leads twice to
/// one function, to one of another type, to none, and to an import. `extra` are fields of the module.
fn program(extra: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (type $binary (func (param i32 i32) (result i32)))
            (import "env" "add" (func $add (type $binary)))
            (table $table 9 funcref)
            (elem (i32.const 1) func $less $calls $other $less $early $dirty $trap $add)
            {extra}
            (func $less (type $binary) (i32.sub (local.get 0) (local.get 1)))
            (func $calls (type $binary) (call $less (local.get 1) (local.get 0)))
            (func $other (param i32) (result i32) (local.get 0))
            ;; It leaves by a branch, by a return or at the end.
            (func $early (type $binary)
                (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
                (br_if 0 (i32.const 8) (i32.eqz (local.get 1)))
                (drop)
                (local.get 1))
            ;; Its local begins as zero each time.
            (func $dirty (type $binary) (local i32)
                (local.set 2 (i32.add (i32.const 1) (i32.add (local.get 2) (local.get 0))))
                (local.get 2))
            (func $trap (type $binary) (i32.div_u (local.get 0) (local.get 1)))
            (func $apply (export "apply") (param i32 i32 i32) (result i32)
                (i32.add (i32.const 1000)
                    (call_indirect (type $binary) (local.get 1) (local.get 2) (local.get 0))))
            (func $twice (export "twice") (param $pointer i32) (param $turns i32) (result i32) (local $sum i32)
                (loop $next
                    (local.set $sum (call_indirect (type $binary)
                        (call_indirect (type $binary) (local.get $sum) (local.get $turns) (local.get $pointer))
                        (i32.const 3)
                        (i32.xor (local.get $pointer) (i32.and (local.get $turns) (i32.const 1)))))
                    (br_if $next (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))
                (local.get $sum)))"#
    );
    wat::parse_str(&text).unwrap()
}

/// A profile with the given pointers at each place that can call them, in this order.
fn profile(wasm: &[u8], pointers: &[u32]) -> Profile {
    let sites = 0..3;
    let counts = sites.flat_map(|site| pointers.iter().zip((1..=100).rev()).map(move |(p, count)| (site, *p, count)));
    Profile::of(wasm, counts).unwrap()
}

/// What each call of `apply` and `twice` answers, or the trap it ends in.
fn observe(wasm: &[u8]) -> Vec<Result<i32, TrapCode>> {
    let mut machine = host::start(wasm, i64::MAX, i64::MAX).unwrap();
    let mut seen = Vec::new();
    let trap = |error: wasmi::Error| error.as_trap_code().expect("nothing but traps fails");
    for pointer in POINTERS {
        for (a, b) in [(0, 0), (0, 5), (5, 0), (9, 4), (-1, 2)] {
            seen.push(machine.call_i32("apply", &[pointer, a, b]).map_err(trap));
        }
        seen.push(machine.call_i32("twice", &[pointer, 5]).map_err(trap));
    }
    seen
}

/// How many calls of each kind there are: direct, through a table.
fn calls(wasm: &[u8]) -> (usize, usize) {
    let mut counts = (0, 0);
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.unwrap() {
            for operator in body.get_operators_reader().unwrap() {
                match operator.unwrap() {
                    Operator::Call { .. } => counts.0 += 1,
                    Operator::CallIndirect { .. } => counts.1 += 1,
                    _ => {}
                }
            }
        }
    }
    counts
}

#[test]
fn every_pointer_leads_where_it_led_whichever_are_expected() {
    let wasm = program("");
    let expected = observe(&wasm);
    // The comparison would be worth little if they all did the same.
    let kinds = [
        TrapCode::TableOutOfBounds,
        TrapCode::IndirectCallToNull,
        TrapCode::BadSignature,
        TrapCode::IntegerDivisionByZero,
    ];
    for kind in kinds {
        assert!(expected.contains(&Err(kind)), "{kind:?} is not among {expected:?}");
    }
    assert!(expected.iter().filter(|seen| seen.is_ok()).count() > 30);

    for pointers in
        [&[1][..], &[2], &[4, 1], &[2, 1, 4], &[5], &[6], &[7], &[8], &[5, 6, 7, 8], &[8, 7, 6, 5, 4, 3, 2, 1, 0]]
    {
        let changed = direct(&wasm, &profile(&wasm, pointers)).unwrap();
        wasmparser::validate(&changed).unwrap();
        assert_eq!(expected, observe(&changed), "{pointers:?}");
        assert_eq!(calls(&changed).1, 3, "the table is still there for other pointers than {pointers:?}");
    }
}

#[test]
fn what_it_costs_does_not_depend_on_the_profile() {
    let wasm = program("");
    let fuel = |wasm: &[u8], pointer| {
        let mut machine = host::start(&meter(wasm).unwrap(), 1_000, i64::MAX).unwrap();
        let _ = machine.call_i32("twice", &[pointer, 9]);
        machine.fuel_used()
    };
    for pointers in [&[2][..], &[1, 4, 2], &[8, 7, 6, 5]] {
        let changed = direct(&wasm, &profile(&wasm, pointers)).unwrap();
        for pointer in POINTERS {
            assert_eq!(fuel(&wasm, pointer), fuel(&changed, pointer), "{pointer}, {pointers:?}");
        }
    }
}

#[test]
fn a_function_that_is_expected_is_called_directly_or_copied_if_it_is_short_and_calls_nothing() {
    let wasm = program("");
    let before = calls(&wasm).0;
    let with = |pointers: &[u32]| calls(&direct(&wasm, &profile(&wasm, pointers)).unwrap()).0 - before;
    assert_eq!(with(&[2]), 3, "a call for each place");
    assert_eq!(with(&[8]), 3, "an import is not copied");
    assert_eq!(with(&[1, 4, 5, 6, 7]), 0, "copied");
    assert_eq!(with(&[3, 0, 20]), 0, "what would trap is left to the table");
}

#[test]
fn a_table_that_may_change_is_always_looked_into() {
    let closed = program("");
    let named = profile(&closed, &[1, 2]);
    for change in [
        r#"(export "table" (table $table))"#,
        "(func (table.set $table (i32.const 1) (ref.null func)))",
        "(func (table.fill $table (i32.const 1) (ref.null func) (i32.const 1)))",
        "(func (table.copy $table $table (i32.const 1) (i32.const 2) (i32.const 1)))",
        "(elem $late func $less) (func (table.init $late (i32.const 1) (i32.const 0) (i32.const 1)))",
        "(global $g i32 (i32.const 1)) (elem (global.get $g) func $less)",
    ] {
        let wasm = program(change);
        assert!(matches!(direct(&wasm, &named), Err(DirectError::Stale { found: 0 })), "{change}");
    }
    // What does not change what is there is no reason.
    let grown = program("(func (result i32) (table.grow $table (ref.null func) (i32.const 3)))");
    assert!(direct(&grown, &named).is_ok());
}

#[test]
fn later_elements_go_over_earlier_ones() {
    let wasm = program("(elem (i32.const 1) func $calls)");
    let changed = direct(&wasm, &profile(&wasm, &[1, 2])).unwrap();
    assert_eq!(observe(&wasm), observe(&changed));
    assert_ne!(observe(&wasm), observe(&program("")));
}

/// Makes calls of an instrumented `wasm` (what it exports, arguments). Answers their results, nothing where they trap, and what was
/// called meanwhile: sites and pointers.
fn tell(wasm: &[u8], calls: &[(&str, &[i32])]) -> (Vec<Option<i32>>, Vec<(u32, u32)>) {
    let engine = Engine::default();
    let mut store = Store::new(&engine, Vec::new());
    let mut linker = Linker::new(&engine);
    linker.func_wrap("env", "add", |a: i32, b: i32| a.wrapping_add(b)).unwrap();
    let called =
        |mut caller: Caller<'_, Vec<(u32, u32)>>, pointer: u32, site: u32| caller.data_mut().push((site, pointer));
    linker.func_wrap(CALLED_MODULE, CALLED_NAME, called).unwrap();
    let module = Module::new(&engine, instrument(wasm).unwrap()).unwrap();
    let instance = linker.instantiate_and_start(&mut store, &module).unwrap();
    let mut answers = Vec::new();
    for (name, arguments) in calls {
        let arguments: Vec<Val> = arguments.iter().map(|n| Val::I32(*n)).collect();
        let mut results = [Val::I32(0)];
        let outcome = instance.get_func(&store, name).unwrap().call(&mut store, &arguments, &mut results);
        answers.push(outcome.ok().map(|()| results[0].i32().unwrap()));
    }
    (answers, store.into_data())
}

#[test]
fn an_instrumented_module_does_the_same_and_tells_what_it_calls_where() {
    let wasm = program("");
    let calls: [(&str, &[i32]); 4] =
        [("apply", &[2, 5, 7]), ("apply", &[0, 5, 7]), ("apply", &[4, 5, 7]), ("twice", &[4, 2])];
    let (answers, told) = tell(&wasm, &calls);
    assert_eq!(answers, [Some(1002), None, Some(998), Some(3)]);
    // Turns 2 and 1: the inner call through the pointer as it is, the outer through it or its neighbour.
    assert_eq!(told, [(0, 2), (0, 0), (0, 4), (1, 4), (2, 4), (1, 4), (2, 5)]);

    let counts = told.iter().map(|(site, pointer)| (*site, *pointer, 1));
    let text = Profile::of(&wasm, counts).unwrap().to_string();
    // One in seven each; the call of nothing has no name.
    let expected = "\
apply, 1 of 1; call 1 of 1
  142857 calls, 1 of 1; pointer 1 of 1
  142857 less, 1 of 1; pointer 2 of 2
twice, 1 of 1; call 1 of 2
  285714 less, 1 of 1; pointer 2 of 2
twice, 1 of 1; call 2 of 2
  142857 early, 1 of 1; pointer 1 of 1
  142857 less, 1 of 1; pointer 2 of 2
";
    assert_eq!(text, expected);
}

#[test]
fn only_unexpected_pointers_reach_the_table() {
    let wasm = program("");
    let reach = |expected: &[u32]| -> Vec<u32> {
        let changed = direct(&wasm, &profile(&wasm, expected)).unwrap();
        let pointers = 1..9;
        let reached = |pointer: &u32| !tell(&changed, &[("apply", &[*pointer as i32, 5, 7])]).1.is_empty();
        pointers.filter(reached).collect()
    };
    assert_eq!(reach(&[]), [1, 2, 3, 4, 5, 6, 7, 8]);
    // The first and the last lead to the same function.
    assert_eq!(reach(&[1, 2, 4]), [3, 5, 6, 7, 8]);
    assert_eq!(reach(&[8, 7, 6, 5, 4, 3, 2, 1]), [3], "of another type");
}

#[test]
fn a_profile_can_be_written_and_read() {
    let wasm = program("");
    let profile = profile(&wasm, &[2, 1, 4]);
    assert_eq!(format!("# a comment\n{profile}").parse::<Profile>().unwrap(), profile);
    // Names have commas, semicolons and blanks.
    let text = "<a::B<C, D> as E>::f::{{closure}}, 2 of 3; call 1 of 1\n  5 [T; 4], 1 of 1; pointer 9 of 10\n";
    assert_eq!(text.parse::<Profile>().unwrap().to_string(), text);
    for (text, line) in
        [("  5 a, 1 of 1; pointer 1 of 1", 1), ("a, 1 of 1", 1), ("a, 1 of 1; call 1 of 1\n  x", 2), ("\n", 1)]
    {
        let error = text.parse::<Profile>().unwrap_err().to_string();
        assert!(error.starts_with(&format!("line {line} ")), "{error}");
    }
}

#[test]
fn only_what_is_called_often_is_chosen() {
    let text = "\
a, 1 of 1; call 1 of 1
  900 x, 1 of 1; pointer 1 of 1
  80 y, 1 of 1; pointer 1 of 1
  70 z, 1 of 1; pointer 1 of 1
  6 w, 1 of 1; pointer 1 of 1
b, 1 of 1; call 1 of 1
  6 w, 1 of 1; pointer 1 of 1
";
    let profile: Profile = text.parse().unwrap();
    assert_eq!(
        profile.most_frequent(70, 2).to_string(),
        text.lines().take(3).map(|line| format!("{line}\n")).collect::<String>()
    );
    assert_eq!(profile.most_frequent(70, 9).extent(), (1, 3, 1050));
    assert_eq!(profile.most_frequent(0, 9), profile);
}

#[test]
fn a_profile_of_something_else_is_refused() {
    let wasm = program("");
    let stale = |text: &str| match direct(&wasm, &text.parse().unwrap()) {
        Err(DirectError::Stale { found }) => Some(found),
        Ok(_) => None,
        Err(error) => panic!("{error}"),
    };
    let place = "apply, 1 of 1; call 1 of 1\n";
    assert_eq!(stale(&format!("{place}  80 less, 1 of 1; pointer 1 of 2\n  20 gone, 1 of 1; pointer 1 of 1")), None);
    assert_eq!(
        stale(&format!("{place}  79 less, 1 of 1; pointer 1 of 2\n  21 gone, 1 of 1; pointer 1 of 1")),
        Some(79)
    );
    // One of two functions of a name that there is only one of now, one of three calls, one of three pointers; another type.
    for other in [
        "apply, 1 of 2; call 1 of 1\n  5 less, 1 of 1; pointer 1 of 2",
        "apply, 1 of 1; call 1 of 3\n  5 less, 1 of 1; pointer 1 of 2",
        "apply, 1 of 1; call 1 of 1\n  5 less, 1 of 2; pointer 1 of 2",
        "apply, 1 of 1; call 1 of 1\n  5 less, 1 of 1; pointer 1 of 3",
        "apply, 1 of 1; call 1 of 1\n  5 other, 1 of 1; pointer 1 of 1",
    ] {
        assert_eq!(stale(other), Some(0), "{other}");
    }
    assert!(matches!(direct(b"no module", &Profile::default()), Err(DirectError::Invalid(_))));
    assert_eq!(observe(&direct(&wasm, &Profile::default()).unwrap()), observe(&wasm));
}

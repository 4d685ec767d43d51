//! What holds for the passes over every module: each law panics where it is broken.
//!
//! The fuzz targets check the same laws over what they find.

use crate::generated::{Bounds, Outcome, Trace, World, run};
use nexus_passes::direct::Profile;
use nexus_passes::{Charge, arrange, audit, direct, embed_image, inspect, merge, meter, meter_with, strip};

/// The interpreter's fuel for a module as it was made.
const STEPS: u64 = 20_000;
/// And for the same work with points in it: a point is some eleven instructions.
const STEPS_METERED: u64 = STEPS * 20;
/// More than any of them can use.
const ENDLESS: i64 = i64::MAX / 4;
/// Fuel after which a metered module is refused more.
const LIMIT: i64 = 500;
/// Enough for what can lie between two points of a generated module, as often as there is fuel for.
const STEPS_TO_STOP: u64 = 50_000_000;

const FREE: Bounds = Bounds { steps: STEPS, slice: ENDLESS, limit: ENDLESS };

/// What became of the original, for whoever counts that the modules are worth running.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ran {
    Through,
    Trapped,
    Exhausted,
    NotInstantiated,
}

/// A valid module can be metered; the result is valid, pays everywhere, does what the original does, and stops when it is told to.
pub fn metering_changes_nothing_but_the_price(wasm: &[u8], seed: u64) -> Ran {
    let metered = meter(wasm).expect("a valid module can be metered");
    wasmparser::validate(&metered).expect("a metered module is valid");
    audit(&metered).expect("every cycle pays");
    let stripped = strip(&metered).expect("a module can be stripped");

    let plain = run(wasm, seed, FREE);
    let whole = run(&metered, seed, Bounds { steps: STEPS_METERED, ..FREE });
    assert_same(&plain, &whole, "metered");
    if plain.exhausted() {
        let stopped = run(&metered, seed, Bounds { steps: STEPS_TO_STOP, slice: 10, limit: LIMIT });
        assert!(!stopped.exhausted(), "the metered module works on unpaid");
        return Ran::Exhausted;
    }
    let again = run(&stripped, seed, Bounds { steps: STEPS_METERED, ..FREE });
    assert_same(&plain, &again, "metered and stripped");
    assert_eq!(whole.fuel, again.fuel, "fuel used");
    // Asking for fuel takes a frame, which the last frames of an overflowing stack have not got.
    if !plain.overflowed() {
        let sliced = run(&metered, seed, Bounds { steps: STEPS_METERED, slice: 3, limit: ENDLESS });
        assert_same(&plain, &sliced, "metered, in small slices");
        assert_eq!(whole.fuel, sliced.fuel, "fuel used, in small slices");
        // So does a call that pays.
        let called = meter_with(wasm, |_| Charge::Called).expect("a valid module can be metered");
        wasmparser::validate(&called).expect("a metered module is valid");
        audit(&called).expect("every cycle pays, by calls");
        let called = run(&called, seed, Bounds { steps: STEPS_METERED, slice: 3, limit: ENDLESS });
        if !called.overflowed() {
            assert_same(&plain, &called, "metered by calls");
            assert_eq!(whole.fuel, called.fuel, "fuel used, metered by calls");
        }
    }
    match &plain.outcomes[..] {
        [Outcome::Returned(_), calls @ ..] => {
            if calls.iter().all(|outcome| matches!(outcome, Outcome::Returned(_))) {
                Ran::Through
            } else {
                Ran::Trapped
            }
        }
        _ => Ran::NotInstantiated,
    }
}

/// A module whose functions were merged, or put in another order, is valid, offers the same, and does the same.
pub fn merging_and_arranging_change_nothing(wasm: &[u8], seed: u64) {
    let plain = run(wasm, seed, FREE);
    let merged = merge(wasm).expect("a valid module can be merged");
    let arranged = arrange(wasm).expect("a valid module can be arranged");
    for (changed, how) in [(merged, "merged"), (arranged, "arranged")] {
        wasmparser::validate(&changed).unwrap_or_else(|error| panic!("{how}: {error}"));
        let exports = |wasm: &[u8]| inspect(wasm).expect("a module").exports;
        assert_eq!(exports(wasm), exports(&changed), "exports, {how}");
        if !plain.overflowed() {
            assert_same(&plain, &run(&changed, seed, FREE), how);
        }
    }
}

/// A module with direct calls is valid, offers the same, does the same and pays the same, whatever the profile says. Answers whether it has
/// any.
pub fn direct_calls_change_nothing_but_the_time(wasm: &[u8], seed: u64) -> bool {
    /// More than a generated module has of either.
    const MANY: u32 = 64;
    let calls = (0..MANY).flat_map(|site| (0..MANY).map(move |pointer| (site, pointer)));
    let counts = calls.map(|(site, pointer)| (site, pointer, 1 + (u64::from(site * pointer) ^ seed) % 7));
    let profile = Profile::of(wasm, counts).expect("a valid module can be profiled");
    let profile = profile.most_frequent(0, 1 + seed as usize % 5);
    let changed = direct(wasm, &profile).expect("its own profile is not stale");
    wasmparser::validate(&changed).expect("a module with direct calls is valid");
    let exports = |wasm: &[u8]| inspect(wasm).expect("a module").exports;
    assert_eq!(exports(wasm), exports(&changed), "exports");

    let plain = run(wasm, seed, FREE);
    let bounds = Bounds { steps: STEPS_METERED, ..FREE };
    if !plain.overflowed() {
        assert_same(&plain, &run(&changed, seed, bounds), "with direct calls");
        if !plain.exhausted() {
            let metered = |wasm: &[u8]| run(&meter(wasm).expect("a valid module can be metered"), seed, bounds).fuel;
            assert_eq!(metered(wasm), metered(&changed), "fuel used");
        }
    }
    profile != Profile::default()
}

/// A stripped module is valid, does the same, and has nothing left to strip.
pub fn stripping_changes_nothing(wasm: &[u8], seed: u64) {
    let stripped = strip(wasm).expect("a module can be stripped");
    wasmparser::validate(&stripped).expect("a stripped module is valid");
    assert_same(&run(wasm, seed, FREE), &run(&stripped, seed, FREE), "stripped");
    assert_eq!(strip(&stripped).expect("again"), stripped, "there was something left to strip");
}

/// An instance of a module with an image has the memory of the instance that it was taken from, and goes on like it. Answers whether
/// there was something to compare.
pub fn an_image_starts_where_it_was_taken(wasm: &[u8], seed: u64) -> bool {
    let Ok(mut booted) = World::new(wasm, FREE) else { return false };
    let before = booted.observe();
    if booted.call_all(seed).contains(&Outcome::Exhausted) {
        return false;
    }
    let memory = booted.memory().expect("the shape has a memory");
    let imaged = embed_image(wasm, &memory, "no such export").expect("the shape can be given an image");
    wasmparser::validate(&imaged).expect("a module with an image is valid");
    let mut imaged = World::new(&imaged, FREE).unwrap_or_else(|outcome| panic!("the image fails: {outcome:?}"));
    assert_eq!(imaged.memory().as_ref(), Some(&memory), "the memory it starts with");

    // Globals are not part of the image: where the boot left them changed, the two may differ from here on.
    let globals =
        |seen: Vec<(String, Vec<_>)>| -> Vec<_> { seen.into_iter().filter(|(_, seen)| seen.len() == 1).collect() };
    if globals(before) != globals(booted.observe()) {
        return false;
    }
    booted.refuel(STEPS);
    let (goes_on, begins) = (booted.call_all(!seed), imaged.call_all(!seed));
    if goes_on.contains(&Outcome::Exhausted) || begins.contains(&Outcome::Exhausted) {
        return false;
    }
    assert_eq!(goes_on, begins, "what they do next");
    assert_eq!(booted.observe(), imaged.observe(), "what that leaves");
    true
}

/// A pass answers any bytes with a module that is valid if they were one, or with an error.
pub fn no_bytes_make_a_pass_panic(bytes: &[u8]) {
    let valid = wasmparser::validate(bytes).is_ok();
    let memory = [1; 1 << 16];
    for rewritten in
        [strip(bytes).ok().filter(|_| valid), embed_image(bytes, &memory, "boot").ok()].into_iter().flatten()
    {
        wasmparser::validate(&rewritten).expect("a rewritten module is valid");
    }
    let _ = (merge(bytes), arrange(bytes));
    if let Ok(metered) = meter(bytes) {
        wasmparser::validate(&metered).expect("a metered module is valid");
        audit(&metered).expect("every cycle pays");
    }
    let _ = (inspect(bytes), audit(bytes));
}

fn assert_same(plain: &Trace, other: &Trace, what: &str) {
    if plain.exhausted() {
        let done = plain.outcomes.len() - 1;
        assert_eq!(plain.outcomes[..done], other.outcomes[..done], "{what}: outcomes until the original was cut short");
        return;
    }
    assert_eq!(plain.outcomes, other.outcomes, "{what}: outcomes");
    assert!(plain.end == other.end, "{what}: memories, globals, tables or calls of the host differ");
}

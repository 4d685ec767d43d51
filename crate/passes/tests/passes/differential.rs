//! The laws of the passes over thousands of generated modules. Seeds are fixed: every run makes the same modules.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::generated::{Shape, bytes_of, module};
use crate::law;

/// Bytes that a module is made of; the generator ends early where they run out.
const MATERIAL: usize = 4096;

fn modules(seeds: std::ops::Range<u64>, shape: Shape) -> impl Iterator<Item = (u64, Vec<u8>)> {
    seeds.filter_map(move |seed| Some((seed, module(&bytes_of(seed, MATERIAL), shape)?)))
}

/// Runs `law` on each module, and names the seed where it breaks.
fn for_each<T>(modules: impl Iterator<Item = (u64, Vec<u8>)>, mut law: impl FnMut(&[u8], u64) -> T) -> Vec<T> {
    modules
        .map(|(seed, wasm)| {
            let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| law(&wasm, seed)));
            checked.unwrap_or_else(|_| panic!("broken by the module of seed {seed}"))
        })
        .collect()
}

#[test]
fn generated_modules_do_the_same_metered_and_always_stop() {
    let ran = for_each(modules(0..2000, Shape::Any), law::metering_changes_nothing_but_the_price);
    let mut counts = BTreeMap::new();
    for ran in &ran {
        *counts.entry(format!("{ran:?}")).or_insert(0) += 1;
    }
    // Or the comparison would be of modules that do nothing.
    for (ran, least) in [("Through", 300), ("Trapped", 150), ("Exhausted", 40)] {
        assert!(counts.get(ran).is_some_and(|count| *count >= least), "{counts:?}");
    }
}

#[test]
fn generated_modules_do_the_same_stripped() {
    for_each(modules(10_000..10_700, Shape::Any), law::stripping_changes_nothing);
}

#[test]
fn merged_and_arranged_modules_do_the_same() {
    for_each(modules(30_000..30_700, Shape::Any), law::merging_and_arranging_change_nothing);
}

/// A table that its host can change is never left alone by the generator.
fn without_exported_tables(wasm: &[u8]) -> Vec<u8> {
    let mut module = walrus::Module::from_buffer(wasm).expect("a module");
    let is_table = |export: &&walrus::Export| matches!(export.item, walrus::ExportItem::Table(_));
    for export in module.exports.iter().filter(is_table).map(walrus::Export::id).collect::<Vec<_>>() {
        module.exports.delete(export);
    }
    module.emit_wasm()
}

#[test]
fn generated_modules_do_the_same_with_direct_calls() {
    let closed = modules(40_000..43_000, Shape::Tabled).map(|(seed, wasm)| (seed, without_exported_tables(&wasm)));
    let changed = for_each(closed, law::direct_calls_change_nothing_but_the_time);
    let count = changed.iter().filter(|changed| **changed).count();
    assert!(count >= 200, "{count} have such calls");
}

#[test]
fn generated_modules_with_an_image_start_where_it_was_taken() {
    let compared = for_each(modules(20_000..20_700, Shape::Imageable), law::an_image_starts_where_it_was_taken);
    assert!(compared.iter().filter(|compared| **compared).count() >= 200, "too few were worth comparing");
}

#[test]
fn damaged_modules_never_make_a_pass_panic() {
    for (seed, mut wasm) in modules(30_000..30_150, Shape::Any) {
        for damage in bytes_of(seed, 24).chunks(6) {
            let at = usize::from(u16::from_le_bytes([damage[0], damage[1]])) % wasm.len();
            wasm[at] = damage[2];
            let checked = std::panic::catch_unwind(|| law::no_bytes_make_a_pass_panic(&wasm));
            checked.unwrap_or_else(|_| panic!("broken by the module of seed {seed}, damaged"));
        }
    }
}

/// Every input in the corpus of a fuzz target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| fs::read(entry.expect("listed").path()).expect("readable")).collect()
}

#[test]
fn the_corpora_of_the_fuzzer_keep_the_laws() {
    let made: Vec<Vec<u8>> = corpus("meter").iter().filter_map(|bytes| module(bytes, Shape::Any)).collect();
    assert!(made.len() >= 10);
    for wasm in made {
        law::metering_changes_nothing_but_the_price(&wasm, 1);
        law::stripping_changes_nothing(&wasm, 1);
        law::merging_and_arranging_change_nothing(&wasm, 1);
        law::direct_calls_change_nothing_but_the_time(&without_exported_tables(&wasm), 1);
    }
    let bytes = corpus("passes");
    assert!(bytes.iter().any(|bytes| wasmparser::validate(bytes).is_ok()));
    for bytes in bytes {
        law::no_bytes_make_a_pass_panic(&bytes);
    }
}

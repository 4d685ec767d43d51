//! The lists of imports and exports are complete and in order.

use nexus_passes::inspect;

#[test]
fn imports_and_exports_are_listed_in_order_with_their_kinds() {
    let wasm = wat::parse_str(
        r#"(module
            (import "nexus" "tick" (func (param i64) (result i64)))
            (import "env" "memory" (memory 1))
            (import "env" "table" (table 1 funcref))
            (import "env" "base" (global i32))
            (import "env" "oops" (tag))
            (func (export "run"))
            (export "memory" (memory 0))
            (export "table" (table 0))
            (export "base" (global 0))
            (export "oops" (tag 0)))"#,
    )
    .unwrap();
    let surface = inspect(&wasm).unwrap();
    let imports: Vec<String> = surface.imports.iter().map(ToString::to_string).collect();
    assert_eq!(imports, ["func nexus.tick", "memory env.memory", "table env.table", "global env.base", "tag env.oops"]);
    let exports: Vec<String> = surface.exports.iter().map(ToString::to_string).collect();
    assert_eq!(exports, ["func run", "memory memory", "table table", "global base", "tag oops"]);
}

#[test]
fn a_module_without_either_has_an_empty_surface() {
    let surface = inspect(&wat::parse_str("(module)").unwrap()).unwrap();
    assert!(surface.imports.is_empty() && surface.exports.is_empty());
}

#[test]
fn what_is_not_a_module_is_refused() {
    assert!(inspect(b"").is_err());
    assert!(inspect(b"{}").is_err());
}

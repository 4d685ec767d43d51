//! Places are blanked, and nothing else.

use nexus_passes::blank_locations;

use crate::host;

#[test]
fn places_and_their_files_become_zeros_and_the_rest_stays() {
    // At 100: the file's name (8 bytes); 112: a place; 128: two words that lead to the name, but no place; 144: one of no file.
    let word = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let mut data = b"src/a.rs....".to_vec();
    data.extend(word(&[100, 8, 12, 5]));
    data.extend(word(&[100, 8, 0, 5]));
    data.extend(word(&[108, 4, 12, 5]));
    let text: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let wasm =
        wat::parse_str(format!(r#"(module (memory (export "memory") 1) (data (i32.const 100) "{text}"))"#)).unwrap();

    let blanked = blank_locations(&wasm).unwrap();
    let memory = host::start(&blanked, i64::MAX, i64::MAX).unwrap().memory();
    assert_eq!(memory[100..112], *b"\0\0\0\0\0\0\0\0....");
    assert_eq!(memory[112..128], [0; 16]);
    assert_eq!(memory[128..160], data[28..60]);
}

#[test]
fn what_is_no_module_is_refused() {
    assert!(blank_locations(b"no module").is_err());
}

//! What a module is made of, by who wrote it: for those who want to know where its size comes from.

use std::collections::BTreeMap;

use wasmparser::{BinaryReaderError, Parser, Payload};

use crate::functions;

/// A part of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// A crate, or a section.
    pub name: String,
    /// Its bytes, in the order they have in the module.
    pub bytes: Vec<u8>,
}

/// The parts of `wasm`, by name: its code by the crates that the functions come from, and every other section but custom ones. A
/// method of a trait counts for the crate of the type that has it, and what drops a value for that of the value.
///
/// # Errors
/// If `wasm` is not shaped like a module.
pub fn parts(wasm: &[u8]) -> Result<Vec<Part>, BinaryReaderError> {
    let mut parts: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    let mut bodies = Vec::new();
    let mut imported = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        let section = match &payload {
            Payload::TypeSection(section) => Some(("types", section.range())),
            Payload::ImportSection(section) => {
                imported = functions::imported(section.clone())?;
                Some(("imports", section.range()))
            }
            Payload::FunctionSection(section) => Some(("types of functions", section.range())),
            Payload::ExportSection(section) => Some(("exports", section.range())),
            Payload::ElementSection(section) => Some(("tables", section.range())),
            Payload::DataSection(section) => Some(("data", section.range())),
            Payload::CodeSectionEntry(body) => {
                bodies.push(body.range());
                None
            }
            Payload::CustomSection(section) => {
                names.extend(functions::names(section)?);
                None
            }
            _ => None,
        };
        if let Some((name, range)) = section {
            parts.entry(name.to_owned()).or_default().extend_from_slice(&wasm[range]);
        }
    }
    for (index, range) in (imported..).zip(bodies) {
        let owner = names.get(&index).map_or("code without a name", |name| owner(name));
        parts.entry(owner.to_owned()).or_default().extend_from_slice(&wasm[range]);
    }
    Ok(parts.into_iter().map(|(name, bytes)| Part { name, bytes }).collect())
}

/// The crate that a function counts for: the first that is not the language's own, or that one.
fn owner(name: &str) -> &str {
    const LANGUAGE: [&str; 3] = ["core", "alloc", "std"];
    let mut paths = name
        .split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'))
        .filter_map(|path| path.split_once("::"))
        .map(|(first, _)| first)
        .filter(|first| !first.is_empty());
    let first = paths.clone().next();
    let is_glue = name.starts_with("core::ptr::drop_in_place") || name.starts_with('<');
    let other = paths.find(|path| !LANGUAGE.contains(path));
    other.filter(|_| is_glue).or(first).unwrap_or("code of no crate")
}

#[cfg(test)]
mod tests {
    use super::owner;

    #[test]
    fn functions_count_for_the_crate_that_made_them_necessary() {
        for (name, crate_name) in [
            ("boa_engine::vm::Context::run", "boa_engine"),
            ("alloc::vec::Vec<T>::push", "alloc"),
            ("core::ptr::drop_in_place<alloc::vec::Vec<boa_ast::Expression>>", "boa_ast"),
            ("<boa_ast::Expression as core::clone::Clone>::clone", "boa_ast"),
            ("<alloc::vec::Vec<T> as core::clone::Clone>::clone", "alloc"),
            ("<&T as core::fmt::Debug>::fmt", "core"),
            ("nexus_compile", "code of no crate"),
        ] {
            assert_eq!(owner(name), crate_name, "{name}");
        }
    }
}

//! What passes ask about a module's functions.

use wasmparser::{BinaryReaderError, CustomSectionReader, ImportSectionReader, KnownCustom, Name, TypeRef};

/// A function's name as its author would write it.
#[must_use]
pub fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

/// How many functions an import section brings: they come before the module's own in the count.
pub(crate) fn imported(section: ImportSectionReader<'_>) -> Result<u32, BinaryReaderError> {
    let mut count = 0;
    for import in section.into_imports() {
        count += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
    }
    Ok(count)
}

/// The names of functions in a custom section, demangled, with the functions' numbers; none if it is not the name section.
pub(crate) fn names(section: &CustomSectionReader<'_>) -> Result<Vec<(u32, String)>, BinaryReaderError> {
    let mut names = Vec::new();
    if let KnownCustom::Name(section) = section.as_known() {
        for name in section {
            if let Name::Function(functions) = name? {
                for function in functions {
                    let function = function?;
                    names.push((function.index, demangled(function.name)));
                }
            }
        }
    }
    Ok(names)
}

//! What a module asks of its host and what it offers.

use std::fmt;

use wasmparser::{BinaryReaderError, ExternalKind, Parser, Payload, TypeRef};

/// Imports and exports of a module, in the module's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    /// What the host must provide.
    pub imports: Vec<Import>,
    /// What the host can reach.
    pub exports: Vec<Export>,
}

/// One thing that the host must provide; prints as `func module.name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// First half of its name.
    pub module: String,
    /// Second half of its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// One thing that the host can reach; prints as `func name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// What is imported or exported; prints as in the text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are WebAssembly's own")]
pub enum Kind {
    Func,
    Table,
    Memory,
    Global,
    Tag,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Func => "func",
            Self::Table => "table",
            Self::Memory => "memory",
            Self::Global => "global",
            Self::Tag => "tag",
        })
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}.{}", self.kind, self.module, self.name)
    }
}

impl fmt::Display for Export {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

/// Lists the imports and exports of `wasm`.
///
/// # Errors
/// If `wasm` is not shaped like a module.
pub fn inspect(wasm: &[u8]) -> Result<Surface, BinaryReaderError> {
    let mut surface = Surface { imports: Vec::new(), exports: Vec::new() };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    surface.imports.push(Import {
                        module: import.module.to_owned(),
                        name: import.name.to_owned(),
                        kind: match import.ty {
                            TypeRef::Func(_) | TypeRef::FuncExact(_) => Kind::Func,
                            TypeRef::Table(_) => Kind::Table,
                            TypeRef::Memory(_) => Kind::Memory,
                            TypeRef::Global(_) => Kind::Global,
                            TypeRef::Tag(_) => Kind::Tag,
                        },
                    });
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    surface.exports.push(Export {
                        name: export.name.to_owned(),
                        kind: match export.kind {
                            ExternalKind::Func | ExternalKind::FuncExact => Kind::Func,
                            ExternalKind::Table => Kind::Table,
                            ExternalKind::Memory => Kind::Memory,
                            ExternalKind::Global => Kind::Global,
                            ExternalKind::Tag => Kind::Tag,
                        },
                    });
                }
            }
            _ => {}
        }
    }
    Ok(surface)
}

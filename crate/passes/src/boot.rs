//! Booting when an instance is made: the opposite of a boot image, for modules that are to be small.

use std::fmt;

use walrus::{ExportItem, ModuleConfig};

/// Why a module could not be made to boot by itself.
#[derive(Debug)]
pub enum BootError {
    /// Not a valid module; the text says where.
    Invalid(String),
    /// The module does something else when it starts, or has no function of that name to boot it.
    Unsupported(&'static str),
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(f, "not a module: {reason}"),
            Self::Unsupported(reason) => write!(f, "the module cannot be made to boot by itself: {reason}"),
        }
    }
}

impl std::error::Error for BootError {}

/// Makes the exported function `boot` the one that runs when an instance is made, and drops the export. Whoever makes instances of a
/// metered module has to answer its ticks by then.
///
/// # Errors
/// [`BootError::Invalid`] for bytes that are no module; [`BootError::Unsupported`] if it has a start function, or exports no
/// function of that name without parameters and results.
pub fn boot_at_start(wasm: &[u8], boot: &str) -> Result<Vec<u8>, BootError> {
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| BootError::Invalid(format!("{error:#}")))?;
    if module.start.is_some() {
        return Err(BootError::Unsupported("it has a start function"));
    }
    let export = module.exports.iter().find(|export| export.name == boot);
    let Some((export, ExportItem::Function(function))) = export.map(|export| (export.id(), export.item)) else {
        return Err(BootError::Unsupported("it exports no such function"));
    };
    let (params, results) = module.types.params_results(module.funcs.get(function).ty());
    if !params.is_empty() || !results.is_empty() {
        return Err(BootError::Unsupported("its boot function takes or answers something"));
    }
    module.exports.delete(export);
    module.start = Some(function);
    Ok(module.emit_wasm())
}

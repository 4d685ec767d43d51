//! Telling the host what is called where.

use walrus::ir::{Call, Const, Instr, InstrLocId, LocalGet, LocalTee, Value};
use walrus::{FunctionKind, ModuleConfig, ValType};

use super::{DirectError, sites::Sites};

/// Module name of the import that an instrumented module calls.
pub const CALLED_MODULE: &str = "profile";
/// Its name, `(pointer: i32, site: i32)`: sites are numbered as they come in the module, and pointers are indices of its table.
pub const CALLED_NAME: &str = "called";

/// Makes `wasm` tell its host about each of its indirect calls before it makes it. It does nothing else that it did not do before.
///
/// # Errors
/// [`DirectError::Invalid`] for bytes that are no module.
pub fn instrument(wasm: &[u8]) -> Result<Vec<u8>, DirectError> {
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| DirectError::Invalid(format!("{error:#}")))?;
    let sites = Sites::of(&module);
    let ty = module.types.add(&[ValType::I32, ValType::I32], &[]);
    let (called, _) = module.add_import_func(CALLED_MODULE, CALLED_NAME, ty);
    let local = module.locals.add(ValType::I32);
    // From the back: what is put in front of a place moves those behind it.
    for (number, (_, place)) in sites.iter().enumerate().collect::<Vec<_>>().into_iter().rev() {
        let FunctionKind::Local(body) = &mut module.funcs.get_mut(place.caller).kind else {
            unreachable!("it was found in a body")
        };
        let site = Const { value: Value::I32(i32::try_from(number).expect("a module has fewer instructions")) };
        let tell: [Instr; 4] =
            [LocalTee { local }.into(), site.into(), Call { func: called }.into(), LocalGet { local }.into()];
        let tell = tell.map(|instr| (instr, InstrLocId::default()));
        body.block_mut(place.sequence).instrs.splice(place.at..place.at, tell);
    }
    Ok(module.emit_wasm())
}

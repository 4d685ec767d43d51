//! Direct calls: where a call through a pointer nearly always leads to the same few functions, these are called by their names.
//!
//! A `call_indirect` checks the pointer and the function's type and jumps where the table says. Programs with closures, traits or
//! tables of functions make many of them, most at few places and those to few functions. A [`Profile`] tells which. There
//!
//! ```text
//! call_indirect              becomes    local.tee $pointer
//!                                       i32.const 17           of the function that is called most
//!                                       i32.eq
//!                                       if (the arguments) (the results)
//!                                         call $function
//!                                       else                   the next, and in the end what was there:
//!                                         local.get $pointer
//!                                         call_indirect
//!                                       end
//! ```
//!
//! and a function that is short and calls nothing stands there itself: that gains more than the rest.
//!
//! What a module does, where it traps included, does not depend on the profile: a pointer that is compared leads to a function of the
//! right type in a table that nothing changes, and for any other pointer everything is as before. What it costs does not either: none of
//! this is a point of [`meter`](mod@crate::meter), and what is copied had none.
//!
//! A profile is made by [`instrument()`], which makes a module tell its host where it calls what, and [`Profile::of`], which gives
//! the numbers names that outlive a build.

mod inline;
mod instrument;
mod profile;
mod sites;

use std::collections::HashMap;
use std::fmt;

use walrus::ir::{BinaryOp, Binop, Call, Const, IfElse, Instr, InstrLocId, InstrSeqType, LocalGet, LocalTee, Value};
use walrus::{FunctionId, FunctionKind, LocalId, Module, ModuleConfig, ValType};

use inline::{Scratch, Small};
pub use instrument::{CALLED_MODULE, CALLED_NAME, instrument};
use profile::{Pointer, Site};
pub use profile::{Profile, ProfileError};
use sites::{Entry, Place, Sites};

/// Which part of what a profile counted has to be found in a module, in percent. A profile was made of another build of a module,
/// and names change with compilers, libraries and the module's own source.
pub const LEAST_FOUND: u64 = 80;

/// Why calls of a module could not be made direct.
#[derive(Debug)]
pub enum DirectError {
    /// Not a valid module; the text says where.
    Invalid(String),
    /// The module has too little of what the profile names.
    Stale {
        /// Percent of the calls in the profile that are in the module.
        found: u64,
    },
}

impl fmt::Display for DirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(f, "not a module: {reason}"),
            Self::Stale { found } => write!(
                f,
                "the profile of indirect calls is stale: of what it counted, {found} % is in the module, where at least \
                 {LEAST_FOUND} % should be: the compiler, a library or the program has changed"
            ),
        }
    }
}

impl std::error::Error for DirectError {}

/// Makes the calls of `wasm` that `profile` names direct ones, after a look at the pointer.
///
/// # Errors
/// [`DirectError::Invalid`] for bytes that are no module; [`DirectError::Stale`] if the module does not have [`LEAST_FOUND`]
/// percent of what the profile counted.
pub fn direct(wasm: &[u8], profile: &Profile) -> Result<Vec<u8>, DirectError> {
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| DirectError::Invalid(format!("{error:#}")))?;
    let sites = Sites::of(&module);
    let places: HashMap<&Site, &Place> = sites.iter().map(|(site, place)| (site, place)).collect();
    let (mut counted, mut found) = (0, 0);
    let mut rewrites: Vec<(Place, Vec<Target>)> = Vec::new();
    for (site, called) in profile.sites() {
        counted += called.iter().map(|(_, count)| count).sum::<u64>();
        let Some(place) = places.get(site) else { continue };
        let callable: HashMap<&Pointer, &Entry> = sites.callable(place).collect();
        let mut targets: Vec<Target> = Vec::new();
        for (pointer, count) in called {
            let Some(entry) = callable.get(pointer) else { continue };
            found += count;
            match targets.iter_mut().find(|target| target.function == entry.function) {
                Some(target) => target.indices.push(entry.index),
                None => targets.push(Target { function: entry.function, indices: vec![entry.index] }),
            }
        }
        rewrites.push((**place, targets));
    }
    if found * 100 < counted * LEAST_FOUND {
        return Err(DirectError::Stale { found: found * 100 / counted });
    }
    // From the back of each sequence: what is put in the place of a call moves what is behind it.
    rewrites.sort_by_key(|(place, _)| std::cmp::Reverse(place.at));
    let mut callers: HashMap<FunctionId, (LocalId, Scratch)> = HashMap::new();
    let mut small: HashMap<FunctionId, Option<Small>> = HashMap::new();
    for (place, targets) in rewrites.iter().filter(|(_, targets)| !targets.is_empty()) {
        for target in targets {
            small.entry(target.function).or_insert_with(|| Small::of(&module, target.function));
        }
        let (pointer, scratch) =
            callers.entry(place.caller).or_insert_with(|| (module.locals.add(ValType::I32), Scratch::default()));
        rewrite(&mut module, place, targets, *pointer, &small, scratch);
    }
    Ok(module.emit_wasm())
}

/// A function that is called directly, and the pointers that lead to it.
struct Target {
    function: FunctionId,
    indices: Vec<u32>,
}

fn rewrite(
    module: &mut Module,
    place: &Place,
    targets: &[Target],
    pointer: LocalId,
    small: &HashMap<FunctionId, Option<Small>>,
    scratch: &mut Scratch,
) {
    let (params, results) = module.types.params_results(place.ty);
    let (params, results) = (params.to_vec(), results.to_vec());
    let ty = InstrSeqType::new(&mut module.types, &params, &results);
    let FunctionKind::Local(body) = &mut module.funcs.get_mut(place.caller).kind else {
        unreachable!("it was found in a body")
    };
    let builder = body.builder_mut();
    let call = builder.instr_seq(place.sequence).instrs()[place.at].0.clone();
    let mut otherwise: Vec<Instr> = vec![LocalGet { local: pointer }.into(), call];
    for Target { function, indices } in targets.iter().rev() {
        let consequent = builder.dangling_instr_seq(ty).id();
        match &small[function] {
            Some(small) => small.copy(builder, consequent, scratch, &mut module.locals),
            None => _ = builder.instr_seq(consequent).instr(Call { func: *function }),
        }
        let mut rest = builder.dangling_instr_seq(ty);
        for instr in otherwise {
            rest.instr(instr);
        }
        let alternative = rest.id();
        otherwise = Vec::new();
        for (compared, index) in indices.iter().enumerate() {
            let index = Const { value: Value::I32(index.cast_signed()) };
            otherwise.extend([LocalGet { local: pointer }.into(), index.into(), Binop { op: BinaryOp::I32Eq }.into()]);
            otherwise.extend((compared > 0).then_some(Instr::from(Binop { op: BinaryOp::I32Or })));
        }
        otherwise.push(IfElse { consequent, alternative }.into());
    }
    otherwise[0] = LocalTee { local: pointer }.into();
    let instead = otherwise.into_iter().map(|instr| (instr, InstrLocId::default()));
    builder.instr_seq(place.sequence).instrs_mut().splice(place.at..=place.at, instead);
}

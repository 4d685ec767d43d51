//! Modules made from a string of bytes, and a world in which any of them runs.
//!
//! The fuzz targets use this file too, so it depends on the interpreter and the generator alone.

use arbitrary::Unstructured;
use wasm_smith::{Config, MemoryOffsetChoices, Module as Generated};
use wasmi::{
    Caller, Config as EngineConfig, Engine, Extern, ExternType, Func, Global, Instance, Memory, Module, Ref, Store,
    Table, TrapCode, Val,
};

/// Which modules are made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Everything that compilers emit and the interpreter runs: imports, several memories and tables, bulk instructions, tail calls, vectors.
    Any,
    /// Functions of few types in a table that no instruction changes.
    Tabled,
    /// One memory and functions over it, and no passive segments: what can be given an image.
    Imageable,
}

/// Makes a valid module of `bytes`, the same for the same bytes; nothing where they are too few for one.
pub fn module(bytes: &[u8], shape: Shape) -> Option<Vec<u8>> {
    let mut bytes = Unstructured::new(bytes);
    let any = shape == Shape::Any;
    let tabled = shape == Shape::Tabled;
    let config = Config {
        // Modules that trap at once tell little, modules that never trap leave the traps out: some of each.
        disallow_traps: !tabled && bytes.ratio(2, 3).ok()?,
        memory64_enabled: any && bytes.ratio(1, 8).ok()?,
        tail_call_enabled: bytes.arbitrary().ok()?,
        simd_enabled: bytes.ratio(1, 4).ok()?,
        bulk_memory_enabled: any,
        reference_types_enabled: any,
        allow_start_export: any,
        export_everything: true,
        generate_custom_sections: true,
        max_imports: if any { 6 } else { 0 },
        min_funcs: if tabled { 8 } else { 2 },
        max_funcs: 12,
        max_types: if tabled { 3 } else { 12 },
        max_globals: 8,
        max_instructions: 150,
        min_memories: u32::from(!any),
        max_memories: if any { 2 } else { 1 },
        max_memory32_bytes: 2 << 16,
        max_memory64_bytes: 2 << 16,
        memory_max_size_required: true,
        memory_offset_choices: MemoryOffsetChoices(95, 4, 1),
        min_tables: u32::from(tabled),
        max_tables: if any { 3 } else { usize::from(tabled) },
        min_element_segments: if tabled { 3 } else { 0 },
        max_table_elements: 64,
        table_max_size_required: true,
        // The interpreter has none of these.
        exceptions_enabled: false,
        gc_enabled: false,
        threads_enabled: false,
        relaxed_simd_enabled: false,
        ..Config::default()
    };
    Generated::new(config, &mut bytes).ok().map(|module| module.to_bytes())
}

/// Bytes that follow from `seed` alone (SplitMix64).
pub fn bytes_of(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    std::iter::repeat_with(|| splitmix(&mut state)).flat_map(u64::to_le_bytes).take(length).collect()
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// How a module is run.
#[derive(Clone, Copy)]
pub struct Bounds {
    /// The interpreter's own fuel, which bounds what is not metered.
    pub steps: u64,
    /// What the host grants on each tick.
    pub slice: i64,
    /// The host refuses the first tick at or past this sum.
    pub limit: i64,
}

/// A value as it can be compared: floats by their bits, references by whether they are null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    Number(u128),
    Reference,
    Null,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Returned(Vec<Seen>),
    Trapped(TrapCode),
    /// The interpreter's own fuel was used up.
    Exhausted,
    /// Instantiation or the call itself was refused.
    Refused(String),
}

/// What can be observed of a module from instantiation on.
#[derive(Debug)]
pub struct Trace {
    /// Instantiation first, then each call.
    pub outcomes: Vec<Outcome>,
    /// Memories, globals and tables at the end, and what the host's functions were called with.
    pub end: Vec<(String, Vec<Seen>)>,
    /// Fuel used, where the module is metered.
    pub fuel: i64,
}

impl Trace {
    pub fn exhausted(&self) -> bool {
        self.outcomes.last() == Some(&Outcome::Exhausted)
    }

    pub fn overflowed(&self) -> bool {
        self.outcomes.contains(&Outcome::Trapped(TrapCode::StackOverflow))
    }
}

#[derive(Default)]
struct Host {
    slice: i64,
    limit: i64,
    used: i64,
    calls: u64,
    digest: u64,
}

/// An instance in a world of its own.
pub struct World {
    store: Store<Host>,
    instance: Instance,
    imports: Vec<Extern>,
}

/// Instantiates `wasm`, calls what it exports with arguments that follow from `seed`, and tells what happened. After the
/// interpreter's fuel is used up nothing more is called.
pub fn run(wasm: &[u8], seed: u64, bounds: Bounds) -> Trace {
    match World::new(wasm, bounds) {
        Ok(mut world) => {
            let mut outcomes = vec![Outcome::Returned(Vec::new())];
            outcomes.extend(world.call_all(seed));
            Trace { outcomes, end: world.observe(), fuel: world.fuel_used() }
        }
        Err(outcome) => Trace { outcomes: vec![outcome], end: Vec::new(), fuel: 0 },
    }
}

impl World {
    /// Instantiates `wasm`; every import is provided.
    pub fn new(wasm: &[u8], bounds: Bounds) -> Result<Self, Outcome> {
        let mut config = EngineConfig::default();
        // Frames of a metered function are a little larger: only the number of frames may end a recursion.
        config.consume_fuel(true).set_max_recursion_depth(100).set_max_stack_height(16 << 20);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, wasm).map_err(|error| Outcome::Refused(error.to_string()))?;
        let mut store = Store::new(&engine, Host { slice: bounds.slice, limit: bounds.limit, ..Host::default() });
        store.set_fuel(bounds.steps).expect("the engine counts fuel");
        let wanted: Vec<_> = module
            .imports()
            .map(|import| ((import.module(), import.name()) == ("nexus", "tick"), import.ty().clone()))
            .collect();
        let mut provided = Vec::new();
        let mut imports = Vec::new();
        for (is_tick, ty) in wanted {
            let import = if is_tick { tick(&mut store) } else { import_of(&mut store, ty) };
            provided.push(import);
            if !is_tick {
                imports.push(import);
            }
        }
        let instance = Instance::new(&mut store, &module, &provided).map_err(|error| outcome_of(&error))?;
        Ok(Self { store, instance, imports })
    }

    /// Calls each exported function twice, in the order of their names.
    pub fn call_all(&mut self, seed: u64) -> Vec<Outcome> {
        let mut functions: Vec<(String, Func)> =
            self.instance.exports(&self.store).filter_map(|e| Some((e.name().to_owned(), e.into_func()?))).collect();
        functions.sort_by(|a, b| a.0.cmp(&b.0));
        let mut state = seed;
        let mut outcomes = Vec::new();
        for (_, function) in functions.iter().chain(functions.iter()) {
            let ty = function.ty(&self.store);
            let arguments: Vec<Val> = ty.params().iter().map(|ty| argument(*ty, &mut state)).collect();
            let mut results: Vec<Val> = ty.results().iter().map(|ty| Val::default(*ty)).collect();
            outcomes.push(match function.call(&mut self.store, &arguments, &mut results) {
                Ok(()) => Outcome::Returned(results.iter().map(seen).collect()),
                Err(error) => outcome_of(&error),
            });
            if outcomes.last() == Some(&Outcome::Exhausted) {
                break;
            }
        }
        outcomes
    }

    /// Everything that a host can see, but for the counter that metering adds.
    pub fn observe(&self) -> Vec<(String, Vec<Seen>)> {
        let host = self.store.data();
        let mut seen_all =
            vec![("host".to_owned(), vec![Seen::Number(host.calls.into()), Seen::Number(host.digest.into())])];
        for (index, import) in self.imports.iter().enumerate() {
            seen_all.push((format!("import {index}"), self.look(*import)));
        }
        let mut exports: Vec<_> = self
            .instance
            .exports(&self.store)
            .filter(|export| !["__fuel", "__grant"].contains(&export.name()))
            .map(|export| (export.name().to_owned(), self.look(export.into_extern())))
            .collect();
        exports.sort_by(|a, b| a.0.cmp(&b.0));
        seen_all.extend(exports);
        seen_all
    }

    fn look(&self, object: Extern) -> Vec<Seen> {
        match object {
            Extern::Global(global) => vec![seen(&global.get(&self.store))],
            Extern::Memory(memory) => {
                let bytes = memory.data(&self.store);
                let mut seen: Vec<_> = vec![Seen::Number(bytes.len() as u128)];
                seen.extend(bytes.chunks(16).map(|chunk| {
                    let mut whole = [0; 16];
                    whole[..chunk.len()].copy_from_slice(chunk);
                    Seen::Number(u128::from_le_bytes(whole))
                }));
                seen
            }
            Extern::Table(table) => (0..table.size(&self.store))
                .map(|i| seen(&table.get(&self.store, i).expect("within its size")))
                .collect(),
            Extern::Func(_) => Vec::new(),
        }
    }

    /// A copy of the one exported memory.
    pub fn memory(&self) -> Option<Vec<u8>> {
        let memory = self.instance.exports(&self.store).find_map(|export| export.into_memory())?;
        Some(memory.data(&self.store).to_vec())
    }

    /// Gives the interpreter's fuel back.
    pub fn refuel(&mut self, steps: u64) {
        self.store.set_fuel(steps).expect("the engine counts fuel");
    }

    fn fuel_used(&self) -> i64 {
        let read = |name| {
            self.instance.get_global(&self.store, name).and_then(|global| global.get(&self.store).i64()).unwrap_or(0)
        };
        self.store.data().used + read("__grant") - read("__fuel")
    }
}

fn tick(store: &mut Store<Host>) -> Extern {
    Func::wrap(store, |mut caller: Caller<'_, Host>, used: i64| -> i64 {
        let host = caller.data_mut();
        host.used += used;
        if host.used >= host.limit { -1 } else { host.slice }
    })
    .into()
}

fn import_of(store: &mut Store<Host>, ty: ExternType) -> Extern {
    match ty {
        ExternType::Func(ty) => Func::new(store, ty, |mut caller, parameters, results| {
            let host = caller.data_mut();
            host.calls += 1;
            for parameter in parameters {
                let bits = match seen(parameter) {
                    Seen::Number(bits) => bits as u64 ^ (bits >> 64) as u64,
                    Seen::Reference => 1,
                    Seen::Null => 2,
                };
                host.digest = (host.digest.rotate_left(5) ^ bits).wrapping_mul(0x517c_c1b7_2722_0a95);
            }
            let mut state = host.digest ^ host.calls;
            for result in results {
                *result = argument(result.ty(), &mut state);
            }
            Ok(())
        })
        .into(),
        ExternType::Global(ty) => Global::new(store, Val::default(ty.content()), ty.mutability()).into(),
        ExternType::Memory(ty) => Memory::new(store, ty).expect("a small memory").into(),
        ExternType::Table(ty) => {
            let element = Val::default(ty.element());
            Table::new(store, ty, element).expect("a small table").into()
        }
    }
}

/// A value of type `ty`: small numbers as often as any.
fn argument(ty: wasmi::ValType, state: &mut u64) -> Val {
    let random = splitmix(state);
    let number = if random & 1 == 0 { random >> 1 } else { (random >> 1) % 8 };
    match ty {
        wasmi::ValType::I32 => Val::I32(number as i32),
        wasmi::ValType::I64 => Val::I64(number as i64),
        wasmi::ValType::F32 => Val::F32((number as f32).into()),
        wasmi::ValType::F64 => Val::F64((number as f64).into()),
        other => Val::default(other),
    }
}

fn seen(value: &Val) -> Seen {
    match value {
        Val::I32(number) => Seen::Number(u128::from(number.cast_unsigned())),
        Val::I64(number) => Seen::Number(u128::from(number.cast_unsigned())),
        Val::F32(number) => Seen::Number(u128::from(number.to_bits())),
        Val::F64(number) => Seen::Number(u128::from(number.to_bits())),
        Val::V128(vector) => Seen::Number(vector.as_u128()),
        Val::FuncRef(Ref::Null) | Val::ExternRef(Ref::Null) => Seen::Null,
        Val::FuncRef(Ref::Val(_)) | Val::ExternRef(Ref::Val(_)) => Seen::Reference,
    }
}

fn outcome_of(error: &wasmi::Error) -> Outcome {
    match error.as_trap_code() {
        Some(TrapCode::OutOfFuel) => Outcome::Exhausted,
        Some(code) => Outcome::Trapped(code),
        // What follows names objects of this store.
        None => Outcome::Refused(error.to_string().split(':').next().unwrap_or_default().to_owned()),
    }
}

//! A host for metered and plain modules, on an interpreter that knows nothing of metering.

use wasmi::{Caller, Engine, ExternType, Func, Global, Instance, Linker, Module, Store, TrapCode, Val};

/// What the host answers when a module asks for fuel.
pub struct Grants {
    /// Fuel per answer.
    pub slice: i64,
    /// Fuel that may be used in all; the host stops the module at the first tick at or past it.
    pub limit: i64,
    /// The argument of each tick so far.
    pub ticks: Vec<i64>,
}

/// An instance with its store.
pub struct Machine {
    pub store: Store<Grants>,
    pub instance: Instance,
}

/// Instantiates `wasm`, start function included. Besides the tick it provides `env.add (i32, i32) -> i32`, which records nothing and adds.
pub fn start(wasm: &[u8], slice: i64, limit: i64) -> Result<Machine, wasmi::Error> {
    let engine = Engine::default();
    let module = Module::new(&engine, wasm).expect("the module is valid");
    let mut store = Store::new(&engine, Grants { slice, limit, ticks: Vec::new() });
    let mut linker = Linker::new(&engine);
    linker
        .func_wrap("nexus", "tick", |mut caller: Caller<'_, Grants>, used: i64| -> i64 {
            let grants = caller.data_mut();
            grants.ticks.push(used);
            if grants.ticks.iter().sum::<i64>() >= grants.limit { -1 } else { grants.slice }
        })
        .unwrap();
    linker.func_wrap("env", "add", |a: i32, b: i32| a.wrapping_add(b)).unwrap();
    let instance = linker.instantiate_and_start(&mut store, &module)?;
    Ok(Machine { store, instance })
}

impl Machine {
    /// Calls an exported function.
    pub fn call(&mut self, name: &str, arguments: &[Val]) -> Result<Vec<Val>, wasmi::Error> {
        let func: Func = self.instance.get_func(&self.store, name).expect("the function is exported");
        let mut results: Vec<Val> = func.ty(&self.store).results().iter().map(|ty| Val::default(*ty)).collect();
        func.call(&mut self.store, arguments, &mut results)?;
        Ok(results)
    }

    /// Calls a function of i32 arguments and one i32 result.
    pub fn call_i32(&mut self, name: &str, arguments: &[i32]) -> Result<i32, wasmi::Error> {
        let arguments: Vec<Val> = arguments.iter().map(|n| Val::I32(*n)).collect();
        self.call(name, &arguments).map(|results| results[0].i32().expect("an i32"))
    }

    /// Fuel used since instantiation began.
    pub fn fuel_used(&self) -> i64 {
        self.store.data().ticks.iter().sum::<i64>() + self.read("__grant") - self.read("__fuel")
    }

    /// A copy of the exported memory.
    pub fn memory(&self) -> Vec<u8> {
        self.instance.get_memory(&self.store, "memory").expect("the memory is exported").data(&self.store).to_vec()
    }

    /// Value of an exported i64 global.
    pub fn read(&self, name: &str) -> i64 {
        self.global(name).get(&self.store).i64().expect("an i64")
    }

    /// Sets an exported i64 global.
    pub fn write(&mut self, name: &str, value: i64) {
        self.global(name).set(&mut self.store, Val::I64(value)).expect("a mutable i64");
    }

    fn global(&self, name: &str) -> Global {
        self.instance.get_global(&self.store, name).expect("the global is exported")
    }

    /// Everything the instance exports, as `name: type`.
    pub fn exports(&self) -> Vec<String> {
        self.instance
            .exports(&self.store)
            .map(|export| {
                let kind = match export.ty(&self.store) {
                    ExternType::Func(_) => "func",
                    ExternType::Global(_) => "global",
                    ExternType::Memory(_) => "memory",
                    ExternType::Table(_) => "table",
                };
                format!("{kind} {}", export.name())
            })
            .collect()
    }
}

/// Whether the module was stopped by the trap that a refused tick ends in.
pub fn was_stopped<T>(result: &Result<T, wasmi::Error>) -> bool {
    matches!(result, Err(error) if error.as_trap_code() == Some(TrapCode::UnreachableCodeReached))
}

//! Metering: a module that pays for its work.
//!
//! Every loop header and every entry of a function that calls others (a *point*) takes its cost from a counter; when the
//! counter falls below zero the host is asked for more. No cycle in a module's control flow avoids all points: a cycle
//! inside a function passes a loop header, and a cycle between functions passes the entry of one that calls. What runs between
//! two points is therefore bounded by the length of the code.
//!
//! The bulk instructions (`memory.copy` and its kin) work in proportion to an operand: they cost one for each 64 bytes, or 8
//! elements, before they run, so those with a small constant for their length are free. Unpaid, a copy of 16 MiB costs nothing and
//! takes as long as two million loop turns (V8: 4 ms at 2 ns a turn); at this price a unit of fuel buys 2 to 16 ns of either.
//!
//! Two things are not paid for, and whoever takes modules from strangers has to keep them out: `memory.atomic.wait` sleeps
//! without working, and objects of the garbage collection proposal live outside of the memory that is limited.
//!
//! # What the host sees
//!
//! The rewritten module has one more import and two more exports:
//!
//! | name | type | meaning |
//! |---|---|---|
//! | import `nexus.tick` | `(i64) -> i64` | the argument is the fuel used since the last tick, the answer is the next grant; below zero: stop |
//! | export `__fuel` | mutable `i64` | what is left of the grant; below zero only while the host is being asked |
//! | export `__grant` | mutable `i64` | the grant that `__fuel` counts down from |
//!
//! - A fresh instance has a grant of [`INITIAL_GRANT`], nothing, so **the first tick comes at the very first point**, be it in the
//!   `start` function. A host that wants to grant before it calls sets both globals to the same number instead.
//! - A tick comes when the fuel used *exceeds* the grant: with a grant of `n`, at the first point whose cost takes the sum
//!   above `n`. A grant of 0 asks again at the next point.
//! - The fuel used is exact and the same in every run: the sum of all the arguments of `tick`, plus `__grant - __fuel`
//!   at the end.
//! - A negative answer traps (`unreachable`) at once; `__fuel` stays below zero, so whatever is called on the instance
//!   afterwards asks again. A host that wants to look into a stopped instance sets both globals first.
//! - `tick` may call exports of the same instance, if it sets `__fuel` high enough before; its answer replaces what that left.

use std::fmt;

use walrus::ir::{
    self, BinaryOp, Binop, Call, Const, GlobalGet, GlobalSet, IfElse, Instr, InstrLocId, InstrSeq, InstrSeqId,
    LocalGet, LocalTee, UnaryOp, Unop, Value, Visitor,
};
use walrus::{
    ConstExpr, FunctionBuilder, FunctionId, GlobalId, LocalFunction, LocalId, MemoryId, Module, ModuleConfig, TableId,
    ValType,
};

use crate::functions::demangled;

/// Module name of the imported tick function.
pub const TICK_MODULE: &str = "nexus";
/// Name of the imported tick function, `(i64) -> i64`.
pub const TICK_NAME: &str = "tick";
/// Name of the exported counter.
pub const FUEL_EXPORT: &str = "__fuel";
/// Name of the exported grant.
pub const GRANT_EXPORT: &str = "__grant";
/// What a fresh instance may spend before it asks: nothing, so that the host decides from the first point on.
pub const INITIAL_GRANT: i64 = 0;

/// What the function takes that points share.
const TOLL: i64 = 1;

/// Why a module could not be metered.
#[derive(Debug)]
pub enum MeterError {
    /// Not a valid WebAssembly module, or one that uses a proposal which is not supported; the text says where.
    Invalid(String),
    /// The module already has an import or an export of a name that metering adds: it is metered already, or it wants
    /// to meddle with the counter.
    NameTaken(&'static str),
}

impl fmt::Display for MeterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(reason) => write!(f, "not a module that can be metered: {reason}"),
            Self::NameTaken(name) => write!(f, "the module already has something called {name}"),
        }
    }
}

impl std::error::Error for MeterError {}

/// How a point pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Charge {
    /// By code of its own: 20 bytes a point.
    #[default]
    Inline,
    /// By a call of a function that all points share: 3 bytes a point, and slower, above all in short loops.
    Called,
}

/// A place that pays.
#[derive(Clone, Copy)]
enum Point {
    Entry,
    Loop(InstrSeqId),
}

impl Point {
    /// Fuel taken each time this point of `function` is passed.
    fn cost(self, _function: &LocalFunction) -> i64 {
        match self {
            Self::Entry | Self::Loop(_) => 1,
        }
    }

    fn sequence(self, function: &LocalFunction) -> InstrSeqId {
        match self {
            Self::Entry => function.entry_block(),
            Self::Loop(body) => body,
        }
    }
}

/// Rewrites `wasm` so that it pays for its work; see the [module's page](self).
///
/// The result computes what the original computes. Names are kept, so that other passes and profilers can still use them.
///
/// # Errors
/// [`MeterError::Invalid`] for bytes that are not a supported module, [`MeterError::NameTaken`] if one of the names that
/// metering adds is already in use.
pub fn meter(wasm: &[u8]) -> Result<Vec<u8>, MeterError> {
    meter_with(wasm, |_| Charge::Inline)
}

/// As [`meter`], with a choice of how the points of a function pay: `charge` is given its name, demangled and without hashes, or
/// nothing if it has none. What a run costs does not depend on it.
///
/// # Errors
/// As [`meter`].
pub fn meter_with(wasm: &[u8], charge: impl Fn(&str) -> Charge) -> Result<Vec<u8>, MeterError> {
    // The parser takes the header of a component for that of a module.
    if !wasmparser::Parser::is_core_wasm(wasm) {
        return Err(MeterError::Invalid("no header of a module".to_owned()));
    }
    let mut module = ModuleConfig::new().parse(wasm).map_err(|error| MeterError::Invalid(format!("{error:#}")))?;
    refuse_taken_names(&module)?;

    let counter = Counter::add_to(&mut module);
    let functions: Vec<FunctionId> =
        module.funcs.iter_local().map(|(id, _)| id).filter(|id| *id != counter.refill).collect();
    let toll = counter.add_toll(&mut module);
    let mut called = false;
    for id in functions {
        let name = module.funcs.get(id).name.as_deref().map(demangled).unwrap_or_default();
        let charge = charge(&name);
        let scratch = module.locals.add(ValType::I64);
        let bulk = bulk_instructions(&module, id);
        let length_locals = [module.locals.add(ValType::I32), module.locals.add(ValType::I64)];
        let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
        // Found before charges add calls of their own.
        let points = points(function);
        // From the back of each sequence, so that what is still to come stays where it is; and before the points, which go to the front.
        for (sequence, at, length) in bulk.into_iter().rev() {
            counter.charge_length(function, (sequence, at), length, length_locals, scratch);
        }
        for point in points {
            let (cost, sequence) = (point.cost(function), point.sequence(function));
            match charge {
                Charge::Called if cost == TOLL => {
                    let call = (Call { func: toll }.into(), InstrLocId::default());
                    function.block_mut(sequence).instrs.insert(0, call);
                    called = true;
                }
                _ => counter.charge(function, sequence, cost, scratch),
            }
        }
    }
    if !called {
        module.funcs.delete(toll);
    }
    Ok(module.emit_wasm())
}

fn refuse_taken_names(module: &Module) -> Result<(), MeterError> {
    if module.imports.find(TICK_MODULE, TICK_NAME).is_some() {
        return Err(MeterError::NameTaken("nexus.tick"));
    }
    for name in [FUEL_EXPORT, GRANT_EXPORT] {
        if module.exports.iter().any(|export| export.name == name) {
            return Err(MeterError::NameTaken(name));
        }
    }
    Ok(())
}

fn points(function: &LocalFunction) -> Vec<Point> {
    #[derive(Default)]
    struct Finder {
        loops: Vec<Point>,
        calls: bool,
    }

    impl<'instr> Visitor<'instr> for Finder {
        fn visit_loop(&mut self, instr: &ir::Loop) {
            self.loops.push(Point::Loop(instr.seq));
        }
        fn visit_instr(&mut self, instr: &'instr Instr, _: &'instr InstrLocId) {
            self.calls |= matches!(
                instr,
                Instr::Call(_)
                    | Instr::CallIndirect(_)
                    | Instr::CallRef(_)
                    | Instr::ReturnCall(_)
                    | Instr::ReturnCallIndirect(_)
                    | Instr::ReturnCallRef(_)
            );
        }
    }

    let mut finder = Finder::default();
    ir::dfs_in_order(&mut finder, function, function.entry_block());
    let mut points = finder.loops;
    if finder.calls {
        points.push(Point::Entry);
    }
    points
}

/// The length of a bulk instruction, on top of the stack when it runs.
#[derive(Clone, Copy)]
struct Length {
    /// An i64; else an i32.
    wide: bool,
    /// It costs one for each `1 << shift`.
    shift: u8,
}

impl Length {
    /// The length that `instr` works in proportion to.
    fn of(module: &Module, instr: &Instr) -> Option<Self> {
        const BYTES: u8 = 6;
        const ELEMENTS: u8 = 3;
        let memory = |id: MemoryId| module.memories.get(id).memory64;
        let table = |id: TableId| module.tables.get(id).table64;
        let (wide, shift) = match instr {
            Instr::MemoryFill(fill) => (memory(fill.memory), BYTES),
            Instr::MemoryCopy(copy) => (memory(copy.src) && memory(copy.dst), BYTES),
            Instr::MemoryInit(_) => (false, BYTES),
            Instr::TableFill(fill) => (table(fill.table), ELEMENTS),
            Instr::TableGrow(grow) => (table(grow.table), ELEMENTS),
            Instr::TableCopy(copy) => (table(copy.src) && table(copy.dst), ELEMENTS),
            Instr::TableInit(_)
            | Instr::ArrayNew(_)
            | Instr::ArrayNewDefault(_)
            | Instr::ArrayNewData(_)
            | Instr::ArrayNewElem(_)
            | Instr::ArrayFill(_)
            | Instr::ArrayCopy(_)
            | Instr::ArrayInitData(_)
            | Instr::ArrayInitElem(_) => (false, ELEMENTS),
            _ => return None,
        };
        Some(Self { wide, shift })
    }

    /// Whether `instr`, which puts the length on the stack, says that it costs nothing. Most are like that: values that are moved.
    fn is_free(self, instr: &Instr) -> bool {
        let length = match (instr, self.wide) {
            (Instr::Const(Const { value: Value::I32(length) }), false) => i64::from(length.cast_unsigned()),
            (Instr::Const(Const { value: Value::I64(length) }), true) => *length,
            _ => return false,
        };
        (0..1 << self.shift).contains(&length)
    }
}

/// Where in a function the bulk instructions are that may cost something, in order within each sequence.
fn bulk_instructions(module: &Module, id: FunctionId) -> Vec<(InstrSeqId, usize, Length)> {
    struct Finder<'m> {
        module: &'m Module,
        found: Vec<(InstrSeqId, usize, Length)>,
    }

    impl<'instr> Visitor<'instr> for Finder<'_> {
        fn start_instr_seq(&mut self, sequence: &'instr InstrSeq) {
            for (at, (instr, _)) in sequence.instrs.iter().enumerate() {
                let before = at.checked_sub(1).map(|before| &sequence.instrs[before].0);
                let length =
                    Length::of(self.module, instr).filter(|length| !before.is_some_and(|it| length.is_free(it)));
                self.found.extend(length.map(|length| (sequence.id(), at, length)));
            }
        }
    }

    let function = module.funcs.get(id).kind.unwrap_local();
    let mut finder = Finder { module, found: Vec::new() };
    ir::dfs_in_order(&mut finder, function, function.entry_block());
    finder.found
}

/// The globals and the function that metering adds to a module.
struct Counter {
    fuel: GlobalId,
    refill: FunctionId,
}

impl Counter {
    fn add_to(module: &mut Module) -> Self {
        let tick_type = module.types.add(&[ValType::I64], &[ValType::I64]);
        let (tick, _) = module.add_import_func(TICK_MODULE, TICK_NAME, tick_type);
        let mut add_global = |export: &str| {
            let initial = ConstExpr::Value(Value::I64(INITIAL_GRANT));
            let global = module.globals.add_local(ValType::I64, true, false, initial);
            module.exports.add(export, global);
            global
        };
        let fuel = add_global(FUEL_EXPORT);
        let grant = add_global(GRANT_EXPORT);

        let answer = module.locals.add(ValType::I64);
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        builder.name("__refill".to_owned());
        builder
            .func_body()
            .global_get(grant)
            .global_get(fuel)
            .binop(BinaryOp::I64Sub)
            .call(tick)
            .local_tee(answer)
            .i64_const(0)
            .binop(BinaryOp::I64LtS)
            .if_else(
                None,
                |stop| {
                    stop.unreachable();
                },
                |_| {},
            )
            .local_get(answer)
            .global_set(grant)
            .local_get(answer)
            .global_set(fuel);
        let refill = builder.finish(vec![], &mut module.funcs);
        Self { fuel, refill }
    }

    /// Adds a function that pays [`TOLL`] and does nothing else.
    fn add_toll(&self, module: &mut Module) -> FunctionId {
        let scratch = module.locals.add(ValType::I64);
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        builder.name("__pay".to_owned());
        let id = builder.finish(vec![], &mut module.funcs);
        let function = module.funcs.get_mut(id).kind.unwrap_local_mut();
        self.charge(function, function.entry_block(), TOLL, scratch);
        id
    }

    /// Puts `fuel -= cost; if fuel < 0 { refill() }` in front of a sequence.
    fn charge(&self, function: &mut LocalFunction, sequence: InstrSeqId, cost: i64, scratch: LocalId) {
        let mut code: Vec<Instr> =
            vec![GlobalGet { global: self.fuel }.into(), Const { value: Value::I64(cost) }.into()];
        code.extend(self.settlement(function, scratch));
        let code = code.into_iter().map(|instr| (instr, InstrLocId::default()));
        function.block_mut(sequence).instrs.splice(0..0, code);
    }

    /// Puts the same in front of a bulk instruction, with a cost that follows from its length. A length that costs nothing, as
    /// most do, takes one comparison.
    fn charge_length(
        &self,
        function: &mut LocalFunction,
        (sequence, at): (InstrSeqId, usize),
        Length { wide, shift }: Length,
        [narrow_local, wide_local]: [LocalId; 2],
        scratch: LocalId,
    ) {
        let local = if wide { wide_local } else { narrow_local };
        let mut pay: Vec<Instr> = vec![GlobalGet { global: self.fuel }.into(), LocalGet { local }.into()];
        if !wide {
            pay.push(Unop { op: UnaryOp::I64ExtendUI32 }.into());
        }
        pay.extend([Const { value: Value::I64(shift.into()) }.into(), Binop { op: BinaryOp::I64ShrU }.into()]);
        pay.extend(self.settlement(function, scratch));
        let mut consequent = function.builder_mut().dangling_instr_seq(None);
        for instr in pay {
            consequent.instr(instr);
        }
        let consequent = consequent.id();
        let alternative = function.builder_mut().dangling_instr_seq(None).id();
        let (least, at_least) =
            if wide { (Value::I64(1 << shift), BinaryOp::I64GeU) } else { (Value::I32(1 << shift), BinaryOp::I32GeU) };
        let code: [Instr; 5] = [
            LocalTee { local }.into(),
            LocalGet { local }.into(),
            Const { value: least }.into(),
            Binop { op: at_least }.into(),
            IfElse { consequent, alternative }.into(),
        ];
        let code = code.map(|instr| (instr, InstrLocId::default()));
        function.block_mut(sequence).instrs.splice(at..at, code);
    }

    /// What follows the counter and a cost on the stack.
    fn settlement(&self, function: &mut LocalFunction, scratch: LocalId) -> [Instr; 7] {
        let consequent = function.builder_mut().dangling_instr_seq(None).instr(Call { func: self.refill }).id();
        let alternative = function.builder_mut().dangling_instr_seq(None).id();
        // The scratch local spares the engine a second read of the global, which it cannot keep in a register.
        [
            Binop { op: BinaryOp::I64Sub }.into(),
            LocalTee { local: scratch }.into(),
            GlobalSet { global: self.fuel }.into(),
            LocalGet { local: scratch }.into(),
            Const { value: Value::I64(0) }.into(),
            Binop { op: BinaryOp::I64LtS }.into(),
            IfElse { consequent, alternative }.into(),
        ]
    }
}

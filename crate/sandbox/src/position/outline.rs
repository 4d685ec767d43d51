//! What of a handler's text can throw, in the order in which the engine compiles it.
//!
//! The engine gives code a position only inside a *guard*: a property access, the arguments of a call, an assignment and
//! a few more. The outline knows these guards, and adds *wraps* of its own: insertions into the text that put a guard
//! around an expression without changing the code that is compiled for it. Both are [`Container`]s. Everything in a
//! container that can throw is an [`Operation`]; which of them an instruction belongs to is told by the container that
//! was left last before it.

mod declaration;
mod expression;
mod extent;
mod loops;
mod names;
mod optional;
mod statement;

use std::collections::HashMap;

use boa_engine::ast::Position;
use boa_engine::ast::expression::Expression;
use boa_engine::interner::{Interner, Sym};

pub use self::loops::Loop;
use self::loops::{Body, Word};
use self::names::Names;
use crate::lines::Lines;
use crate::source::HandlerSource;

/// A piece of code with a position of its own.
#[derive(Debug)]
pub struct Container {
    /// The function that it is part of, counted in the order of the text.
    pub function: usize,
    /// The container around it, in the same function.
    pub parent: Option<usize>,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Code before the body: parameters. It has no position.
    Parameters,
    /// A guard of the engine, with the position that it has in the text. A function's body is one, too.
    Guard(Position),
    Wrap(Wrap),
}

/// How an expression `E` is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrap {
    /// `delete (0, E)`. `E` may be a variable: it is loaded in either case.
    Comma,
    /// `delete [E]`. `E` may be constant: the engine folds constants, but not this.
    Array,
}

impl Wrap {
    const fn open(self) -> &'static str {
        match self {
            Self::Comma => "(delete(0,",
            Self::Array => "(delete[",
        }
    }

    const fn close(self) -> &'static str {
        match self {
            Self::Comma => "))",
            Self::Array => "])",
        }
    }

    /// Bytes of code that the wrap adds before and after the code of `E`: an opcode is one byte, a register four.
    pub const fn code_size(self) -> (u32, u32) {
        match self {
            // StoreUndefined r; … StoreTrue r
            Self::Comma => (5, 5),
            // StoreNewArray r; … PushValueToArray r r; StoreTrue r
            Self::Array => (5, 14),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reading a variable.
    Read,
    /// Reading or writing a member.
    Member,
    Call,
    /// Taking a value apart by a pattern.
    Destructure,
    /// Asking a value for its iterator, and the iterator for values.
    Iterate,
    /// A binary or unary operator, conversions to text, assignments, classes.
    Operator,
    /// Waiting for a promise: it does not throw here, but can be stopped.
    Await,
}

/// Something that can throw.
#[derive(Debug)]
pub struct Operation {
    pub container: usize,
    /// The last container in `container` that is compiled before it.
    pub previous: Option<usize>,
    /// Bytes of code from the end of `previous` to the operation's own, and to its end, where they are known.
    pub code: Option<(u32, u32)>,
    pub action: Action,
    /// The instruction that does it, where there is just one.
    pub opcode: Option<&'static str>,
    /// The innermost loop of the function that it is in.
    pub in_loop: Option<usize>,
    /// What to report: the start of the expression, or its member's name.
    pub at: Position,
}

/// Text to be inserted, or, without text, a place where a container's position is.
#[derive(Debug)]
pub struct Insertion {
    /// Byte offset in the text.
    pub at: usize,
    /// Whether it ends something: then it stands before what begins at the same place.
    pub closes: bool,
    pub text: String,
    /// The container that has its position here, and how far into `text`.
    pub label: Option<(usize, usize)>,
}

#[derive(Debug, Default)]
pub struct Outline {
    pub containers: Vec<Container>,
    pub operations: Vec<Operation>,
    /// In the order of the text.
    pub insertions: Vec<Insertion>,
    /// In the order of the text within each function, which is that of the code.
    pub loops: Vec<Loop>,
    /// Of functions to which the engine gives their names only when they have run: methods of classes.
    pub names: HashMap<usize, String>,
    words: Vec<Word>,
    bodies: Vec<Body>,
    /// How deeply the text is nested, as its parser sees it.
    pub nesting: usize,
}

/// What is put around a text.
#[derive(Debug, Clone, Copy)]
pub struct Wrapping<'a> {
    /// How many wraps there may be in each other.
    pub depth: usize,
    /// A variable that the handler uses and nobody has.
    pub undefined: Option<&'a str>,
}

impl Outline {
    /// The outline of a handler. Without wraps the text stays as it is, and so does what the engine can tell apart.
    pub fn new(source: &HandlerSource, lines: &Lines<'_>, wrapping: Option<Wrapping<'_>>) -> Self {
        let interner = source.interner();
        let mut walk = Walk {
            outline: Self::default(),
            lines,
            interner,
            wraps: wrapping.is_some(),
            wraps_left: wrapping.map_or(0, |wrapping| wrapping.depth),
            nesting: 0,
            undefined: wrapping.and_then(|wrapping| wrapping.undefined).and_then(|name| interner.get(name)),
            functions: 0,
            function: 0,
            in_loop: None,
            open: Vec::new(),
            names: Names::default(),
        };
        let handler = source.function();
        walk.function(handler.parameters(), handler.body());
        let mut outline = walk.outline;
        outline.insertions.sort_by_key(|insertion| (insertion.at, !insertion.closes));
        outline
    }
}

/// A container that the walk is in, and the last one in it so far.
struct Open {
    container: usize,
    last: Option<usize>,
}

struct Walk<'a> {
    outline: Outline,
    lines: &'a Lines<'a>,
    interner: &'a Interner,
    wraps: bool,
    /// How many more wraps there may be in those that are open.
    wraps_left: usize,
    nesting: usize,
    undefined: Option<Sym>,
    functions: usize,
    /// The function that the walk is in, and the innermost of its loops.
    function: usize,
    in_loop: Option<usize>,
    open: Vec<Open>,
    names: Names,
}

impl Walk<'_> {
    /// Notes something that can throw, here.
    fn operation(&mut self, action: Action, at: Position) {
        self.operation_within(None, action, at);
    }

    fn operation_within(&mut self, code: Option<(u32, u32)>, action: Action, at: Position) {
        self.note(code, action, None, at);
    }

    /// Notes something that a certain instruction does.
    fn instruction(&mut self, opcode: &'static str, action: Action, at: Position) {
        self.note(None, action, Some(opcode), at);
    }

    fn note(&mut self, code: Option<(u32, u32)>, action: Action, opcode: Option<&'static str>, at: Position) {
        if let Some(Open { container, last }) = self.open.last() {
            let (container, previous, in_loop) = (*container, *last, self.in_loop);
            self.outline.operations.push(Operation { container, previous, code, action, opcode, in_loop, at });
        }
    }

    /// Walks what the parser descends into.
    fn nested(&mut self, walk: impl FnOnce(&mut Self)) {
        self.nesting += 1;
        self.outline.nesting = self.outline.nesting.max(self.nesting);
        walk(self);
        self.nesting -= 1;
    }

    fn enter(&mut self, kind: Kind, function: usize, parent: Option<usize>) -> usize {
        let container = self.outline.containers.len();
        self.outline.containers.push(Container { function, parent, kind });
        if let (Some(_), Some(open)) = (parent, self.open.last_mut()) {
            open.last = Some(container);
        }
        self.open.push(Open { container, last: None });
        container
    }

    /// Walks what is in a container of the current function.
    fn contained(&mut self, kind: Kind, walk: impl FnOnce(&mut Self, usize)) {
        let parent = self.open.last().map(|open| open.container);
        let function = parent.map_or(0, |parent| self.outline.containers[parent].function);
        let container = self.enter(kind, function, parent);
        walk(self, container);
        self.open.pop();
    }

    fn label(&mut self, container: usize, position: Position) {
        if let Some(at) = self.lines.offset(position) {
            let label = Some((container, 0));
            self.outline.insertions.push(Insertion { at, closes: false, text: String::new(), label });
        }
    }

    /// Walks what is in a guard of the engine, which is at `position` in the text, and at `start` when everything that
    /// begins there is wrapped.
    fn guarded(&mut self, position: Position, start: Position, walk: impl FnOnce(&mut Self)) {
        self.contained(Kind::Guard(position), |this, container| {
            this.label(container, if this.wraps { start } else { position });
            walk(this);
        });
    }

    /// Walks an expression and wraps it, with `before` and `after` around the wrap.
    fn wrapped_in(
        &mut self,
        wrap: Wrap,
        expression: &Expression,
        (before, after): (&str, &str),
        walk: impl FnOnce(&mut Self),
    ) {
        let bounds = (self.lines.offset(extent::start(expression)), self.end(expression));
        let (Some(left), (Some(start), Some(end))) = (self.wraps_left.checked_sub(1), bounds) else {
            return walk(self);
        };
        self.wraps_left = left;
        self.contained(Kind::Wrap(wrap), |this, container| {
            let text = format!("{before}{}", wrap.open());
            let label = Some((container, before.len() + "(".len()));
            this.outline.insertions.push(Insertion { at: start, closes: false, text, label });
            walk(this);
            let text = format!("{}{after}", wrap.close());
            this.outline.insertions.push(Insertion { at: end, closes: true, text, label: None });
        });
        self.wraps_left += 1;
    }

    fn wrapped(&mut self, wrap: Wrap, expression: &Expression, walk: impl FnOnce(&mut Self)) {
        self.wrapped_in(wrap, expression, ("", ""), walk);
    }
}

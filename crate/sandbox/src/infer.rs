//! Capability inference: the least tokens that a handler needs, read off its syntax tree.
//!
//! The tree is interpreted abstractly. Every expression has a `value::Value`: the globals, stored values and constant
//! texts it may be. Reading, writing, calling or losing sight of one of them is what needs a token:
//!
//! | file | what it does |
//! |---|---|
//! | `value` | what an expression may be |
//! | `binding` | scopes, and what each variable may hold |
//! | `statement`, `expression`, `pattern` | walk the tree |
//! | `surface` | the handler's globals: what their members are, and what calls and writes need |
//! | `token` | the tokens found, and the fewest that say the same |
//! | `unknown` | names that are nothing |
//! | `place` | places in the tree to places in the author's text |
//!
//! Aliases may be used above the line that makes them (in a function called later), so the tree is walked until no
//! variable learns anything new. Values only grow, so tokens found early stay right.
//!
//! What it knowingly leaves out:
//! - `globalThis` and `this` stand for the globals only where a member is taken by a constant name.
//! - Values from the state are followed through variables, loops and the methods of arrays with their callbacks. Handed
//!   to another function, returned by one or stored in an object they are lost sight of, and changing them there counts
//!   as no more than the read that it began with.

mod binding;
mod expression;
mod pattern;
mod place;
mod statement;
mod surface;
mod token;
mod unknown;
mod value;

#[cfg(test)]
mod enforcement_tests;
#[cfg(test)]
mod tests;

use boa_engine::interner::{Interner, Sym};
use nexus_core::{HandlerFacts, UnknownGlobal, Use};

use self::binding::Bindings;
use self::statement::Function;
use self::token::Tokens;
use self::unknown::Undeclared;
use crate::source::HandlerSource;

/// How often the tree is walked before inference gives up on following aliases. Each walk settles every alias that is
/// used below its definition; only aliases of aliases of aliases, written bottom up, need as many.
const MAX_WALKS: usize = 16;

/// What the handler needs, and where.
///
/// Tokens say what the handler may come to do, on any path. Names that are not constant give the family's wildcard; so
/// does a global that is passed on to where inference does not follow (`$state` gives both `state:read:*` and
/// `state:write:*`). `is_global` says which names mean something that no scope declares.
#[must_use]
pub fn infer(source: &HandlerSource, is_global: impl FnMut(&str) -> bool) -> HandlerFacts {
    let handler = source.function();
    let function = Function::new(handler.parameters(), handler.body());
    let mut inference = Inference {
        interner: source.interner(),
        bindings: Bindings::default(),
        tokens: Tokens::default(),
        undeclared: Undeclared::default(),
        own_this: false,
    };
    let mut walks = 0;
    loop {
        inference.bindings.restart();
        inference.function(&function);
        walks += 1;
        if !inference.bindings.have_changed() {
            break;
        }
        if walks == MAX_WALKS {
            inference.tokens.add_all_wildcards();
            break;
        }
    }
    let unknown = inference.undeclared.unknown(source.interner(), is_global);
    let tokens = inference.tokens.all();
    let capabilities = token::least(&tokens);
    let uses = place::locate(source.author_text(), tokens);
    let unknown_globals = place::locate(source.author_text(), unknown);
    HandlerFacts {
        capabilities,
        uses: uses.into_iter().map(|(capability, location)| Use { capability, location }).collect(),
        unknown_globals: unknown_globals.into_iter().map(|(name, location)| UnknownGlobal { name, location }).collect(),
    }
}

/// One inference under way.
struct Inference<'a> {
    interner: &'a Interner,
    bindings: Bindings,
    tokens: Tokens,
    undeclared: Undeclared,
    /// Whether `this` is that of a nested function or class, not the handler's.
    own_this: bool,
}

impl Inference<'_> {
    /// The text of a name in the tree, unless it is no Unicode (a lone surrogate), which no token can hold.
    fn text(&self, symbol: Sym) -> Option<String> {
        self.interner.resolve(symbol)?.utf8().map(str::to_owned)
    }
}

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
mod statement;
mod surface;
mod token;
mod value;

#[cfg(test)]
mod enforcement_tests;
#[cfg(test)]
mod tests;

use boa_engine::interner::{Interner, Sym};
use nexus_core::CapabilityToken;

use self::binding::Bindings;
use self::statement::Function;
use self::token::Tokens;
use crate::source::HandlerSource;

/// How often the tree is walked before inference gives up on following aliases. Each walk settles every alias that is
/// used below its definition; only aliases of aliases of aliases, written bottom up, need as many.
const MAX_WALKS: usize = 16;

/// The least capability tokens that the handler needs, in the order of [`CapabilityToken`], without repetition and
/// without tokens that another one covers.
///
/// Names that are not constant give the family's wildcard; so does a global that is passed on to where inference does
/// not follow (`$state` gives both `state:read:*` and `state:write:*`). Tokens say what the handler may come to do, on
/// any path.
#[must_use]
pub fn infer(source: &HandlerSource) -> Vec<CapabilityToken> {
    let handler = source.function();
    let function = Function::new(handler.parameters(), handler.body());
    let mut inference = Inference {
        interner: source.interner(),
        bindings: Bindings::default(),
        tokens: Tokens::default(),
        own_this: false,
    };
    for _ in 0..MAX_WALKS {
        inference.bindings.restart();
        inference.function(&function);
        if !inference.bindings.have_changed() {
            return inference.tokens.least();
        }
    }
    inference.tokens.add_all_wildcards();
    inference.tokens.least()
}

/// One inference under way.
struct Inference<'a> {
    interner: &'a Interner,
    bindings: Bindings,
    tokens: Tokens,
    /// Whether `this` is that of a nested function or class, not the handler's.
    own_this: bool,
}

impl Inference<'_> {
    /// The text of a name in the tree, unless it is no Unicode (a lone surrogate), which no token can hold.
    fn text(&self, symbol: Sym) -> Option<String> {
        self.interner.resolve(symbol)?.utf8().map(str::to_owned)
    }
}

//! Loops, and where they are. The syntax tree does not say: their keywords are looked for in the text.

use std::collections::HashMap;
use std::ops::ControlFlow;

use boa_engine::ast::expression::RegExpLiteral;
use boa_engine::ast::function::FunctionBody;
use boa_engine::ast::property::PropertyName;
use boa_engine::ast::visitor::{VisitWith, Visitor};
use boa_engine::ast::{Position, Span, Spanned};

use super::{Outline, Walk};
use crate::lines::Lines;
use crate::source::HandlerSource;

#[derive(Debug)]
pub struct Loop {
    /// The function that it is part of, as in [`super::Container`].
    pub function: usize,
    /// Its keyword, once it was looked for and if it was found.
    pub at: Option<Position>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyword {
    For,
    While,
    Do,
}

impl Keyword {
    const ALL: [(Self, &'static str); 3] = [(Self::For, "for"), (Self::While, "while"), (Self::Do, "do")];

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, text)| *text == word).map(|(keyword, _)| *keyword)
    }
}

/// A keyword that the syntax tree says there is.
#[derive(Debug)]
pub(super) struct Word {
    function: usize,
    keyword: Keyword,
    /// The loop that begins here; `None` for the `while` behind a `do`.
    begins: Option<usize>,
}

/// Where a function's body is, in bytes.
#[derive(Debug)]
pub(super) struct Body {
    function: usize,
    start: usize,
    end: usize,
}

impl Walk<'_> {
    pub(super) fn body(&mut self, body: &FunctionBody) {
        if let (Some(start), Some(end)) = (self.lines.offset(body.span().start()), self.lines.offset(body.span().end()))
        {
            self.outline.bodies.push(Body { function: self.function, start, end });
        }
    }

    /// Walks what a loop does again and again.
    pub(super) fn r#loop(&mut self, keyword: Keyword, walk: impl FnOnce(&mut Self)) {
        let (function, number) = (self.function, self.outline.loops.len());
        self.outline.loops.push(Loop { function, at: None });
        self.outline.words.push(Word { function, keyword, begins: Some(number) });
        let outer = self.in_loop.replace(number);
        walk(self);
        self.in_loop = outer;
        if keyword == Keyword::Do {
            self.outline.words.push(Word { function, keyword: Keyword::While, begins: None });
        }
    }
}

impl Outline {
    /// Finds the keywords of the loops. In a function whose keywords are not those that the syntax tree has, none is
    /// taken for found.
    pub fn find_loops(&mut self, source: &HandlerSource, lines: &Lines<'_>) {
        let mut found: HashMap<usize, Vec<(Keyword, usize)>> = HashMap::new();
        self.bodies.sort_by_key(|body| body.start);
        let (mut bodies, mut open) = (self.bodies.iter().peekable(), Vec::<&Body>::new());
        for (keyword, at) in keywords(source, lines) {
            while let Some(body) = bodies.next_if(|body| body.start <= at) {
                open.retain(|outer| outer.end > body.start);
                open.push(body);
            }
            open.retain(|body| body.end > at);
            if let Some(body) = open.last() {
                found.entry(body.function).or_default().push((keyword, at));
            }
        }
        let mut expected: HashMap<usize, Vec<&Word>> = HashMap::new();
        for word in &self.words {
            expected.entry(word.function).or_default().push(word);
        }
        for (function, words) in expected {
            let found = found.remove(&function).unwrap_or_default();
            if words.iter().map(|word| word.keyword).eq(found.iter().map(|(keyword, _)| *keyword)) {
                for (word, (_, at)) in words.iter().zip(found) {
                    if let Some(number) = word.begins {
                        self.loops[number].at = Some(lines.position(at));
                    }
                }
            }
        }
    }
}

/// Everything in a text that is read as one of the keywords, with byte offsets, in ascending order.
fn keywords(source: &HandlerSource, lines: &Lines<'_>) -> Vec<(Keyword, usize)> {
    let mut exceptions = Exceptions { lines, skipped: HashMap::new() };
    let _ = source.function().visit_with(&mut exceptions);
    let mut reader = Reader { text: source.text(), at: 0, skipped: &exceptions.skipped, found: Vec::new() };
    reader.code(false);
    reader.found
}

/// What a reader that does not know the grammar cannot tell from something else: regular expressions, and properties with
/// the name of a keyword. From start to end, in bytes.
struct Exceptions<'a> {
    lines: &'a Lines<'a>,
    skipped: HashMap<usize, usize>,
}

impl Exceptions<'_> {
    fn skip(&mut self, span: Span) {
        if let (Some(start), Some(end)) = (self.lines.offset(span.start()), self.lines.offset(span.end())) {
            self.skipped.insert(start, end);
        }
    }
}

impl<'ast> Visitor<'ast> for Exceptions<'_> {
    type BreakTy = ();

    fn visit_reg_exp_literal(&mut self, node: &'ast RegExpLiteral) -> ControlFlow<()> {
        self.skip(node.span());
        ControlFlow::Continue(())
    }

    fn visit_property_name(&mut self, node: &'ast PropertyName) -> ControlFlow<()> {
        if let PropertyName::Literal(name) = node {
            self.skip(name.span());
        }
        node.visit_with(self)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    skipped: &'a HashMap<usize, usize>,
    found: Vec<(Keyword, usize)>,
}

impl Reader<'_> {
    /// Reads code to its end, or, in a template, to the brace that ends it.
    fn code(&mut self, in_template: bool) {
        let mut braces = 0_usize;
        let mut after_dot = false;
        while let Some(character) = self.rest().chars().next() {
            if let Some(end) = self.skipped.get(&self.at).filter(|end| **end > self.at) {
                self.at = *end;
                continue;
            }
            match character {
                '/' if self.rest().starts_with("//") => {
                    self.skip_to(|character| matches!(character, '\n' | '\r' | '\u{2028}' | '\u{2029}'));
                }
                '/' if self.rest().starts_with("/*") => {
                    self.at += 2;
                    self.skip_behind("*/");
                }
                '\'' | '"' => self.string(character),
                '`' => self.template(),
                '{' => {
                    braces += 1;
                    self.at += 1;
                }
                '}' if braces == 0 && in_template => return,
                '}' => {
                    braces = braces.saturating_sub(1);
                    self.at += 1;
                }
                character if is_word(character) => {
                    let start = self.at;
                    self.skip_to(|character| !is_word(character));
                    if let (Some(keyword), false) = (Keyword::of(&self.text[start..self.at]), after_dot) {
                        self.found.push((keyword, start));
                    }
                }
                character => self.at += character.len_utf8(),
            }
            after_dot = matches!(character, '.' | '#') || (after_dot && character.is_whitespace());
        }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn skip_to(&mut self, end: impl FnMut(char) -> bool) {
        self.at += self.rest().find(end).unwrap_or(self.rest().len());
    }

    fn skip_behind(&mut self, end: &str) {
        self.at += self.rest().find(end).map_or(self.rest().len(), |at| at + end.len());
    }

    /// A character, and the one that it escapes.
    fn escape(&mut self) {
        for _ in 0..2 {
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        }
    }

    fn string(&mut self, quote: char) {
        self.at += 1;
        while let Some(character) = self.rest().chars().next() {
            if character == '\\' {
                self.escape();
                continue;
            }
            self.at += character.len_utf8();
            if character == quote {
                return;
            }
        }
    }

    fn template(&mut self) {
        self.at += 1;
        while let Some(character) = self.rest().chars().next() {
            if character == '\\' {
                self.escape();
            } else if self.rest().starts_with("${") {
                self.at += 2;
                self.code(true);
                self.at += self.rest().len().min(1);
            } else {
                self.at += character.len_utf8();
                if character == '`' {
                    return;
                }
            }
        }
    }
}

/// Whether it can be part of a word: a name, a keyword or a number.
fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$' | '\\' | '\u{200c}' | '\u{200d}')
}

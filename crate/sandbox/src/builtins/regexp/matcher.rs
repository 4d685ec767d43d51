//! Runs a program by backtracking, and remembers what has failed once that gets long.
//!
//! Without references back and looking around, what follows depends on the step, the position and whether the
//! repetition around has matched something, and on nothing else: what failed there once fails there again. So no more
//! is ever done than there are such states, in proportion to the text. That the one flag is enough: Barrière and
//! Pit-Claudel, "Linear Matching of JavaScript Regexes", 2024.

use boa_engine::string::{JsStr, JsStrVariant};

use super::program::{Program, Step};
use super::set::{is_line_end, is_word};

/// Where it begins and where it ends, if it has matched.
pub type Capture = Option<(usize, usize)>;

const NOTHING: usize = usize::MAX;

/// Ways back that are taken before failures are remembered; and as many again a code unit.
const PATIENCE: usize = 512;

/// Bytes, at most, for remembering failures. Beyond it only fuel bounds the time.
const MAX_MEMORY: usize = 16 << 20;

/// Searches one text, again and again.
pub enum Search<'a> {
    Latin1(Matcher<'a, u8>),
    Utf16(Matcher<'a, u16>),
}

impl<'a> Search<'a> {
    pub fn new(program: &'a Program, text: JsStr<'a>) -> Self {
        match text.variant() {
            JsStrVariant::Latin1(units) => Self::Latin1(Matcher::new(program, units)),
            JsStrVariant::Utf16(units) => Self::Utf16(Matcher::new(program, units)),
        }
    }

    /// Finds the first match that begins at `from` or later; at `from` itself if `sticky`. Answers the whole of it, and
    /// then each capture.
    pub fn find(&mut self, from: usize, sticky: bool) -> Option<&[Capture]> {
        match self {
            Self::Latin1(matcher) => matcher.find(from, sticky, matcher.text.len().checked_sub(from)? + PATIENCE),
            Self::Utf16(matcher) => matcher.find(from, sticky, matcher.text.len().checked_sub(from)? + PATIENCE),
        }
    }
}

/// What to do when what was tried fails.
enum Way {
    /// Go on from another step.
    Try { step: usize, at: usize, moved: bool },
    /// Give back one of many code units, down to `least`, and go on.
    Fewer { step: usize, least: usize, at: usize, moved: bool },
    /// Take one more code unit of the set at `step`.
    More { step: usize, at: usize },
    /// Undo a capture.
    Restore { slot: usize, value: usize },
}

pub struct Matcher<'a, T> {
    program: &'a Program,
    text: &'a [T],
    /// The search began here.
    base: usize,
    found: Vec<Capture>,
    /// The ends of the captures, two each.
    slots: Vec<usize>,
    ways: Vec<Way>,
    patience: usize,
    /// A bit for each state that has been tried.
    failed: Option<Vec<u64>>,
}

impl<'a, T: Copy + Into<u32>> Matcher<'a, T> {
    fn new(program: &'a Program, text: &'a [T]) -> Self {
        Self {
            program,
            text,
            base: 0,
            found: Vec::new(),
            slots: vec![NOTHING; program.names.len() * 2],
            ways: Vec::new(),
            patience: 0,
            failed: None,
        }
    }

    /// As [`Search::find`], from within the text; failures are remembered after `patience` ways back.
    fn find(&mut self, from: usize, sticky: bool, patience: usize) -> Option<&[Capture]> {
        self.base = from;
        self.patience = patience;
        self.failed = None;
        let mut start = from;
        loop {
            if let Some(first) = &self.program.first
                && !sticky
            {
                start += self.text[start..].iter().position(|unit| first.contains((*unit).into()))?;
            }
            if let Some(end) = self.run(start) {
                let capture = |ends: &[usize]| match ends {
                    [start, end] if *start != NOTHING && *end != NOTHING => Some((*start, *end)),
                    _ => None,
                };
                self.found.clear();
                self.found.push(Some((start, end)));
                self.found.extend(self.slots.chunks(2).map(capture));
                return Some(&self.found);
            }
            start += 1;
            if sticky || start > self.text.len() || self.program.anchored {
                return None;
            }
        }
    }

    /// Matches at one position; answers where the match ends.
    fn run(&mut self, start: usize) -> Option<usize> {
        self.ways.clear();
        self.slots.fill(NOTHING);
        let (mut step, mut at, mut moved) = (0, start, true);
        loop {
            let goes_on = match &self.program.steps[step] {
                Step::Match => return Some(at),
                Step::One(set) => {
                    let is_there = self.unit(at).is_some_and(|unit| set.contains(unit));
                    at += 1;
                    moved = true;
                    step += 1;
                    is_there
                }
                Step::Many { greedy: false, point, .. } => {
                    let is_new = self.is_new(*point, at, moved);
                    if is_new {
                        self.ways.push(Way::More { step, at });
                        step += 1;
                    }
                    is_new
                }
                Step::Many { set, point, .. } => {
                    let mut end = at;
                    let mut is_new = self.is_new(*point, at, moved);
                    while is_new && self.unit(end).is_some_and(|unit| set.contains(unit)) {
                        end += 1;
                        is_new = self.is_new(*point, end, true);
                    }
                    let least = at;
                    let goes_on = is_new || end > least;
                    // What follows where one has been before has failed then, with more units as with as many.
                    at = if is_new { end } else { end.saturating_sub(1) };
                    step += 1;
                    if goes_on && at > least {
                        self.ways.push(Way::Fewer { step, least, at: at - 1, moved });
                        moved = true;
                    }
                    goes_on
                }
                Step::Either { first, second, point } => {
                    let is_new = self.is_new(*point, at, moved);
                    self.ways.push(Way::Try { step: *second, at, moved });
                    step = *first;
                    if !is_new {
                        self.ways.pop();
                    }
                    is_new
                }
                Step::Jump(to) => {
                    step = *to;
                    true
                }
                Step::Save(slot) => {
                    self.ways.push(Way::Restore { slot: *slot, value: self.slots[*slot] });
                    self.slots[*slot] = at;
                    step += 1;
                    true
                }
                Step::Forget { from, to } => {
                    for slot in *from..*to {
                        if self.slots[slot] != NOTHING {
                            self.ways.push(Way::Restore { slot, value: self.slots[slot] });
                            self.slots[slot] = NOTHING;
                        }
                    }
                    step += 1;
                    true
                }
                Step::Enter => {
                    moved = false;
                    step += 1;
                    true
                }
                Step::Leave => {
                    step += 1;
                    moved
                }
                Step::Start => {
                    step += 1;
                    at == 0 || self.program.multiline && self.unit(at - 1).is_some_and(is_line_end)
                }
                Step::End => {
                    step += 1;
                    at == self.text.len() || self.program.multiline && self.unit(at).is_some_and(is_line_end)
                }
                Step::Boundary(is) => {
                    let before = at.checked_sub(1).and_then(|at| self.unit(at)).is_some_and(is_word);
                    let after = self.unit(at).is_some_and(is_word);
                    step += 1;
                    (before != after) == *is
                }
            };
            if !goes_on {
                (step, at, moved) = self.back()?;
            }
        }
    }

    fn unit(&self, at: usize) -> Option<u32> {
        self.text.get(at).map(|unit| (*unit).into())
    }

    /// The next of the ways that are left.
    fn back(&mut self) -> Option<(usize, usize, bool)> {
        if self.failed.is_none() {
            self.patience -= 1;
            if self.patience == 0 {
                self.remember();
            }
        }
        loop {
            match self.ways.pop()? {
                Way::Restore { slot, value } => self.slots[slot] = value,
                Way::Try { step, at, moved } => return Some((step, at, moved)),
                Way::Fewer { step, least, at, moved } => {
                    if at > least {
                        self.ways.push(Way::Fewer { step, least, at: at - 1, moved });
                    }
                    return Some((step, at, moved || at > least));
                }
                Way::More { step, at } => {
                    let Step::Many { set, .. } = &self.program.steps[step] else { continue };
                    if self.unit(at).is_some_and(|unit| set.contains(unit)) {
                        return Some((step, at + 1, true));
                    }
                }
            }
        }
    }

    /// From now on, failures are remembered.
    fn remember(&mut self) {
        let states = (self.text.len() - self.base + 1) * self.program.points * 2;
        self.patience = usize::MAX;
        if states / 8 <= MAX_MEMORY {
            self.failed = Some(vec![0; states / 64 + 1]);
        }
    }

    /// Whether the state has not been tried; now it has.
    fn is_new(&mut self, point: usize, at: usize, moved: bool) -> bool {
        let Some(failed) = &mut self.failed else { return true };
        let state = ((at - self.base) * self.program.points + point) * 2 + usize::from(moved);
        let (word, bit) = (&mut failed[state / 64], 1 << (state % 64));
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern::{self, Flags};
    use super::super::program::Program;
    use super::Matcher;

    fn pattern() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(vec!["a", "b", "ab", ".", "[ab]", "[^a]", "", "^", "$", "\\b"])
            .prop_map(str::to_owned);
        leaf.prop_recursive(5, 24, 4, |inner| {
            let counts = prop::sample::select(vec!["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,3}?", "{2,}"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 1..4).prop_map(|parts| parts.concat()),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(?:{a}|{b})")),
                (inner.clone(), counts.clone()).prop_map(|(a, count)| format!("(?:{a}){count}")),
                (inner, counts).prop_map(|(a, count)| format!("({a}){count}")),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn to_remember_failures_changes_no_match(pattern in pattern(), text in "[ab]{0,9}", patience in 1..4_usize) {
            let flags = Flags::default();
            let program = pattern::read(&pattern, flags).and_then(|pattern| Program::compile(pattern, flags));
            prop_assume!(program.is_some());
            let program = program.unwrap();
            let (mut patient, mut hasty) =
                (Matcher::new(&program, text.as_bytes()), Matcher::new(&program, text.as_bytes()));
            for from in 0..=text.len() {
                prop_assert_eq!(hasty.find(from, false, patience), patient.find(from, false, usize::MAX));
            }
        }
    }
}

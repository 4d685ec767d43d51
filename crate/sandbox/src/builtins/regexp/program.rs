//! What a pattern is compiled to.

use super::pattern::{Flags, Node, Pattern, Repeat};
use super::set::Set;

pub enum Step {
    /// One code unit of the set.
    One(Set),
    /// As many code units of the set as there are, or as few as will do.
    Many {
        set: Set,
        greedy: bool,
        point: usize,
    },
    /// Goes on at the first, and at the second if that fails.
    Either {
        first: usize,
        second: usize,
        point: usize,
    },
    Jump(usize),
    /// The position is an end of a capture: that of number `slot / 2`.
    Save(usize),
    /// Captures from here to there are forgotten.
    Forget {
        from: usize,
        to: usize,
    },
    /// Here begins what must not be repeated without having matched something.
    Enter,
    /// Here it ends.
    Leave,
    Start,
    End,
    Boundary(bool),
    Match,
}

pub struct Program {
    pub steps: Vec<Step>,
    /// Where matching can take one of two ways, or end a repetition: steps of which the outcome is remembered.
    pub points: usize,
    /// What a match begins with, if all begin with a code unit of one set.
    pub first: Option<Set>,
    /// Matches at the beginning of the text only.
    pub anchored: bool,
    pub multiline: bool,
    pub names: Vec<Option<String>>,
}

/// Longer programs, as large counts make them, are left to the engine's matcher.
const MAX_STEPS: usize = 2000;

impl Program {
    /// `None` if it would become too long.
    pub fn compile(pattern: Pattern, flags: Flags) -> Option<Self> {
        let first = first(&pattern.node);
        let anchored = !flags.multiline && is_anchored(&pattern.node);
        let mut compiler = Compiler { steps: Vec::new(), points: 0 };
        compiler.node(&pattern.node)?;
        compiler.push(Step::Match)?;
        let Compiler { steps, points } = compiler;
        Some(Self { steps, points, first, anchored, multiline: flags.multiline, names: pattern.names })
    }
}

struct Compiler {
    steps: Vec<Step>,
    points: usize,
}

impl Compiler {
    fn push(&mut self, step: Step) -> Option<usize> {
        if self.steps.len() == MAX_STEPS {
            return None;
        }
        self.steps.push(step);
        Some(self.steps.len() - 1)
    }

    fn point(&mut self) -> usize {
        self.points += 1;
        self.points - 1
    }

    fn node(&mut self, node: &Node) -> Option<()> {
        match node {
            Node::Empty => {}
            Node::Set(set) => {
                self.push(Step::One(set.clone()))?;
            }
            Node::Start => {
                self.push(Step::Start)?;
            }
            Node::End => {
                self.push(Step::End)?;
            }
            Node::Boundary(is) => {
                self.push(Step::Boundary(*is))?;
            }
            Node::Group(node, None) => self.node(node)?,
            Node::Group(node, Some(number)) => {
                self.push(Step::Save(2 * number))?;
                self.node(node)?;
                self.push(Step::Save(2 * number + 1))?;
            }
            Node::Sequence(nodes) => {
                for node in nodes {
                    self.node(node)?;
                }
            }
            Node::Choice(choices) => {
                let mut ends = Vec::new();
                let (last, others) = choices.split_last()?;
                for choice in others {
                    let either = self.either()?;
                    self.node(choice)?;
                    ends.push(self.push(Step::Jump(0))?);
                    let next = self.steps.len();
                    self.direct(either, true, next);
                }
                self.node(last)?;
                let end = self.steps.len();
                for jump in ends {
                    self.steps[jump] = Step::Jump(end);
                }
            }
            Node::Repeat(repeat) => self.repeat(repeat)?,
        }
        Some(())
    }

    /// A choice between what follows and what [`Self::direct`] will say.
    fn either(&mut self) -> Option<usize> {
        let point = self.point();
        self.push(Step::Either { first: 0, second: 0, point })
    }

    /// What follows the choice is tried before what is at `other`, or after it.
    fn direct(&mut self, either: usize, follow_first: bool, other: usize) {
        if let Step::Either { first, second, .. } = &mut self.steps[either] {
            (*first, *second) = if follow_first { (either + 1, other) } else { (other, either + 1) };
        }
    }

    fn repeat(&mut self, repeat: &Repeat) -> Option<()> {
        for _ in 0..repeat.min {
            self.forget(repeat)?;
            self.node(&repeat.node)?;
            if matches!(repeat.node, Node::Empty) {
                break;
            }
        }
        let Some(max) = repeat.max else {
            if let Node::Set(set) = &repeat.node {
                let point = self.point();
                self.push(Step::Many { set: set.clone(), greedy: repeat.greedy, point })?;
                return Some(());
            }
            let either = self.either()?;
            self.optional(repeat)?;
            self.push(Step::Jump(either))?;
            let end = self.steps.len();
            self.direct(either, repeat.greedy, end);
            return Some(());
        };
        let mut choices = Vec::new();
        for _ in repeat.min..max {
            choices.push(self.either()?);
            self.optional(repeat)?;
        }
        let end = self.steps.len();
        for either in choices {
            self.direct(either, repeat.greedy, end);
        }
        Some(())
    }

    /// One repetition that need not be, and counts only if it matches something.
    fn optional(&mut self, repeat: &Repeat) -> Option<()> {
        self.forget(repeat)?;
        if is_nullable(&repeat.node) {
            self.push(Step::Enter)?;
            self.node(&repeat.node)?;
            self.push(Step::Leave)?;
        } else {
            self.node(&repeat.node)?;
        }
        Some(())
    }

    fn forget(&mut self, repeat: &Repeat) -> Option<()> {
        if !repeat.groups.is_empty() {
            self.push(Step::Forget { from: 2 * repeat.groups.start, to: 2 * repeat.groups.end })?;
        }
        Some(())
    }
}

/// Whether it can match nothing.
fn is_nullable(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Start | Node::End | Node::Boundary(_) => true,
        Node::Set(_) => false,
        Node::Group(node, _) => is_nullable(node),
        Node::Sequence(nodes) => nodes.iter().all(is_nullable),
        Node::Choice(choices) => choices.iter().any(is_nullable),
        Node::Repeat(repeat) => repeat.min == 0 || is_nullable(&repeat.node),
    }
}

/// What all matches begin with. `None` if there may be nothing.
fn first(node: &Node) -> Option<Set> {
    match node {
        Node::Set(set) => Some(set.clone()),
        Node::Group(node, _) => first(node),
        Node::Sequence(nodes) => {
            let mut union: Option<Set> = None;
            for node in nodes {
                if matches!(node, Node::Start | Node::End | Node::Boundary(_) | Node::Empty) {
                    continue;
                }
                let may_be_nothing = is_nullable(node);
                let set = match node {
                    Node::Repeat(repeat) => first(&repeat.node)?,
                    node => first(node)?,
                };
                match &mut union {
                    Some(union) => union.add(&set),
                    None => union = Some(set),
                }
                if !may_be_nothing {
                    return union;
                }
            }
            None
        }
        Node::Choice(choices) => {
            let mut union = Set::new(&[]);
            for choice in choices {
                union.add(&first(choice)?);
            }
            Some(union)
        }
        Node::Repeat(repeat) if repeat.min > 0 => first(&repeat.node),
        _ => None,
    }
}

fn is_anchored(node: &Node) -> bool {
    match node {
        Node::Start => true,
        Node::Group(node, _) => is_anchored(node),
        Node::Sequence(nodes) => nodes.first().is_some_and(is_anchored),
        Node::Choice(choices) => choices.iter().all(is_anchored),
        _ => false,
    }
}

//! Patterns whose matching takes time in proportion to the text: no references back, no looking around.
//!
//! The engine has checked the pattern already, so this need not know what is wrong, only what is known here. Whatever
//! is not, or is rare and hard to get right, is left to the engine's own matcher.

use std::ops::Range;

use super::set::{self, Set};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Flags {
    pub ignore_case: bool,
    pub multiline: bool,
    pub dot_all: bool,
    pub unicode: bool,
}

pub enum Node {
    Empty,
    Set(Set),
    Start,
    End,
    /// A word boundary, or none.
    Boundary(bool),
    /// With its number, from 0, if it captures.
    Group(Box<Node>, Option<usize>),
    Sequence(Vec<Node>),
    Choice(Vec<Node>),
    Repeat(Box<Repeat>),
}

pub struct Repeat {
    pub node: Node,
    pub min: u32,
    pub max: Option<u32>,
    pub greedy: bool,
    /// The captures inside.
    pub groups: Range<usize>,
}

pub struct Pattern {
    pub node: Node,
    /// The name of each capture, where it has one.
    pub names: Vec<Option<String>>,
}

/// Greatest nesting: a pattern is read, compiled and let go of by recursion.
const MAX_DEPTH: u32 = 100;

/// Reads a pattern. `None` if there is anything in it that is not known here.
pub fn read(text: &str, flags: Flags) -> Option<Pattern> {
    // Folding beyond ASCII takes tables.
    if flags.ignore_case && (flags.unicode || !text.is_ascii()) {
        return None;
    }
    let mut reader = Reader { units: text.chars().collect(), at: 0, flags, names: Vec::new(), depth: 0 };
    let node = reader.choice()?;
    (reader.at == reader.units.len()).then_some(Pattern { node, names: reader.names })
}

struct Reader {
    units: Vec<char>,
    at: usize,
    flags: Flags,
    names: Vec<Option<String>>,
    depth: u32,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.units.get(self.at).copied()
    }

    fn take(&mut self, unit: char) -> bool {
        let is_there = self.peek() == Some(unit);
        self.at += usize::from(is_there);
        is_there
    }

    fn take_all(&mut self, text: &str) -> bool {
        let is_there = text.chars().enumerate().all(|(index, unit)| self.units.get(self.at + index) == Some(&unit));
        self.at += if is_there { text.len() } else { 0 };
        is_there
    }

    fn choice(&mut self) -> Option<Node> {
        let mut choices = vec![self.sequence()?];
        while self.take('|') {
            choices.push(self.sequence()?);
        }
        if choices.len() == 1 { choices.pop() } else { Some(Node::Choice(choices)) }
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(unit) = self.peek()
            && unit != '|'
            && unit != ')'
        {
            let first_group = self.names.len();
            let node = self.term()?;
            let node = self.repeated(node, first_group)?;
            nodes.push(node);
        }
        Some(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.pop()?,
            _ => Node::Sequence(nodes),
        })
    }

    fn term(&mut self) -> Option<Node> {
        let unit = self.peek()?;
        self.at += 1;
        Some(match unit {
            '^' => Node::Start,
            '$' => Node::End,
            '.' => Node::Set(Set::any(self.flags.dot_all)),
            '(' => self.group()?,
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' => return None,
            unit => self.literal(unit.into())?,
        })
    }

    fn literal(&self, unit: u32) -> Option<Node> {
        // Outside Unicode mode that is two.
        if unit > 0xFFFF && !self.flags.unicode {
            return None;
        }
        Some(self.set(&[(unit, unit)]))
    }

    fn set(&self, ranges: &[(u32, u32)]) -> Node {
        Node::Set(if self.flags.ignore_case { Set::new(&set::both_cases(ranges)) } else { Set::new(ranges) })
    }

    fn group(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let number = if self.take_all("?:") {
            None
        } else {
            let name = if self.take_all("?<") {
                Some(self.name()?)
            } else if self.peek() == Some('?') {
                return None;
            } else {
                None
            };
            self.names.push(name);
            Some(self.names.len() - 1)
        };
        let node = self.choice()?;
        self.depth -= 1;
        self.take(')').then(|| Node::Group(Box::new(node), number))
    }

    /// A group's name, up to and with the closing bracket. What looks behind begins like one and has none.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        while !self.take('>') {
            name.push(self.peek().filter(|unit| unit.is_ascii_alphanumeric() || *unit == '_' || *unit == '$')?);
            self.at += 1;
        }
        let is_new = !self.names.iter().flatten().any(|known| *known == name);
        (is_new && !name.is_empty()).then_some(name)
    }

    fn repeated(&mut self, node: Node, first_group: usize) -> Option<Node> {
        let Some((min, max)) = self.quantifier() else { return Some(node) };
        let greedy = !self.take('?');
        if matches!(node, Node::Start | Node::End | Node::Boundary(_)) {
            return None;
        }
        let groups = first_group..self.names.len();
        Some(Node::Repeat(Box::new(Repeat { node, min, max, greedy, groups })))
    }

    /// A brace that counts nothing stands for itself.
    fn quantifier(&mut self) -> Option<(u32, Option<u32>)> {
        let start = self.at;
        let unit = self.peek()?;
        self.at += 1;
        let counts = match unit {
            '*' => Some((0, None)),
            '+' => Some((1, None)),
            '?' => Some((0, Some(1))),
            '{' => self.counts(),
            _ => None,
        };
        if counts.is_none() {
            self.at = start;
        }
        counts
    }

    fn counts(&mut self) -> Option<(u32, Option<u32>)> {
        let min = self.decimal()?;
        let max = if !self.take(',') {
            Some(min)
        } else if self.peek()? == '}' {
            None
        } else {
            Some(self.decimal()?)
        };
        self.take('}').then_some((min, max))
    }

    fn decimal(&mut self) -> Option<u32> {
        let mut value = None;
        while let Some(digit) = self.peek().and_then(|unit| unit.to_digit(10)) {
            // Beyond what is compiled anyway, all is the same.
            value = Some((value.unwrap_or(0_u32) * 10 + digit).min(100_000_000));
            self.at += 1;
        }
        value
    }

    fn escape(&mut self) -> Option<Node> {
        let letter = self.peek()?;
        if let Some(ranges) = set::class(letter) {
            self.at += 1;
            return Some(Node::Set(Set::new(&ranges)));
        }
        if letter == 'b' || letter == 'B' {
            self.at += 1;
            return Some(Node::Boundary(letter == 'b'));
        }
        let unit = self.character_escape()?;
        self.literal(unit)
    }

    /// What an escape stands for that is one character, after its backslash.
    fn character_escape(&mut self) -> Option<u32> {
        let letter = self.peek()?;
        self.at += 1;
        let unit = match letter {
            't' => 0x09,
            'n' => 0x0A,
            'v' => 0x0B,
            'f' => 0x0C,
            'r' => 0x0D,
            '0' if !self.peek().is_some_and(|unit| unit.is_ascii_digit()) => 0,
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            letter if letter.is_ascii_punctuation() => letter.into(),
            _ => return None,
        };
        // In Unicode mode, two escapes can be one character.
        (unit & !0x7FF != 0xD800).then_some(unit)
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..digits {
            value = value * 16 + self.peek()?.to_digit(16)?;
            self.at += 1;
        }
        (!self.flags.ignore_case || value < 128).then_some(value)
    }

    fn class(&mut self) -> Option<Node> {
        let is_inverted = self.take('^');
        let mut ranges = Vec::new();
        while !self.take(']') {
            let first = self.class_member(&mut ranges)?;
            let is_range = self.peek() == Some('-') && self.units.get(self.at + 1).is_some_and(|unit| *unit != ']');
            if !is_range {
                ranges.extend(first.map(|first| (first, first)));
                continue;
            }
            self.at += 1;
            let last = self.class_member(&mut ranges)?;
            match (first, last) {
                (Some(first), Some(last)) => ranges.push((first, last)),
                // With a class at one end, the hyphen stands for itself.
                (first, last) => {
                    ranges.extend([first, last, Some('-'.into())].into_iter().flatten().map(|unit| (unit, unit)))
                }
            }
        }
        if self.flags.ignore_case {
            ranges = set::both_cases(&ranges);
        }
        Some(Node::Set(Set::new(&if is_inverted { set::inverted(&ranges) } else { ranges })))
    }

    /// A member of a class: a character, or a class, which is added to the ranges.
    fn class_member(&mut self, ranges: &mut Vec<(u32, u32)>) -> Option<Option<u32>> {
        let unit = self.peek()?;
        self.at += 1;
        if unit != '\\' {
            return (u32::from(unit) <= 0xFFFF || self.flags.unicode).then_some(Some(unit.into()));
        }
        let letter = self.peek()?;
        if let Some(class) = set::class(letter) {
            self.at += 1;
            ranges.extend(class);
            return Some(None);
        }
        if letter == 'b' {
            self.at += 1;
            return Some(Some(0x08));
        }
        self.character_escape().map(Some)
    }
}

//! A text's lines, as the engine's lexer counts them: byte offsets of its positions, and back.

use boa_engine::ast::Position;

/// The lines of a text. Columns are code points, from 1.
pub struct Lines<'a> {
    text: &'a str,
    lines: Vec<Line>,
}

struct Line {
    /// Byte offsets.
    start: usize,
    end: usize,
    /// Offsets of the characters and of the end from `start`; empty if each is one byte.
    characters: Vec<u32>,
}

impl Line {
    fn new(text: &str, start: usize, end: usize) -> Self {
        let line = &text[start..end];
        let mut characters = Vec::new();
        if !line.is_ascii() {
            let offsets = line.char_indices().map(|(at, _)| at).chain([line.len()]);
            characters.extend(offsets.map(|at| u32::try_from(at).unwrap_or(u32::MAX)));
        }
        Self { start, end, characters }
    }
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let (mut lines, mut start) = (Vec::new(), 0);
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let ends = match character {
                '\r' => characters.peek().is_none_or(|(_, next)| *next != '\n'),
                character => matches!(character, '\n' | '\u{2028}' | '\u{2029}'),
            };
            if ends {
                let end = at + character.len_utf8();
                lines.push(Line::new(text, start, end));
                start = end;
            }
        }
        lines.push(Line::new(text, start, text.len()));
        Self { text, lines }
    }

    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// How many lines there are: one at least.
    pub const fn count(&self) -> usize {
        self.lines.len()
    }

    /// A line with its terminator, counted from 0; empty behind the last.
    pub fn line(&self, index: usize) -> &'a str {
        self.lines.get(index).map_or("", |line| &self.text[line.start..line.end])
    }

    /// The byte offset of a position; `None` behind the end of its line.
    pub fn offset(&self, position: Position) -> Option<usize> {
        let line = self.lines.get(position.line_number() as usize - 1)?;
        let column = position.column_number() as usize - 1;
        if line.characters.is_empty() {
            return (column <= line.end - line.start).then_some(line.start + column);
        }
        Some(line.start + *line.characters.get(column)? as usize)
    }

    /// The position of a byte offset, which must be that of a character.
    pub fn position(&self, offset: usize) -> Position {
        let index = self.lines.partition_point(|line| line.start <= offset) - 1;
        let line = &self.lines[index];
        let within = offset - line.start;
        let column = if line.characters.is_empty() {
            within
        } else {
            line.characters.partition_point(|at| (*at as usize) < within)
        };
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        Position::new(number(index), number(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_has_a_position_and_back() {
        let text = "one\n\ntwo 😀 é\r\n\rthree\u{2028}four\u{2029}";
        let lines = Lines::new(text);
        assert_eq!(lines.count(), 7);
        for (offset, _) in text.char_indices() {
            assert_eq!(lines.offset(lines.position(offset)), Some(offset));
        }
        assert_eq!(lines.position(text.find('é').unwrap()), Position::new(3, 7));
        assert_eq!(lines.offset(Position::new(2, 3)), None);
        assert_eq!(lines.offset(Position::new(9, 1)), None);
    }
}

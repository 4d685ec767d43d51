//! A text's lines, as the engine's lexer counts them: byte offsets of its positions, and back.

use boa_engine::ast::Position;

/// The lines of a text as the engine's lexer counts them: columns are code points, from 1.
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        let mut chars = text.char_indices().peekable();
        while let Some((at, char)) = chars.next() {
            let ends = match char {
                '\r' => chars.peek().is_none_or(|(_, next)| *next != '\n'),
                char => matches!(char, '\n' | '\u{2028}' | '\u{2029}'),
            };
            if ends {
                starts.push(at + char.len_utf8());
            }
        }
        Self { text, starts }
    }

    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// How many lines there are: one at least.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// A line with its terminator, counted from 0; empty behind the last.
    pub fn line(&self, index: usize) -> &'a str {
        let Some(start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        &self.text[*start..end]
    }

    /// The byte offset of a position; `None` behind the end of its line.
    pub fn offset(&self, position: Position) -> Option<usize> {
        let index = position.line_number() as usize - 1;
        let (start, line) = (*self.starts.get(index)?, self.line(index));
        let column = position.column_number() as usize - 1;
        if line.is_ascii() {
            return (column <= line.len()).then_some(start + column);
        }
        let mut offsets = line.char_indices().map(|(at, _)| start + at).chain([start + line.len()]);
        offsets.nth(column)
    }

    /// The position of a byte offset, which must be that of a character.
    pub fn position(&self, offset: usize) -> Position {
        let index = self.starts.partition_point(|start| *start <= offset) - 1;
        let column = self.text[self.starts[index]..offset].chars().count();
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        Position::new(number(index), number(column))
    }
}

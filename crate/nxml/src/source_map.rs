//! From byte offsets of a document to lines and columns.

use nexus_core::Location;

/// Bytes between two places whose column is known, so that finding one in a very long line takes no longer than that.
const STRIDE: usize = 128;

/// The lines of a text. They end with a line feed, a carriage return or both.
pub(crate) struct SourceMap<'a> {
    text: &'a str,
    /// Where each line starts.
    lines: Vec<usize>,
    /// UTF-16 code units before each multiple of [`STRIDE`] bytes; empty if each is one byte.
    units: Vec<usize>,
}

impl<'a> SourceMap<'a> {
    /// Reads the lines of `text`, of which the byte order mark is no part.
    pub(crate) fn new(text: &'a str) -> Self {
        let first = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut lines = vec![first];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                lines.push(at + 1);
            }
        }
        let mut units = Vec::new();
        if !text.is_ascii() {
            let mut before = 0;
            for (at, byte) in bytes.iter().enumerate() {
                if at % STRIDE == 0 {
                    units.push(before);
                }
                before += units_of(*byte);
            }
        }
        Self { text, lines, units }
    }

    /// The text itself.
    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    /// The place of a byte; behind the text is the place of its end.
    pub(crate) fn locate(&self, offset: usize) -> Location {
        let offset = offset.clamp(self.lines[0], self.text.len());
        let line = self.lines.partition_point(|start| *start <= offset) - 1;
        let column = self.units_before(offset) - self.units_before(self.lines[line]);
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        Location { line: number(line), column: number(column) }
    }

    fn units_before(&self, offset: usize) -> usize {
        if self.units.is_empty() {
            return offset;
        }
        let stride = (offset / STRIDE).min(self.units.len() - 1);
        let rest = &self.text.as_bytes()[stride * STRIDE..offset];
        self.units[stride] + rest.iter().map(|byte| units_of(*byte)).sum::<usize>()
    }
}

/// UTF-16 code units of the character that starts with this byte; none if none does.
const fn units_of(byte: u8) -> usize {
    match byte {
        0x80..=0xbf => 0,
        0xf0.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locate(text: &str, offset: usize) -> (u32, u32) {
        let Location { line, column } = SourceMap::new(text).locate(offset);
        (line, column)
    }

    #[test]
    fn lines_end_with_any_of_the_usual_ends() {
        let text = "a\nb\r\nc\rd";
        let places: Vec<_> = ["a", "b", "c", "d"].iter().map(|c| locate(text, text.find(c).unwrap())).collect();
        assert_eq!(places, [(1, 1), (2, 1), (3, 1), (4, 1)]);
        assert_eq!(locate(text, 99), (4, 2));
        assert_eq!(locate("", 0), (1, 1));
    }

    #[test]
    fn columns_are_utf_16_code_units_however_long_the_line_is() {
        let text = format!("\n{}x", "é😀".repeat(5_000));
        assert_eq!(locate(&text, text.len() - 1), (2, 15_001));
        assert_eq!(locate(&text, 1 + 2 + 4 + 2), (2, 5));
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        assert_eq!(locate("\u{feff}ab", 4), (1, 2));
        assert_eq!(locate("\u{feff}ab", 0), (1, 1));
    }
}

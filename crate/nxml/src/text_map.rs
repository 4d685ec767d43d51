//! Text taken out of a document, which still knows where each of its characters stood.

use nexus_core::Location;

use crate::source_map::SourceMap;

/// A decoded text. Between jumps its bytes are those of the document.
#[derive(Debug, Clone, Default)]
pub(crate) struct TextMap {
    text: String,
    /// Offsets in the text, each with the offset in the document of what stands there.
    jumps: Vec<(usize, usize)>,
}

impl TextMap {
    /// A text that stands in the document as it is.
    pub(crate) fn verbatim(text: &str, offset: usize) -> Self {
        Self { text: text.to_owned(), jumps: vec![(0, offset)] }
    }

    /// Appends what stands at `offset` of the document.
    pub(crate) fn push(&mut self, text: &str, offset: usize) {
        if self.jumps.is_empty() || self.offset(self.text.len()) != offset {
            self.jumps.push((self.text.len(), offset));
        }
        self.text.push_str(text);
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Where in the document the byte at `at` stands.
    pub(crate) fn offset(&self, at: usize) -> usize {
        let jump = self.jumps.partition_point(|(start, _)| *start <= at);
        match jump.checked_sub(1).map(|jump| self.jumps[jump]) {
            Some((start, offset)) => offset + (at - start),
            None => at,
        }
    }

    /// The text without white space around it.
    pub(crate) fn trimmed(&self) -> Self {
        let start = self.text.len() - self.text.trim_start().len();
        let end = start + self.text.trim().len();
        let first = (0, self.offset(start));
        let inner = self.jumps.iter().filter(|(at, _)| *at > start && *at < end);
        let rest = inner.map(|(at, offset)| (at - start, *offset));
        Self { text: self.text[start..end].to_owned(), jumps: std::iter::once(first).chain(rest).collect() }
    }

    /// The places of the jumps, for a text that outlives its document.
    pub(crate) fn places(&self, map: &SourceMap<'_>) -> Vec<(usize, Location)> {
        self.jumps.iter().map(|(at, offset)| (*at, map.locate(*offset))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_knows_where_its_characters_stood() {
        let mut text = TextMap::default();
        text.push("  a ", 10);
        text.push("<", 14);
        text.push(" b ", 18);
        assert_eq!(text.as_str(), "  a < b ");
        assert_eq!([0, 2, 4, 5, 6].map(|at| text.offset(at)), [10, 12, 14, 18, 19]);
        let trimmed = text.trimmed();
        assert_eq!(trimmed.as_str(), "a < b");
        assert_eq!([0, 2, 3, 4].map(|at| trimmed.offset(at)), [12, 14, 18, 19]);
        assert_eq!(TextMap::verbatim("  ", 3).trimmed().as_str(), "");
    }
}

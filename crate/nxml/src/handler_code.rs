//! A handler's code, and where each part of it stands in the document.

use nexus_core::Location;

use crate::source_map::SourceMap;
use crate::text_map::TextMap;

/// The source of a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerCode {
    text: String,
    /// Offsets in the text, each with the place in the document of what stands there.
    places: Vec<(usize, Location)>,
}

impl HandlerCode {
    pub(crate) fn new(text: &TextMap, map: &SourceMap<'_>) -> Self {
        let trimmed = text.trimmed();
        Self { text: trimmed.as_str().to_owned(), places: trimmed.places(map) }
    }

    /// Code that stands in no document: its places are those of `text`. White space around it does not count.
    #[must_use]
    pub fn alone(text: &str) -> Self {
        Self::new(&TextMap::verbatim(text, 0), &SourceMap::new(text))
    }

    /// The body of an async function.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The place in the document of a place in the code, such as the location of an error.
    #[must_use]
    pub fn in_document(&self, location: Location) -> Location {
        let offset = self.offset(location);
        let index = self.places.partition_point(|(start, _)| *start <= offset);
        let Some((start, place)) = index.checked_sub(1).map(|index| self.places[index]) else { return location };
        let between = SourceMap::new(&self.text[start..]).locate(offset - start);
        let column = if between.line == 1 { place.column + between.column - 1 } else { between.column };
        Location { line: place.line + between.line - 1, column }
    }

    /// The offset of a place, lines being what JavaScript takes for lines.
    fn offset(&self, location: Location) -> usize {
        let mut line = 1;
        let mut characters = self.text.char_indices().peekable();
        let mut start = 0;
        while line < location.line {
            let Some((at, character)) = characters.next() else { return self.text.len() };
            let ends = match character {
                '\r' => characters.peek().is_none_or(|(_, next)| *next != '\n'),
                character => matches!(character, '\n' | '\u{2028}' | '\u{2029}'),
            };
            if ends {
                line += 1;
                start = at + character.len_utf8();
            }
        }
        let mut units = 1;
        for (at, character) in self.text[start..].char_indices() {
            if units >= location.column || matches!(character, '\n' | '\r') {
                return start + at;
            }
            units += u32::try_from(character.len_utf16()).unwrap_or(1);
        }
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_alone_has_places_of_its_own() {
        let code = HandlerCode::alone(" \n  a;\r\n b;\n ");
        assert_eq!(code.as_str(), "a;\r\n b;");
        for ((line, column), at) in [((1, 1), (2, 3)), ((1, 2), (2, 4)), ((2, 2), (3, 2)), ((9, 9), (3, 4))] {
            let place = code.in_document(Location { line, column });
            assert_eq!((place.line, place.column), at, "{line}:{column}");
        }
    }

    #[test]
    fn a_place_in_the_code_is_a_place_in_the_document() {
        let document = "<A>\n  <Handler> a &lt; b;\n   é😀 c;<![CDATA[ d\ne]]></Handler>";
        let map = SourceMap::new(document);
        let mut text = TextMap::default();
        for part in [" a ", "&lt;", " b;\n   é😀 c;", " d\ne"] {
            let offset = document.find(part).unwrap();
            text.push(if part == "&lt;" { "<" } else { part }, offset);
        }
        let code = HandlerCode::new(&text, &map);
        assert_eq!(code.as_str(), "a < b;\n   é😀 c; d\ne");
        for (line, column, at) in [
            (1, 1, (2, 13)),
            (1, 3, (2, 15)),
            (1, 5, (2, 20)),
            (2, 1, (3, 1)),
            (2, 8, (3, 8)),
            (2, 11, (3, 20)),
            (3, 1, (4, 1)),
            (3, 2, (4, 2)),
            (9, 9, (4, 2)),
        ] {
            let place = code.in_document(Location { line, column });
            assert_eq!((place.line, place.column), at, "{line}:{column}");
        }
    }
}

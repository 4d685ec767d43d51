//! Places in the tree to places in the author's text.

use boa_engine::ast::Position;
use nexus_core::Location;

use crate::lines::Lines;
use crate::source::PREFIX;

/// What was found, in the order of the text, each with its place there. Goes through the text once: a handler may have
/// all its code on one line.
pub(super) fn locate<T>(text: &str, found: impl IntoIterator<Item = (T, Position)>) -> Vec<(T, Location)> {
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, at)| *at);
    let lines = Lines::new(text);
    // Behind so many code points of a line are so many UTF-16 code units.
    let (mut line, mut points, mut units) = (0, 0, 0);
    let mut rest = lines.line(0).chars();
    let locate = |(what, at): (T, Position)| {
        let index = at.line_number() as usize - 1;
        if index != line {
            (line, points, units) = (index, 0, 0);
            rest = lines.line(index).chars();
        }
        let prefix = if index == 0 { PREFIX.len() } else { 0 };
        let before = (at.column_number() as usize - 1).saturating_sub(prefix);
        for character in rest.by_ref().take(before.saturating_sub(points)) {
            units += character.len_utf16();
        }
        points = points.max(before);
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        (what, Location { line: number(line), column: number(units) })
    };
    found.into_iter().map(locate).collect()
}

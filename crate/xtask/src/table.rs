//! The table at the end of a test run.

use std::time::Duration;

use crate::tally::Tally;

/// One suite's line.
pub struct Row {
    pub suite: String,
    pub place: String,
    pub tally: Tally,
    pub took: Duration,
}

/// Lays the rows out, with the total as the last line: `N passed, N failed`.
pub fn render(rows: &[Row]) -> String {
    let mut lines = vec![["suite", "where", "passed", "failed", "skipped", "seconds"].map(str::to_owned)];
    let mut total = Tally::default();
    for row in rows {
        total += row.tally;
        lines.push([
            row.suite.clone(),
            row.place.clone(),
            row.tally.passed.to_string(),
            row.tally.failed.to_string(),
            row.tally.skipped.to_string(),
            row.took.as_secs().to_string(),
        ]);
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; 6] = std::array::from_fn(width);

    let mut text = String::new();
    for [suite, place, numbers @ ..] in &lines {
        text += &format!("{suite:<0$}  {place:<1$}", widths[0], widths[1]);
        for (number, width) in numbers.iter().zip(&widths[2..]) {
            text += &format!("  {number:>width$}");
        }
        text += "\n";
    }
    text + &format!("\n{} passed, {} failed", total.passed, total.failed)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Row, render};
    use crate::tally::Tally;

    #[test]
    fn the_last_line_is_the_sum() {
        let row = |passed, failed| Row {
            suite: "native".into(),
            place: "this machine".into(),
            tally: Tally { passed, failed, skipped: 0 },
            took: Duration::from_secs(3),
        };
        let text = render(&[row(10, 0), row(5, 2)]);
        assert_eq!(text.lines().last(), Some("15 passed, 2 failed"));
        assert_eq!(text.lines().count(), 5);
    }
}

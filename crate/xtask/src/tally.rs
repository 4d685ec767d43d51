//! How many tests passed and failed, read from what a runner wrote.

use std::ops::AddAssign;

/// Counts of one suite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// What a suite's output looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// One check, judged by its exit code alone.
    Check,
    /// Rust's test programs and wasm-bindgen's: `test result: ok. 3 passed; 0 failed; 1 ignored; …`, one line per program.
    Rust,
    /// Node's: a summary of `ℹ pass 3` (or `# pass 3`) and its kin.
    Node,
}

impl Runner {
    /// Counts the tests of a suite. One that did not succeed though no test failed (it crashed, or did not compile), and one that
    /// ran no test at all, counts as one failure.
    pub fn tally(self, succeeded: bool, output: &str) -> Tally {
        let mut tally = match self {
            Self::Check => Tally { passed: u32::from(succeeded), failed: u32::from(!succeeded), skipped: 0 },
            Self::Rust => rust(output),
            Self::Node => node(output),
        };
        if tally.failed == 0 && (!succeeded || tally.passed == 0) {
            tally.failed = 1;
        }
        tally
    }
}

fn rust(output: &str) -> Tally {
    let mut total = Tally::default();
    for line in output.lines() {
        let Some((_, counts)) = line.trim_start().strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            continue;
        };
        for part in counts.split(';') {
            if let Some((number, word)) = part.trim().split_once(' ')
                && let Ok(number) = number.parse::<u32>()
            {
                match word {
                    "passed" => total.passed += number,
                    "failed" => total.failed += number,
                    "ignored" => total.skipped += number,
                    _ => {}
                }
            }
        }
    }
    total
}

fn node(output: &str) -> Tally {
    // The summary comes last, whatever the tests themselves have printed.
    let last = |word: &str| {
        output
            .lines()
            .rev()
            .filter_map(|line| line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")))
            .find_map(|line| line.strip_prefix(word)?.trim().parse::<u32>().ok())
            .unwrap_or(0)
    };
    Tally {
        passed: last("pass "),
        failed: last("fail ") + last("cancelled "),
        skipped: last("skipped ") + last("todo "),
    }
}

#[cfg(test)]
mod tests {
    use super::{Runner, Tally};

    const RUST: &str = "\
running 3 tests
test a ... ok
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s
   Doc-tests x
test result: FAILED. 4 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.66s
";
    const NODE: &str = "\
✔ prints # pass 99 (0.6ms)
# pass 99
ℹ tests 5
ℹ suites 0
ℹ pass 3
ℹ fail 1
ℹ cancelled 1
ℹ skipped 1
ℹ todo 0
ℹ duration_ms 128.6
";

    #[test]
    fn rust_programs_are_added_up() {
        assert_eq!(Runner::Rust.tally(false, RUST), Tally { passed: 7, failed: 2, skipped: 1 });
    }

    #[test]
    fn nodes_summary_is_the_last_one() {
        assert_eq!(Runner::Node.tally(false, NODE), Tally { passed: 3, failed: 2, skipped: 1 });
        assert_eq!(Runner::Node.tally(true, "# tests 2\n# pass 2\n# fail 0\n").passed, 2);
    }

    #[test]
    fn a_suite_without_tests_fails() {
        for runner in [Runner::Rust, Runner::Node] {
            assert_eq!(runner.tally(true, "").failed, 1, "{runner:?}");
            assert_eq!(runner.tally(true, "test result: ok. 0 passed; 0 failed; 3 ignored\nℹ pass 0\n").failed, 1);
        }
    }

    #[test]
    fn a_suite_that_does_not_compile_or_crashes_fails() {
        assert_eq!(Runner::Rust.tally(false, "error: could not compile").failed, 1);
        assert_eq!(Runner::Rust.tally(false, "test result: ok. 3 passed; 0 failed\nsignal: 11").failed, 1);
        assert_eq!(Runner::Check.tally(false, "").failed, 1);
        assert_eq!(
            Runner::Check.tally(true, "test result: FAILED. 0 passed; 1 failed"),
            Tally { passed: 1, failed: 0, skipped: 0 }
        );
    }
}

//! Checks an exported log: is it one piece of a chain, unchanged?
//!
//! Who can rewrite the whole log can make a whole new chain. The end of the log is proved by its last hash, kept elsewhere.

use serde::{Deserialize, Serialize};

use super::entry::{BEFORE_HASH, FIRST_PREVIOUS_HASH, hash_of};

/// Hexadecimal digits of a hash.
const HASH_DIGITS: usize = 64;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Whether the text is one unchanged piece of a log; an empty one is.
    pub valid: bool,
    /// Entries that were read, up to the problem if there is one.
    pub entries: u64,
    /// Sequence of the first entry; more than 1 where older entries were dropped before the export.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_sequence: Option<u64>,
    /// Sequence of the last entry that is all right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_sequence: Option<u64>,
    /// The hash that the first entry goes on from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_hash: Option<String>,
    /// The hash of the last entry that is all right: that of the log, if none is missing at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_hash: Option<String>,
    /// The first thing that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_problem: Option<Problem>,
}

/// Something wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Which line, from 1.
    pub line: u64,
    /// What that line says is its sequence, if it is an entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// What is wrong, as a word.
    pub kind: ProblemKind,
    /// What is wrong, as a sentence.
    pub reason: String,
}

/// What may be wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ProblemKind {
    /// The line is no entry.
    Unreadable,
    /// The entry is not what was hashed.
    Changed,
    /// Entries before this one are gone.
    Missing,
    /// The entry stands elsewhere than it was written.
    Reordered,
    /// The entry stands here a second time.
    Duplicated,
    /// The entry is in itself all right, but goes on from another one than stands before it.
    Replaced,
}

/// What links an entry to others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Link {
    sequence: u64,
    previous_hash: String,
    hash: String,
}

/// Checks a log, or a piece of one, as [`Audit::export`](super::Audit::export) writes it. Empty lines are passed over.
#[must_use]
pub fn verify(text: &str) -> Verification {
    let mut found = Verification {
        valid: true,
        entries: 0,
        first_sequence: None,
        last_sequence: None,
        previous_hash: None,
        last_hash: None,
        first_problem: None,
    };
    for (number, line) in numbered(text) {
        let checked = read(line).and_then(|link| match (found.last_sequence, &found.last_hash) {
            (Some(sequence), Some(hash)) => follows(&link, sequence, hash, text, number).map(|()| link),
            _ => begins(&link).map(|()| link),
        });
        match checked {
            Ok(link) => {
                found.entries += 1;
                found.first_sequence.get_or_insert(link.sequence);
                found.previous_hash.get_or_insert(link.previous_hash);
                found.last_sequence = Some(link.sequence);
                found.last_hash = Some(link.hash);
            }
            Err((kind, reason)) => {
                let sequence = parse(line).ok().map(|link| link.sequence);
                found.valid = false;
                found.first_problem = Some(Problem { line: number, sequence, kind, reason });
                break;
            }
        }
    }
    found
}

type Wrong = (ProblemKind, String);

/// The lines that are not empty, from 1.
fn numbered(text: &str) -> impl Iterator<Item = (u64, &str)> {
    (1..).zip(text.split('\n')).filter(|(_, line)| !line.is_empty())
}

fn parse(line: &str) -> Result<Link, Wrong> {
    let unreadable = |why: String| (ProblemKind::Unreadable, format!("this line is no entry of an audit log: {why}"));
    serde_json::from_str(line).map_err(|error| unreadable(error.to_string()))
}

/// Whether a line is the entry of that sequence, changed or not.
fn is(line: &str, sequence: u64) -> bool {
    parse(line).is_ok_and(|link| link.sequence == sequence)
}

/// The entry in a line, if it is what was hashed.
fn read(line: &str) -> Result<Link, Wrong> {
    let link = parse(line)?;
    let changed = || Err((ProblemKind::Changed, "this entry is not what was recorded: its hash is another".to_owned()));
    let content = line
        .strip_suffix("\"}")
        .and_then(|rest| rest.strip_suffix(link.hash.as_str()))
        .and_then(|rest| rest.strip_suffix(BEFORE_HASH))
        .filter(|_| link.hash.len() == HASH_DIGITS);
    match content {
        Some(content) if hash_of(content) == link.hash => Ok(link),
        _ => changed(),
    }
}

/// Whether an entry can be the first of a text.
fn begins(link: &Link) -> Result<(), Wrong> {
    match link.sequence {
        0 => Err((ProblemKind::Unreadable, "entries are counted from 1".to_owned())),
        1 if link.previous_hash != FIRST_PREVIOUS_HASH => {
            Err((ProblemKind::Replaced, "the first entry of a log goes on from no other".to_owned()))
        }
        _ => Ok(()),
    }
}

/// Whether an entry follows the one before it.
fn follows(link: &Link, last: u64, last_hash: &str, text: &str, number: u64) -> Result<(), Wrong> {
    // One past the last that there can be is none that comes.
    let expected = last.checked_add(1);
    if Some(link.sequence) == expected {
        return match link.previous_hash == last_hash {
            true => Ok(()),
            false => {
                Err((ProblemKind::Replaced, format!("it goes on from another entry {last} than the one before it")))
            }
        };
    }
    if link.sequence <= last {
        let mut before = numbered(text).take_while(|(own, _)| *own < number);
        return Err(if before.any(|(_, line)| is(line, link.sequence)) {
            (ProblemKind::Duplicated, format!("the entry {} was there already", link.sequence))
        } else {
            (ProblemKind::Reordered, format!("the entry {} stands after the entry {last}", link.sequence))
        });
    }
    let mut after = numbered(text).skip_while(|(own, _)| *own <= number);
    let expected = expected.unwrap_or(last);
    Err(if after.any(|(_, line)| is(line, expected)) {
        (ProblemKind::Reordered, format!("the entry {} stands before the entry {expected}", link.sequence))
    } else if link.sequence - expected == 1 {
        (ProblemKind::Missing, format!("the entry {expected} is missing before it"))
    } else {
        (ProblemKind::Missing, format!("the entries {expected} to {} are missing before it", link.sequence - 1))
    })
}

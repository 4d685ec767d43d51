//! Whatever is done to a log, the check finds it and says where.

use std::rc::Rc;

use nexus_core::ErrorCode;
use nexus_kernel::audit::{Outcome, ProblemKind, Record, Subject, Verification, verify};
use nexus_kernel::{Audit, Origin};
use proptest::prelude::*;

use crate::world::World;

/// A log of such entries.
fn log(targets: &[String]) -> Vec<String> {
    let audit = Audit::new(World::new().clock.clone(), usize::MAX);
    let origin = Origin { panel: Some("panel \"1\"\n".into()), ..Origin::default() };
    for (index, target) in targets.iter().enumerate() {
        let outcome = match index % 3 {
            0 => Outcome::Allowed,
            1 => Outcome::Denied { reason: target },
            _ => Outcome::Error { code: ErrorCode::ExecutionError, message: target },
        };
        let record = Record { outcome, arguments: Some(target), count: Some(9), ..Record::allowed("test", target) };
        audit.record(&Subject::new(&origin, Some("run_1")), &record);
    }
    audit.export().lines().map(str::to_owned).collect()
}

fn numbered(count: usize) -> Vec<String> {
    log(&(1..=count).map(|number| number.to_string()).collect::<Vec<_>>())
}

fn problem(lines: &[String]) -> (ProblemKind, u64, Option<u64>) {
    let found = verify(&lines.join("\n"));
    assert!(!found.valid);
    let problem = found.first_problem.unwrap();
    assert!(!problem.reason.is_empty());
    (problem.kind, problem.line, problem.sequence)
}

#[test]
fn what_was_done_to_a_log_is_told_with_where() {
    let whole = numbered(6);
    assert!(verify(&whole.join("\n")).valid);
    let edited = |edit: &dyn Fn(&mut Vec<String>)| {
        let mut lines = whole.clone();
        edit(&mut lines);
        problem(&lines)
    };
    let changed = |lines: &mut Vec<String>| lines[2] = lines[2].replace("\"target\":\"3\"", "\"target\":\"4\"");
    assert_eq!(edited(&changed), (ProblemKind::Changed, 3, Some(3)));
    assert_eq!(edited(&|lines| drop(lines.remove(2))), (ProblemKind::Missing, 3, Some(4)));
    assert_eq!(edited(&|lines| drop(lines.drain(1..4))), (ProblemKind::Missing, 2, Some(5)));
    assert_eq!(edited(&|lines| lines.swap(2, 3)), (ProblemKind::Reordered, 3, Some(4)));
    assert_eq!(edited(&|lines| lines.swap(0, 1)), (ProblemKind::Reordered, 2, Some(1)));
    assert_eq!(edited(&|lines| lines.insert(3, lines[2].clone())), (ProblemKind::Duplicated, 4, Some(3)));
    assert_eq!(edited(&|lines| lines.push(lines[0].clone())), (ProblemKind::Duplicated, 7, Some(1)));
    assert_eq!(edited(&|lines| lines[3].truncate(40)), (ProblemKind::Unreadable, 4, None));
    assert_eq!(edited(&|lines| lines[3].push(' ')), (ProblemKind::Changed, 4, Some(4)));
    assert_eq!(edited(&|lines| lines.insert(1, "{}".to_owned())), (ProblemKind::Unreadable, 2, None));
}

#[test]
fn an_entry_of_another_log_is_found_though_it_is_all_right_in_itself() {
    let (mut lines, other) = (numbered(4), log(&["a".into(), "b".into(), "c".into(), "d".into()]));
    lines[2].clone_from(&other[2]);
    assert_eq!(problem(&lines), (ProblemKind::Replaced, 3, Some(3)));
}

#[test]
fn a_first_entry_that_goes_on_from_something_is_found() {
    let (zeros, ones) = ("0".repeat(64), "1".repeat(64));
    let line = numbered(1)[0].replace(&zeros, &ones);
    let content = line.split(",\"hash\"").next().unwrap();
    // As one would who knows how the hash is made.
    let hash: String = {
        use sha2::Digest;
        sha2::Sha256::digest(format!("{content}}}")).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    assert_eq!(problem(&[format!("{content},\"hash\":\"{hash}\"}}")]), (ProblemKind::Replaced, 1, Some(1)));
}

#[test]
fn a_piece_of_a_log_says_what_it_goes_on_from_and_ends_with() {
    let whole = numbered(5);
    let hash =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["hash"].as_str().unwrap().to_owned();
    let found = verify(&format!("\n{}\n\n", whole[1..4].join("\n\n")));
    let expected = Verification {
        valid: true,
        entries: 3,
        first_sequence: Some(2),
        last_sequence: Some(4),
        previous_hash: Some(hash(&whole[0])),
        last_hash: Some(hash(&whole[3])),
        first_problem: None,
    };
    assert_eq!(found, expected);
    assert!(verify("").valid && verify("\n\n").valid);
}

#[test]
fn the_entry_after_the_last_that_can_be_counted_does_not_overflow() {
    let found = verify(&format!("{{\"sequence\":{},\"previousHash\":\"\",\"hash\":\"\"}}", u64::MAX));
    assert_eq!(found.first_problem.unwrap().kind, ProblemKind::Changed);
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(prop_oneof![any::<String>(), "[\"\\\\\n\u{1}a]{0,300}"], 1..12)
}

proptest! {
    #[test]
    fn a_log_of_whatever_texts_is_valid_and_json_that_is_spelled_one_way(texts in texts()) {
        let lines = log(&texts);
        let found = verify(&lines.join("\n"));
        prop_assert!(found.valid, "{:?}", found.first_problem);
        prop_assert_eq!(found.entries, lines.len() as u64);
        for line in &lines {
            prop_assert!(line.len() < 4096);
            let read: serde_json::Value = serde_json::from_str(line).unwrap();
            prop_assert!(read["target"].is_string());
        }
    }

    #[test]
    fn a_character_that_was_changed_added_or_taken_anywhere_is_found(
        texts in texts(), place in any::<prop::sample::Index>(), edit in 0..3, other in any::<char>(),
    ) {
        let lines = log(&texts);
        let line = place.index(lines.len());
        let mut changed: Vec<char> = lines[line].chars().collect();
        let at = place.index(changed.len());
        match edit {
            0 => changed[at] = other,
            1 => changed.insert(at, other),
            _ => drop(changed.remove(at)),
        }
        let changed: String = changed.into_iter().collect();
        // An empty line more is none.
        prop_assume!(changed.replace('\n', "") != lines[line]);
        let mut edited = lines.clone();
        edited[line] = changed;
        let found = verify(&edited.join("\n"));
        prop_assert!(!found.valid);
        prop_assert_eq!(found.first_problem.unwrap().line, line as u64 + 1);
    }

    #[test]
    fn lines_in_another_order_twice_or_gone_are_found(texts in texts(), picks in prop::collection::vec(any::<prop::sample::Index>(), 1..12)) {
        let lines = log(&texts);
        let chosen: Vec<usize> = picks.iter().map(|pick| pick.index(lines.len())).collect();
        let edited: Vec<&str> = chosen.iter().map(|index| lines[*index].as_str()).collect();
        let in_one_piece = chosen.windows(2).all(|pair| pair[1] == pair[0] + 1);
        let found = verify(&edited.join("\n"));
        prop_assert_eq!(found.valid, in_one_piece);
        if let Some(problem) = found.first_problem {
            let at = chosen.windows(2).position(|pair| pair[1] != pair[0] + 1).unwrap() + 1;
            prop_assert_eq!(problem.line, at as u64 + 1);
            let expected = chosen[at - 1] + 1;
            let kind = match chosen[at] {
                index if chosen[..at].contains(&index) => ProblemKind::Duplicated,
                index if index < expected => ProblemKind::Reordered,
                _ if chosen[at + 1..].contains(&expected) => ProblemKind::Reordered,
                _ => ProblemKind::Missing,
            };
            prop_assert_eq!(problem.kind, kind);
        }
    }

    #[test]
    fn whatever_is_checked_it_does_not_panic(text in any::<String>()) {
        let found = verify(&text);
        prop_assert_eq!(found.valid, found.first_problem.is_none());
    }
}

#[test]
fn a_log_may_be_shared_by_whoever_records() {
    let audit = Audit::new(World::new().clock.clone(), 4);
    let other = audit.clone();
    audit.record(&Subject::default(), &Record::allowed("a", "1"));
    other.record(&Subject::default(), &Record::allowed("b", "2"));
    let lines: Vec<Rc<str>> = audit.entries(0, 9);
    assert!(verify(&lines.join("\n")).valid && lines.len() == 2);
}

/// The logs kept for the fuzzer were written by another program, by nothing but what docs/audit.md says of the hash.
#[test]
fn a_log_that_another_program_wrote_is_read_alike() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/audit");
    let kind = |name: &str| {
        let found = verify(&std::fs::read_to_string(folder.join(name)).unwrap());
        assert_eq!(found.valid, found.first_problem.is_none(), "{name}");
        found.first_problem.map(|problem| problem.kind)
    };
    for (name, expected) in [
        ("whole", None),
        ("piece", None),
        ("changed", Some(ProblemKind::Changed)),
        ("cut", Some(ProblemKind::Unreadable)),
        ("gone", Some(ProblemKind::Missing)),
        ("swapped", Some(ProblemKind::Reordered)),
        ("twice", Some(ProblemKind::Duplicated)),
    ] {
        assert_eq!(kind(name), expected, "{name}");
    }
}

//! The laws that the fuzz targets check, over what proptest makes and over what the fuzzer found worth keeping.

mod message;
mod token;
mod value;

use std::fs;
use std::path::PathBuf;

use nexus_core::capability::CapabilityToken;
use nexus_core::effect::{Event, LogLevel, LogLine, MutationOperation, StateMutation};
use nexus_core::message::{CompileRequest, Compiled, HostCall, Inferred, ResumeRequest, StartRequest};
use nexus_core::run::{Answer, Context, Suspension};
use nexus_core::{
    Error, ErrorCode, HandlerFacts, Limits, Location, Segment, Status, UnknownGlobal, Use, Value, msgpack,
};
use proptest::prelude::*;

/// Every input in the corpus of a fuzz target.
fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries
        .map(|entry| {
            let path = entry.expect("listed").path();
            let bytes = fs::read(&path).expect("readable");
            (path, bytes)
        })
        .collect()
}

/// One of each kind of message, with something in each field.
fn messages() -> Vec<Vec<u8>> {
    let tokens: Vec<CapabilityToken> =
        ["state:read:*", "ext:http.get?host=a.example"].iter().map(|token| token.parse().unwrap()).collect();
    let value = Value::object([("n", Value::from(1.5)), ("list", Value::Array(vec![Value::Null, "text".into()]))]);
    let error = Error::new(ErrorCode::ExtensionError, "it failed").with_context(value.clone());
    let answers = vec![
        Answer { suspension_id: "run_1.0".to_owned(), outcome: Ok(value.clone()) },
        Answer { suspension_id: "run_1.1".to_owned(), outcome: Err(error.clone()) },
    ];
    let mutation = |operation| StateMutation { key: "k".to_owned(), value: value.clone(), operation };
    let mut segment = Segment::failed("run_1", error.clone());
    segment.status = Status::Suspended;
    segment.return_value = Some(Value::Null);
    segment.state_mutations = vec![mutation(MutationOperation::Set), mutation(MutationOperation::Delete)];
    segment.events = vec![Event { name: "toast".to_owned(), payload: value.clone() }];
    segment.logs = vec![LogLine { level: LogLevel::Warn, message: "line".to_owned() }];
    segment.suspensions = vec![Suspension {
        suspension_id: "run_1.2".to_owned(),
        extension_name: "http".to_owned(),
        method: "get".to_owned(),
        args: vec![value.clone()],
    }];
    let context = Context {
        state: [("k".to_owned(), value.clone())].into_iter().collect(),
        args: value.clone(),
        scope: Value::Null,
        capabilities: tokens.clone(),
    };
    let start = StartRequest {
        run_id: "run_1".to_owned(),
        context,
        extensions: [("http".to_owned(), vec!["get".to_owned()])].into_iter().collect(),
        host_functions: vec!["sha256".to_owned()],
        now: 1.7e12,
        seed: vec![7; 16],
    };
    let location = Location { line: 1, column: 7 };
    let facts = HandlerFacts {
        uses: tokens.iter().map(|capability| Use { capability: capability.clone(), location }).collect(),
        capabilities: tokens,
        unknown_globals: vec![UnknownGlobal { name: "window".to_owned(), location }],
    };
    let source = "return 1".to_owned();
    [
        msgpack::encode(&CompileRequest { source, limits: Limits::default() }),
        msgpack::encode(&Compiled { outcome: Err(error) }),
        msgpack::encode(&start),
        msgpack::encode(&ResumeRequest { answers, state: vec![mutation(MutationOperation::Set)], now: 0.0 }),
        msgpack::encode(&Inferred { outcome: Ok(facts) }),
        msgpack::encode(&HostCall { name: "sha256".to_owned(), args: vec![Value::Bytes(vec![1, 2])] }),
        msgpack::encode(&segment),
    ]
    .into_iter()
    .map(Result::unwrap)
    .collect()
}

#[test]
fn each_message_decodes() {
    for message in messages() {
        assert!(message::what_decodes_comes_back_as_it_went(&message) >= 1, "{message:?}");
    }
}

#[test]
fn the_corpus_of_values_keeps_its_law() {
    let corpus = corpus("values");
    assert!(corpus.len() >= 10);
    for (_, bytes) in corpus {
        value::what_decodes_comes_back_as_it_went(&bytes);
    }
}

#[test]
fn the_corpus_of_messages_keeps_its_law() {
    let corpus = corpus("messages");
    let decoded = corpus.iter().filter(|(_, bytes)| message::what_decodes_comes_back_as_it_went(bytes) > 0).count();
    assert!(decoded >= 5, "{decoded} of {} are messages", corpus.len());
}

#[test]
fn the_corpus_of_tokens_keeps_their_laws() {
    let corpus = corpus("tokens");
    assert!(corpus.len() >= 10);
    for (_, bytes) in corpus {
        let Ok(text) = String::from_utf8(bytes) else { continue };
        token::tokens_keep_their_laws(&text.lines().take(5).collect::<Vec<_>>());
    }
}

fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)
}

proptest! {
    #[test]
    fn damaged_messages_are_refused_or_come_back_as_they_went(kind in 0..7_usize, damage in damage(), end in any::<prop::sample::Index>()) {
        let mut message = messages().swap_remove(kind);
        for (at, byte) in &damage {
            let at = at.index(message.len());
            message[at] = *byte;
        }
        message::what_decodes_comes_back_as_it_went(&message);
        value::what_decodes_comes_back_as_it_went(&message);
        // Of a whole message: a damaged one may have become a shorter one that is whole.
        let mut cut = messages().swap_remove(kind);
        cut.truncate(end.index(cut.len()));
        prop_assert_eq!(message::what_decodes_comes_back_as_it_went(&cut), 0, "a message that ends in the middle");
    }

    #[test]
    fn any_tokens_keep_their_laws(
        lines in prop::collection::vec(
            "(state:read|state:write|events:emit|view:update|host|ext):([ab*]|[ab]\\.[ab]|[ab]\\?[xy]=[12%](&[xy]=[12])?|[ -~é]{0,8})",
            1..5,
        )
    ) {
        token::tokens_keep_their_laws(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

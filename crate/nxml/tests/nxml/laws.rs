//! The laws that the fuzz target checks, over what proptest makes and over what is worth keeping.

use std::fs;
use std::path::PathBuf;

use nexus_core::Map;
use nexus_nxml::{Environment, StatePath, Step, parse};
use proptest::prelude::*;

use super::law::{any_text_is_read_as_a_document, any_text_is_taken_for_an_expression};
use super::panels::PANELS;

/// Pieces of documents.
const PIECES: &[&str] = &[
    "<NexusPanel>",
    "</NexusPanel>",
    "<NexusPanel title=\"a\">",
    "<Data>",
    "</Data>",
    "<Logic>",
    "</Logic>",
    "<View>",
    "</View>",
    "<State name=\"a\"/>",
    "<State name=\"b\" type=\"number\" default=\"1\"/>",
    "<Computed name=\"c\" value=\"$state.b + 1\"/>",
    "<Computed name=\"d\" value=\"{$state.c}\"/>",
    "<Tool name=\"t\">",
    "</Tool>",
    "<Arg name=\"x\" type=\"list\" default=\"a\"/>",
    "<Handler>",
    "</Handler>",
    "<Handler><![CDATA[",
    "]]></Handler>",
    "<Trigger type=\"cron\" expression=\"* * * * *\"/>",
    "<Layout>",
    "</Layout>",
    "<Text content=\"{$state.a}\"/>",
    "<Iterate items=\"{$state.a}\" as=\"i\">",
    "</Iterate>",
    "<Button label=\"{$scope.i}\" trigger=\"t\" args=\"[1]\"/>",
    "<",
    ">",
    "\"",
    "'",
    "{",
    "}",
    "&lt;",
    "&",
    "<!--",
    "-->",
    "<!DOCTYPE a>",
    "<?xml?>",
    "/",
    "=",
    "`",
    "\n",
    "\r\n",
    "é😀",
    "\0",
    " ",
];

/// Pieces of expressions.
const WORDS: &[&str] = &[
    "$state",
    "$scope",
    ".a",
    ".b",
    "['c']",
    "[0]",
    "[-1]",
    "?.",
    ".length",
    ".filter(x => x)",
    ".map((x, i) => [i, x])",
    "x",
    ".join(',')",
    ".slice(1)",
    ".reduce((s, x) => s + x, 0)",
    ".toFixed(2)",
    ".at(0)",
    "Math.max(",
    "Number(",
    "JSON.stringify(",
    ")",
    "(",
    "[",
    "]",
    "{",
    "}",
    "a: ",
    ",",
    "+",
    "-",
    "*",
    "/",
    "%",
    "**",
    "<",
    ">=",
    "==",
    "!==",
    "&&",
    "||",
    "??",
    "? ",
    " : ",
    "!",
    "1",
    "2.5",
    "1e3",
    "'t'",
    "\"é😀\"",
    "null",
    "true",
    " ",
    "=>",
    "=",
];

fn joined(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..30).prop_map(|pieces| pieces.concat())
}

/// A sample panel with pieces put in place of others.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..40_usize, prop::sample::select(PIECES));
    (prop::sample::select(PANELS), prop::collection::vec(change, 1..4)).prop_map(|((_, text), changes)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (at, length, piece) in changes {
            let at = at.index(characters.len());
            let end = (at + length).min(characters.len());
            characters.splice(at..end, piece.chars());
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn pieces_of_documents_keep_the_law(text in joined(PIECES)) {
        any_text_is_read_as_a_document(&text);
    }

    #[test]
    fn changed_panels_keep_the_law(text in mutated()) {
        any_text_is_read_as_a_document(&text);
    }

    #[test]
    fn any_text_keeps_the_laws(text in ".{0,60}") {
        any_text_is_read_as_a_document(&text);
        any_text_is_taken_for_an_expression(&text);
    }

    #[test]
    fn pieces_of_expressions_keep_the_law(text in joined(WORDS)) {
        any_text_is_taken_for_an_expression(&text);
    }
}

/// A key or a position.
fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<String>().prop_map(Step::Key),
        "[a-z$_]{1,4}".prop_map(Step::Key),
        (0..99_usize).prop_map(Step::Index)
    ]
}

proptest! {
    #[test]
    fn a_path_prints_as_what_binds_to_it(key in any::<String>(), steps in prop::collection::vec(step(), 0..5)) {
        let path = StatePath { key, steps };
        let written = path.to_string().replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
        let text = format!("<NexusPanel><View><Input bind=\"{written}\"/></View></NexusPanel>");
        let document = parse(&text);
        let environment = Environment { state: &Map::new(), computed: &Map::new(), scope: &Map::new() };
        let tree = document.panel().resolve_view(environment);
        prop_assert_eq!(&tree.root.unwrap().binds, &[("bind".to_owned(), path)]);
    }
}

#[test]
fn what_the_fuzzer_kept_keeps_the_laws() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/nxml");
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("listed").path();
        let bytes = fs::read(&path).expect("readable");
        if let Ok(text) = std::str::from_utf8(&bytes) {
            any_text_is_read_as_a_document(text);
            any_text_is_taken_for_an_expression(text);
            count += 1;
        }
    }
    assert!(count > 50, "{count} texts");
}

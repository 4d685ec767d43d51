//! Documents with mistakes: each with every diagnostic that it gives, code, place and hint.
//!
//! `faulty.txt` holds them. A line `## name` begins one, the expected diagnostics follow, one a line; then `---` and
//! the document.

use std::collections::BTreeSet;

use super::{checked, line};

struct Case {
    name: &'static str,
    expected: Vec<&'static str>,
    document: &'static str,
}

fn cases() -> Vec<Case> {
    let case = |text: &'static str| {
        let (head, document) = text.split_once("\n---\n").unwrap_or_else(|| panic!("no document: {text}"));
        let mut lines = head.lines();
        Case { name: lines.next().unwrap_or_default(), expected: lines.collect(), document: document.trim_end() }
    };
    include_str!("faulty.txt").split("## ").skip(1).map(case).collect()
}

#[test]
fn every_mistake_is_told_with_its_code_and_place() {
    let mut wrong = Vec::new();
    for case in cases() {
        let document = checked(case.document);
        let found: Vec<String> = document.diagnostics().iter().map(line).collect();
        if found != case.expected {
            wrong.push(format!("## {}\n{}\n---\n{}\n", case.name, found.join("\n"), case.document));
        }
    }
    assert!(wrong.is_empty(), "these give other diagnostics:\n\n{}", wrong.join("\n"));
}

#[test]
fn there_are_many_kinds_of_mistakes_and_each_has_its_own_name() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len());
    assert!(names.len() >= 80, "{} kinds", names.len());
    assert!(cases.iter().all(|case| !case.expected.is_empty()));
}

#[test]
fn a_diagnostic_names_the_element_and_says_the_same_as_data() {
    let document = checked(
        "<NexusPanel><Logic><Tool name=\"a\"><Handler>1</Handler></Tool>\n<Tool name=\"b\"><Arg name=\"x\" type=\"int\"/><Handler>1</Handler></Tool></Logic></NexusPanel>",
    );
    let diagnostic = document.diagnostics().iter().find(|diagnostic| diagnostic.path.contains("Arg")).unwrap();
    assert_eq!(diagnostic.path, "/NexusPanel/Logic/Tool[2]/Arg/@type");
    let value = serde_json::to_string(&diagnostic.to_value()).unwrap();
    let expected = r#"{"code":"INVALID_TYPE","severity":"error","message":"there is no type \"int\"","path":"/NexusPanel/Logic/Tool[2]/Arg/@type","location":{"line":2,"column":30},"hint":"did you mean \"number\"?"}"#;
    assert_eq!(value, expected);
    let error = document.error().unwrap();
    assert_eq!((error.code, error.location), (diagnostic.code, Some(diagnostic.location)));
    assert!(error.snippet.unwrap().code.contains("<Arg"));
    assert_eq!(error.context.unwrap().as_object().unwrap()["diagnostics"].as_array().unwrap().len(), 3);
}

#[test]
fn a_handler_that_the_sandbox_cannot_read_to_its_end_is_a_mistake_of_the_document() {
    use nexus_core::{Error, ErrorCode};
    let text =
        "<NexusPanel><Logic><Lifecycle on=\"mount\">\n<Handler>return 1</Handler></Lifecycle></Logic></NexusPanel>";
    for code in [ErrorCode::MemoryLimit, ErrorCode::Timeout] {
        let mut document = nexus_nxml::parse(text);
        document.check_handlers(&[Err(Error::new(code, "it was too much"))]);
        assert_eq!(document.diagnostics().iter().map(line).collect::<Vec<_>>(), ["SANDBOX_ERROR error 2:10"]);
    }
}

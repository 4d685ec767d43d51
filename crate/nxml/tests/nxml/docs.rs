//! What `docs/` says of the language is so.

use std::fs;
use std::path::{Path, PathBuf};

use nexus_nxml::components::{COMPONENTS, Component, PropertyKind};
use nexus_nxml::{Severity, limits};

use super::checked;

fn read(page: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The examples of a page, each made a whole document if it is a section alone.
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```xml\n").skip(1).map(|rest| rest.split_once("```").expect("a fence that closes").0);
    let whole = |block: &str| {
        if block.contains("<NexusPanel") { block.to_owned() } else { format!("<NexusPanel>{block}</NexusPanel>") }
    };
    blocks.map(whole).collect()
}

#[test]
fn every_example_of_the_language_is_a_valid_document() {
    let page = read("nxml.md");
    let examples = examples(&page);
    assert!(examples.len() >= 6);
    for example in &examples {
        let is_whole = !example.starts_with("<NexusPanel><");
        let document = checked(example);
        // A section alone declares what another would use.
        let found =
            document.diagnostics().iter().filter(|diagnostic| is_whole || diagnostic.severity == Severity::Error);
        assert_eq!(found.map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new(), "\n{example}");
    }
}

#[test]
fn every_page_of_a_code_has_an_example_that_gives_it() {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let mut pages = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let page = read(&format!("errors/{name}"));
        for example in examples(&page) {
            let code = name.trim_end_matches(".md");
            let document = checked(&example);
            let found: Vec<&str> = document.diagnostics().iter().map(|diagnostic| diagnostic.code.as_str()).collect();
            assert!(found.contains(&code), "{name} gives {found:?}");
            pages += 1;
        }
    }
    assert_eq!(pages, 25);
}

/// The row of the table of components, as the page has it.
fn row(component: &Component) -> String {
    let mut properties: Vec<String> = component
        .properties
        .iter()
        .map(|property| {
            let required = if property.required { "!" } else { "" };
            let words = match property.kind {
                PropertyKind::Word(words) => format!(" {}", words.join("\\|")),
                PropertyKind::Boolean => " true\\|false".to_owned(),
                PropertyKind::Text | PropertyKind::Expression => String::new(),
            };
            let default = property.default.map(|default| format!(" ({default})")).unwrap_or_default();
            format!("`{}`{required}{words}{default}", property.name)
        })
        .collect();
    if component.binds {
        properties.insert(0, "`bind`!".to_owned());
    }
    format!("| `{}` | {} | {} |", component.name, component.columns, properties.join(", "))
}

#[test]
fn the_table_of_components_tells_every_component_and_property() {
    let page = read("nxml.md");
    for component in COMPONENTS {
        let row = row(component);
        assert!(page.contains(&format!("\n{row}\n")), "the page has not: {row}");
    }
}

#[test]
fn the_table_of_limits_is_right() {
    let page = read("nxml.md");
    for (name, limit) in [
        ("DOCUMENT_BYTES", limits::DOCUMENT_BYTES as u64),
        ("ELEMENT_DEPTH", limits::ELEMENT_DEPTH as u64),
        ("ELEMENTS", limits::ELEMENTS as u64),
        ("ATTRIBUTES", limits::ATTRIBUTES as u64),
        ("NAME_BYTES", limits::NAME_BYTES as u64),
        ("DIAGNOSTICS", limits::DIAGNOSTICS as u64),
        ("EXPRESSION_BYTES", limits::EXPRESSION_BYTES as u64),
        ("EXPRESSION_DEPTH", limits::EXPRESSION_DEPTH as u64),
        ("EXPRESSION_STEPS", limits::EXPRESSION_STEPS),
        ("COMPUTED_BYTES", limits::COMPUTED_BYTES as u64),
        ("VIEW_STEPS", limits::VIEW_STEPS),
        ("VIEW_ELEMENTS", limits::VIEW_ELEMENTS as u64),
        ("MIN_INTERVAL_MS", limits::MIN_INTERVAL_MS),
    ] {
        assert!(page.contains(&format!("\n| `{name}` | {limit} | ")), "{name} is {limit}");
    }
}

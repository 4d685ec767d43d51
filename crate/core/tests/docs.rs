//! What `docs/` says of codes, limits and tokens is so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use nexus_core::{CapabilityToken, ErrorCode, Limits};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every page below `folder`.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages.extend(self::pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages
}

/// The rows of the table under `header`, each as its cells without the quotes of code.
fn table(page: &str, header: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(&format!("{header}\n")).unwrap_or_else(|| panic!("no table {header}"));
    let rows = rest.lines().skip(1).take_while(|line| line.starts_with('|'));
    let cell = |cell: &str| cell.trim().trim_matches('`').to_owned();
    rows.map(|row| row.trim_matches('|').split('|').map(cell).collect()).collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let folder = docs().join("errors");
    let stem = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let pages: BTreeSet<String> = pages(&folder).iter().map(stem).filter(|stem| stem != "README").collect();
    let codes: BTreeSet<String> = ErrorCode::ALL.iter().map(ToString::to_string).collect();
    assert_eq!(pages, codes);
    let index = read(&folder.join("README.md"));
    for code in codes {
        assert!(read(&folder.join(format!("{code}.md"))).starts_with(&format!("# {code}\n")), "title of {code}");
        assert!(index.contains(&format!("| [{code}]({code}.md) |")), "{code} is not in the index");
    }
}

#[test]
fn the_package_knows_every_code() {
    let source = read(&docs().join("../pkg-config/src/errors.ts"));
    let (_, union) = source.split_once("export type ErrorCode =").expect("the union of codes");
    let (union, _) = union.split_once(';').expect("its end");
    let known: Vec<&str> = union.split('"').skip(1).step_by(2).collect();
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(known, codes);
}

#[test]
fn the_table_of_limits_tells_every_limit_and_its_default() {
    let page = read(&docs().join("limits.md"));
    let rows = table(&page, "| limit | default | bounds | when it is passed |");
    let names: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names, Limits::NAMES);
    let defaults = serde_json::to_value(Limits::default()).unwrap();
    for row in &rows {
        assert_eq!(row[1], defaults[&row[0]].to_string(), "default of {}", row[0]);
    }
}

#[test]
fn the_tables_of_tokens_are_right() {
    let page = read(&docs().join("capabilities.md"));
    let malformed = table(&page, "| malformed | because |");
    let covering = table(&page, "| granted | wanted | covered |");
    assert!(!malformed.is_empty() && !covering.is_empty());
    for row in malformed {
        assert!(row[0].parse::<CapabilityToken>().is_err(), "{} is well-formed", row[0]);
    }
    for row in covering {
        let token = |text: &str| text.parse::<CapabilityToken>().unwrap();
        assert_eq!(token(&row[0]).covers(&token(&row[1])), row[2] == "yes", "{row:?}");
    }
}

/// The anchor that a heading of this text has.
fn anchor(heading: &str) -> String {
    let kept: String = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect();
    kept.replace(' ', "-")
}

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    for page in pages(&docs()) {
        // Outside of code, that is.
        let text: String = read(&page).split('`').step_by(2).collect();
        for (link, _) in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
            let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { page.parent().unwrap().join(path) };
            assert!(target.exists(), "{} links to {link}", page.display());
            if !fragment.is_empty() {
                let target = read(&target);
                let mut headings = target.lines().filter(|line| line.starts_with('#'));
                let found = headings.any(|line| anchor(line.trim_start_matches('#').trim()) == fragment);
                assert!(found, "{} links to {link}, which has no such heading", page.display());
            }
            links += 1;
        }
    }
    assert!(links > 0);
}

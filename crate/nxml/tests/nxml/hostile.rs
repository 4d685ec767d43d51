//! Documents made to hurt: each is refused within bounds, whatever it is made of.

use nexus_core::ErrorCode;
use nexus_nxml::{Document, limits, parse};

/// The code of an error in the document, of which there has to be one.
#[track_caller]
fn refused(text: &str, code: ErrorCode) {
    let document: Document<'_> = parse(text);
    let codes: Vec<_> = document.diagnostics().iter().map(|diagnostic| diagnostic.code).collect();
    assert!(codes.contains(&code), "{codes:?}");
    assert!(codes.len() <= limits::DIAGNOSTICS);
    assert!(!document.is_valid());
}

fn in_panel(inside: &str) -> String {
    format!("<NexusPanel><View><Layout>{inside}</Layout></View></NexusPanel>")
}

#[test]
fn entity_bombs_are_refused_before_anything_grows() {
    let bomb = r#"<?xml version="1.0"?>
<!DOCTYPE lolz [
  <!ENTITY lol "lol">
  <!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">
  <!ENTITY lol3 "&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;">
]>
<NexusPanel title="&lol3;"></NexusPanel>"#;
    refused(bomb, ErrorCode::InvalidXml);
    assert_eq!(parse(bomb).panel().meta.title, "&lol3;");
    refused("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><NexusPanel/>", ErrorCode::InvalidXml);
    refused("<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://a.example\"> %x;]><NexusPanel/>", ErrorCode::InvalidXml);
    refused(&in_panel(&format!("<Text content=\"{}\"/>", "&x;".repeat(100_000))), ErrorCode::InvalidXml);
}

#[test]
fn deep_nesting_is_refused() {
    refused(&in_panel(&"<Layout>".repeat(100_000)), ErrorCode::ResourceLimit);
    refused(&"<a>".repeat(500_000), ErrorCode::ResourceLimit);
    let deep = |depth: usize| in_panel(&format!("{}{}", "<Layout>".repeat(depth), "</Layout>".repeat(depth)));
    assert!(parse(&deep(limits::ELEMENT_DEPTH - 3)).is_valid());
    refused(&deep(limits::ELEMENT_DEPTH - 2), ErrorCode::ResourceLimit);
}

#[test]
fn a_million_attributes_are_refused() {
    let attributes = |count: usize| (0..count).map(|index| format!(" a{index}=\"\"")).collect::<String>();
    refused(&in_panel(&format!("<Text content=\"a\"{}/>", attributes(300_000))), ErrorCode::ResourceLimit);
    refused(&in_panel(&format!("<Text{}/>", " a=\"\"".repeat(500_000))), ErrorCode::InvalidXml);
    refused(&in_panel(&format!("<Text{}/>", " a".repeat(1_000_000))), ErrorCode::InvalidXml);
    let custom = |count: usize| {
        let (before, after) = ("<CustomComponent module=\"a\" component=\"b\"", "/>");
        in_panel(&format!("{before}{}{after}", attributes(count)))
    };
    assert!(parse(&custom(limits::ATTRIBUTES - 2)).is_valid());
    refused(&custom(limits::ATTRIBUTES - 1), ErrorCode::ResourceLimit);
}

#[test]
fn large_documents_are_refused_unread() {
    let text = |bytes: usize| {
        let frame = in_panel("<!---->");
        in_panel(&format!("<!--{}-->", "x".repeat(bytes - frame.len())))
    };
    assert!(parse(&text(limits::DOCUMENT_BYTES)).is_valid());
    refused(&text(limits::DOCUMENT_BYTES + 1), ErrorCode::ResourceLimit);
    refused(&text(10 << 20), ErrorCode::ResourceLimit);
    refused(&"<".repeat(10 << 20), ErrorCode::ResourceLimit);
}

#[test]
fn many_elements_are_refused() {
    let elements = |count: usize| in_panel(&"<Layout/>".repeat(count));
    assert!(parse(&elements(limits::ELEMENTS - 3)).is_valid());
    refused(&elements(limits::ELEMENTS - 2), ErrorCode::ResourceLimit);
}

#[test]
fn many_mistakes_are_not_all_kept() {
    let text = in_panel(&"<Text/>".repeat(10_000));
    let mut document = parse(&text);
    for _ in 0..2 {
        assert_eq!(document.diagnostics().len(), limits::DIAGNOSTICS);
        let last = document.diagnostics().last().unwrap();
        assert_eq!(last.code, ErrorCode::ResourceLimit);
        assert!(last.message.contains("more diagnostics"));
        document.check_handlers(&[]);
    }
}

#[test]
fn signs_of_closing_tags_close_nothing() {
    let text = format!("<NexusPanel>{}NexusPanel>", "</".repeat(100_000));
    refused(&text, ErrorCode::InvalidXml);
    assert!(parse(&text).diagnostics().iter().all(|diagnostic| diagnostic.message.len() < 200));
}

/// Texts of a million bytes, each made to be looked at again and again.
#[test]
fn nothing_takes_the_square_of_its_length() {
    let handlers = |inside: &str, after: &str| {
        let tools = format!("<Tool name=\"t\"><Handler>{inside}{after}");
        format!("<NexusPanel><Logic>{}</Logic></NexusPanel>", tools.repeat(1_000_000 / tools.len()))
    };
    let texts = [
        "<".repeat(1_000_000),
        "<a ".repeat(300_000),
        "<a b=\"\n".repeat(140_000),
        "<a b='\n<a b=\"\n".repeat(70_000),
        "<!--".repeat(250_000),
        "<![CDATA[".repeat(110_000),
        "</a>".repeat(250_000),
        "<a/>".repeat(250_000),
        "&a;".repeat(330_000),
        "\u{e9}&".repeat(300_000),
        handlers("`", "</Handler></Tool>"),
        handlers("/*", "</Handler></Tool>"),
        handlers("<!--", "</Handler></Tool>"),
        handlers("/[", "</Handler></Tool>"),
        handlers("${{", ""),
        handlers("<![CDATA[", "</Handler></Tool>"),
        handlers("", "</Tool>"),
        format!(
            "<NexusPanel><Logic><Tool name=\"t\"><Handler>{}</Handler></Tool></Logic></NexusPanel>",
            "/[".repeat(500_000)
        ),
        format!(
            "<NexusPanel><Logic><Tool name=\"t\"><Handler>{}</Handler></Tool></Logic></NexusPanel>",
            "<!--".repeat(250_000)
        ),
        in_panel(&format!("<Text content=\"{}\"/>", "{".repeat(1_000_000))),
        in_panel(&format!("<Text content=\"{}\"/>", "{x=>".repeat(250_000))),
        in_panel(&format!("<Text content=\"{}\"/>", "{f(".repeat(300_000))),
        in_panel(&format!("<Text content=\"{}\"/>", "{1}".repeat(300_000))),
        in_panel(&format!("<Text content=\"{}\"/>", "{$state.a}".repeat(100_000))),
        in_panel(&format!("<Text content=\"{}é\"/>", "{$state.a}".repeat(100_000))),
        in_panel(&format!(
            "<Iterate items=\"[1]\" as=\"a\">{}</Iterate>",
            "<Text id=\"{$scope.b}\" content=\"\"/>".repeat(30_000)
        )),
        format!("<NexusPanel><Data>{}</Data></NexusPanel>", "<State name=\"aaaaaaaaaaaaaaaaaaaa\"/>".repeat(30_000)),
        format!(
            "<NexusPanel><Data>{}</Data></NexusPanel>",
            (0..20_000).map(|i| format!("<Computed name=\"c{i}\" value=\"$state[c{i}]\"/>")).collect::<String>()
        ),
        format!(
            "<NexusPanel><Data>{}</Data></NexusPanel>",
            (0..20_000)
                .map(|i| format!("<Computed name=\"c{i}\" value=\"$state.c{}\"/>", (i * 7919) % 20_000))
                .collect::<String>()
        ),
    ];
    for text in texts {
        // What takes the square of a million is not over before anybody looks after it.
        assert!(parse(&text).diagnostics().len() <= limits::DIAGNOSTICS);
    }
}

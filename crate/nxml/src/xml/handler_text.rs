//! The text of a handler: JavaScript between tags, which XML would take for elements wherever it compares.
//!
//! The code ends at the first `</Handler>` outside of its strings, templates, block comments and regular expressions; if
//! there is none, at the first one anywhere. CDATA sections are taken as they stand, XML comments are dropped, and
//! references such as `&lt;` are resolved outside of CDATA.

use super::HANDLER;
use super::entity::{self, Unknown};
use crate::text_map::TextMap;

const CDATA: &str = "<![CDATA[";
const CDATA_END: &str = "]]>";
const COMMENT: &str = "<!--";
const COMMENT_END: &str = "-->";

/// A handler's text.
#[derive(Debug)]
pub(super) struct HandlerText<'a> {
    pub(super) code: TextMap,
    /// Where the document goes on: behind the closing tag.
    pub(super) end: usize,
    /// Whether there was a closing tag.
    pub(super) closed: bool,
    /// A CDATA section without an end.
    pub(super) unclosed_cdata: Option<usize>,
    pub(super) unknown: Vec<Unknown<'a>>,
}

/// Bytes of a document that may be looked at in vain. Each handler whose strings do not end is looked at to the end of
/// the document, and each slash that begins no regular expression to the end of its line; without a bound a document of
/// nothing else would take the square of its length.
const WASTE: usize = 16 << 20;

/// Reads the handlers of a document, one after another.
pub(super) struct HandlerTexts<'a> {
    document: &'a str,
    /// Where the last closing tag is.
    last: Option<usize>,
    /// Where the last comment ends.
    comments_end: usize,
    /// Bytes that may still be looked at in vain.
    waste: usize,
}

impl<'a> HandlerTexts<'a> {
    pub(super) fn new(document: &'a str) -> Self {
        let mut tags = document.rmatch_indices("</").map(|(at, _)| at);
        let last = tags.find(|at| closing_tag(document, *at, HANDLER).is_some());
        Self { document, last, comments_end: document.rfind(COMMENT_END).unwrap_or(0), waste: WASTE }
    }

    /// Reads the handler whose text begins at `start` of the document.
    pub(super) fn read(&mut self, start: usize) -> HandlerText<'a> {
        let document = self.document;
        let mut scan = Scan::new(document, start, self.waste);
        let end = self.last.filter(|last| *last >= start).and_then(|last| {
            let found = if self.waste > 0 { scan.find_end(last, self.comments_end) } else { None };
            self.waste = if found.is_some() { scan.waste } else { scan.waste.saturating_sub(last - start) };
            found.or_else(|| {
                let tags = document[start..].match_indices("</").map(|(at, _)| start + at);
                let mut ends = tags.filter(|at| closing_tag(document, *at, HANDLER).is_some());
                ends.find(|at| !scan.cdata.iter().any(|(from, to)| (*from..*to).contains(at)))
            })
        });
        let closed = end.is_some();
        let end = end.unwrap_or_else(|| surrounding_end(document, start));
        let mut text = HandlerText {
            code: TextMap::default(),
            end: closing_tag(document, end, HANDLER).unwrap_or(end),
            closed,
            unclosed_cdata: None,
            unknown: Vec::new(),
        };
        text.take(document, start, end, &scan);
        text
    }
}

impl<'a> HandlerText<'a> {
    fn take(&mut self, document: &'a str, start: usize, end: usize, scan: &Scan<'_>) {
        let mut at = start;
        let sections = scan.cdata.iter().map(|section| (*section, true));
        let comments = scan.comments.iter().map(|comment| (*comment, false));
        let mut parts: Vec<_> = sections.chain(comments).filter(|((from, _), _)| *from < end).collect();
        parts.sort_unstable();
        for ((from, to), is_cdata) in parts {
            entity::decode(&document[at..from], at, &mut self.code, &mut self.unknown);
            if is_cdata {
                let inner = from + CDATA.len();
                let close = document[inner..to].strip_suffix(CDATA_END).map_or(to, |text| inner + text.len());
                if close == to {
                    self.unclosed_cdata = Some(from);
                }
                self.code.push(&document[inner..close], inner);
            }
            at = to;
        }
        entity::decode(&document[at..end.max(at)], at, &mut self.code, &mut self.unknown);
    }
}

/// The offset behind the closing tag of `name` at `at`, if there is one there.
fn closing_tag(document: &str, at: usize, name: &str) -> Option<usize> {
    let rest = document.get(at..)?.strip_prefix("</")?.strip_prefix(name)?;
    let close = rest.trim_start().strip_prefix('>')?;
    Some(document.len() - close.len())
}

/// Where a handler without a closing tag ends at the latest: where an element around it does.
fn surrounding_end(document: &str, start: usize) -> usize {
    let around = ["Tool", "Lifecycle", "Logic", "NexusPanel"];
    let tags = document[start..].match_indices("</").map(|(at, _)| start + at);
    let mut ends = tags.filter(|at| around.iter().any(|name| closing_tag(document, *at, name).is_some()));
    ends.next().unwrap_or(document.len())
}

/// Looks at JavaScript just closely enough to know strings from code.
struct Scan<'a> {
    document: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Whether a slash would divide, and not begin a regular expression.
    after_value: bool,
    /// Braces open in each template's substitution.
    templates: Vec<usize>,
    cdata: Vec<(usize, usize)>,
    comments: Vec<(usize, usize)>,
    /// Bytes that may still be taken for regular expressions in vain.
    waste: usize,
}

/// Words that a value follows, so that a slash behind them begins a regular expression.
const BEFORE_VALUE: &[&str] = &[
    "return",
    "typeof",
    "case",
    "in",
    "of",
    "delete",
    "void",
    "throw",
    "new",
    "else",
    "do",
    "await",
    "yield",
    "instanceof",
];

impl<'a> Scan<'a> {
    const fn new(document: &'a str, start: usize, waste: usize) -> Self {
        Self {
            document,
            bytes: document.as_bytes(),
            at: start,
            after_value: false,
            templates: Vec::new(),
            cdata: Vec::new(),
            comments: Vec::new(),
            waste,
        }
    }

    fn starts_with(&self, text: &str) -> bool {
        self.bytes[self.at..].starts_with(text.as_bytes())
    }

    /// Where the closing tag is; the last one in the document is at `last`, the end of the last comment at
    /// `comments_end`.
    fn find_end(&mut self, last: usize, comments_end: usize) -> Option<usize> {
        while self.at <= last {
            let byte = self.bytes[self.at];
            match byte {
                b'<' if self.starts_with("</") && closing_tag(self.document, self.at, HANDLER).is_some() => {
                    return Some(self.at);
                }
                b'<' if self.starts_with(CDATA) => {
                    let section = self.skip_to(CDATA, CDATA_END);
                    self.cdata.push(section);
                }
                b'<' if self.at < comments_end && self.starts_with(COMMENT) => {
                    let comment = self.skip_to(COMMENT, COMMENT_END);
                    self.comments.push(comment);
                }
                b'"' | b'\'' => self.string(byte),
                b'`' => {
                    self.at += 1;
                    self.template();
                }
                b'/' if self.starts_with("//") => self.line_comment(),
                b'/' if self.starts_with("/*") => {
                    self.skip_to("/*", "*/");
                }
                b'/' if !self.after_value => self.regular_expression(),
                b'{' => {
                    if let Some(open) = self.templates.last_mut() {
                        *open += 1;
                    }
                    self.punctuator();
                }
                b'}' => match self.templates.last_mut() {
                    Some(0) => {
                        self.templates.pop();
                        self.at += 1;
                        self.template();
                    }
                    open => {
                        if let Some(open) = open {
                            *open -= 1;
                        }
                        self.punctuator();
                    }
                },
                b')' | b']' => {
                    self.punctuator();
                    self.after_value = true;
                }
                byte if byte.is_ascii_whitespace() => self.at += 1,
                byte if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..) => self.word(),
                _ => self.punctuator(),
            }
        }
        None
    }

    fn punctuator(&mut self) {
        self.at += 1;
        self.after_value = false;
    }

    /// Goes behind `end`, or to the end of the document; answers from where to where.
    fn skip_to(&mut self, begin: &str, end: &str) -> (usize, usize) {
        let from = self.at;
        let inner = from + begin.len();
        let length = self.document.get(inner..).and_then(|rest| rest.find(end));
        self.at = length.map_or(self.document.len(), |length| inner + length + end.len());
        (from, self.at)
    }

    fn word(&mut self) {
        let from = self.at;
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..);
        while self.bytes.get(self.at).is_some_and(is_word) {
            self.at += 1;
        }
        let word = &self.document[from..self.at];
        self.after_value = !BEFORE_VALUE.contains(&word) || self.bytes[..from].ends_with(b".");
    }

    /// A string ends at its quote or, being a mistake, with its line.
    fn string(&mut self, quote: u8) {
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\n' => break,
                byte if byte == quote => break,
                _ => {}
            }
        }
        self.after_value = true;
    }

    /// The text of a template up to its end or its next substitution.
    fn template(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'`' => {
                    self.after_value = true;
                    return;
                }
                b'$' if self.bytes.get(self.at) == Some(&b'{') => {
                    self.at += 1;
                    self.templates.push(0);
                    self.after_value = false;
                    return;
                }
                _ => {}
            }
        }
    }

    /// A comment ends with its line or at the closing tag, which may well stand on that line.
    fn line_comment(&mut self) {
        let rest = &self.document[self.at..];
        let line = rest.find('\n').unwrap_or(rest.len());
        let mut tags = rest[..line].match_indices("</").map(|(at, _)| self.at + at);
        let close = tags.find(|at| closing_tag(self.document, *at, HANDLER).is_some());
        self.at = close.unwrap_or(self.at + line);
    }

    /// A regular expression ends at its slash, on the same line; without one the slash divides.
    fn regular_expression(&mut self) {
        let mut in_class = false;
        let mut at = self.at + 1;
        while self.waste > 0
            && let Some(&byte) = self.bytes.get(at)
        {
            match byte {
                b'\\' => at += 1,
                b'\n' => break,
                b'[' => in_class = true,
                b']' => in_class = false,
                b'/' if !in_class => {
                    self.at = at + 1;
                    self.after_value = true;
                    return;
                }
                _ => {}
            }
            at += 1;
        }
        self.waste = self.waste.saturating_sub(at - self.at);
        self.punctuator();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &str) -> HandlerText<'_> {
        HandlerTexts::new(document).read(0)
    }

    fn code(document: &str) -> (String, &str) {
        let text = read(document);
        assert!(text.closed, "{document}");
        (text.code.as_str().to_owned(), &document[text.end..])
    }

    #[test]
    fn the_handler_ends_at_its_own_tag() {
        for text in [
            "",
            "return 1",
            "if (a < b) return a<b",
            "for (let i = 0; i<n; i++) {}",
            "return '</Handler>'",
            "return \"it's </Handler> \\\" </Handler>\"",
            "return `</Handler> ${a ? `</Handler>` : { b: '}' }} </Handler>`",
            "// it's `here\nreturn 1 // and \"there",
            "/* </Handler> */ return 1",
            "return /<\\/Handler>|[/'\"`]/.test(x) ? '<' : 1 / 2 / 3",
            "return a</Tool>/.source",
            "const it = 'don\\'t'; // it's\nreturn it",
            "return x /2; // '",
            "const html = \"<b>\" + a<b + \"</b>\"",
            "a.return / 2; '</Handler>'",
            "é < '😀'",
        ] {
            let document = format!("{text}</Handler><Next/>");
            assert_eq!(code(&document), (text.to_owned(), "<Next/>"), "{text}");
        }
    }

    #[test]
    fn sections_are_taken_as_they_stand_and_references_are_resolved_around_them() {
        for (document, expected) in [
            ("<![CDATA[ a < b && '</Handler>' ]]></Handler>", " a < b && '</Handler>' "),
            ("<![CDATA[&lt;]]>&lt;<![CDATA[&amp;]]></Handler >", "&lt;<&amp;"),
            ("a <!-- </Handler> --> b</Handler>", "a  b"),
            ("a <!--b</Handler>", "a <!--b"),
            ("if (a &lt; b &amp;&amp; c) '&quot;'</Handler\n>", "if (a < b && c) '\"'"),
        ] {
            assert_eq!(code(document).0, expected, "{document}");
        }
    }

    #[test]
    fn what_leads_astray_falls_back_to_the_first_tag() {
        assert_eq!(code("return `never closed</Handler><Next/>"), ("return `never closed".to_owned(), "<Next/>"));
        assert_eq!(code("/* never closed</Handler>"), ("/* never closed".to_owned(), ""));
    }

    #[test]
    fn without_a_closing_tag_the_element_around_it_ends_the_handler() {
        let text = read("return 1</Tool></Logic>");
        assert!(!text.closed);
        assert_eq!((text.code.as_str(), text.end), ("return 1", 8));
        let text = read("<![CDATA[return 1</Handler></Tool>");
        assert_eq!((text.closed, text.unclosed_cdata), (false, Some(0)));
    }
}

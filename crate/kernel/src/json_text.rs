//! JSON, written by hand where a value in between would cost more than the text.

use std::fmt::Write;

/// At the end of a text that was cut.
pub(crate) const CUT: &str = "…";

/// Appends `,"name":"text"`, the text cut where it would take more than `most` bytes.
pub(crate) fn member(line: &mut String, name: &str, text: &str, most: usize) {
    line.push_str(",\"");
    line.push_str(name);
    line.push_str("\":\"");
    escape(line, text, most);
    line.push('"');
}

/// Appends a text as `JSON.stringify` spells it between the quotes, cut between two characters where it would take more than
/// `most` bytes.
pub(crate) fn escape(line: &mut String, text: &str, most: usize) {
    // Nearly every text is one that stands as it is.
    if text.len() <= most && text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        line.push_str(text);
        return;
    }
    let beginning = line.len();
    let mut fits = beginning;
    for character in text.chars() {
        match character {
            '"' => line.push_str("\\\""),
            '\\' => line.push_str("\\\\"),
            '\u{8}' => line.push_str("\\b"),
            '\u{c}' => line.push_str("\\f"),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(line, "\\u{:04x}", u32::from(control));
            }
            other => line.push(other),
        }
        let length = line.len() - beginning;
        if length > most {
            line.truncate(fits);
            line.push_str(CUT);
            return;
        }
        if length <= most - CUT.len() {
            fits = line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: usize = 256;

    fn escaped(text: &str) -> String {
        let mut line = String::new();
        escape(&mut line, text, MOST);
        line
    }

    #[test]
    fn a_text_is_cut_between_characters_and_never_passes_the_bound() {
        assert_eq!(escaped(&"a".repeat(256)), "a".repeat(256));
        assert_eq!(escaped(&"a".repeat(257)), "a".repeat(253) + CUT);
        for character in ["é", "€", "😀", "\u{1}", "\"", "\n"] {
            for length in 1..300 {
                let line = escaped(&character.repeat(length));
                assert!(line.len() <= MOST, "{character:?} {length}");
                let read: String = serde_json::from_str(&format!("\"{line}\"")).unwrap();
                assert!(read == character.repeat(length) || read.ends_with(CUT), "{read}");
            }
        }
    }

    #[test]
    fn a_text_is_spelled_as_json_stringify_spells_it() {
        let text = "\u{0}\u{1f}\u{7f}\u{2028}\"\\/\u{8}\u{c}\n\r\té";
        assert_eq!(escaped(text), "\\u0000\\u001f\u{7f}\u{2028}\\\"\\\\/\\b\\f\\n\\r\\té");
    }
}

//! Text to tokens.

use super::{ExpressionError, ExpressionErrorKind};
use crate::source_map::SourceMap;
use crate::text_map::TextMap;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Name(String),
    /// An operator or a bracket.
    Sign(&'static str),
    End,
}

/// Signs, longer ones before those they begin with.
const SIGNS: &[&str] = &[
    "===", "!==", "...", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "**", "+", "-", "*", "/", "%", "<", ">",
    "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}", "=", "`",
];

pub(super) struct Lexer<'a> {
    pub(super) text: &'a TextMap,
    pub(super) map: &'a SourceMap<'a>,
    at: usize,
    end: usize,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(text: &'a TextMap, start: usize, end: usize, map: &'a SourceMap<'a>) -> Self {
        Self { text, map, at: start, end }
    }

    fn rest(&self) -> &'a str {
        &self.text.as_str()[self.at..self.end]
    }

    pub(super) fn error(&self, at: usize, message: impl Into<String>) -> ExpressionError {
        let location = self.map.locate(self.text.offset(at));
        ExpressionError::new(ExpressionErrorKind::Syntax, location, message)
    }

    /// The next token and where it begins.
    pub(super) fn next(&mut self) -> Result<(Token, usize), ExpressionError> {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        let (rest, start) = (self.rest(), self.at);
        let Some(first) = rest.chars().next() else { return Ok((Token::End, start)) };
        let after_point = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        let token = match first {
            '0'..='9' => self.number()?,
            '.' if after_point => self.number()?,
            '"' | '\'' => self.string(first)?,
            c if is_start(c) => {
                let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                self.at += length;
                Token::Name(rest[..length].to_owned())
            }
            _ => {
                let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
                let Some(sign) = sign else {
                    return Err(self.error(start, format!("{first:?} means nothing in an expression")));
                };
                // `a ?.5 : b` is a condition.
                let sign =
                    if *sign == "?." && rest.as_bytes().get(2).is_some_and(u8::is_ascii_digit) { "?" } else { sign };
                self.at += sign.len();
                Token::Sign(sign)
            }
        };
        Ok((token, start))
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        let (rest, start) = (self.rest(), self.at);
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut length = digits(0);
        if bytes.get(length) == Some(&b'.') {
            length += 1 + digits(length + 1);
        }
        if matches!(bytes.get(length), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
            let exponent = digits((length + 1 + sign).min(bytes.len()));
            if exponent > 0 {
                length += 1 + sign + exponent;
            }
        }
        if rest[length..].starts_with(is_part) {
            return Err(self.error(start, "this is no number"));
        }
        self.at += length;
        rest[..length].parse().map(Token::Number).map_err(|_| self.error(start, "this is no number"))
    }

    /// The text of a template up to its end or the next `${`, and whether it goes on behind that.
    pub(super) fn template_text(&mut self) -> Result<(String, bool), ExpressionError> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, character)) = characters.next() {
            let goes_on = character == '$' && self.rest()[at..].starts_with("${");
            match character {
                '`' => {
                    self.at = start + at + 1;
                    return Ok((text, false));
                }
                '$' if goes_on => {
                    self.at = start + at + "${".len();
                    return Ok((text, true));
                }
                '\\' => match escaped(&mut characters) {
                    Some(escaped) => text.push(escaped),
                    None => return Err(self.error(start + at, "this escape means nothing")),
                },
                character => text.push(character),
            }
        }
        Err(self.error(start.saturating_sub(1), "the template that begins here has no end"))
    }

    fn string(&mut self, quote: char) -> Result<Token, ExpressionError> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match escaped(&mut characters) {
                    Some(escaped) => text.push(escaped),
                    None => return Err(self.error(start + at, "this escape means nothing")),
                },
                character if character == quote => {
                    self.at = start + at + quote.len_utf8();
                    return Ok(Token::Text(text));
                }
                character => text.push(character),
            }
        }
        Err(self.error(start, "the text that begins here has no closing quote"))
    }
}

/// Four hexadecimal digits.
fn unit(next: &mut impl FnMut() -> Option<char>) -> Option<u32> {
    let digits: Option<Vec<u32>> = (0..4).map(|_| next()?.to_digit(16)).collect();
    Some(digits?.iter().fold(0, |number, digit| number * 16 + digit))
}

/// The character behind a backslash.
fn escaped(characters: &mut impl Iterator<Item = (usize, char)>) -> Option<char> {
    let mut next = || characters.next().map(|(_, character)| character);
    Some(match next()? {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            // Half of a pair alone is no character.
            let first = unit(&mut next)?;
            if !(0xd800..0xdc00).contains(&first) {
                return char::from_u32(first);
            }
            if (next()?, next()?) != ('\\', 'u') {
                return None;
            }
            let second = unit(&mut next)?.checked_sub(0xdc00).filter(|second| *second < 0x400)?;
            return char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second);
        }
        escaped @ ('\\' | '\'' | '"' | '`' | '$' | '/' | '{' | '}') => escaped,
        _ => return None,
    })
}

fn is_start(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$')
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}

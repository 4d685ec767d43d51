//! `JSON.parse`: values straight from the text. The engine's checks the text, compiles it as a program and runs that.
//!
//! Nothing here calls the engine's own, so that the module that ships can do without it and the parser it brings along.

use boa_engine::object::builtins::JsArray;
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::string::{JsStr, JsStrVariant};
use boa_engine::{Context, JsArgs, JsError, JsNativeError, JsObject, JsResult, JsString, JsValue};

use super::json_revive::{Recorder, revive};
use super::text::Builder;

pub fn install(json: &JsObject, context: &mut Context) -> JsResult<()> {
    super::replace(json, "parse", parse, context)
}

fn parse(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let text = args.get_or_undefined(0).to_string(context)?;
    let reviver = args.get_or_undefined(1).as_callable();
    // Only a reviver is given the source text of each value.
    let mut recorder = reviver.is_some().then(Recorder::default);
    let value = match text.variant() {
        JsStrVariant::Latin1(units) => Parser::new(units, recorder.as_mut()).parse(context),
        JsStrVariant::Utf16(units) => Parser::new(units, recorder.as_mut()).parse(context),
    };
    let value = value.ok_or_else(|| refusal(&text))?;
    match (reviver, recorder) {
        (Some(reviver), Some(recorder)) => revive(value, &recorder.record(), &text, &reviver, context),
        _ => Ok(value),
    }
}

/// What is wrong with a text, in the words that the engine has for it.
fn refusal(text: &JsString) -> JsError {
    let message = match text.to_std_string() {
        Ok(text) => serde_json::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    };
    JsNativeError::syntax().with_message(message.unwrap_or_else(|| "this is not JSON".to_owned())).into()
}

/// A code unit of either width.
trait Unit: Copy + Eq + Into<u16> + 'static {
    fn text(units: &[Self]) -> JsString;
}

impl Unit for u8 {
    fn text(units: &[Self]) -> JsString {
        JsStr::latin1(units).into()
    }
}

impl Unit for u16 {
    /// A byte a unit where that is enough, as all other strings of the same content have it.
    fn text(units: &[Self]) -> JsString {
        if units.iter().any(|unit| *unit > 0xFF) {
            return JsStr::utf16(units).into();
        }
        let mut narrow = Builder::with_capacity(units.len(), JsStr::EMPTY);
        for unit in units {
            narrow.push_unit(*unit);
        }
        narrow.build()
    }
}

/// An array or object whose end has not been reached.
enum Open {
    Array(Vec<JsValue>),
    /// With the name of the property that is being read.
    Object(JsObject, PropertyKey),
}

/// What comes after a value has been completed.
enum Next {
    Value,
    Completed(JsValue),
}

/// Property names that are remembered at once.
const NAMES: usize = 32;

/// Keeps what is open in a list and not on the stack: texts may be nested as deeply as memory allows.
struct Parser<'a, T> {
    units: &'a [T],
    at: usize,
    /// Names that came before, by a simple hash: most objects of a text have the same.
    names: [Option<(&'a [T], PropertyKey)>; NAMES],
    recorder: Option<&'a mut Recorder>,
}

impl<'a, T: Unit> Parser<'a, T> {
    fn new(units: &'a [T], recorder: Option<&'a mut Recorder>) -> Self {
        Self { units, at: 0, names: [const { None }; NAMES], recorder }
    }

    /// `None` if the text is not JSON.
    fn parse(mut self, context: &mut Context) -> Option<JsValue> {
        let mut open = Vec::new();
        loop {
            self.skip_blanks();
            let start = self.at;
            let next = self.value(&mut open, context)?;
            if let Some(recorder) = &mut self.recorder {
                match (&next, open.last()) {
                    (Next::Completed(value), _) => recorder.complete(value, start..self.at),
                    (Next::Value, Some(Open::Array(_))) => recorder.open_array(),
                    (Next::Value, Some(Open::Object(_, key))) => recorder.open_object(key),
                    (Next::Value, None) => {}
                }
            }
            let mut value = match next {
                Next::Value => continue,
                Next::Completed(value) => value,
            };
            // Closes all that ends after this value.
            loop {
                let after = self.skip_blanks();
                match open.last_mut() {
                    None => return after.is_none().then_some(value),
                    Some(Open::Array(items)) => items.push(value),
                    Some(Open::Object(object, key)) => {
                        object.insert_property(key.clone(), data(value));
                    }
                }
                self.at += 1;
                match (after?, open.last_mut()?) {
                    (b',', Open::Array(_)) => break,
                    (b',', Open::Object(_, key)) => {
                        *key = self.name()?;
                        if let Some(recorder) = &mut self.recorder {
                            recorder.name(key);
                        }
                        break;
                    }
                    (b']', Open::Array(items)) => {
                        value = JsArray::from_iter(std::mem::take(items), context).into();
                    }
                    (b'}', Open::Object(object, _)) => value = object.clone().into(),
                    _ => return None,
                }
                open.pop();
                if let Some(recorder) = &mut self.recorder {
                    recorder.close(&value);
                }
            }
        }
    }

    /// Reads a value, or the beginning of one.
    fn value(&mut self, open: &mut Vec<Open>, context: &mut Context) -> Option<Next> {
        let first = self.skip_blanks()?;
        self.at += 1;
        let value = match first {
            b'"' => self.string()?.into(),
            b'[' => {
                if self.skip_blanks()? != b']' {
                    open.push(Open::Array(Vec::new()));
                    return Some(Next::Value);
                }
                self.at += 1;
                JsArray::from_iter([], context).into()
            }
            b'{' => {
                let object = JsObject::with_object_proto(context.intrinsics());
                if self.skip_blanks()? != b'}' {
                    let name = self.name()?;
                    open.push(Open::Object(object, name));
                    return Some(Next::Value);
                }
                self.at += 1;
                object.into()
            }
            b't' => self.word(b"rue", true.into())?,
            b'f' => self.word(b"alse", false.into())?,
            b'n' => self.word(b"ull", JsValue::null())?,
            _ => {
                self.at -= 1;
                self.number()?
            }
        };
        Some(Next::Completed(value))
    }

    /// A property name, up to and with the colon.
    fn name(&mut self) -> Option<PropertyKey> {
        if self.skip_blanks()? != b'"' {
            return None;
        }
        self.at += 1;
        let start = self.at;
        let key = match self.plain_end() {
            Some(end) => {
                self.at = end + 1;
                self.remembered(&self.units[start..end])
            }
            None => self.string()?.into(),
        };
        if self.skip_blanks()? != b':' {
            return None;
        }
        self.at += 1;
        Some(key)
    }

    fn remembered(&mut self, units: &'a [T]) -> PropertyKey {
        let ends = [units.first(), units.last()].map(|unit| unit.map_or(0, |unit| usize::from((*unit).into())));
        let place = &mut self.names[(units.len() + ends[0] * 5 + ends[1] * 3) % NAMES];
        if let Some((known, key)) = place
            && *known == units
        {
            return key.clone();
        }
        let key = PropertyKey::from(T::text(units));
        *place = Some((units, key.clone()));
        key
    }

    /// Where the string that begins here ends, if it stands for itself.
    fn plain_end(&self) -> Option<usize> {
        let rest = &self.units[self.at..];
        let length = rest.iter().position(|unit| {
            let unit: u16 = (*unit).into();
            unit == 0x22 || unit == 0x5C || unit < 0x20
        })?;
        (rest[length].into() == 0x22).then_some(self.at + length)
    }

    /// A string, after its first quotation mark.
    fn string(&mut self) -> Option<JsString> {
        if let Some(end) = self.plain_end() {
            let text = T::text(&self.units[self.at..end]);
            self.at = end + 1;
            return Some(text);
        }
        let mut text = Builder::with_capacity(0, JsStr::EMPTY);
        loop {
            let unit: u16 = (*self.units.get(self.at)?).into();
            self.at += 1;
            match unit {
                0x22 => return Some(text.build()),
                0x5C => {
                    let escape = self.escape()?;
                    text.push_unit(escape);
                }
                0..0x20 => return None,
                unit => text.push_unit(unit),
            }
        }
    }

    fn escape(&mut self) -> Option<u16> {
        let letter = self.byte()?;
        self.at += 1;
        Some(match letter {
            b'"' | b'\\' | b'/' => letter.into(),
            b'b' => 0x08,
            b'f' => 0x0C,
            b'n' => 0x0A,
            b'r' => 0x0D,
            b't' => 0x09,
            b'u' => {
                let mut unit = 0;
                for _ in 0..4 {
                    let digit = char::from(self.byte()?).to_digit(16)?;
                    unit = unit << 4 | u16::try_from(digit).ok()?;
                    self.at += 1;
                }
                unit
            }
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<JsValue> {
        let start = self.at;
        let negative = self.take(b'-');
        let mut integer = 0_i64;
        let digits = self.at;
        while let Some(digit) = self.byte().filter(u8::is_ascii_digit) {
            integer = integer.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        let count = self.at - digits;
        if count == 0 || count > 1 && self.units[digits].into() == u16::from(b'0') {
            return None;
        }
        let mut is_integer = true;
        if self.take(b'.') {
            is_integer = false;
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            is_integer = false;
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        if is_integer && count <= 9 && !(negative && integer == 0) {
            let integer = i32::try_from(integer).ok()?;
            return Some(JsValue::new(if negative { -integer } else { integer }));
        }
        let mut text = String::with_capacity(self.at - start);
        for unit in &self.units[start..self.at] {
            text.push(char::from(u8::try_from((*unit).into()).ok()?));
        }
        text.parse::<f64>().ok().map(JsValue::new)
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.byte().is_some_and(|unit| unit.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn word(&mut self, rest: &[u8], value: JsValue) -> Option<JsValue> {
        for unit in rest {
            if !self.take(*unit) {
                return None;
            }
        }
        Some(value)
    }

    fn take(&mut self, unit: u8) -> bool {
        let is_there = self.byte() == Some(unit);
        self.at += usize::from(is_there);
        is_there
    }

    /// The next code unit, if it is ASCII.
    fn byte(&self) -> Option<u8> {
        u8::try_from((*self.units.get(self.at)?).into()).ok().filter(u8::is_ascii)
    }

    /// The next code unit after blanks; what is not ASCII is one that nothing begins with.
    fn skip_blanks(&mut self) -> Option<u8> {
        loop {
            let unit: u16 = (*self.units.get(self.at)?).into();
            match u8::try_from(unit) {
                Ok(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Ok(unit) => return Some(unit),
                Err(_) => return Some(0),
            }
        }
    }
}

fn data(value: JsValue) -> PropertyDescriptor {
    PropertyDescriptor::builder().value(value).writable(true).enumerable(true).configurable(true).build()
}

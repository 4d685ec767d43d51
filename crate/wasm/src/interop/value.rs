//! Data: what may cross into the kernel, and how it comes back.

use js_sys::{Array, Function, JsString, Object, Reflect, Uint8Array};
use nexus_core::limits::{VALUE_BYTES, VALUE_DEPTH};
use nexus_core::value::Path;
use nexus_core::{Error, Map, Value, msgpack};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::Failure;

#[wasm_bindgen]
extern "C" {
    // All of these may throw, on a proxy if on nothing else.
    #[wasm_bindgen(catch, js_namespace = ["Object", "prototype", "toString"], js_name = call)]
    fn brand(value: &JsValue) -> Result<String, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn keys(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Object, js_name = getOwnPropertySymbols)]
    fn symbols(object: &JsValue) -> Result<Array, JsValue>;
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    fn is_array(value: &JsValue) -> Result<bool, JsValue>;
    #[wasm_bindgen(js_namespace = ArrayBuffer, js_name = isView)]
    fn is_view(value: &JsValue) -> bool;

    #[wasm_bindgen(catch, js_namespace = Object, js_name = getPrototypeOf)]
    fn prototype_of(object: &JsValue) -> Result<JsValue, JsValue>;

    type Readable;
    #[wasm_bindgen(method, getter, js_name = toJSON, catch)]
    fn to_json(this: &Readable) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, getter, catch)]
    fn length(this: &Readable) -> Result<JsValue, JsValue>;

    type Assignable;
    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Assignable, key: &str, value: &JsValue);
}

thread_local! {
    static OBJECT_PROTOTYPE: Object = Object::get_prototype_of(&Object::new());
}

/// How deep and how large a value may be.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Containers it may nest.
    pub depth: usize,
    /// Bytes of its MessagePack form.
    pub bytes: usize,
}

impl Bounds {
    /// The most that limits can allow: for values that the kernel checks itself, against the limits of their run.
    pub const WIDEST: Self = Self { depth: VALUE_DEPTH, bytes: 256 << 20 };
}

impl Default for Bounds {
    fn default() -> Self {
        Self { depth: VALUE_DEPTH, bytes: VALUE_BYTES }
    }
}

/// Reads a value; `undefined` is null.
///
/// # Errors
/// `SERIALIZATION_ERROR` naming the path of what is not data, `RESOURCE_LIMIT` past `bounds`, or what a getter, a
/// `toJSON` or a proxy threw.
pub fn value_from_js(value: &JsValue, bounds: Bounds) -> Result<Value, Failure> {
    value_at(value, bounds, &mut Path::root())
}

/// Like [`value_from_js`], for a value that stands at `path` of what the embedder gave.
pub fn value_at(value: &JsValue, bounds: Bounds, path: &mut Path) -> Result<Value, Failure> {
    let mut reader = Reader { bounds, ancestors: Vec::new(), bytes: 0 };
    let value = reader.read(value, Key::Root, path)?.unwrap_or_default();
    value.check(bounds.depth, bounds.bytes)?;
    Ok(value)
}

/// Reads text.
///
/// # Errors
/// `SERIALIZATION_ERROR` for a lone surrogate.
pub fn string_from_js(text: &JsString, path: &Path) -> Result<String, Error> {
    let read = String::from(text);
    // A lone surrogate is read as U+FFFD; only where there is one is the slow look at each unit needed.
    if read.contains(char::REPLACEMENT_CHARACTER) && !text.is_valid_utf16() {
        return Err(path.refuse("holds a lone surrogate, which is no text"));
    }
    Ok(read)
}

/// What a value is called by whatever holds it; `toJSON` is told.
#[derive(Clone, Copy)]
enum Key<'a> {
    Root,
    Index(u32),
    Name(&'a JsString),
}

impl Key<'_> {
    fn to_js(self) -> JsValue {
        match self {
            Self::Root => JsValue::from_str(""),
            Self::Index(index) => JsValue::from(index.to_string()),
            Self::Name(name) => name.into(),
        }
    }
}

struct Reader {
    bounds: Bounds,
    /// The containers around the value being read, to see cycles.
    ancestors: Vec<JsValue>,
    /// Lower bound of the bytes read so far. An object that is referred to many times is read many times, so size has to
    /// be watched on the way and not only at the end.
    bytes: usize,
}

impl Reader {
    /// `None` is `undefined`.
    fn read(&mut self, value: &JsValue, key: Key<'_>, path: &mut Path) -> Result<Option<Value>, Failure> {
        if value.is_undefined() {
            return Ok(None);
        }
        self.count(1)?;
        if value.is_null() {
            return Ok(Some(Value::Null));
        }
        if let Some(bool) = value.as_bool() {
            return Ok(Some(Value::Bool(bool)));
        }
        if let Some(number) = value.as_f64() {
            return Ok(Some(Value::Number(number)));
        }
        if let Some(text) = value.dyn_ref::<JsString>() {
            return self.text(text, path).map(|text| Some(Value::String(text)));
        }
        if value.is_bigint() {
            return Err(path.refuse("is a BigInt").into());
        }
        if value.is_symbol() {
            return Err(path.refuse("is a symbol").into());
        }
        // Before `toJSON`, which Node's `Buffer` has.
        if let Some(bytes) = self.bytes(value)? {
            return Ok(Some(bytes));
        }
        let to_json = value.unchecked_ref::<Readable>().to_json()?;
        if let Some(to_json) = to_json.dyn_ref::<Function>() {
            // As in JSON.stringify, the answer is taken as it is, whatever its own toJSON.
            let answer = to_json.call1(value, &key.to_js())?;
            if !answer.is_object() {
                return self.read(&answer, key, path);
            }
            return match self.bytes(&answer)? {
                Some(bytes) => Ok(Some(bytes)),
                None => self.container(&answer, path).map(Some),
            };
        }
        self.container(value, path).map(Some)
    }

    fn bytes(&mut self, value: &JsValue) -> Result<Option<Value>, Failure> {
        if !is_view(value) || brand(value)? != "[object Uint8Array]" {
            return Ok(None);
        }
        let bytes: &Uint8Array = value.unchecked_ref();
        self.count(bytes.length() as usize)?;
        Ok(Some(Value::Bytes(bytes.to_vec())))
    }

    fn container(&mut self, value: &JsValue, path: &mut Path) -> Result<Value, Failure> {
        let depth = self.ancestors.len();
        if self.ancestors.iter().any(|ancestor| Object::is(ancestor, value)) {
            return Err(path.refuse("refers back to something that holds it").into());
        }
        let is_array = is_array(value)?;
        if !is_array {
            ensure_plain(value, path)?;
        }
        if depth >= self.bounds.depth {
            return Err(Error::resource_limit("valueDepth", self.bounds.depth, depth + 1).into());
        }
        self.ancestors.push(value.clone());
        let read = if is_array { self.array(value, path) } else { self.object(value, path) };
        self.ancestors.pop();
        read
    }

    fn array(&mut self, value: &JsValue, path: &mut Path) -> Result<Value, Failure> {
        let length = value.unchecked_ref::<Readable>().length()?.as_f64().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an array's length is a u32")]
        let length = length as u32;
        let mut items = Vec::new();
        for index in 0..length {
            let item = Reflect::get_u32(value, index)?;
            let read = path.with_index(index as usize, |path| self.read(&item, Key::Index(index), path))?;
            if read.is_none() {
                self.count(1)?;
            }
            items.push(read.unwrap_or_default());
        }
        Ok(Value::Array(items))
    }

    fn object(&mut self, value: &JsValue, path: &mut Path) -> Result<Value, Failure> {
        let keys = own_keys(value, path)?;
        let mut map = Map::with_capacity(keys.len());
        for key in keys {
            let name = self.text(&key, path)?;
            let item = Reflect::get(value, &key)?;
            if let Some(item) = path.with_key(&name, |path| self.read(&item, Key::Name(&key), path))? {
                map.insert(name, item);
            }
        }
        Ok(Value::Object(map))
    }

    fn text(&mut self, text: &JsString, path: &Path) -> Result<String, Failure> {
        self.count(text.length() as usize)?;
        Ok(string_from_js(text, path)?)
    }

    fn count(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes += bytes;
        if self.bytes > self.bounds.bytes {
            return Err(Error::resource_limit("valueBytes", self.bounds.bytes, self.bytes));
        }
        Ok(())
    }
}

/// Errors unless the object is one whose members are all there is to it.
///
/// # Errors
/// `SERIALIZATION_ERROR` saying what it is instead.
pub fn ensure_plain(object: &JsValue, path: &Path) -> Result<(), Failure> {
    // The usual case first: asking for the brand makes a string.
    let prototype = prototype_of(object)?;
    if OBJECT_PROTOTYPE.with(|usual| Object::is(&prototype, usual)) {
        return Ok(());
    }
    let brand = brand(object)?;
    match brand.as_str() {
        "[object Object]" => Ok(()),
        _ if object.is_function() => Err(path.refuse("is a function").into()),
        "[object Promise]" => Err(path.refuse("is a promise; await it first").into()),
        brand => {
            let name = brand.strip_prefix("[object ").and_then(|rest| rest.strip_suffix(']')).unwrap_or(brand);
            let article = if name.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            Err(path.refuse(&format!("is {article} {name}, which is no data")).into())
        }
    }
}

/// The enumerable keys of an object, in order.
///
/// # Errors
/// `SERIALIZATION_ERROR` if one is a symbol.
pub fn own_keys(object: &JsValue, path: &Path) -> Result<Vec<JsString>, Failure> {
    for symbol in symbols(object)? {
        let descriptor = Reflect::get_own_property_descriptor(object.unchecked_ref::<Object>(), &symbol)?;
        if descriptor.is_object() && Reflect::get(&descriptor, &JsValue::from_str("enumerable"))?.is_truthy() {
            return Err(path.refuse("has a key that is a symbol").into());
        }
    }
    Ok(keys(object)?.iter().map(JsCast::unchecked_into).collect())
}

/// A value as JavaScript: plain objects, in which `__proto__` is a member like any other.
#[must_use]
pub fn value_to_js(value: &Value) -> JsValue {
    match value {
        Value::Null => JsValue::NULL,
        Value::Bool(bool) => JsValue::from_bool(*bool),
        Value::Number(number) => JsValue::from_f64(*number),
        Value::String(text) => JsValue::from_str(text),
        Value::Bytes(bytes) => Uint8Array::from(bytes.as_slice()).into(),
        Value::Array(items) => items.iter().map(value_to_js).collect::<Array>().into(),
        Value::Object(map) => {
            let object = Object::new();
            for (key, item) in map {
                let item = value_to_js(item);
                if key == "__proto__" {
                    define(&object, key, &item);
                } else {
                    object.unchecked_ref::<Assignable>().set(key, &item);
                }
            }
            object.into()
        }
    }
}

/// Assigning would set the prototype.
fn define(object: &Object, key: &str, value: &JsValue) {
    let descriptor = Object::new();
    for (name, field) in [
        ("value", value),
        ("writable", &JsValue::TRUE),
        ("enumerable", &JsValue::TRUE),
        ("configurable", &JsValue::TRUE),
    ] {
        descriptor.unchecked_ref::<Assignable>().set(name, field);
    }
    let _ = Object::define_property(object, &JsValue::from_str(key), &descriptor);
}

/// A message of the kernel as plain data, its fields named as on the wire.
#[must_use]
pub fn data_to_js<T: Serialize>(message: &T) -> JsValue {
    let value: Result<Value, Error> = msgpack::encode(message).and_then(|bytes| msgpack::decode(&bytes));
    value_to_js(&value.expect("the kernel's own messages are data"))
}

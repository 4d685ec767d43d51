//! The second argument of `JSON.parse`: a function that is shown each value, innermost first, and may replace it.
//!
//! It is also told what a value's text was, as long as the value is still the one that was read.

use std::collections::HashMap;
use std::ops::Range;

use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsObject, JsResult, JsString, JsValue, js_string};

use super::convert::length_of;
use super::json_stringify::{delete_property, is_array, own_enumerable};

/// A value as it was read, and where.
pub struct Record {
    value: JsValue,
    from: From,
}

enum From {
    /// A place in the text, in code units.
    Text(Range<usize>),
    Items(Vec<Record>),
    /// Of names that came several times, the last.
    Members(HashMap<PropertyKey, Record>),
}

impl Record {
    /// This record, if `value` is what was read here.
    fn of(&self, value: &JsValue) -> Option<&Self> {
        JsValue::same_value(&self.value, value).then_some(self)
    }

    fn item(&self, index: u64) -> Option<&Self> {
        match &self.from {
            From::Items(items) => items.get(usize::try_from(index).ok()?),
            _ => None,
        }
    }

    fn member(&self, key: &PropertyKey) -> Option<&Self> {
        match &self.from {
            From::Members(members) => members.get(key),
            _ => None,
        }
    }
}

/// Builds the record of a text while that is read.
#[derive(Default)]
pub struct Recorder {
    /// Arrays and objects whose end has not been reached; objects with the name that is being read.
    open: Vec<(From, Option<PropertyKey>)>,
    whole: Option<Record>,
}

impl Recorder {
    pub fn open_array(&mut self) {
        self.open.push((From::Items(Vec::new()), None));
    }

    pub fn open_object(&mut self, first: &PropertyKey) {
        self.open.push((From::Members(HashMap::new()), Some(first.clone())));
    }

    /// The next member of the innermost object is called `key`.
    pub fn name(&mut self, key: &PropertyKey) {
        if let Some((_, name)) = self.open.last_mut() {
            *name = Some(key.clone());
        }
    }

    /// A value that has nothing in it was read from `place`.
    pub fn complete(&mut self, value: &JsValue, place: Range<usize>) {
        self.add(Record { value: value.clone(), from: From::Text(place) });
    }

    /// The innermost array or object has become `value`.
    pub fn close(&mut self, value: &JsValue) {
        if let Some((from, _)) = self.open.pop() {
            self.add(Record { value: value.clone(), from });
        }
    }

    fn add(&mut self, record: Record) {
        match self.open.last_mut() {
            Some((From::Items(items), _)) => items.push(record),
            Some((From::Members(members), Some(name))) => {
                members.insert(name.clone(), record);
            }
            _ => self.whole = Some(record),
        }
    }

    /// The record of the whole text, once that has been read.
    pub fn record(self) -> Option<Record> {
        self.whole
    }
}

/// Shows `value`, which was read from `text`, to the reviver, and answers what that makes of it.
pub fn revive(
    value: JsValue,
    record: &Option<Record>,
    text: &JsString,
    reviver: &JsObject,
    context: &mut Context,
) -> JsResult<JsValue> {
    let root = JsObject::with_object_proto(context.intrinsics());
    root.create_data_property_or_throw(js_string!(), value, context)?;
    Revival { text, reviver }.property(&root, js_string!().into(), record.as_ref(), context)
}

struct Revival<'a> {
    text: &'a JsString,
    reviver: &'a JsObject,
}

impl Revival<'_> {
    /// `InternalizeJSONProperty`.
    fn property(
        &self,
        holder: &JsObject,
        key: PropertyKey,
        record: Option<&Record>,
        context: &mut Context,
    ) -> JsResult<JsValue> {
        let value = holder.get(key.clone(), context)?;
        let record = record.and_then(|record| record.of(&value));
        let about = JsObject::with_object_proto(context.intrinsics());
        if let Some(object) = value.as_object() {
            if is_array(&object, context)? {
                for index in 0..length_of(&object, context)? {
                    let item = record.and_then(|record| record.item(index));
                    self.put(&object, index.into(), item, context)?;
                }
            } else {
                for key in names(&object, context)? {
                    let member = record.and_then(|record| record.member(&key));
                    self.put(&object, key, member, context)?;
                }
            }
        } else if let Some(Record { from: From::Text(place), .. }) = record {
            let source = self.text.get_expect(place.clone());
            about.create_data_property_or_throw(js_string!("source"), source, context)?;
        }
        let name = match &key {
            PropertyKey::Index(index) => JsString::from(index.get()).into(),
            key => key.into(),
        };
        self.reviver.call(&holder.clone().into(), &[name, value, about.into()], context)
    }

    /// Puts what the reviver makes of a property in its place. That the property cannot be changed is no error.
    fn put(&self, object: &JsObject, key: PropertyKey, record: Option<&Record>, context: &mut Context) -> JsResult<()> {
        let value = self.property(object, key.clone(), record, context)?;
        if value.is_undefined() {
            return delete_property(object, &key, context);
        }
        object.create_data_property(key, value, context).map(drop)
    }
}

/// `EnumerableOwnProperties`, names only: of those that are there now, whatever becomes of them later.
fn names(object: &JsObject, context: &mut Context) -> JsResult<Vec<PropertyKey>> {
    let mut names = Vec::new();
    for key in object.own_property_keys(context)? {
        if !matches!(key, PropertyKey::Symbol(_)) && own_enumerable(object, &key, context)? {
            names.push(key);
        }
    }
    Ok(names)
}

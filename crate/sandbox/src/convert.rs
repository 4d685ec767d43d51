//! JavaScript values to data and back. What is not data is refused with its path, never silently changed.

use boa_engine::builtins::proxy::Proxy;
use boa_engine::builtins::typed_array::TypedArrayKind;
use boa_engine::object::IntegrityLevel;
use boa_engine::object::builtins::{JsArray, JsPromise, JsTypedArray, JsUint8Array};
use boa_engine::property::{PropertyDescriptor, PropertyKey};
use boa_engine::{Context, JsObject, JsResult, JsString, JsValue, JsVariant, js_string};
use nexus_core::value::Path;
use nexus_core::{Error, Map, Value};

use crate::engine::Intrinsics;
use crate::failure::Failure;
use crate::run::{Run, SharedRun};

/// A JavaScript value as data, within the run's limits of depth and size.
///
/// # Errors
/// `SERIALIZATION_ERROR` with the path of what is no data; `RESOURCE_LIMIT` for what is too deep or too large; whatever a
/// getter or `toJSON` on the way throws.
pub fn to_value(value: &JsValue, context: &mut Context) -> Result<Value, Failure> {
    Ok(to_optional_value(value, context)?.unwrap_or_default())
}

/// Like [`to_value`], with `None` for `undefined`.
///
/// # Errors
/// As [`to_value`].
pub fn to_optional_value(value: &JsValue, context: &mut Context) -> Result<Option<Value>, Failure> {
    let (max_depth, max_bytes) = Run::of(context).borrow().value_limits();
    let mut converter = Converter { ancestors: Vec::new(), max_depth, max_bytes };
    let value = converter.convert(value, &js_string!(), &mut Path::root(), context)?;
    if let Some(value) = &value {
        value.check(max_depth, max_bytes)?;
    }
    Ok(value)
}

struct Converter {
    ancestors: Vec<JsObject>,
    max_depth: usize,
    max_bytes: usize,
}

impl Converter {
    fn convert(
        &mut self,
        value: &JsValue,
        key: &JsString,
        path: &mut Path,
        context: &mut Context,
    ) -> Result<Option<Value>, Failure> {
        Ok(Some(match value.variant() {
            JsVariant::Undefined => return Ok(None),
            JsVariant::Null => Value::Null,
            JsVariant::Boolean(bool) => Value::Bool(bool),
            JsVariant::Integer32(integer) => Value::from(integer),
            JsVariant::Float64(number) => Value::Number(number),
            JsVariant::String(text) => Value::String(text_of(&text, path)?),
            JsVariant::BigInt(_) => return Err(path.refuse("is a BigInt").into()),
            JsVariant::Symbol(_) => return Err(path.refuse("is a symbol").into()),
            JsVariant::Object(object) => return self.object(&object, key, path, context),
        }))
    }

    fn object(
        &mut self,
        object: &JsObject,
        key: &JsString,
        path: &mut Path,
        context: &mut Context,
    ) -> Result<Option<Value>, Failure> {
        if object.is_callable() {
            return Err(path.refuse("is a function").into());
        }
        let to_json = object.get(js_string!("toJSON"), context)?;
        if let Some(to_json) = to_json.as_callable() {
            let replaced = to_json.call(&object.clone().into(), &[key.clone().into()], context)?;
            return match replaced.as_object() {
                // What toJSON answers stands for the object; it is not asked again.
                Some(replaced) => self.members(&replaced, path, context).map(Some),
                None => self.convert(&replaced, key, path, context),
            };
        }
        self.members(object, path, context).map(Some)
    }

    fn members(&mut self, object: &JsObject, path: &mut Path, context: &mut Context) -> Result<Value, Failure> {
        if let Ok(typed) = JsTypedArray::from_object(object.clone()) {
            return self.bytes(&typed, path, context);
        }
        if self.ancestors.iter().any(|ancestor| ancestor == object) {
            return Err(path.refuse("is a cycle").into());
        }
        if self.ancestors.len() >= self.max_depth {
            return Err(Error::resource_limit("valueDepth", self.max_depth, self.max_depth + 1).into());
        }
        self.ancestors.push(object.clone());
        let members = if is_array(object, context)? {
            self.array(object, path, context)
        } else {
            self.plain(object, path, context)
        };
        self.ancestors.pop();
        members
    }

    fn own(&mut self, value: &JsValue, depth: usize, run: &SharedRun, context: &mut Context) -> Result<Value, Failure> {
        let Some(object) = value.as_object() else {
            let scalar = self.convert(value, &js_string!(), &mut Path::root(), context)?;
            return Ok(scalar.unwrap_or_default());
        };
        let object = run.borrow().state.target(&object).unwrap_or(object);
        if let Ok(typed) = JsTypedArray::from_object(object.clone()) {
            return self.bytes(&typed, &Path::root(), context);
        }
        if depth >= self.max_depth {
            return Err(Error::resource_limit("valueDepth", self.max_depth, depth + 1).into());
        }
        let own_property = |key: &PropertyKey| {
            let property = object.borrow().properties().get(key);
            property.and_then(|property| property.value().cloned()).unwrap_or_default()
        };
        if object.is_array() {
            let length = own_property(&js_string!("length").into()).to_length(context)?;
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            self.check_bytes(length)?;
            let items = (0..length).map(|index| {
                let item = own_property(&PropertyKey::from(index));
                self.own(&item, depth + 1, run, context)
            });
            return Ok(Value::Array(items.collect::<Result<_, _>>()?));
        }
        let mut map = Map::new();
        for key in object.own_property_keys(context)? {
            let member = own_property(&key);
            let name = match &key {
                PropertyKey::String(name) => text_of(name, &Path::root())?,
                PropertyKey::Index(index) => index.get().to_string(),
                PropertyKey::Symbol(_) => continue,
            };
            map.insert(name, self.own(&member, depth + 1, run, context)?);
        }
        Ok(Value::Object(map))
    }

    fn array(&mut self, object: &JsObject, path: &mut Path, context: &mut Context) -> Result<Value, Failure> {
        let length = object.get(js_string!("length"), context)?.to_length(context)?;
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        self.check_bytes(length)?;
        let mut items = Vec::with_capacity(length);
        for index in 0..length {
            let item = object.get(index as u64, context)?;
            let key = js_string!(index);
            let item = path.with_index(index, |path| self.convert(&item, &key, path, context))?;
            items.push(item.unwrap_or_default());
        }
        Ok(Value::Array(items))
    }

    fn plain(&mut self, object: &JsObject, path: &mut Path, context: &mut Context) -> Result<Value, Failure> {
        if !object.is_ordinary() && !object.is::<Proxy>() {
            let what = if JsPromise::from_object(object.clone()).is_ok() {
                "is a promise (await it first)"
            } else {
                "is not plain data"
            };
            return Err(path.refuse(what).into());
        }
        let mut map = Map::new();
        for key in object.own_property_keys(context)? {
            let name = match &key {
                PropertyKey::Symbol(_) => return Err(path.refuse("has a symbol for a key").into()),
                PropertyKey::String(name) => name.clone(),
                PropertyKey::Index(index) => js_string!(index.get()),
            };
            if !is_enumerable(object, &key, context)? {
                continue;
            }
            let member = object.get(key, context)?;
            let text = text_of(&name, path)?;
            let member = path.with_key(&text, |path| self.convert(&member, &name, path, context))?;
            if let Some(member) = member {
                map.insert(text, member);
            }
        }
        Ok(Value::Object(map))
    }

    /// Every element takes a byte at least, so what is longer than the limit need not be looked at.
    fn check_bytes(&self, length: usize) -> Result<(), Error> {
        if length > self.max_bytes {
            return Err(Error::resource_limit("valueBytes", self.max_bytes, length));
        }
        Ok(())
    }

    fn bytes(&self, typed: &JsTypedArray, path: &Path, context: &mut Context) -> Result<Value, Failure> {
        if typed.kind() != Some(TypedArrayKind::Uint8) {
            return Err(path.refuse("is a typed array other than Uint8Array").into());
        }
        let length = typed.length(context)?;
        self.check_bytes(length)?;
        let mut bytes = Vec::with_capacity(length);
        for index in 0..length {
            let byte = typed.at(i64::try_from(index).unwrap_or(i64::MAX), context)?;
            bytes.push(byte.to_uint8(context)?);
        }
        Ok(Value::Bytes(bytes))
    }
}

fn text_of(text: &JsString, path: &Path) -> Result<String, Failure> {
    text.to_std_string().map_err(|_| path.refuse("holds half of a surrogate pair").into())
}

fn is_enumerable(object: &JsObject, key: &PropertyKey, context: &mut Context) -> JsResult<bool> {
    if object.is_ordinary() {
        return Ok(object.borrow().properties().get(key).is_some_and(|property| property.enumerable() == Some(true)));
    }
    let is_enumerable =
        context.intrinsics().constructors().object().prototype().get(js_string!("propertyIsEnumerable"), context)?;
    match is_enumerable.as_callable() {
        Some(function) => Ok(function.call(&object.clone().into(), &[key.clone().into()], context)?.to_boolean()),
        None => Ok(true),
    }
}

/// Whether the object is an array, or a proxy of one.
fn is_array(object: &JsObject, context: &mut Context) -> JsResult<bool> {
    if object.is_array() || object.is_ordinary() {
        return Ok(object.is_array());
    }
    let Some(is_array) = context.get_data::<Intrinsics>().map(|intrinsics| intrinsics.is_array.clone()) else {
        return Ok(false);
    };
    Ok(is_array.call(&JsValue::undefined(), &[object.clone().into()], context)?.to_boolean())
}

/// The data in what [`from_value`] or the state made and only data was written into since. Nothing of a handler runs on
/// the way: own properties alone are read, no prototype, getter or `toJSON` is asked.
///
/// # Errors
/// `RESOURCE_LIMIT` for what has grown too deep or too large.
pub fn own_data(value: &JsValue, context: &mut Context) -> Result<Value, Failure> {
    let run = Run::of(context);
    let (max_depth, max_bytes) = run.borrow().value_limits();
    let mut data = Converter { ancestors: Vec::new(), max_depth, max_bytes };
    let value = data.own(value, 0, &run, context)?;
    value.check(max_depth, max_bytes)?;
    Ok(value)
}

/// Data as a JavaScript value: fresh objects, every key an own property.
///
/// # Errors
/// What the engine says when it has no room.
pub fn from_value(value: &Value, context: &mut Context) -> JsResult<JsValue> {
    Ok(match value {
        Value::Null => JsValue::null(),
        Value::Bool(bool) => (*bool).into(),
        Value::Number(number) => (*number).into(),
        Value::String(text) => JsString::from(text.as_str()).into(),
        Value::Bytes(bytes) => JsUint8Array::from_iter(bytes.iter().copied(), context)?.into(),
        Value::Array(items) => {
            let items = items.iter().map(|item| from_value(item, context)).collect::<JsResult<Vec<_>>>()?;
            JsArray::from_iter(items, context).into()
        }
        Value::Object(map) => {
            let object = JsObject::with_object_proto(context.intrinsics());
            for (key, member) in map {
                let member = from_value(member, context)?;
                define(&object, JsString::from(key.as_str()), member, true);
            }
            object.into()
        }
    })
}

/// Data as a JavaScript value that nothing can change; only the contents of bytes stay writable, as the language has it.
///
/// # Errors
/// As [`from_value`].
pub fn from_value_frozen(value: &Value, context: &mut Context) -> JsResult<JsValue> {
    // Objects are frozen while they are empty: what is defined after that has to say for itself that it cannot change.
    Ok(match value {
        Value::Array(items) => {
            let array: JsObject = JsArray::from_iter([], context).into();
            array.set_integrity_level(IntegrityLevel::Frozen, context)?;
            for (index, item) in items.iter().enumerate() {
                let item = from_value_frozen(item, context)?;
                define(&array, index, item, false);
            }
            let length = PropertyDescriptor::builder().value(items.len());
            array.insert_property(js_string!("length"), length.writable(false).enumerable(false).configurable(false));
            array.into()
        }
        Value::Object(map) => {
            let object = JsObject::with_object_proto(context.intrinsics());
            object.set_integrity_level(IntegrityLevel::Frozen, context)?;
            for (key, member) in map {
                let member = from_value_frozen(member, context)?;
                define(&object, JsString::from(key.as_str()), member, false);
            }
            object.into()
        }
        value => from_value(value, context)?,
    })
}

/// Gives a fresh object a property.
pub fn define(object: &JsObject, key: impl Into<PropertyKey>, value: JsValue, can_change: bool) {
    let property = PropertyDescriptor::builder().value(value).enumerable(true);
    object.insert_property(key, property.writable(can_change).configurable(can_change));
}

//! `JSON.stringify`: one string that grows. The engine's makes several of each value, two bytes a unit, and copies them
//! again at each level.

use std::rc::Rc;

use boa_engine::object::builtins::{JsFunction, JsProxy};
use boa_engine::property::PropertyKey;
use boa_engine::string::JsStr;
use boa_engine::value::IntegerOrInfinity;
use boa_engine::{Context, JsArgs, JsBigInt, JsNativeError, JsObject, JsResult, JsString, JsValue, js_string};

use super::array::element;
use super::convert::length_of;
use super::json_quote::quote;
use super::number::push_number;
use super::plain::{self, Found};
use super::text::Builder;

pub fn install(json: &JsObject, context: &mut Context) -> JsResult<()> {
    let array = context.intrinsics().constructors().array().constructor();
    let object = context.intrinsics().constructors().object().constructor();
    let reflect = context.global_object().get(js_string!("Reflect"), context)?;
    let reflect = reflect.as_object().ok_or_else(|| super::missing("Reflect"))?;
    let captured = Captured {
        is_array: super::original(&array, js_string!("isArray"), context)?,
        is_raw_json: super::original(json, js_string!("isRawJSON"), context)?,
        own_descriptor: super::original(&object, js_string!("getOwnPropertyDescriptor"), context)?,
        reflect_get: super::original(&reflect, js_string!("get"), context)?,
        delete_property: super::original(&reflect, js_string!("deleteProperty"), context)?,
    };
    context.insert_data(captured);
    super::wrap(json, js_string!("stringify"), stringify, context)
}

/// The engine's own functions that see into objects as nothing else can.
struct Captured {
    is_array: JsFunction,
    is_raw_json: JsFunction,
    own_descriptor: JsFunction,
    reflect_get: JsFunction,
    delete_property: JsFunction,
}

fn stringify(_: &JsValue, args: &[JsValue], engines: &JsFunction, context: &mut Context) -> JsResult<JsValue> {
    let value = args.get_or_undefined(0);
    let replacer = args.get_or_undefined(1).as_object();
    if replacer.as_ref().is_some_and(|replacer| !replacer.is_callable()) {
        // A list of names, or a proxy of one: seldom, and long to do right.
        return engines.call(&JsValue::undefined(), args, context);
    }
    let gap = gap(args.get_or_undefined(2), context)?;
    let holder = JsObject::with_object_proto(context.intrinsics());
    if replacer.is_some() {
        holder.create_data_property_or_throw(js_string!(), value.clone(), context)?;
    }
    let mut serializer = Serializer {
        result: Builder::with_capacity(0, JsStr::EMPTY),
        replacer,
        gap,
        line: js_string!("\n"),
        stack: Vec::new(),
        layouts: Vec::new(),
        to_json: js_string!("toJSON").into(),
    };
    let written = serializer.property(&Key::Name(js_string!()), &holder, value.clone(), &[], context)?;
    Ok(if written { serializer.result.build().into() } else { JsValue::undefined() })
}

/// What one level is indented by.
fn gap(space: &JsValue, context: &mut Context) -> JsResult<JsString> {
    let mut space = space.clone();
    if let Some(object) = space.as_object() {
        if object.is::<f64>() {
            space = space.to_number(context)?.into();
        } else if object.is::<JsString>() {
            space = space.to_string(context)?.into();
        }
    }
    if space.is_number() {
        let width = match space.to_integer_or_infinity(context)? {
            IntegerOrInfinity::PositiveInfinity => 10,
            IntegerOrInfinity::NegativeInfinity => 0,
            IntegerOrInfinity::Integer(width) => usize::try_from(width.clamp(0, 10)).unwrap_or(0),
        };
        return Ok(JsString::from(JsStr::latin1(&b"          "[..width])));
    }
    let Some(text) = space.as_string() else { return Ok(js_string!()) };
    Ok(if text.len() > 10 { text.slice(0, 10) } else { text })
}

/// The name of a property, made a string where somebody asks for it.
enum Key {
    Name(JsString),
    Index(u64),
}

impl Key {
    fn to_value(&self) -> JsValue {
        match self {
            Self::Name(name) => name.clone().into(),
            Self::Index(index) => JsString::from(*index).into(),
        }
    }
}

/// What there is to know about all objects of one shape: that they have no `toJSON`, and the names of what is written
/// of them.
struct Layout {
    shape: usize,
    members: Box<[Member]>,
}

struct Member {
    key: PropertyKey,
    name: JsString,
    /// The name in quotes, and the colon.
    quoted: JsString,
}

/// Shapes that are remembered at once.
const LAYOUTS: usize = 8;

struct Serializer {
    result: Builder,
    replacer: Option<JsObject>,
    /// What one level is indented by.
    gap: JsString,
    /// A line feed and the indentation of this level.
    line: JsString,
    /// What contains the value, outermost first.
    stack: Vec<JsObject>,
    /// Holds until code of the handler may have run.
    layouts: Vec<Rc<Layout>>,
    to_json: PropertyKey,
}

impl Serializer {
    /// `SerializeJSONProperty`, the value having been read. Writes `prefix` in front of it; answers whether there was
    /// something to write.
    fn property(
        &mut self,
        key: &Key,
        holder: &JsObject,
        mut value: JsValue,
        prefix: &[JsStr<'_>],
        context: &mut Context,
    ) -> JsResult<bool> {
        let mut layout = None;
        if let Some(object) = value.as_object() {
            layout = self.layout(&object);
            if layout.is_none() {
                value = self.converted(value, &object, key, context)?;
            }
        } else if value.is_bigint() {
            let args = [value.to_object(context)?.into(), js_string!("toJSON").into(), value.clone()];
            let to_json = captured(context, |captured| &captured.reflect_get)?;
            let to_json = to_json.call(&JsValue::undefined(), &args, context)?;
            self.forget();
            if let Some(to_json) = to_json.as_callable() {
                value = to_json.call(&value, &[key.to_value()], context)?;
            }
        }
        if let Some(replacer) = &self.replacer {
            let args = [key.to_value(), value];
            value = replacer.call(&holder.clone().into(), &args, context)?;
            self.forget();
            layout = None;
        }
        if let Some(object) = value.as_object() {
            if layout.is_some() || plain::is_plain(&object) {
                self.push_all(prefix);
                return self.container(&object, layout, context).map(|()| true);
            }
            match self.unwrapped(&object, context)? {
                Unwrapped::Value(inner) => value = inner,
                Unwrapped::Raw(text) => {
                    self.push_all(prefix);
                    self.result.push(text.as_str());
                    return Ok(true);
                }
                Unwrapped::Object => {
                    if object.is_callable() {
                        return Ok(false);
                    }
                    self.push_all(prefix);
                    return self.container(&object, None, context).map(|()| true);
                }
            }
        }
        if value.is_undefined() || value.is_symbol() {
            return Ok(false);
        }
        if value.is_bigint() {
            return Err(JsNativeError::typ().with_message("cannot serialize bigint to JSON").into());
        }
        self.push_all(prefix);
        if let Some(number) = value.as_number() {
            if number.is_finite() {
                push_number(&mut self.result, number);
            } else {
                self.result.push(JsStr::latin1(b"null"));
            }
        } else if let Some(text) = value.as_string() {
            quote(&mut self.result, text.as_str());
        } else {
            self.result.push(JsStr::latin1(match value.as_boolean() {
                Some(true) => b"true",
                Some(false) => b"false",
                None => b"null",
            }));
        }
        Ok(true)
    }

    fn push_all(&mut self, parts: &[JsStr<'_>]) {
        for part in parts {
            self.result.push(*part);
        }
    }

    /// Code of the handler may have run.
    fn forget(&mut self) {
        self.layouts.clear();
    }

    /// What `toJSON` makes of the value, if there is one.
    fn converted(&mut self, value: JsValue, object: &JsObject, key: &Key, context: &mut Context) -> JsResult<JsValue> {
        let to_json = match plain::find(object, &self.to_json) {
            Found::Value(to_json) => to_json,
            Found::Missing => return Ok(value),
            Found::Unknown => {
                self.forget();
                object.get(self.to_json.clone(), context)?
            }
        };
        let Some(to_json) = to_json.as_callable() else { return Ok(value) };
        self.forget();
        to_json.call(&value, &[key.to_value()], context)
    }

    /// What an object stands for that is neither plain nor an array.
    fn unwrapped(&mut self, object: &JsObject, context: &mut Context) -> JsResult<Unwrapped> {
        let value = JsValue::from(object.clone());
        if object.is::<f64>() {
            self.forget();
            return Ok(Unwrapped::Value(value.to_number(context)?.into()));
        }
        if object.is::<JsString>() {
            self.forget();
            return Ok(Unwrapped::Value(value.to_string(context)?.into()));
        }
        if let Some(inner) = object.downcast_ref::<bool>() {
            return Ok(Unwrapped::Value((*inner).into()));
        }
        if let Some(inner) = object.downcast_ref::<JsBigInt>() {
            return Ok(Unwrapped::Value(inner.clone().into()));
        }
        if captured(context, |captured| &captured.is_raw_json)?
            .call(&JsValue::undefined(), &[value], context)?
            .to_boolean()
        {
            let text = object.get(js_string!("rawJSON"), context)?;
            return Ok(text.as_string().map_or(Unwrapped::Object, Unwrapped::Raw));
        }
        Ok(Unwrapped::Object)
    }

    /// An object or array, with all that is in it.
    fn container(&mut self, object: &JsObject, layout: Option<Rc<Layout>>, context: &mut Context) -> JsResult<()> {
        if self.stack.iter().any(|outer| JsObject::equals(outer, object)) {
            return Err(JsNativeError::typ().with_message("cyclic object value").into());
        }
        self.stack.push(object.clone());
        let outer_line = self.line.clone();
        if !self.gap.is_empty() {
            self.line = js_string!(&self.line, &self.gap);
        }
        if is_array(object, context)? {
            self.array(object, &outer_line, context)?;
        } else {
            self.object(object, layout, &outer_line, context)?;
        }
        self.line = outer_line;
        self.stack.pop();
        Ok(())
    }

    fn array(&mut self, array: &JsObject, outer_line: &JsString, context: &mut Context) -> JsResult<()> {
        let is_plain = array.is_array();
        if !is_plain {
            self.forget();
        }
        let length = length_of(array, context)?;
        let line = self.line.clone();
        self.result.push_unit(u16::from(b'['));
        for index in 0..length {
            let value = match element(array, index).filter(|_| is_plain) {
                Some(value) => value,
                None => {
                    self.forget();
                    array.get(index, context)?
                }
            };
            let comma = JsStr::latin1(if index > 0 { b"," } else { b"" });
            let line = if self.gap.is_empty() { JsStr::EMPTY } else { line.as_str() };
            let prefix = [comma, line];
            if !self.property(&Key::Index(index), array, value, &prefix, context)? {
                self.push_all(&prefix);
                self.result.push(JsStr::latin1(b"null"));
            }
        }
        if length > 0 && !self.gap.is_empty() {
            self.result.push(outer_line.as_str());
        }
        self.result.push_unit(u16::from(b']'));
        Ok(())
    }

    fn object(
        &mut self,
        object: &JsObject,
        layout: Option<Rc<Layout>>,
        outer_line: &JsString,
        context: &mut Context,
    ) -> JsResult<()> {
        let line = self.line.clone();
        let mut empty = true;
        self.result.push_unit(u16::from(b'{'));
        let layout =
            layout.filter(|_| object.is_ordinary() && object.borrow().properties().index_property_keys().len() == 0);
        let members = match layout {
            Some(layout) => Members::Shared(layout),
            None => Members::Own(self.own_members(object, context)?),
        };
        let is_plain = object.is_ordinary();
        for member in members.iter() {
            let value = plain::own_value(object, &member.key).filter(|_| is_plain);
            let value = match value {
                Some(value) => value,
                None => {
                    self.forget();
                    object.get(member.key.clone(), context)?
                }
            };
            let comma = JsStr::latin1(if empty { b"" } else { b"," });
            let (line, space) =
                if self.gap.is_empty() { (JsStr::EMPTY, JsStr::EMPTY) } else { (line.as_str(), JsStr::latin1(b" ")) };
            let prefix = [comma, line, member.quoted.as_str(), space];
            empty &= !self.property(&Key::Name(member.name.clone()), object, value, &prefix, context)?;
        }
        if !empty && !self.gap.is_empty() {
            self.result.push(outer_line.as_str());
        }
        self.result.push_unit(u16::from(b'}'));
        Ok(())
    }

    /// What is known of all objects of this one's shape; `None` if it has a `toJSON`, or if to find out could run code.
    fn layout(&mut self, object: &JsObject) -> Option<Rc<Layout>> {
        if !plain::is_plain(object) {
            return None;
        }
        let shape = object.borrow().shape().to_addr_usize();
        if let Some(layout) = self.layouts.iter().find(|layout| layout.shape == shape) {
            return Some(layout.clone());
        }
        if !matches!(plain::find(object, &self.to_json), Found::Missing) {
            return None;
        }
        let members = if object.is_array() { Box::default() } else { named_members(object) };
        let layout = Rc::new(Layout { shape, members });
        if self.layouts.len() == LAYOUTS {
            self.layouts.remove(0);
        }
        self.layouts.push(layout.clone());
        Some(layout)
    }

    /// `EnumerableOwnProperties` of any object, names only.
    fn own_members(&mut self, object: &JsObject, context: &mut Context) -> JsResult<Vec<Member>> {
        let is_plain = plain::is_plain(object);
        if !is_plain {
            self.forget();
        }
        let mut members = Vec::new();
        for key in object.own_property_keys(context)? {
            if matches!(key, PropertyKey::Symbol(_)) {
                continue;
            }
            let enumerable = if is_plain {
                object.borrow().properties().get(&key).is_some_and(|property| property.enumerable() == Some(true))
            } else {
                own_enumerable(object, &key, context)?
            };
            if enumerable {
                members.extend(Member::new(key));
            }
        }
        Ok(members)
    }
}

enum Unwrapped {
    Value(JsValue),
    Raw(JsString),
    Object,
}

enum Members {
    Shared(Rc<Layout>),
    Own(Vec<Member>),
}

impl Members {
    fn iter(&self) -> std::slice::Iter<'_, Member> {
        match self {
            Self::Shared(layout) => layout.members.iter(),
            Self::Own(members) => members.iter(),
        }
    }
}

impl Member {
    /// `None` for a symbol.
    fn new(key: PropertyKey) -> Option<Self> {
        let name = match &key {
            PropertyKey::String(name) => name.clone(),
            PropertyKey::Index(index) => JsString::from(index.get()),
            PropertyKey::Symbol(_) => return None,
        };
        let mut quoted = Builder::with_capacity(name.len() + 3, name.as_str());
        quote(&mut quoted, name.as_str());
        quoted.push_unit(u16::from(b':'));
        Some(Self { key, name, quoted: quoted.build() })
    }
}

/// The enumerable properties of a plain object that have names and not numbers.
fn named_members(object: &JsObject) -> Box<[Member]> {
    let object = object.borrow();
    let keys = object.shape().keys().into_iter();
    let enumerable =
        keys.filter(|key| object.properties().get(key).is_some_and(|property| property.enumerable() == Some(true)));
    enumerable.filter_map(Member::new).collect()
}

/// `IsArray`, which sees through proxies.
pub fn is_array(object: &JsObject, context: &mut Context) -> JsResult<bool> {
    if JsProxy::from_object(object.clone()).is_err() {
        return Ok(object.is_array());
    }
    let is_array = captured(context, |captured| &captured.is_array)?;
    Ok(is_array.call(&JsValue::undefined(), &[object.clone().into()], context)?.to_boolean())
}

/// `[[Delete]]`: that a property cannot be deleted is no error.
pub fn delete_property(object: &JsObject, key: &PropertyKey, context: &mut Context) -> JsResult<()> {
    let delete = captured(context, |captured| &captured.delete_property)?;
    delete.call(&JsValue::undefined(), &[object.clone().into(), key.into()], context).map(drop)
}

/// Whether an object of any kind has an own property that is enumerable.
pub fn own_enumerable(object: &JsObject, key: &PropertyKey, context: &mut Context) -> JsResult<bool> {
    let reflect = captured(context, |captured| &captured.own_descriptor)?;
    let descriptor = reflect.call(&JsValue::undefined(), &[object.clone().into(), key.into()], context)?;
    let Some(descriptor) = descriptor.as_object() else { return Ok(false) };
    Ok(descriptor.get(js_string!("enumerable"), context)?.to_boolean())
}

fn captured(context: &Context, which: fn(&Captured) -> &JsFunction) -> JsResult<JsFunction> {
    let captured = context.get_data::<Captured>().ok_or_else(|| super::missing("captured functions"))?;
    Ok(which(captured).clone())
}

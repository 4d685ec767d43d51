//! Option objects: plain objects whose unknown fields are refused by name.

use js_sys::{Array, Function, JsString, Reflect};
use nexus_core::value::Path;
use nexus_core::{Error, ErrorCode};
use wasm_bindgen::prelude::*;

use super::Failure;
use super::value::string_from_js;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn keys(object: &JsValue) -> Result<Array, JsValue>;
}

/// The fields of an option object.
pub struct Fields {
    object: JsValue,
    /// What the object is, for messages: `the run's options`.
    what: &'static str,
}

impl Fields {
    /// Opens an option object; `undefined` is an empty one.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is no object or has a field that is not among `known`.
    pub fn open(object: &JsValue, what: &'static str, known: &[&str]) -> Result<Self, Failure> {
        let fields = Self::open_any(object, what)?;
        if !object.is_undefined() {
            for key in keys(object)? {
                let key = key.as_string().unwrap_or_default();
                if !known.contains(&key.as_str()) {
                    let known = known.join(", ");
                    return Err(Error::invalid_argument(format!("{what} has no field {key:?}; it has {known}")).into());
                }
            }
        }
        Ok(fields)
    }

    /// Opens an object that may have fields of the embedder's own.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` if it is no object.
    pub fn open_any(object: &JsValue, what: &'static str) -> Result<Self, Failure> {
        if !object.is_undefined() && (!object.is_object() || Array::is_array(object)) {
            return Err(Error::invalid_argument(format!("{what} has to be an object")).into());
        }
        Ok(Self { object: object.clone(), what })
    }

    /// The object itself.
    #[must_use]
    pub const fn object(&self) -> &JsValue {
        &self.object
    }

    /// A field; `undefined` if it is not there.
    pub fn get(&self, name: &str) -> Result<JsValue, Failure> {
        if self.object.is_undefined() {
            return Ok(JsValue::UNDEFINED);
        }
        Ok(Reflect::get(&self.object, &name.into())?)
    }

    /// A text that has to be there.
    pub fn text(&self, name: &str) -> Result<String, Failure> {
        match self.get(name)?.dyn_ref::<JsString>() {
            Some(text) => Ok(string_from_js(text, &Path::root())?),
            None => Err(self.wrong(name, "a string")),
        }
    }

    /// A function, if it is there.
    pub fn function(&self, name: &str) -> Result<Option<Function>, Failure> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        value.dyn_into().map(Some).map_err(|_| self.wrong(name, "a function"))
    }

    /// A list, if it is there.
    pub fn array(&self, name: &str) -> Result<Option<Array>, Failure> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        value.dyn_into().map(Some).map_err(|_| self.wrong(name, "an array"))
    }

    /// A list of texts, if it is there.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        self.array(name)?.map(|items| texts(&items, &format!("{}.{name}", self.what))).transpose()
    }

    /// True or false, if it is there.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        value.as_bool().map(Some).ok_or_else(|| self.wrong(name, "true or false"))
    }

    /// A whole number from `least` to `most`, if it is there.
    pub fn whole(&self, name: &str, least: u32, most: u32) -> Result<Option<u32>, Failure> {
        let value = self.get(name)?;
        if value.is_undefined() {
            return Ok(None);
        }
        match value.as_f64() {
            Some(number) if number.fract() == 0.0 && (f64::from(least)..=f64::from(most)).contains(&number) =>
            {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked by the range")]
                Ok(Some(number as u32))
            }
            _ => Err(self.wrong(name, &format!("a whole number from {least} to {most}"))),
        }
    }

    /// The error for a field that is not what it has to be.
    #[must_use]
    pub fn wrong(&self, name: &str, expected: &str) -> Failure {
        Error::new(ErrorCode::InvalidArgument, format!("{}.{name} has to be {expected}", self.what)).into()
    }
}

/// A list of texts.
///
/// # Errors
/// `INVALID_ARGUMENT` naming what is not text.
pub fn texts(items: &Array, what: &str) -> Result<Vec<String>, Failure> {
    let mut read = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match item.dyn_ref::<JsString>() {
            Some(text) => read.push(string_from_js(text, &Path::root())?),
            None => return Err(Error::invalid_argument(format!("{what}[{index}] has to be a string")).into()),
        }
    }
    Ok(read)
}

//! Whether anything of an expression has been changed that the standard's algorithms would look at.

use boa_engine::object::builtins::JsRegExp;
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsObject, JsResult, JsSymbol, js_string};

use crate::builtins::plain;

/// What `RegExp` and its prototype were before anything could change them.
pub struct Pristine {
    /// Shares the shape, and so the prototype and the own properties, of all expressions that nobody has changed.
    sample: JsObject,
    prototype: JsObject,
    constructor: JsObject,
    exec: JsObject,
    /// The getters of `flags` and of each flag.
    getters: Vec<(PropertyKey, JsObject)>,
    /// `RegExp.prototype[Symbol.match]`, by which expressions are told from other objects.
    r#match: JsObject,
    /// The getter of `RegExp[Symbol.species]`.
    species: JsObject,
}

impl Pristine {
    /// Takes down what there is, our `exec` included.
    ///
    /// # Errors
    /// A part is missing.
    pub fn new(context: &mut Context) -> JsResult<Self> {
        let intrinsic = context.intrinsics().constructors().regexp();
        let (prototype, constructor) = (intrinsic.prototype(), intrinsic.constructor());
        let names = [
            js_string!("flags"),
            js_string!("hasIndices"),
            js_string!("global"),
            js_string!("ignoreCase"),
            js_string!("multiline"),
            js_string!("dotAll"),
            js_string!("unicode"),
            js_string!("unicodeSets"),
            js_string!("sticky"),
        ];
        let getters = names.map(|name| {
            let key = PropertyKey::from(name);
            let getter = getter(&prototype, &key).ok_or_else(|| crate::builtins::missing(&key.to_string()))?;
            Ok((key, getter))
        });
        let species = getter(&constructor, &JsSymbol::species().into());
        Ok(Self {
            sample: JsRegExp::new(js_string!(), js_string!(), context)?.into(),
            exec: crate::builtins::original(&prototype, js_string!("exec"), context)?.into(),
            getters: getters.into_iter().collect::<JsResult<_>>()?,
            r#match: crate::builtins::original(&prototype, JsSymbol::r#match(), context)?.into(),
            species: species.ok_or_else(|| crate::builtins::missing("species"))?,
            prototype,
            constructor,
        })
    }

    /// Our `exec`.
    pub fn exec(&self) -> &JsObject {
        &self.exec
    }

    /// Whether matching an expression, and reading its flags, runs no code but ours and the engine's.
    pub fn is_unchanged(&self, regexp: &JsObject) -> bool {
        let has = |key: PropertyKey, value: &JsObject| self.has(&self.prototype, &key, value);
        regexp.borrow().shape().to_addr_usize() == self.sample.borrow().shape().to_addr_usize()
            && has(js_string!("exec").into(), &self.exec)
            && self
                .getters
                .iter()
                .all(|(key, known)| getter(&self.prototype, key).is_some_and(|getter| JsObject::equals(&getter, known)))
    }

    /// Whether another expression is made of an unchanged one as by `new RegExp(expression, flags)`.
    pub fn makes_its_like(&self) -> bool {
        self.has(&self.prototype, &js_string!("constructor").into(), &self.constructor)
            && self.has(&self.prototype, &JsSymbol::r#match().into(), &self.r#match)
            && getter(&self.constructor, &JsSymbol::species().into())
                .is_some_and(|getter| JsObject::equals(&getter, &self.species))
    }

    fn has(&self, holder: &JsObject, key: &PropertyKey, known: &JsObject) -> bool {
        plain::own_value(holder, key).and_then(|value| value.as_object()).is_some_and(|is| JsObject::equals(&is, known))
    }
}

fn getter(holder: &JsObject, key: &PropertyKey) -> Option<JsObject> {
    holder.borrow().properties().get(key)?.get()?.as_object()
}

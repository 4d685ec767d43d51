//! The state as a handler sees it: reads see own writes, and changes inside a value are recorded too.
//!
//! Each key has its value as data. When a handler reads an object, the value becomes a *tree* of JavaScript objects
//! that only proxies lead to; whatever a proxy changes marks the key as changed. Changed keys are turned back into data
//! when the segment ends: one mutation a key and segment for any number of changes inside it, standing where the first
//! of them was made.
//!
//! The members of a tree's objects are proxies themselves, so that reading takes no trap.

use std::rc::Rc;

use boa_engine::object::builtins::{JsArray, JsTypedArray};
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string};
use indexmap::IndexMap;
use nexus_core::capability::Scope;
use nexus_core::{CapabilityToken, Error, ErrorCode, Map, MutationOperation, StateMutation, Value};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::convert;
use crate::failure::{Failure, uncatchable};
use crate::run::{Run, SharedRun};

/// One key.
struct Slot {
    value: Value,
    /// The value as objects, once a handler has read it.
    tree: Option<Tree>,
    /// Where in the list of mutations the changes inside the tree are recorded.
    changed: Option<usize>,
}

/// The proxy of the whole value, and the tree's name: the key, in an allocation of its own by which trees of the same key
/// are told apart.
#[derive(Clone)]
struct Tree {
    proxy: JsObject,
    name: Rc<str>,
}

/// The state of a run.
pub struct State {
    slots: IndexMap<String, Slot, FxBuildHasher>,
    /// The objects behind proxies.
    targets: FxHashMap<JsObject, JsObject>,
    /// By object, the name of the tree that it belongs to.
    trees: FxHashMap<JsObject, Rc<str>>,
    /// The names of trees whose keys others changed while the run waited.
    outdated: Vec<Rc<str>>,
    mutations: Vec<StateMutation>,
}

impl State {
    /// The state a run starts with.
    pub fn new(snapshot: Map) -> Self {
        let slots = snapshot.into_iter().map(|(key, value)| (key, Slot { value, tree: None, changed: None })).collect();
        Self {
            slots,
            targets: FxHashMap::default(),
            trees: FxHashMap::default(),
            outdated: Vec::new(),
            mutations: Vec::new(),
        }
    }

    /// Whether the key is set.
    pub fn has(&self, key: &str) -> bool {
        self.slots.contains_key(key)
    }

    /// The object behind a proxy of a tree.
    pub fn target(&self, proxy: &JsObject) -> Option<JsObject> {
        self.targets.get(proxy).cloned()
    }

    /// The value of a key where it takes no more than a look: it is no object, or has been read already.
    pub fn ready(&self, key: &str) -> Option<JsValue> {
        match self.slots.get(key) {
            None => Some(JsValue::undefined()),
            Some(Slot { tree: Some(tree), .. }) => Some(tree.proxy.clone().into()),
            Some(slot) => match &slot.value {
                Value::Null => Some(JsValue::null()),
                Value::Bool(bool) => Some((*bool).into()),
                Value::Number(number) => Some((*number).into()),
                _ => None,
            },
        }
    }

    /// The keys, in the order in which they were set.
    pub fn keys(&self) -> Vec<String> {
        self.slots.keys().cloned().collect()
    }

    /// Takes over what others changed, without recording it.
    pub fn apply(&mut self, mutations: Vec<StateMutation>) {
        for mutation in mutations {
            let tree = self.slots.get(&mutation.key).and_then(|slot| slot.tree.as_ref());
            self.outdated.extend(tree.map(|tree| tree.name.clone()));
            match mutation.operation {
                MutationOperation::Set => self.put(mutation.key, mutation.value),
                MutationOperation::Delete => {
                    self.slots.shift_remove(&mutation.key);
                }
            }
        }
    }

    /// Moves the recorded mutations to the end of `told`. Changes inside values are among them once [`settle`] has turned
    /// them into data; where that was not possible any more they are left out, rather than told without their value.
    ///
    /// At every moment the mutations stand in one place or the other: the run may be stopped in the middle.
    pub fn move_mutations(&mut self, told: &mut Vec<StateMutation>) {
        let unsettled: Vec<usize> = self.slots.values().filter_map(|slot| slot.changed).collect();
        if !unsettled.is_empty() {
            let mut index = 0..;
            self.mutations.retain(|_| index.next().is_none_or(|index| !unsettled.contains(&index)));
            self.slots.values_mut().for_each(|slot| slot.changed = None);
        }
        if told.is_empty() {
            std::mem::swap(told, &mut self.mutations);
        } else {
            told.append(&mut self.mutations);
        }
    }

    fn put(&mut self, key: String, value: Value) {
        // A key that is set again keeps its place, as members of an object do.
        self.slots.insert(key, Slot { value, tree: None, changed: None });
    }

    fn record(&mut self, key: &str, value: Value, operation: MutationOperation) {
        self.mutations.push(StateMutation { key: key.to_owned(), value, operation });
    }
}

/// The value of a key; `undefined` if it is not set.
///
/// # Errors
/// What the engine says when it has no room.
pub fn read(key: &str, context: &mut Context) -> JsResult<JsValue> {
    let run = Run::of(context);
    if let Some(value) = run.borrow().state.ready(key) {
        return Ok(value);
    }
    let value = run.borrow().state.slots.get(key).map(|slot| slot.value.clone()).unwrap_or_default();
    if !matches!(value, Value::Array(_) | Value::Object(_)) {
        return convert::from_value(&value, context);
    }
    let name = Rc::from(key);
    let proxy = plant(&value, &name, &run, context)?;
    if let Some(slot) = run.borrow_mut().state.slots.get_mut(key) {
        slot.tree = proxy.as_object().map(|proxy| Tree { proxy, name });
    }
    Ok(proxy)
}

/// Sets a key and records it.
///
/// # Errors
/// `RESOURCE_LIMIT` past the limit of mutations.
pub fn write(key: &str, value: Value, context: &mut Context) -> Result<(), Failure> {
    let run = Run::of(context);
    settle_key(key, &run, context)?;
    let mut run = run.borrow_mut();
    run.count_mutation()?;
    run.state.record(key, value.clone(), MutationOperation::Set);
    run.state.put(key.to_owned(), value);
    Ok(())
}

/// Deletes a key, and records it if it was set. Answers whether it was.
///
/// # Errors
/// `RESOURCE_LIMIT` past the limit of mutations.
pub fn delete(key: &str, context: &mut Context) -> Result<bool, Failure> {
    let run = Run::of(context);
    settle_key(key, &run, context)?;
    let mut run = run.borrow_mut();
    if run.state.slots.shift_remove(key).is_none() {
        return Ok(false);
    }
    run.count_mutation()?;
    run.state.record(key, Value::Null, MutationOperation::Delete);
    Ok(true)
}

/// Turns every tree with changes back into data, so that the mutations tell them.
///
/// # Errors
/// `RESOURCE_LIMIT` for a value that grew too deep or too large.
pub fn settle(context: &mut Context) -> Result<(), Failure> {
    let run = Run::of(context);
    let changed: Vec<String> = {
        let run = run.borrow();
        run.state.slots.iter().filter(|(_, slot)| slot.changed.is_some()).map(|(key, _)| key.clone()).collect()
    };
    changed.iter().try_for_each(|key| settle_key(key, &run, context))
}

fn settle_key(key: &str, run: &SharedRun, context: &mut Context) -> Result<(), Failure> {
    let (tree, index) = match run.borrow().state.slots.get(key) {
        Some(Slot { tree: Some(tree), changed: Some(index), .. }) => (tree.proxy.clone(), *index),
        _ => return Ok(()),
    };
    let value = convert::own_data(&tree.into(), context)?;
    let mut run = run.borrow_mut();
    if let Some(mutation) = run.state.mutations.get_mut(index) {
        mutation.value = value.clone();
    }
    if let Some(slot) = run.state.slots.get_mut(key) {
        // Only now, for the run may be stopped before.
        slot.changed = None;
        slot.value = value;
    }
    Ok(())
}

fn is_bytes(object: &JsObject) -> bool {
    JsTypedArray::from_object(object.clone()).is_ok()
}

/// Data as part of the tree called `name`: an object is answered as its proxy, which hands out the same one each time.
fn plant(value: &Value, name: &Rc<str>, run: &SharedRun, context: &mut Context) -> JsResult<JsValue> {
    let target: JsObject = match value {
        Value::Array(items) => {
            let items = items.iter().map(|item| plant(item, name, run, context)).collect::<JsResult<Vec<_>>>()?;
            JsArray::from_iter(items, context).into()
        }
        Value::Object(map) => {
            let object = JsObject::with_object_proto(context.intrinsics());
            for (key, member) in map {
                let member = plant(member, name, run, context)?;
                convert::define(&object, JsString::from(key.as_str()), member, true);
            }
            object
        }
        Value::Bytes(_) => {
            hand_out_copies(context)?;
            return convert::from_value(value, context);
        }
        _ => return convert::from_value(value, context),
    };
    let constructor = context.intrinsics().constructors().proxy().constructor();
    let args = [target.clone().into(), handler(context)?.into()];
    let proxy = constructor.construct(&args, None, context)?;
    let state = &mut run.borrow_mut().state;
    state.trees.insert(target.clone(), name.clone());
    state.targets.insert(proxy.clone(), target);
    Ok(proxy.into())
}

fn handler(context: &Context) -> JsResult<JsObject> {
    let handler = context.get_data::<TreeHandler>().map(|handler| handler.0.clone());
    handler.ok_or_else(|| JsNativeError::typ().with_message("the state is not installed").into())
}

/// The traps that all proxies of trees share.
struct TreeHandler(JsObject);

/// Prepares the traps of trees. Once, at boot.
///
/// # Errors
/// What the engine says.
pub fn install(context: &mut Context) -> JsResult<()> {
    let handler = JsObject::with_null_proto();
    let traps: [(&str, Trap); 5] = [
        ("set", set_trap),
        ("deleteProperty", delete_trap),
        ("defineProperty", define_trap),
        ("setPrototypeOf", refuse_trap),
        ("preventExtensions", refuse_trap),
    ];
    add_traps(&handler, &traps, context);
    context.insert_data(TreeHandler(handler));
    Ok(())
}

type Trap = boa_engine::native_function::NativeFunctionPointer;

fn add_traps(handler: &JsObject, traps: &[(&str, Trap)], context: &mut Context) {
    for (name, trap) in traps {
        let function = NativeFunction::from_fn_ptr(*trap).to_js_function(context.realm());
        convert::define(handler, JsString::from(*name), function.into(), true);
    }
}

/// From now on, the proxies hand out bytes as a copy: assigning them back is how they change. Nobody else needs a trap for
/// reading.
fn hand_out_copies(context: &mut Context) -> JsResult<()> {
    let handler = handler(context)?;
    if !handler.borrow().properties().contains_key(&js_string!("get").into()) {
        add_traps(&handler, &[("get", get_trap), ("getOwnPropertyDescriptor", descriptor_trap)], context);
    }
    Ok(())
}

/// Target and key of a trap's call.
fn target_and_key(args: &[JsValue], context: &mut Context) -> JsResult<(JsObject, PropertyKey)> {
    let target = args.get_or_undefined(0).as_object();
    let target = target.ok_or_else(|| JsNativeError::typ().with_message("a trap without a target"))?;
    Ok((target, args.get_or_undefined(1).to_property_key(context)?))
}

fn get_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (target, key) = target_and_key(args, context)?;
    let value = target.get(key, context)?;
    handed_out(value, context)
}

/// A member of a tree as handlers get it: bytes as a copy, all else as it is.
fn handed_out(value: JsValue, context: &mut Context) -> JsResult<JsValue> {
    if !value.as_object().is_some_and(|object| is_bytes(&object)) {
        return Ok(value);
    }
    let copy = convert::own_data(&value, context).map_err(|failure| failure.into_js(context))?;
    convert::from_value(&copy, context)
}

fn set_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (target, key) = target_and_key(args, context)?;
    change(&target, &key, args.get_or_undefined(2), context).map_err(|failure| failure.into_js(context))?;
    Ok(true.into())
}

/// Writes a copy of `value` into a tree: what is no data is refused here, at the line that writes it.
fn change(target: &JsObject, key: &PropertyKey, value: &JsValue, context: &mut Context) -> Result<(), Failure> {
    if matches!(key, PropertyKey::Symbol(_)) {
        return Err(Error::invalid_argument("a key of the state has to be a string, not a symbol").into());
    }
    let data = convert::to_optional_value(value, context)?;
    touch(target, context)?;
    match data {
        Some(data) => {
            let run = Run::of(context);
            let name = run.borrow().state.trees.get(target).cloned().unwrap_or_default();
            let copy = plant(&data, &name, &run, context)?;
            target.set(key.clone(), copy, true, context)?;
        }
        None if target.is_array() => {
            target.set(key.clone(), JsValue::null(), true, context)?;
        }
        None => {
            target.delete_property_or_throw(key.clone(), context)?;
        }
    }
    Ok(())
}

fn delete_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (target, key) = target_and_key(args, context)?;
    if target.has_own_property(key.clone(), context)? {
        touch(&target, context).map_err(|failure| failure.into_js(context))?;
        target.delete_property_or_throw(key, context)?;
    }
    Ok(true.into())
}

fn define_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (target, key) = target_and_key(args, context)?;
    match data_of_descriptor(args.get_or_undefined(2), context)? {
        Some(value) => {
            change(&target, &key, &value, context).map_err(|failure| failure.into_js(context))?;
            Ok(true.into())
        }
        None => Ok(false.into()),
    }
}

/// The value of a descriptor that `Object.defineProperty` was given; `None` for accessors, which are no data.
pub fn data_of_descriptor(descriptor: &JsValue, context: &mut Context) -> JsResult<Option<JsValue>> {
    let Some(descriptor) = descriptor.as_object() else { return Ok(None) };
    if !descriptor.has_property(js_string!("value"), context)? {
        return Ok(None);
    }
    descriptor.get(js_string!("value"), context).map(Some)
}

fn descriptor_trap(_: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (target, key) = target_and_key(args, context)?;
    let Some(property) = target.borrow().properties().get(&key) else { return Ok(JsValue::undefined()) };
    let value = handed_out(property.value().cloned().unwrap_or_default(), context)?;
    descriptor(value, property.enumerable() == Some(true), property.configurable() == Some(true), context)
}

/// A descriptor object for a writable data property.
pub fn descriptor(value: JsValue, enumerable: bool, configurable: bool, context: &mut Context) -> JsResult<JsValue> {
    let descriptor = JsObject::with_object_proto(context.intrinsics());
    descriptor.create_data_property_or_throw(js_string!("value"), value, context)?;
    descriptor.create_data_property_or_throw(js_string!("writable"), true, context)?;
    descriptor.create_data_property_or_throw(js_string!("enumerable"), enumerable, context)?;
    descriptor.create_data_property_or_throw(js_string!("configurable"), configurable, context)?;
    Ok(descriptor.into())
}

/// Says no: the engine throws a `TypeError` for it in strict code.
pub fn refuse_trap(_: &JsValue, _: &[JsValue], _: &mut Context) -> JsResult<JsValue> {
    Ok(false.into())
}

/// Checks that the key to which an object of a tree belongs may be written, and marks it as changed. An object whose key the
/// handler has set anew since belongs to nothing any more and is the handler's own; one whose key others have changed cannot be
/// written, for the change would be lost without a word.
fn touch(target: &JsObject, context: &mut Context) -> Result<(), Failure> {
    const OPERATION: &str = "state.set";
    let run = Run::of(context);
    let mut run = run.borrow_mut();
    if run.stopped().is_some() {
        return Err(Failure::Thrown(uncatchable()));
    }
    let Some(key) = run.state.trees.get(target).cloned() else { return Ok(()) };
    let is_its = |slot: &&Slot| slot.tree.as_ref().is_some_and(|tree| Rc::ptr_eq(&tree.name, &key));
    let Some(slot) = run.state.slots.get(&*key).filter(is_its) else {
        if run.state.outdated.iter().any(|name| Rc::ptr_eq(name, &key)) {
            let why = format!("others changed {key} since this was read: read it from $state again");
            return Err(Error::new(ErrorCode::StateError, why).into());
        }
        return Ok(());
    };
    let first = slot.changed.is_none();
    if first {
        run.count_host_call(OPERATION)?;
    }
    if !run.checker.can_write_state(&key) {
        let required = CapabilityToken::StateWrite(Scope::Name(key.to_string())).to_string();
        run.record_denial(OPERATION, required.clone());
        return Err(Error::permission_denied(&required).into());
    }
    if first {
        run.count_mutation()?;
        let index = run.state.mutations.len();
        run.state.record(&key, Value::Null, MutationOperation::Set);
        if let Some(slot) = run.state.slots.get_mut(&*key) {
            slot.changed = Some(index);
        }
    }
    Ok(())
}

//! The state as a handler sees it: reads see own writes, and changes inside a value are recorded too.
//!
//! Each key has its value as data. When a handler reads an object, the value becomes a *tree* of JavaScript objects
//! that only proxies lead to; whatever a proxy changes marks the key as changed. Changed keys are turned back into data
//! when the segment ends: one mutation a key and segment for any number of changes inside it, standing where the first
//! of them was made.

use std::collections::HashMap;
use std::rc::Rc;

use boa_engine::object::builtins::JsTypedArray;
use boa_engine::property::PropertyKey;
use boa_engine::{Context, JsArgs, JsNativeError, JsObject, JsResult, JsString, JsValue, NativeFunction, js_string};
use indexmap::IndexMap;
use nexus_core::capability::Scope;
use nexus_core::{CapabilityToken, Error, Map, MutationOperation, StateMutation, Value};

use crate::convert;
use crate::failure::{Failure, uncatchable};
use crate::run::{Run, SharedRun};

/// One key.
struct Slot {
    value: Value,
    /// The value as objects, once a handler has read it.
    tree: Option<JsObject>,
    /// Where in the list of mutations the changes inside the tree are recorded.
    changed: Option<usize>,
}

/// Where an object of a tree belongs.
#[derive(Clone)]
struct Node {
    proxy: JsObject,
    key: Rc<str>,
    root: JsObject,
}

/// The state of a run.
pub struct State {
    slots: IndexMap<String, Slot>,
    nodes: HashMap<JsObject, Node>,
    mutations: Vec<StateMutation>,
}

impl State {
    /// The state a run starts with.
    pub fn new(snapshot: Map) -> Self {
        let slots = snapshot.into_iter().map(|(key, value)| (key, Slot { value, tree: None, changed: None })).collect();
        Self { slots, nodes: HashMap::new(), mutations: Vec::new() }
    }

    /// Whether the key is set.
    pub fn has(&self, key: &str) -> bool {
        self.slots.contains_key(key)
    }

    /// The keys, in the order in which they were set.
    pub fn keys(&self) -> Vec<String> {
        self.slots.keys().cloned().collect()
    }

    /// Takes over what others changed, without recording it.
    pub fn apply(&mut self, mutations: Vec<StateMutation>) {
        for mutation in mutations {
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
    let (value, tree) = match run.borrow().state.slots.get(key) {
        None => return Ok(JsValue::undefined()),
        Some(Slot { tree: Some(tree), .. }) => (None, Some(tree.clone())),
        Some(slot) => (Some(slot.value.clone()), None),
    };
    if let Some(tree) = tree {
        return wrap(&tree, &Rc::from(key), &tree, context);
    }
    let value = convert::from_value(&value.unwrap_or_default(), context)?;
    let Some(root) = value.as_object().filter(|object| !is_bytes(object)) else { return Ok(value) };
    if let Some(slot) = run.borrow_mut().state.slots.get_mut(key) {
        slot.tree = Some(root.clone());
    }
    wrap(&root, &Rc::from(key), &root, context)
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
        Some(Slot { tree: Some(tree), changed: Some(index), .. }) => (tree.clone(), *index),
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

/// The proxy that stands for an object of a tree; always the same one. Bytes are handed out as a copy: assigning them
/// back is how they change.
fn wrap(object: &JsObject, key: &Rc<str>, root: &JsObject, context: &mut Context) -> JsResult<JsValue> {
    if is_bytes(object) {
        let copy = convert::own_data(&object.clone().into(), context).map_err(|failure| failure.into_js(context))?;
        return convert::from_value(&copy, context);
    }
    let run = Run::of(context);
    if let Some(node) = run.borrow().state.nodes.get(object) {
        return Ok(node.proxy.clone().into());
    }
    let handler = context.get_data::<TreeHandler>().map(|handler| handler.0.clone());
    let handler = handler.ok_or_else(|| JsNativeError::typ().with_message("the state is not installed"))?;
    let constructor = context.intrinsics().constructors().proxy().constructor();
    let proxy = constructor.construct(&[object.clone().into(), handler.into()], None, context)?;
    let node = Node { proxy: proxy.clone(), key: key.clone(), root: root.clone() };
    run.borrow_mut().state.nodes.insert(object.clone(), node);
    Ok(proxy.into())
}

/// The traps that all proxies of trees share.
struct TreeHandler(JsObject);

/// Prepares the traps of trees. Once, at boot.
///
/// # Errors
/// What the engine says.
pub fn install(context: &mut Context) -> JsResult<()> {
    let traps: [(&str, boa_engine::native_function::NativeFunctionPointer); 7] = [
        ("get", get_trap),
        ("set", set_trap),
        ("deleteProperty", delete_trap),
        ("defineProperty", define_trap),
        ("getOwnPropertyDescriptor", descriptor_trap),
        ("setPrototypeOf", refuse_trap),
        ("preventExtensions", refuse_trap),
    ];
    let handler = JsObject::with_null_proto();
    for (name, trap) in traps {
        let function = NativeFunction::from_fn_ptr(trap).to_js_function(context.realm());
        handler.create_data_property_or_throw(JsString::from(name), function, context)?;
    }
    context.insert_data(TreeHandler(handler));
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
    let value = target.get(key.clone(), context)?;
    match value.as_object() {
        Some(member) if target.has_own_property(key, context)? => wrap_member(&target, &member, context),
        _ => Ok(value),
    }
}

fn wrap_member(target: &JsObject, member: &JsObject, context: &mut Context) -> JsResult<JsValue> {
    let node = Run::of(context).borrow().state.nodes.get(target).cloned();
    match node {
        Some(node) => wrap(member, &node.key, &node.root, context),
        None => Ok(member.clone().into()),
    }
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
            let copy = convert::from_value(&data, context)?;
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
    let mut value = property.value().cloned().unwrap_or_default();
    if let Some(member) = value.as_object() {
        value = wrap_member(&target, &member, context)?;
    }
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

/// Checks that the key to which an object of a tree belongs may be written, and marks it as changed. An object whose key
/// has been set anew since belongs to nothing any more and is the handler's own.
fn touch(target: &JsObject, context: &mut Context) -> Result<(), Failure> {
    const OPERATION: &str = "state.set";
    let run = Run::of(context);
    let mut run = run.borrow_mut();
    if run.stopped().is_some() {
        return Err(Failure::Thrown(uncatchable()));
    }
    let Some(Node { key, root, .. }) = run.state.nodes.get(target).cloned() else { return Ok(()) };
    let Some(slot) = run.state.slots.get(&*key).filter(|slot| slot.tree.as_ref() == Some(&root)) else { return Ok(()) };
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

//! The handler's globals: what their members are, and what using them needs.

use nexus_core::CapabilityToken;
use nexus_core::capability::Scope;

use super::Inference;
use super::value::{Names, Referent, StateMethod, Value};

fn state_method(name: &Scope) -> Option<StateMethod> {
    let Scope::Name(name) = name else { return None };
    Some(match name.as_str() {
        "get" => StateMethod::Get,
        "set" => StateMethod::Set,
        "delete" => StateMethod::Delete,
        "has" => StateMethod::Has,
        "keys" => StateMethod::Keys,
        "update" => StateMethod::Update,
        _ => return None,
    })
}

/// What a method of an array, called on a value from the state, answers.
enum Answer {
    /// Nothing of the state.
    Other,
    Element,
    /// The array itself.
    Receiver,
    /// A new array with some of the elements.
    Copy,
}

fn array_method_answer(name: &str) -> Answer {
    match name {
        "at" | "find" | "findLast" | "pop" | "shift" => Answer::Element,
        "copyWithin" | "fill" | "reverse" | "sort" => Answer::Receiver,
        "concat" | "entries" | "filter" | "flat" | "slice" | "splice" | "toReversed" | "toSorted" | "toSpliced"
        | "values" | "with" => Answer::Copy,
        _ => Answer::Other,
    }
}

fn changes_array(name: &str) -> bool {
    matches!(name, "copyWithin" | "fill" | "pop" | "push" | "reverse" | "shift" | "sort" | "splice" | "unshift")
}

/// Which parameter of its callback an array method fills with an element.
fn element_parameter(name: &str) -> Option<usize> {
    match name {
        "every" | "filter" | "find" | "findIndex" | "findLast" | "findLastIndex" | "flatMap" | "forEach" | "map"
        | "some" => Some(0),
        "reduce" | "reduceRight" => Some(1),
        _ => None,
    }
}

/// A parameter of a callback and what it will hold.
pub(super) fn callback_parameter(receiver: &Value, methods: &Names) -> Option<(usize, Value)> {
    let index = methods.iter().find_map(|name| match name {
        Scope::Name(name) => element_parameter(name),
        Scope::Any => None,
    })?;
    let mut elements = Value::unknown();
    for referent in &receiver.referents {
        if let Referent::Stored(key) | Referent::Copy(key) = referent {
            elements.include(Referent::Stored(key.clone()).into());
        }
    }
    (!elements.referents.is_empty()).then_some((index, elements))
}

impl Inference<'_> {
    fn reads(&mut self, key: &Scope) {
        self.tokens.add(CapabilityToken::StateRead(key.clone()));
    }

    fn writes(&mut self, key: &Scope) {
        self.tokens.add(CapabilityToken::StateWrite(key.clone()));
    }

    /// What an identifier means that no scope declares.
    pub(super) fn global(name: &str) -> Value {
        Value::from(match name {
            "globalThis" => Referent::Global,
            "$state" => Referent::State,
            "$emit" => Referent::Emit,
            "$view" => Referent::View,
            "$ext" => Referent::Ext,
            "$host" => Referent::Host,
            _ => return Value::unknown(),
        })
    }

    /// Reads the members `names` of `object`.
    pub(super) fn member(&mut self, object: &Value, names: &Names) -> Value {
        let mut value = if object.unknown { Value::unknown() } else { Value::default() };
        let names = object.combinable(names);
        for referent in &object.referents {
            for name in names.iter() {
                value.include(self.member_of(referent, name));
            }
        }
        value
    }

    fn member_of(&mut self, object: &Referent, name: &Scope) -> Value {
        match (object, name) {
            (Referent::State, name) => {
                if let Some(method) = state_method(name) {
                    return Referent::StateMethod(method).into();
                }
                self.reads(name);
                Referent::Stored(name.clone()).into()
            }
            (Referent::Stored(key) | Referent::Copy(key), _) => Referent::Stored(key.clone()).into(),
            (Referent::Global, Scope::Name(name)) => Self::global(name),
            (Referent::Emit, Scope::Name(name)) if name == "toast" => Referent::Toast.into(),
            (Referent::View, Scope::Name(name)) => match name.as_str() {
                "setFilter" | "scrollTo" | "focus" | "command" | "getElementById" => Referent::ViewMethod.into(),
                _ => Value::unknown(),
            },
            (Referent::Ext, Scope::Name(name)) if matches!(name.as_str(), "exists" | "methods" | "list") => {
                Value::unknown()
            }
            (Referent::Ext, name) => Referent::Extension(name.clone()).into(),
            (Referent::Extension(extension), name) => Referent::ExtensionMethod(extension.clone(), name.clone()).into(),
            (Referent::Host, name) => Referent::HostFunction(name.clone()).into(),
            // A computed name, or `call`, `apply` and `bind` of a function, which may then be called with anything.
            (object, _) => {
                self.escape_of(object);
                Value::unknown()
            }
        }
    }

    /// Assigns to or deletes the members `names` of `object`.
    pub(super) fn write_member(&mut self, object: &Value, names: &Names) {
        for referent in &object.referents {
            match referent {
                Referent::State => {
                    names.iter().filter(|name| state_method(name).is_none()).for_each(|key| self.writes(key));
                }
                Referent::Stored(key) => self.writes(key),
                _ => {}
            }
        }
    }

    /// Asks whether `object` has the members `names`.
    pub(super) fn has_member(&mut self, object: &Value, names: &Names) {
        if object.referents.contains(&Referent::State) {
            names.iter().filter(|name| state_method(name).is_none()).for_each(|key| self.reads(key));
        }
    }

    /// Calls `function`, which was reached as a member `methods` of `receiver` if it was reached as a member; `names`
    /// is what the first argument may be.
    pub(super) fn apply(&mut self, function: &Value, receiver: &Value, methods: &Names, names: &Names) -> Value {
        let mut answer = Value::unknown();
        for referent in &function.referents {
            answer.include(self.apply_one(referent, names));
        }
        let methods = receiver.combinable(methods);
        for referent in &receiver.referents {
            for method in methods.iter() {
                answer.include(self.apply_array_method(referent, method));
            }
        }
        answer
    }

    fn apply_one(&mut self, function: &Referent, names: &Names) -> Value {
        let mut answer = Value::unknown();
        match function {
            Referent::StateMethod(StateMethod::Keys) => self.reads(&Scope::Any),
            Referent::StateMethod(method) => {
                for key in names {
                    if matches!(method, StateMethod::Get | StateMethod::Has | StateMethod::Update) {
                        self.reads(key);
                    }
                    if matches!(method, StateMethod::Set | StateMethod::Delete | StateMethod::Update) {
                        self.writes(key);
                    }
                    if *method == StateMethod::Get {
                        answer.include(Referent::Stored(key.clone()).into());
                    }
                }
            }
            Referent::Emit => names.iter().for_each(|name| self.tokens.add(CapabilityToken::EventsEmit(name.clone()))),
            Referent::ViewMethod => {
                names.iter().for_each(|id| self.tokens.add(CapabilityToken::ViewUpdate(id.clone())));
            }
            // To call one of these is all that can be done with it: what lets it escape lets it be called.
            Referent::Toast | Referent::ExtensionMethod(..) | Referent::HostFunction(_) => self.escape_of(function),
            _ => {}
        }
        answer
    }

    fn apply_array_method(&mut self, receiver: &Referent, method: &Scope) -> Value {
        let (Referent::Stored(key) | Referent::Copy(key)) = receiver else { return Value::unknown() };
        let changes = match method {
            Scope::Name(name) => changes_array(name),
            Scope::Any => true,
        };
        if changes && matches!(receiver, Referent::Stored(_)) {
            self.writes(key);
        }
        let Scope::Name(name) = method else { return Value::unknown() };
        match array_method_answer(name) {
            Answer::Other => Value::unknown(),
            Answer::Element => Referent::Stored(key.clone()).into(),
            Answer::Receiver => receiver.clone().into(),
            Answer::Copy => Referent::Copy(key.clone()).into(),
        }
    }

    /// Takes the elements of `value` one by one.
    pub(super) fn elements(&mut self, value: &Value) -> Value {
        self.taken_apart(value, Referent::Stored)
    }

    /// Copies the members of `value` into a new array or object.
    pub(super) fn copy(&mut self, value: &Value) -> Value {
        self.taken_apart(value, Referent::Copy)
    }

    fn taken_apart(&mut self, value: &Value, stored: fn(Scope) -> Referent) -> Value {
        let mut parts = Value::unknown();
        for referent in &value.referents {
            match referent {
                Referent::State => self.reads(&Scope::Any),
                Referent::Stored(key) | Referent::Copy(key) => {
                    parts.include(stored(key.clone()).into());
                }
                other => self.escape_of(other),
            }
        }
        parts
    }

    /// Hands `value` to where inference does not follow it.
    pub(super) fn escape(&mut self, value: &Value) {
        value.referents.iter().for_each(|referent| self.escape_of(referent));
    }

    fn escape_of(&mut self, referent: &Referent) {
        let token = match referent {
            Referent::State => {
                self.reads(&Scope::Any);
                CapabilityToken::StateWrite(Scope::Any)
            }
            Referent::StateMethod(StateMethod::Get | StateMethod::Has | StateMethod::Keys) => {
                CapabilityToken::StateRead(Scope::Any)
            }
            Referent::StateMethod(StateMethod::Set | StateMethod::Delete) => CapabilityToken::StateWrite(Scope::Any),
            Referent::StateMethod(StateMethod::Update) => {
                self.reads(&Scope::Any);
                CapabilityToken::StateWrite(Scope::Any)
            }
            Referent::Emit => CapabilityToken::EventsEmit(Scope::Any),
            Referent::Toast => CapabilityToken::EventsEmit(Scope::Name("toast".to_owned())),
            Referent::View | Referent::ViewMethod => CapabilityToken::ViewUpdate(Scope::Any),
            Referent::Ext => return self.tokens.add_extension(Scope::Any, Scope::Any),
            Referent::Extension(name) => return self.tokens.add_extension(name.clone(), Scope::Any),
            Referent::ExtensionMethod(name, method) => {
                return self.tokens.add_extension(name.clone(), method.clone());
            }
            Referent::Host => CapabilityToken::Host(Scope::Any),
            Referent::HostFunction(name) => CapabilityToken::Host(name.clone()),
            Referent::Global | Referent::Stored(_) | Referent::Copy(_) | Referent::Text(_) => return,
        };
        self.tokens.add(token);
    }
}

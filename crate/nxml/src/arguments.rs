//! What a tool is called with: by position or by name, made into the types that it declares.

use nexus_core::{Error, Map, Value};

use crate::panel::Tool;
use crate::suggest;

impl Tool {
    /// Makes what a caller gives into the tool's `$args`: a list by position, an object by name, `null` for nothing.
    /// Left out or `null`, an argument takes its default; one without a default that is not required is left out.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` with `context {tool, argument}` where one is missing, is not of its type, or is not declared;
    /// without `argument` for anything but a list or an object.
    pub fn arguments(&self, given: Value) -> Result<Map, Error> {
        let refuse = |argument: Option<&str>, message: String| {
            let argument = argument.map(|argument| ("argument", Value::from(argument)));
            let context = [("tool", Value::from(self.name.as_str()))].into_iter().chain(argument);
            Err(Error::invalid_argument(message).with_context(Value::object(context)))
        };
        let mut named = match given {
            Value::Null => Map::new(),
            Value::Object(members) => members,
            Value::Array(items) if items.len() > self.args.len() => {
                let (most, given) = (self.args.len(), items.len());
                return refuse(None, format!("{} takes {most} arguments, not {given}", self.name));
            }
            Value::Array(items) => self.args.iter().map(|arg| arg.name.clone()).zip(items).collect(),
            other => {
                let kind = other.kind();
                return refuse(None, format!("{} takes a list or an object of arguments, not a {kind}", self.name));
            }
        };
        let mut arguments = Map::with_capacity(self.args.len());
        for arg in &self.args {
            match named.shift_remove(&arg.name) {
                None | Some(Value::Null) => match &arg.default {
                    Some(default) => {
                        arguments.insert(arg.name.clone(), default.clone());
                    }
                    None if arg.required => {
                        return refuse(Some(&arg.name), format!("{} needs the argument {}", self.name, arg.name));
                    }
                    None => {}
                },
                Some(value) => match arg.data_type.coerce(value) {
                    Ok(value) => {
                        arguments.insert(arg.name.clone(), value);
                    }
                    Err(mismatch) => {
                        let (name, given, wanted) = (&arg.name, mismatch.given, mismatch.wanted);
                        return refuse(
                            Some(name),
                            format!("the argument {name} has to be of type {wanted}, not {given}"),
                        );
                    }
                },
            }
        }
        match named.keys().next() {
            None => Ok(arguments),
            Some(unknown) => {
                let hint = suggest::did_you_mean(unknown, self.args.iter().map(|arg| arg.name.as_str()));
                let hint = hint.map(|hint| format!("; {hint}")).unwrap_or_default();
                refuse(Some(unknown), format!("{} has no argument {unknown}{hint}", self.name))
            }
        }
    }
}

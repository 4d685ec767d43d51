//! Which functions and methods there are: those of JavaScript that only compute.

use super::tree::Argument;

/// What an argument of a method has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Arrow,
}

macro_rules! functions {
    ($($variant:ident = $name:literal, $least:literal to $most:expr);+ $(;)?) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Function { $($variant),+ }

        impl Function {
            pub(super) const NAMES: &'static [&'static str] = &[$($name),+];

            pub(super) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            const fn counts(self) -> (usize, usize) {
                match self { $(Self::$variant => ($least, $most)),+ }
            }
        }
    };
}

functions! {
    Abs = "Math.abs", 1 to 1;
    Ceil = "Math.ceil", 1 to 1;
    Floor = "Math.floor", 1 to 1;
    Max = "Math.max", 0 to usize::MAX;
    Min = "Math.min", 0 to usize::MAX;
    Pow = "Math.pow", 2 to 2;
    Round = "Math.round", 1 to 1;
    Sign = "Math.sign", 1 to 1;
    Sqrt = "Math.sqrt", 1 to 1;
    Trunc = "Math.trunc", 1 to 1;
    Boolean = "Boolean", 1 to 1;
    Number = "Number", 1 to 1;
    String = "String", 1 to 1;
    IsFinite = "Number.isFinite", 1 to 1;
    IsInteger = "Number.isInteger", 1 to 1;
    IsArray = "Array.isArray", 1 to 1;
    Entries = "Object.entries", 1 to 1;
    Keys = "Object.keys", 1 to 1;
    Values = "Object.values", 1 to 1;
    Stringify = "JSON.stringify", 1 to 1;
}

macro_rules! methods {
    ($($variant:ident = $name:literal, [$($kind:ident),*], $least:literal);+ $(;)?) => {
        /// A method.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Method { $($variant),+ }

        impl Method {
            pub(super) const NAMES: &'static [&'static str] = &[$($name),+];

            pub(super) fn named(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What its arguments have to be, and how many it needs at least.
            const fn parameters(self) -> (&'static [Kind], usize) {
                match self { $(Self::$variant => (&[$(Kind::$kind),*], $least)),+ }
            }
        }
    };
}

methods! {
    At = "at", [Value], 1;
    Concat = "concat", [Value], 1;
    EndsWith = "endsWith", [Value], 1;
    Every = "every", [Arrow], 1;
    Filter = "filter", [Arrow], 1;
    Find = "find", [Arrow], 1;
    FindIndex = "findIndex", [Arrow], 1;
    Flat = "flat", [], 0;
    Includes = "includes", [Value], 1;
    IndexOf = "indexOf", [Value], 1;
    Join = "join", [Value], 0;
    Map = "map", [Arrow], 1;
    Reduce = "reduce", [Arrow, Value], 2;
    ReplaceAll = "replaceAll", [Value, Value], 2;
    Slice = "slice", [Value, Value], 0;
    Some = "some", [Arrow], 1;
    Split = "split", [Value], 1;
    StartsWith = "startsWith", [Value], 1;
    ToFixed = "toFixed", [Value], 0;
    ToLowerCase = "toLowerCase", [], 0;
    ToReversed = "toReversed", [], 0;
    ToString = "toString", [], 0;
    ToUpperCase = "toUpperCase", [], 0;
    Trim = "trim", [], 0;
}

fn count_message(name: &str, least: usize, most: usize, given: usize) -> Result<(), String> {
    if (least..=most).contains(&given) {
        return Ok(());
    }
    let wanted = match (least, most) {
        (least, most) if least == most => least.to_string(),
        (least, usize::MAX) => format!("{least} or more"),
        (least, most) => format!("{least} to {most}"),
    };
    Err(format!("{name} takes {wanted} arguments, not {given}"))
}

impl Function {
    /// Whether it can be called with so many arguments; if not, why.
    pub(super) fn check(self, arguments: usize) -> Result<(), String> {
        let (least, most) = self.counts();
        count_message(self.name(), least, most, arguments)
    }
}

impl Method {
    /// Whether it can be called with these arguments; if not, why.
    pub(super) fn check(self, arguments: &[Argument]) -> Result<(), String> {
        let (kinds, least) = self.parameters();
        count_message(self.name(), least, kinds.len(), arguments.len())?;
        for (kind, argument) in kinds.iter().zip(arguments) {
            match (kind, argument) {
                (Kind::Arrow, Argument::Value(_)) => {
                    return Err(format!("{} takes an arrow function, such as item => item.done", self.name()));
                }
                (Kind::Value, Argument::Arrow { .. }) => {
                    return Err(format!("{} takes no arrow function here", self.name()));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

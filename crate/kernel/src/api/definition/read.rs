//! From data to a definition.

use nexus_core::{CapabilityToken, Error, Map, Value, limits};
use nexus_nxml::DataType;

use super::{ArgDefinition, PanelDefinition, StateDefinition, ToolDefinition, TriggerDefinition, at};
use crate::panels::is_panel_id;

/// Characters of a kind.
const KIND_LENGTH: usize = 128;
/// The triggers, each with what it says beside its type.
const TRIGGERS: [(&str, Option<&str>); 5] = [
    ("manual", None),
    ("interval", Some("ms")),
    ("event", Some("pattern")),
    ("cron", Some("expression")),
    ("state_change", Some("path")),
];

pub(super) fn panel(definition: &Value) -> Result<PanelDefinition, Error> {
    let fields = Place { path: String::new(), value: definition }.fields(&[
        "id",
        "kind",
        "title",
        "description",
        "tools",
        "initialState",
        "capabilities",
        "metadata",
    ])?;
    Ok(PanelDefinition {
        id: fields
            .text("id")?
            .map(|(place, id)| place.check(id, is_panel_id, "cannot be the name of a panel"))
            .transpose()?,
        kind: fields
            .text("kind")?
            .map(|(place, kind)| place.check(kind, is_kind, "cannot be a kind: it has 1 to 128 characters"))
            .transpose()?,
        title: fields.text("title")?.map(|(_, title)| title),
        description: fields.text("description")?.map(|(_, description)| description),
        tools: fields.required("tools")?.list()?.iter().map(tool).collect::<Result<_, _>>()?,
        states: fields.get("initialState").map_or(Ok(Vec::new()), |place| states(&place))?,
        capabilities: capabilities(&fields)?,
        metadata: fields.get("metadata").map(|place| metadata(&place)).transpose()?,
        given: definition.clone(),
    })
}

fn is_kind(kind: &str) -> bool {
    (1..=KIND_LENGTH).contains(&kind.chars().count())
}

fn tool(place: &Place<'_>) -> Result<ToolDefinition, Error> {
    let fields = place.fields(&["name", "handler", "trigger", "description", "args", "capabilities"])?;
    Ok(ToolDefinition {
        name: fields.required("name")?.text()?,
        handler: fields.required("handler")?.text()?,
        trigger: fields.get("trigger").map(|place| trigger(&place)).transpose()?,
        description: fields.text("description")?.map(|(_, description)| description),
        args: match fields.get("args") {
            Some(place) => place.list()?.iter().map(arg).collect::<Result<_, _>>()?,
            None => Vec::new(),
        },
        capabilities: capabilities(&fields)?,
    })
}

fn trigger(place: &Place<'_>) -> Result<TriggerDefinition, Error> {
    let kinds = TRIGGERS.map(|(kind, _)| kind).join(", ");
    let all = place.object()?;
    let Some(kind) = all.get("type") else {
        return Err(place.refuse(format_args!("needs a type: {kinds}")));
    };
    let known = TRIGGERS.into_iter().find(|(known, _)| kind.as_str() == Some(known));
    let Some((kind, field)) = known else {
        return Err(place.inner("type", kind).refuse(format_args!("is no trigger: there are {kinds}")));
    };
    let Some(name) = field else {
        place.fields(&["type"])?;
        return Ok(TriggerDefinition { kind, given: None });
    };
    let value = place.fields(&["type", name])?.required(name)?;
    let given = if name == "ms" {
        let ms = value.value.as_number().ok_or_else(|| value.expected("a number of milliseconds"))?;
        ms.to_string()
    } else {
        value.text()?
    };
    Ok(TriggerDefinition { kind, given: Some((name, given)) })
}

fn arg(place: &Place<'_>) -> Result<ArgDefinition, Error> {
    let fields = place.fields(&["name", "type", "required", "default", "description"])?;
    let data_type = fields.text("type")?.map(|(_, data_type)| data_type);
    // A type that is none is the document's to tell.
    let known = data_type.as_deref().map_or(Some(DataType::String), DataType::named);
    let default = fields.get("default").map(|place| {
        place.within_bounds()?;
        let Some(known) = known else { return Ok(place.value.clone()) };
        known.coerce(place.value.clone()).map_err(|mismatch| {
            place.refuse(format_args!("has to be of type {}, not {}", mismatch.wanted, mismatch.given))
        })
    });
    let required = fields.get("required");
    let flag = |place: Place<'_>| place.value.as_bool().ok_or_else(|| place.expected("true or false"));
    Ok(ArgDefinition {
        name: fields.required("name")?.text()?,
        required: required.map(flag).transpose()?,
        default: default.transpose()?,
        description: fields.text("description")?.map(|(_, description)| description),
        data_type,
    })
}

fn states(place: &Place<'_>) -> Result<Vec<StateDefinition>, Error> {
    let state = |(name, value): (&String, &Value)| {
        let place = place.inner(name, value);
        place.plain(name)?;
        place.within_bounds()?;
        let data_type = match value {
            Value::Null => DataType::Any,
            Value::Bool(_) => DataType::Boolean,
            Value::Number(_) => DataType::Number,
            Value::String(_) => DataType::String,
            Value::Array(_) => DataType::List,
            Value::Object(_) => DataType::Object,
            Value::Bytes(_) => return Err(place.refuse("is bytes, which no state can be")),
        };
        let not_finite = |_| place.refuse("has to be a finite number");
        let value = data_type.coerce(value.clone()).map_err(not_finite)?;
        Ok(StateDefinition { name: name.clone(), data_type, value })
    };
    place.object()?.iter().map(state).collect()
}

fn capabilities(fields: &Fields<'_>) -> Result<Vec<CapabilityToken>, Error> {
    let Some(place) = fields.get("capabilities") else { return Ok(Vec::new()) };
    let token = |place: &Place<'_>| place.text()?.parse().map_err(|error| at(&place.path, error));
    place.list()?.iter().map(token).collect()
}

fn metadata(place: &Place<'_>) -> Result<Value, Error> {
    place.object()?;
    place.within_bounds()?;
    Ok(place.value.clone())
}

/// A value, and the JSON pointer to it (RFC 6901).
struct Place<'v> {
    path: String,
    value: &'v Value,
}

impl<'v> Place<'v> {
    fn inner(&self, name: &str, value: &'v Value) -> Self {
        Self { path: format!("{}/{}", self.path, escaped(name)), value }
    }

    fn refuse(&self, why: impl std::fmt::Display) -> Error {
        at(&self.path, Error::invalid_argument(why.to_string()))
    }

    fn expected(&self, what: &str) -> Error {
        self.refuse(format_args!("has to be {what}, not {}", self.value.kind()))
    }

    fn check(self, text: String, is_good: impl Fn(&str) -> bool, why: &str) -> Result<String, Error> {
        if is_good(&text) { Ok(text) } else { Err(self.refuse(format_args!("{text:?} {why}"))) }
    }

    /// Refuses characters that no document can hold.
    fn plain(&self, text: &str) -> Result<(), Error> {
        let is_control = |c: &char| *c < ' ' && !matches!(c, '\t' | '\n' | '\r');
        match text.chars().find(is_control) {
            None => Ok(()),
            Some(control) => {
                Err(self.refuse(format_args!("has the control character U+{:04X} in it", u32::from(control))))
            }
        }
    }

    fn text(&self) -> Result<String, Error> {
        let text = self.value.as_str().ok_or_else(|| self.expected("text"))?;
        self.plain(text)?;
        Ok(text.to_owned())
    }

    fn list(&self) -> Result<Vec<Self>, Error> {
        let items = self.value.as_array().ok_or_else(|| self.expected("a list"))?;
        Ok(items.iter().enumerate().map(|(index, item)| self.inner(&index.to_string(), item)).collect())
    }

    fn object(&self) -> Result<&'v Map, Error> {
        self.value.as_object().ok_or_else(|| self.expected("an object"))
    }

    /// The members of an object that can have these.
    fn fields(&self, known: &[&str]) -> Result<Fields<'v>, Error> {
        let members = self.object()?;
        if let Some((name, value)) = members.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            let why = format!("there is no such field; there are {}", known.join(", "));
            return Err(self.inner(name, value).refuse(why));
        }
        Ok(Fields { path: self.path.clone(), members })
    }

    fn within_bounds(&self) -> Result<(), Error> {
        let size = self.value.check(limits::VALUE_DEPTH, limits::VALUE_BYTES);
        size.map(drop).map_err(|error| at(&self.path, error))
    }
}

/// The members of an object whose names are known.
struct Fields<'v> {
    path: String,
    members: &'v Map,
}

impl<'v> Fields<'v> {
    fn get(&self, name: &str) -> Option<Place<'v>> {
        let value = self.members.get(name)?;
        Some(Place { path: format!("{}/{name}", self.path), value })
    }

    fn required(&self, name: &str) -> Result<Place<'v>, Error> {
        self.get(name).ok_or_else(|| at(&self.path, Error::invalid_argument(format!("needs the field {name}"))))
    }

    fn text(&self, name: &str) -> Result<Option<(Place<'v>, String)>, Error> {
        self.get(name).map(|place| place.text().map(|text| (place, text))).transpose()
    }
}

/// A name as it stands in a JSON pointer.
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

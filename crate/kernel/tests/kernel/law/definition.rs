//! What holds of all data that is taken for the definition of a panel.

use nexus_core::{ErrorCode, Location, Value};
use nexus_kernel::api::definition::panel_document;
use nexus_kernel::{Kernel, PanelOptions};

use crate::world::World;

/// What a JSON pointer leads to.
fn at<'v>(data: &'v Value, pointer: &str) -> Option<&'v Value> {
    pointer.split('/').skip(1).try_fold(data, |value, step| {
        let step = step.replace("~1", "/").replace("~0", "~");
        match value {
            Value::Object(members) => members.get(&step),
            Value::Array(items) => items.get(step.parse::<usize>().ok()?),
            _ => None,
        }
    })
}

/// Whether the place is one of the text that stands there, or just behind a line of it; of anything else, the beginning.
fn is_in(data: &Value, path: &str, Location { line, column }: Location) -> bool {
    let Some(text) = at(data, path).and_then(Value::as_str).filter(|_| path.ends_with("/handler")) else {
        return (line, column) == (1, 1);
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let units = text.split('\n').nth(line as usize - 1).map(|line| line.encode_utf16().count() + 1);
    units.is_some_and(|units| (1..=units + 1).contains(&(column as usize)))
}

fn whole(number: &Value) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lines and columns are")]
    let number = number.as_number().unwrap() as u32;
    number
}

/// It becomes a panel that says the same, or is refused; whatever is wrong is told by a path that leads somewhere, at a place
/// that is there.
pub fn any_data_is_taken_for_a_definition(world: &World, kernel: &Kernel, data: &Value) {
    let made = panel_document(data)
        .and_then(|definition| world.run(kernel.panels().create(definition, PanelOptions::default())));
    let panel = match made {
        Ok(panel) => panel,
        Err(error) => {
            let context = error.context.as_ref().and_then(Value::as_object);
            let Some(path) = context.and_then(|context| context.get("path")).and_then(Value::as_str) else {
                // The states together, not one of them.
                assert_eq!(error.code, ErrorCode::ResourceLimit, "{error:?}");
                return;
            };
            assert!(at(data, path).is_some(), "{error:?}");
            assert!(error.message.starts_with(if path.is_empty() { "/" } else { path }), "{error:?}");
            assert!(error.location.is_none_or(|place| is_in(data, path, place)), "{error:?}");
            let told = context.and_then(|context| context.get("diagnostics")).and_then(Value::as_array);
            for one in told.unwrap_or_default() {
                let (one, place) =
                    (one.as_object().unwrap(), one.as_object().unwrap()["location"].as_object().unwrap());
                let path = one["path"].as_str().unwrap();
                let place = Location { line: whole(&place["line"]), column: whole(&place["column"]) };
                assert!(at(data, path).is_some() && is_in(data, path, place), "{one:?}");
            }
            return;
        }
    };
    let fields = data.as_object().unwrap();
    assert_eq!(panel.kind(), fields.get("kind").and_then(Value::as_str));
    assert_eq!(panel.metadata(), fields.get("metadata"));
    assert_eq!(
        Value::Object(panel.state()),
        fields.get("initialState").cloned().unwrap_or_else(|| Value::Object(<_>::default()))
    );
    let title = fields.get("title").and_then(Value::as_str);
    assert_eq!(panel.document().meta.title, title.unwrap_or("Untitled Panel"));
    assert_eq!(panel.document().meta.description.as_deref(), fields.get("description").and_then(Value::as_str));
    let tools = fields["tools"].as_array().unwrap();
    assert_eq!(panel.document().tools.len(), tools.len());
    for (made, tool) in panel.document().tools.iter().zip(tools) {
        let tool = tool.as_object().unwrap();
        let text = |name: &str| tool.get(name).and_then(Value::as_str);
        assert_eq!(Some(made.name.as_str()), text("name"));
        assert_eq!(made.description.as_deref(), text("description"));
        assert_eq!(Some(made.handler.code.as_str()), text("handler").map(str::trim));
        assert_eq!(made.triggers.len(), 1);
        assert_eq!(made.args.len(), tool.get("args").and_then(Value::as_array).map_or(0, <[Value]>::len));
        let own = tool.get("capabilities").and_then(Value::as_array).unwrap_or_default().iter();
        let all = own.chain(fields.get("capabilities").and_then(Value::as_array).unwrap_or_default());
        for token in all {
            let token = token.as_str().unwrap().parse().unwrap();
            assert!(made.handler.capabilities.iter().any(|declared| declared.token == token));
        }
    }
    for one in panel.warnings() {
        assert!(at(data, &one.path).is_some() && is_in(data, &one.path, one.location), "{one:?}");
    }
    world.run(kernel.panels().destroy(panel.id()));
}

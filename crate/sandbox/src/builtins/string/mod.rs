//! `String.prototype`.

mod pad;
mod repeat;
pub mod replace;
mod search;
mod split;
pub mod substitution;

use boa_engine::{Context, JsResult};

pub fn install(context: &mut Context) -> JsResult<()> {
    let prototype = context.intrinsics().constructors().string().prototype();
    for (name, native) in [
        ("split", split::split as super::Native),
        ("replace", replace::replace),
        ("replaceAll", replace::replace_all),
        ("indexOf", search::index_of),
        ("lastIndexOf", search::last_index_of),
        ("includes", search::includes),
        ("repeat", repeat::repeat),
        ("padStart", pad::pad_start),
        ("padEnd", pad::pad_end),
    ] {
        super::replace(&prototype, name, native, context)?;
    }
    Ok(())
}

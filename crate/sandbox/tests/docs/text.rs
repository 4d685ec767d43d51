//! `$text.slug(text)`: text as it can stand in a URL.

use boa_engine::{JsString, JsValue};
use nexus_core::capability::Scope;
use nexus_core::{CapabilityToken, Error};
use nexus_sandbox::host_function::Registry;
use nexus_sandbox::{Call, Failure, HostFunction};

pub fn register(registry: &mut Registry) {
    registry.register(Slug);
}

struct Slug;

impl HostFunction for Slug {
    fn name(&self) -> &str {
        "text.slug"
    }

    fn place(&self) -> &'static str {
        "$text.slug"
    }

    fn signature(&self) -> &str {
        "(text: string) => string"
    }

    fn capabilities(&self, _: &Call<'_>) -> Result<Vec<CapabilityToken>, Error> {
        Ok(vec![CapabilityToken::Host(Scope::Name(self.name().to_owned()))])
    }

    fn call(&self, call: &mut Call<'_>) -> Result<JsValue, Failure> {
        let text = call.string(0, "the text")?.to_lowercase();
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.is_empty() {
            return Err(Error::invalid_argument("the text has no letter and no digit").into());
        }
        Ok(JsString::from(words.join("-").as_str()).into())
    }
}

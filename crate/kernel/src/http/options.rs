//! The options of the extension `http`.

use nexus_core::{Error, Value};

use super::header;
use crate::option_value::{count, expected, flag, milliseconds};

/// Requests under way at once.
pub const MAX_CONCURRENT: usize = 10;
/// Requests waiting for one of these to end.
pub const MAX_QUEUE: usize = 100;
/// Milliseconds a request may take, time in the queue and the body included.
pub const DEFAULT_TIMEOUT_MS: u64 = 30_000;
/// Bytes of a response's body.
pub const MAX_RESPONSE_BYTES: usize = 10 << 20;
/// Redirects followed for one request (browsers stop at 20; APIs rarely need more than one).
pub const MAX_REDIRECTS: usize = 5;
/// What requests call themselves.
pub const USER_AGENT: &str = concat!("nexus-kernel/", env!("CARGO_PKG_VERSION"));

/// The options of the extension `http`; in JavaScript with camel-case names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpOptions {
    /// Hosts that may be asked; see [`DomainRules`](super::domain::DomainRules). Empty allows nothing.
    pub allowed_domains: Vec<String>,
    /// See [`MAX_CONCURRENT`].
    pub max_concurrent: usize,
    /// See [`MAX_QUEUE`].
    pub max_queue: usize,
    /// Milliseconds. See [`DEFAULT_TIMEOUT_MS`].
    pub default_timeout: u64,
    /// See [`MAX_RESPONSE_BYTES`].
    pub max_response_bytes: usize,
    /// See [`MAX_REDIRECTS`].
    pub max_redirects: usize,
    /// Whether hosts that are not public can be allowed at all.
    pub allow_private_networks: bool,
    /// The header `user-agent` of requests that set none.
    pub user_agent: String,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            allowed_domains: Vec::new(),
            max_concurrent: MAX_CONCURRENT,
            max_queue: MAX_QUEUE,
            default_timeout: DEFAULT_TIMEOUT_MS,
            max_response_bytes: MAX_RESPONSE_BYTES,
            max_redirects: MAX_REDIRECTS,
            allow_private_networks: false,
            user_agent: USER_AGENT.to_owned(),
        }
    }
}

/// Fields of the options, as JavaScript spells them.
const FIELDS: &str = "allowedDomains, maxConcurrent, maxQueue, defaultTimeout, maxResponseBytes, maxRedirects, \
                      allowPrivateNetworks, userAgent";

impl HttpOptions {
    /// Reads options from an object; what it does not hold keeps its default.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` naming the field that does not exist or has no such value.
    pub fn from_value(value: &Value) -> Result<Self, Error> {
        let mut options = Self::default();
        let fields = value
            .as_object()
            .ok_or_else(|| Error::invalid_argument(format!("options of http are an object, not {}", value.kind())))?;
        for (name, value) in fields {
            match name.as_str() {
                "allowedDomains" => options.allowed_domains = domains(value)?,
                "maxConcurrent" => options.max_concurrent = count(name, value, 1)?,
                "maxQueue" => options.max_queue = count(name, value, 0)?,
                "defaultTimeout" => options.default_timeout = milliseconds(name, value)?,
                "maxResponseBytes" => options.max_response_bytes = count(name, value, 1)?,
                "maxRedirects" => options.max_redirects = count(name, value, 0)?,
                "allowPrivateNetworks" => options.allow_private_networks = flag(name, value)?,
                "userAgent" => {
                    let text = value.as_str().filter(|text| !text.is_empty() && header::is_value(text));
                    text.ok_or_else(|| expected(name, "the text of a header", value))?
                        .clone_into(&mut options.user_agent);
                }
                _ => {
                    let message = format!("options of http have no field {name:?}; they have {FIELDS}");
                    return Err(Error::invalid_argument(message));
                }
            }
        }
        Ok(options)
    }
}

fn domains(value: &Value) -> Result<Vec<String>, Error> {
    let refuse = |value| expected("allowedDomains", "an array of hosts", value);
    let items = value.as_array().ok_or_else(|| refuse(value))?;
    items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(|| refuse(item))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_read() {
        let value = Value::object([
            ("allowedDomains", Value::from(vec!["a.org", "*.b.org"])),
            ("maxConcurrent", 1.into()),
            ("maxQueue", 0.into()),
            ("defaultTimeout", 2.into()),
            ("maxResponseBytes", 3.into()),
            ("maxRedirects", 0.into()),
            ("allowPrivateNetworks", true.into()),
            ("userAgent", "mine/1".into()),
        ]);
        assert_eq!(
            HttpOptions::from_value(&value).unwrap(),
            HttpOptions {
                allowed_domains: vec!["a.org".into(), "*.b.org".into()],
                max_concurrent: 1,
                max_queue: 0,
                default_timeout: 2,
                max_response_bytes: 3,
                max_redirects: 0,
                allow_private_networks: true,
                user_agent: "mine/1".into(),
            }
        );
        assert_eq!(HttpOptions::from_value(&Value::Object(Default::default())).unwrap(), HttpOptions::default());
    }

    #[test]
    fn unusable_options_are_refused_by_name() {
        for (name, value) in [
            ("allowedDomain", Value::from(vec!["a.org"])),
            ("allowedDomains", "a.org".into()),
            ("allowedDomains", vec![1].into()),
            ("maxConcurrent", 0.into()),
            ("maxConcurrent", 1.5.into()),
            ("maxQueue", (-1).into()),
            ("defaultTimeout", f64::INFINITY.into()),
            ("defaultTimeout", "30s".into()),
            ("maxResponseBytes", f64::NAN.into()),
            ("allowPrivateNetworks", 1.into()),
            ("userAgent", "a\r\nb: c".into()),
            ("userAgent", "".into()),
        ] {
            let error = HttpOptions::from_value(&Value::object([(name, value)])).unwrap_err();
            assert!(error.message.contains(name), "{}", error.message);
        }
        assert!(HttpOptions::from_value(&Value::Null).is_err());
    }
}

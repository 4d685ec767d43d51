//! What handlers can call by `$ext.<name>.<method>(...)`.

use std::rc::Rc;

use nexus_core::capability::Caveats;
use nexus_core::{Error, Value};

use crate::abort::AbortSignal;
use crate::engine::LocalFuture;
use crate::origin::Origin;

/// Methods that handlers can call, each behind the capability `ext:<name>.<method>`.
///
/// The kernel checks the capability before each call; the extension answers for what its methods do.
pub trait Extension {
    /// Its name in `$ext` and in tokens.
    fn name(&self) -> &str;

    /// The names of its methods. Asked once, when it is registered.
    fn methods(&self) -> Vec<String>;

    /// Runs once before the first call.
    ///
    /// # Errors
    /// Whatever keeps the extension from working: its calls then fail with it.
    fn init(&self) -> LocalFuture<'_, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Runs when the kernel closes or the extension is unregistered, if `init` succeeded.
    ///
    /// # Errors
    /// Reported to whoever closes; it stops nothing.
    fn shutdown(&self) -> LocalFuture<'_, Result<(), Error>> {
        Box::pin(async { Ok(()) })
    }

    /// Calls a method. The future is dropped when the call is aborted or out of time, right after its signal told so.
    ///
    /// # Errors
    /// Any: the handler gets an `EXTENSION_ERROR` with this message.
    fn call<'a>(
        &'a self,
        method: &'a str,
        args: Vec<Value>,
        context: CallContext,
    ) -> LocalFuture<'a, Result<Value, Error>>;

    /// The caveats that tokens of this extension may carry: `host` in `ext:http?host=api.example.com`.
    fn caveats(&self) -> &[String] {
        &[]
    }

    /// What a call amounts to for one of the [`caveats`](Self::caveats); `None` if that cannot be told, which grants
    /// nothing.
    fn caveat_value(&self, caveat: &str, method: &str, args: &[Value]) -> Option<String> {
        let _ = (caveat, method, args);
        None
    }

    /// Whether a token whose caveat is `allowed` covers a call that amounts to `value`: as a rule if they are the same.
    fn caveat_covers(&self, caveat: &str, allowed: &str, value: &str) -> bool {
        let _ = caveat;
        allowed == value
    }
}

/// What comes with a call besides its arguments.
#[derive(Clone, Default)]
pub struct CallContext {
    /// Tells when nobody needs the answer any more.
    pub signal: AbortSignal,
    /// Under which conditions the call is allowed. The kernel checked the arguments; an extension that goes on from
    /// there by itself (a redirect) checks where it goes.
    pub grant: Grant,
    /// Whose run calls; the embedder's own calls have none.
    pub origin: Rc<Origin>,
}

impl From<AbortSignal> for CallContext {
    /// An unconditional call, as the embedder itself makes it.
    fn from(signal: AbortSignal) -> Self {
        Self { signal, ..Self::default() }
    }
}

/// The conditions under which a call is allowed: all caveats of one token at least. The default has none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant(Vec<Caveats>);

impl Grant {
    /// Allowed if all caveats of one of `conditions` are kept; always if there are no conditions.
    #[must_use]
    pub const fn new(conditions: Vec<Caveats>) -> Self {
        Self(conditions)
    }

    /// Whether something with these values is allowed; `value` answers with its value for a caveat.
    pub fn allows(&self, value: impl Fn(&str) -> Option<String>) -> bool {
        self.allows_by(value, |_, allowed, value| allowed == value)
    }

    /// The same, where `covers` says of a caveat whether what it allows covers a value.
    pub fn allows_by(&self, value: impl Fn(&str) -> Option<String>, covers: impl Fn(&str, &str, &str) -> bool) -> bool {
        let keeps = |caveats: &Caveats| {
            caveats.iter().all(|(name, allowed)| {
                value(name).is_some_and(|value| allowed.iter().any(|allowed| covers(name, allowed, &value)))
            })
        };
        self.0.is_empty() || self.0.iter().any(keeps)
    }

    /// The names of all caveats in it.
    pub fn caveats(&self) -> impl Iterator<Item = &str> {
        self.0.iter().flat_map(|caveats| caveats.keys().map(String::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caveats(pairs: &[(&str, &[&str])]) -> Caveats {
        pairs.iter().map(|(key, values)| ((*key).into(), values.iter().map(|v| (*v).into()).collect())).collect()
    }

    #[test]
    fn all_caveats_of_one_token_have_to_be_kept() {
        let grant =
            Grant::new(vec![caveats(&[("host", &["a", "b"]), ("method", &["GET"])]), caveats(&[("host", &["c"])])]);
        let allows = |host: &str, method: &str| {
            grant.allows(|name| match name {
                "host" => Some(host.to_owned()),
                "method" => Some(method.to_owned()),
                _ => None,
            })
        };
        assert!(allows("a", "GET") && allows("b", "GET") && allows("c", "POST"));
        assert!(!allows("a", "POST") && !allows("d", "GET"));
        assert!(!grant.allows(|_| None));
        assert!(Grant::default().allows(|_| None));
    }
}

//! One call of an extension on behalf of a handler: allowed or refused, bounded in time, its outcome made fit to cross.

use std::rc::Rc;

use futures_util::future::{Either, select};
use nexus_core::capability::{CapabilityToken, Caveats, ExtensionScope};
use nexus_core::checker::ExtensionGrant;
use nexus_core::{CapabilityChecker, Error, ErrorCode, Limits, Suspension, Value};

use crate::abort::AbortController;
use crate::clock::Clock;
use crate::extension::{CallContext, Extension, Grant};
use crate::extension_view::ExtensionView;
use crate::origin::Origin;
use crate::value_bounds::ValueBounds;

/// Makes the calls of one run.
pub(crate) struct Caller {
    extensions: ExtensionView,
    clock: Rc<dyn Clock>,
    checker: CapabilityChecker,
    bounds: ValueBounds,
    timeout_ms: u64,
    origin: Rc<Origin>,
}

impl Caller {
    pub(crate) fn new(
        extensions: ExtensionView,
        clock: Rc<dyn Clock>,
        capabilities: Vec<CapabilityToken>,
        limits: &Limits,
        origin: Rc<Origin>,
    ) -> Self {
        Self {
            extensions,
            clock,
            checker: CapabilityChecker::new(capabilities),
            bounds: ValueBounds::of(limits),
            timeout_ms: limits.suspension_timeout_ms,
            origin,
        }
    }

    /// What the run may call.
    pub(crate) const fn extensions(&self) -> &ExtensionView {
        &self.extensions
    }

    /// Whose run it is.
    pub(crate) const fn origin(&self) -> &Rc<Origin> {
        &self.origin
    }

    /// What the run may do.
    pub(crate) const fn checker(&self) -> &CapabilityChecker {
        &self.checker
    }

    /// Whether the run may make this call. The sandbox checked already, but its word is not taken; and caveats only
    /// the extension can read.
    ///
    /// # Errors
    /// `EXTENSION_NOT_FOUND`, `METHOD_NOT_FOUND`, `PERMISSION_DENIED`, in this order.
    pub(crate) fn authorize(&self, call: &Suspension) -> Result<Grant, Error> {
        let Suspension { extension_name: name, method, args, .. } = call;
        let extension = self.extensions.find(name, method)?;
        match self.checker.extension_grant(name, method) {
            ExtensionGrant::Allowed => Ok(Grant::default()),
            ExtensionGrant::Denied => Err(denied(call, Caveats::new())),
            ExtensionGrant::Conditional(conditions) => {
                let grant = Grant::new(conditions.into_iter().cloned().collect());
                let value = |caveat: &str| caveat_value(&*extension, caveat, method, args);
                if grant.allows_by(value, |caveat, allowed, value| extension.caveat_covers(caveat, allowed, value)) {
                    return Ok(grant);
                }
                let needed = grant.caveats().filter_map(|caveat| Some((caveat.to_owned(), [value(caveat)?].into())));
                Err(denied(call, needed.collect()))
            }
        }
    }

    /// Makes an authorised call, and takes its arguments. Ends at the latest when the suspension timeout is over or `abort` aborts.
    ///
    /// # Errors
    /// `EXTENSION_ERROR` whatever went wrong.
    pub(crate) async fn make(
        &self,
        call: &mut Suspension,
        grant: Grant,
        abort: AbortController,
    ) -> Result<Value, Error> {
        let args = std::mem::take(&mut call.args);
        let Suspension { extension_name, method, .. } = &*call;
        let context = CallContext { signal: abort.signal(), grant, origin: Rc::clone(&self.origin) };
        let work = Box::pin(self.extensions.call(extension_name, method, args, context));
        let stop = select(self.clock.sleep(self.timeout_ms), abort.signal().aborted());
        // Polled in this order: an answer that came in time counts.
        let outcome = match select(work, stop).await {
            Either::Left((outcome, _)) => outcome.and_then(|value| match self.bounds.check(&value) {
                Ok(()) => Ok(value),
                Err(error) => Err(Error::new(error.code, format!("the answer is too large: {}", error.message))),
            }),
            Either::Right((Either::Left(_), work)) => {
                let why = format!("no answer within {} ms", self.timeout_ms);
                abort.abort(&why);
                drop(work);
                Err(Error::new(ErrorCode::ExtensionError, why))
            }
            Either::Right((Either::Right((reason, _)), _)) => Err(reason),
        };
        outcome.map_err(|error| extension_error(call, &error))
    }
}

fn denied(call: &Suspension, caveats: Caveats) -> Error {
    let scope =
        ExtensionScope::Extension { name: call.extension_name.clone(), method: Some(call.method.clone()), caveats };
    Error::permission_denied(&CapabilityToken::Extension(scope).to_string())
}

fn caveat_value(extension: &dyn Extension, caveat: &str, method: &str, args: &[Value]) -> Option<String> {
    extension.caveats().iter().any(|own| own == caveat).then(|| extension.caveat_value(caveat, method, args))?
}

/// The error a handler gets for a failed call. The code is always `EXTENSION_ERROR`: an extension cannot pass for the
/// kernel.
pub(crate) fn extension_error(call: &Suspension, error: &Error) -> Error {
    let mut context =
        vec![("extension", Value::from(call.extension_name.as_str())), ("method", Value::from(call.method.as_str()))];
    // The failure's own word, where it has one: `ENOENT`.
    let own = error.context.as_ref().and_then(Value::as_object).and_then(|context| context.get("code"));
    context.extend(own.and_then(Value::as_str).map(|code| ("code", Value::from(code))));
    Error::new(ErrorCode::ExtensionError, &error.message).with_context(Value::object(context))
}

/// Checks that registered extensions declare the caveats of the tokens given for them.
///
/// # Errors
/// `INVALID_CAPABILITY` naming the token.
pub(crate) fn check_caveats(extensions: &ExtensionView, tokens: &[CapabilityToken]) -> Result<(), Error> {
    for token in tokens {
        let CapabilityToken::Extension(ExtensionScope::Extension { name, caveats, .. }) = token else { continue };
        let Some(extension) = extensions.get(name) else { continue };
        if let Some(unknown) = caveats.keys().find(|caveat| !extension.caveats().contains(caveat)) {
            let why = format!("the extension {name:?} knows no caveat {unknown:?}, which {token} asks for");
            return Err(Error::new(ErrorCode::InvalidCapability, why)
                .with_context(Value::object([("capability", Value::from(token.to_string()))])));
        }
    }
    Ok(())
}

//! Calls of the embedder's synchronous functions, as they come out of a sandbox: on this thread or from a Worker.

use nexus_core::message::{HostCall, HostReply};
use nexus_core::{Error, msgpack};
use nexus_kernel::engine::HostDispatch;

/// Takes a [`HostCall`], calls the function, answers a [`HostReply`].
///
/// # Errors
/// `SERIALIZATION_ERROR`, which no reply is.
pub fn serve(call: &[u8], host: Option<&HostDispatch>) -> Result<Vec<u8>, Error> {
    let outcome = msgpack::decode(call).and_then(|HostCall { name, args }| match host {
        Some(host) => host(&name, args),
        None => Err(Error::internal("a host function was called outside a run")),
    });
    msgpack::encode(&HostReply { outcome })
}

//! The WebSocket protocol, over anything that carries texts both ways.
//!
//! | module | what it holds |
//! |---|---|
//! | [`client_message`], [`server_message`] | the messages |
//! | [`topic`] | what clients listen to |
//! | [`session`] | one client of a panel |
//! | `feed` | what a panel tells its clients, kept for those who come again |
//! | `heard` | what of that one client has been told |
//! | `rate_limit` | how many messages a client may send |

pub mod client_message;
pub(crate) mod feed;
mod heard;
mod rate_limit;
pub mod server_message;
pub mod session;
pub mod topic;

use std::rc::Rc;

use self::topic::Topics;

/// Why sockets are closed.
pub mod close_code {
    /// The panel was destroyed.
    pub const NORMAL: u16 = 1000;
    /// The kernel was closed.
    pub const GOING_AWAY: u16 = 1001;
    /// Too many messages, or the token has ended.
    pub const POLICY: u16 = 1008;
    /// A message was too large.
    pub const TOO_LARGE: u16 = 1009;
    /// The client does not read what it is sent.
    pub const TRY_AGAIN_LATER: u16 = 1013;
    /// Nothing was heard of the client.
    pub const IDLE: u16 = 4408;
}

/// The way to a client. None of these fails: of a socket that is gone its owner tells by [`session::Session::closed`].
pub trait Socket {
    /// Sends a text message.
    fn send(&self, text: &str);

    /// Bytes that were sent and have not left; 0 where that is not known.
    fn buffered(&self) -> usize;

    /// Closes it, with one of [`close_code`] and a reason of at most 123 bytes.
    fn close(&self, code: u16, reason: &str);
}

/// What one client may use up.
#[derive(Debug, Clone)]
pub struct SocketLimits {
    /// Bytes of a message.
    pub max_message_bytes: usize,
    /// Messages a second, in the long run.
    pub messages_per_second: u32,
    /// Messages at once.
    pub message_burst: u32,
    /// Bytes that may wait to be read by the client.
    pub max_buffered_bytes: usize,
    /// Clients of one panel that come by a request; those that the embedder brings are its own affair.
    pub max_clients: usize,
    /// Milliseconds after which a client of which nothing is heard is sent away.
    pub idle_timeout_ms: u64,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            // A value that a handler can be given, and the message around it.
            max_message_bytes: 1 << 20,
            // Faster than anybody types, and than a handler runs.
            messages_per_second: 500,
            message_burst: 1000,
            // Four of the largest messages.
            max_buffered_bytes: 4 << 20,
            // Each change is sent to all of them.
            max_clients: 1000,
            // Proxies close idle connections after a minute or more; clients send a PING four times in this.
            idle_timeout_ms: 120_000,
        }
    }
}

/// What a client connects with.
#[derive(Debug, Clone, Default)]
pub struct SessionOptions {
    /// What it listens to.
    pub topics: Topics,
    /// The last version that it has seen, if it was here before.
    pub since: Option<u64>,
    /// And of which panel, as `CONNECTED` told it.
    pub instance: Option<String>,
    /// Whether it may run tools and set what the view binds.
    pub may_execute: bool,
    /// On whose behalf it acts.
    pub actor: Option<Rc<str>>,
    /// Milliseconds since the epoch at which it has to go.
    pub ends_at: Option<f64>,
    /// What it may use up.
    pub limits: SocketLimits,
}

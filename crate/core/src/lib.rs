//! The words both sides of the wall speak.
//!
//! `nexus-core` knows nothing of JavaScript, WebAssembly or any host. It defines the data that crosses from the
//! kernel into the sandbox and back, and the rules both sides must agree on:
//!
//! | module | what it holds |
//! |---|---|
//! | [`value`] | [`Value`], the data a handler can read, return and emit |
//! | [`msgpack`] | its MessagePack form, bounded in size and depth |
//! | [`capability`] | [`CapabilityToken`]: parse, print, cover, attenuate |
//! | [`checker`] | [`CapabilityChecker`]: what a run may do |
//! | [`error`] | [`ErrorCode`] and [`Error`], the one error shape |
//! | [`limits`] | every limit as a named constant, and [`Limits`] |
//! | [`effect`] | what a handler did: mutations, events, view commands, logs |
//! | [`run`] | a run's context, its segments, suspensions and answers |
//! | [`handler_facts`] | what the syntax tree of a handler tells |
//! | [`message`] | what the kernel and the sandbox module send each other |
//!
//! ```
//! use nexus_core::{CapabilityChecker, CapabilityToken};
//!
//! let granted: Vec<CapabilityToken> = ["state:read:*", "ext:http.get"]
//!     .iter()
//!     .map(|token| token.parse().unwrap())
//!     .collect();
//! let checker = CapabilityChecker::new(granted);
//! assert!(checker.can_read_state("count"));
//! assert!(!checker.can_write_state("count"));
//! ```

pub mod capability;
pub mod checker;
pub mod effect;
pub mod error;
pub mod handler_facts;
pub mod limits;
pub mod message;
pub mod msgpack;
pub mod record;
pub mod run;
pub mod value;

pub use capability::CapabilityToken;
pub use checker::CapabilityChecker;
pub use effect::{Event, LogLevel, LogLine, MutationOperation, StateMutation, ViewCommand};
pub use error::{Error, ErrorCode, Location, Snippet};
pub use handler_facts::{HandlerFacts, UnknownGlobal, Use};
pub use limits::Limits;
pub use run::{Answer, Metrics, Segment, Status, Suspension};
pub use value::{Map, Value};

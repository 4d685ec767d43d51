//! Outside the wall: runs, extensions and what they share. Pure Rust over small traits.
//!
//! | module | what it holds |
//! |---|---|
//! | [`kernel`] | [`Kernel`], which an embedder holds |
//! | [`platform`] | [`Platform`]: the [`engine`], [`clock`], [`entropy`] and [`spawner`] it stands on |
//! | [`run`], [`run_loop`], [`suspended_runs`] | a run, driven to its end or resumed call by call |
//! | [`origin`] | whose run it is |
//! | [`panels`], [`panel`] | documents that live |
//! | [`parked_run`] | a suspended run as bytes |
//! | [`extension`], [`extension_manager`] | what handlers call as `$ext` |
//! | [`host_functions`] | what handlers call as `$host` |
//! | [`http`], [`http_client`] | the extension `http` and what it sends requests by |
//! | [`audit`], `witness` | what was done and refused, and who tells it |
//! | [`metrics`], [`logger`] | counts for Prometheus, and a log of records |
//! | [`storage`], [`store`], [`memory_store`] | the extension `storage` and what it keeps values in |
//! | [`auth`], [`monitor`] | the extensions `auth` and `monitor` |
//! | [`api`] | requests from outside |
//! | [`abort`], [`slots`] | giving up, and waiting in turn |
//! | [`stats`] | numbers |
//!
//! Everything runs on one thread; nothing is `Send`.

pub mod abort;
pub mod api;
pub mod audit;
pub mod auth;
mod call;
pub mod clock;
mod effect_guard;
pub mod engine;
pub mod entropy;
pub mod extension;
pub mod extension_manager;
pub mod extension_view;
pub mod host_functions;
pub mod http;
pub mod http_client;
mod iso_time;
mod json;
mod json_text;
pub mod kernel;
pub mod logger;
pub mod memory_store;
pub mod metrics;
pub mod monitor;
mod option_value;
pub mod origin;
pub mod panel;
pub mod panels;
pub mod parked_run;
pub mod platform;
pub mod recorder;
pub mod replay;
pub mod run;
pub mod run_loop;
pub mod slots;
pub mod spawner;
pub mod stats;
pub mod storage;
pub mod store;
pub mod suspended_runs;
pub mod value_bounds;
mod witness;

pub use abort::{AbortController, AbortSignal};
pub use audit::Audit;
pub use auth::{AuthExtension, AuthOptions};
pub use extension::{CallContext, Extension};
pub use extension_manager::{ExtensionManager, HookFailure};
pub use host_functions::{HostFunction, HostFunctions};
pub use http::{HttpExtension, HttpOptions};
pub use kernel::{Kernel, Observation};
pub use logger::{LogField, LogRecord, LogSink, LogStyle, Logger};
pub use memory_store::MemoryStore;
pub use metrics::Metrics;
pub use monitor::MonitorExtension;
pub use origin::Origin;
pub use panel::event::{PanelEvent, PanelStatus, Subscription};
pub use panel::state::Patch;
pub use panel::{Panel, TriggerOptions};
pub use panels::{Inspection, PanelOptions, PanelSource, Panels, PanelsOptions};
pub use parked_run::ParkingKey;
pub use platform::Platform;
pub use recorder::Recording;
pub use replay::{Divergence, Replayed};
pub use run::RunOptions;
pub use run_loop::SegmentObserver;
pub use stats::Stats;
pub use storage::{StorageExtension, StorageOptions};
pub use suspended_runs::{ResumeOptions, Unparked};

/// What the documentation shows in Rust.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/writing-extensions.md")]
pub struct WritingExtensions;

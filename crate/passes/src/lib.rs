//! Rewrites of finished WebAssembly modules: bytes in, bytes out.
//!
//! | function | what it does |
//! |---|---|
//! | [`prune()`] | code that its surroundings never let run is taken out |
//! | [`blank_locations()`] | places in source code that nobody is told of are zeros |
//! | [`merge()`] | functions that are the same become one |
//! | [`dispatch()`] | an interpreter jumps to its opcodes instead of calling them through pointers |
//! | [`direct()`] | calls through pointers that nearly always lead to the same functions call these |
//! | [`meter()`] | every loop and every non-leaf function pays for its work from a fuel counter |
//! | [`audit()`] | checks that a metered module pays wherever work repeats or grows with an operand |
//! | [`boot_at_start()`] | instances boot when they are made |
//! | [`embed_image()`] | instances start with the memory of one that has booted |
//! | [`arrange()`] | functions that have much in common stand side by side, for compressors |
//! | [`strip()`] | custom sections, names included, are dropped |
//! | [`stamp()`] | the module tells which build it is |
//! | [`inspect()`] | lists what a module imports and exports |
//! | [`parts::parts()`] | tells what a module is made of |
//!
//! Nothing else in the project knows how a pass works: the build runs them over the sandbox module, and the same functions
//! compile to wasm32, where they serve modules that arrive at run time.
//!
//! ```
//! let wasm = wat::parse_str(r#"(module (func (export "spin") (loop br 0)))"#).unwrap();
//! let metered = nexus_passes::strip(&nexus_passes::meter(&wasm).unwrap()).unwrap();
//! let surface = nexus_passes::inspect(&metered).unwrap();
//! assert_eq!(surface.imports[0].to_string(), "func nexus.tick");
//! ```

pub mod arrange;
pub mod audit;
pub mod boot;
pub mod direct;
pub mod dispatch;
pub mod functions;
pub mod image;
pub mod inspect;
pub mod locations;
pub mod merge;
pub mod meter;
pub mod parts;
pub mod prune;
pub mod stamp;
pub mod strip;

pub use arrange::{ArrangeError, arrange};
pub use audit::{AuditError, audit};
pub use boot::{BootError, boot_at_start};
pub use direct::{DirectError, direct};
pub use dispatch::{DispatchError, dispatch};
pub use functions::demangled;
pub use image::{ImageError, embed_image};
pub use inspect::inspect;
pub use locations::{LocationsError, blank_locations};
pub use merge::{MergeError, merge};
pub use meter::{Charge, MeterError, meter, meter_with};
pub use prune::{Cut, PruneError, prune};
pub use stamp::stamp;
pub use strip::strip;

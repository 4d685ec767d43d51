//! Every conversion between JavaScript's values and the kernel's.
//!
//! | module | what it converts |
//! |---|---|
//! | [`value`] | data: [`nexus_core::Value`] |
//! | [`error`] | [`nexus_core::Error`], both ways, and whatever else JavaScript throws |
//! | [`fields`] | option objects, whose unknown fields are refused by name |
//! | [`context`] | what a run is given: state, arguments, capabilities, limits |
//! | [`result`] | what the kernel answers |

pub mod context;
pub mod error;
pub mod fields;
pub mod result;
pub mod value;

pub use error::{Failure, error_from_js, error_to_js};
pub use fields::Fields;
pub use result::segment_to_js;
pub use value::{data_to_js, value_from_js, value_to_js};

//! What holds of whatever comes in: also checked by the fuzz targets.

pub mod definition;
pub mod token;

//! Charts and export formats: from an outcome to bytes. Drawing never chooses a path.

pub mod between;
pub mod charts;
pub mod claims;
pub mod error;
pub mod export;
pub mod findings;
pub mod format;
pub mod html;
pub mod lanes;
pub mod palette;
pub mod remarks;
pub mod rows;
pub mod sentence;
pub mod sql;
mod svg;
pub mod sweeps;
pub mod table;
pub mod time;
mod type_face;
pub mod waits;
mod woff;

#[cfg(test)]
mod fixture;

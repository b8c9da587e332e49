//! Charts and export formats: from an outcome to bytes. Drawing never chooses a path.

pub mod charts;
pub mod error;
pub mod export;
pub mod format;
pub mod html;
pub mod palette;
pub mod rows;
pub mod sentence;
pub mod sql;
mod svg;
mod time;
mod type_face;
mod woff;

#[cfg(test)]
mod fixture;

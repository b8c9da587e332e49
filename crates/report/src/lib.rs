//! Charts and export formats: from an outcome to bytes. Drawing never chooses a path.

pub mod between;
pub mod charts;
mod circumstances;
pub mod claims;
pub mod code;
mod csv;
mod document;
pub mod error;
pub mod export;
mod figures;
pub mod findings;
pub mod folder;
pub mod format;
pub mod frontier;
pub mod html;
mod json;
pub mod lanes;
mod markdown;
pub mod palette;
mod pdf;
pub mod plan;
mod png;
mod raw;
pub mod remarks;
pub mod reopen;
pub mod reproduction;
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

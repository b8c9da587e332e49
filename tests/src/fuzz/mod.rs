//! What the fuzz targets do with their bytes. The targets (`fuzz/`) and a test over the seeds call the same functions.
//!
//! Whatever the bytes are, nothing may panic, hang or take memory without bound: it is refused with a sentence, or it
//! works. Requests are answered by a database that is made up, so that every loader runs to its end without one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a fuzz target finds by panicking")]

mod experiment;
mod made_up;
mod mapping;
pub mod mutation;
mod plan;
pub mod seeds;

pub use experiment::experiment;
pub use mapping::mapping;
pub use plan::plan;

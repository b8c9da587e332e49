//! Experiments: variants of one endpoint under one workload, measured in interleaved rounds.
//!
//! Running one emits events and returns raw samples; nothing here prints, draws or chooses a path.

pub mod outcome;
pub mod spec;
pub mod summary;

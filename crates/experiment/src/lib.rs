//! Experiments: variants of one endpoint under one workload, measured in interleaved rounds.
//!
//! Running one emits events and returns raw samples; nothing here prints, draws or chooses a path.

pub mod budget;
pub mod calibration;
pub mod check;
pub mod claim;
pub mod event;
pub mod evidence;
pub mod found;
pub mod outcome;
pub mod run;
pub mod spec;
pub mod standing;
pub mod summary;
pub mod sweep;
pub mod tenants;

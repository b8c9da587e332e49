//! The heart of Fetchscope: what a mapping, a plan and a loader are.
//!
//! Nothing here touches a database, a file or a clock. A loader says which statement it needs next and is given
//! rows; who executes it, and how long that took, is known only further right (`drivers`, `experiment`).

pub mod advisor;
pub mod graph;
pub mod load;
pub mod mapping;
pub mod plan;
pub mod predict;
pub mod sql;
pub mod stats;
pub mod trace;
pub mod value;

//! What both front ends call: opening sources, tracing, running, drawing, exporting, remembering.
//!
//! Nothing here knows Tauri or a terminal.

pub mod wire;

//! What both front ends call: opening sources, tracing, running, drawing, exporting, remembering.
//!
//! Nothing here knows Tauri or a terminal.

pub mod advice;
pub mod advise;
pub mod application;
mod axes;
pub mod calibration;
pub mod code;
pub mod document;
pub mod endpoints;
pub mod error;
pub mod experiment;
pub mod explain;
pub mod history;
pub mod lessons;
pub mod mapping_edits;
pub mod passwords;
pub mod paths;
pub mod prediction;
pub mod presets;
pub mod python;
pub mod reports;
pub mod request;
pub mod samples;
pub mod settings;
pub mod source;
pub mod strategies;
mod window;
pub mod wire;

pub use paths::Paths;
pub use window::App;

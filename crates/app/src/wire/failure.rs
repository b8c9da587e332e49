//! What goes wrong, as the window is told it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A failure, closed and readable: the window shows `message`, and decides by `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct WireError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// One sentence: what, where, and the way out.
    pub message: String,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ErrorCode {
    /// The source, plan, mapping or experiment cannot be used as it is.
    UnusableInput,
    /// The database failed: locked, gone, out of space.
    DatabaseFailed,
    /// A file could not be read or written.
    FileFailed,
    /// The user cancelled.
    Cancelled,
    /// A defect of Fetchscope.
    Internal,
}

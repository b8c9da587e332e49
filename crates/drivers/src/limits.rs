//! What one request may take at most, so that an exploding plan ends with a sentence and not with the machine's memory.

use std::time::Duration;
use thiserror::Error;

/// The most one request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows of all its statements.
    pub rows: u64,
    /// Bytes of their values, and of the response.
    pub bytes: u64,
    /// From its start to its response.
    pub time: Duration,
}

/// A limit that a request reached. It was stopped there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Reached {
    /// Too many rows.
    #[error("stopped at {0} rows, the most that a request may fetch; raise `rows` in `[limits]` to let it go on")]
    Rows(u64),
    /// Too many bytes.
    #[error("stopped at {0} bytes, the most that a request may fetch; raise `bytes` in `[limits]` to let it go on")]
    Bytes(u64),
    /// Too large a response: a plan that goes back and forth between collections repeats its objects, and every step
    /// multiplies them.
    #[error(
        "stopped at a response of {0} bytes, the most that it may have; let it read fewer relationships (`accessed`), or \
         raise `bytes` in `[limits]`"
    )]
    Response(u64),
    /// Too much time.
    #[error("stopped after {0:?}, the longest that a request may take; raise `seconds` in `[limits]` to let it go on")]
    Time(Duration),
}

impl Limits {
    /// Whether so many rows and bytes are within the limits.
    pub(crate) fn check(&self, rows: u64, bytes: u64) -> Result<(), Reached> {
        if rows > self.rows {
            return Err(Reached::Rows(self.rows));
        }
        if bytes > self.bytes { Err(Reached::Bytes(self.bytes)) } else { Ok(()) }
    }
}

impl Default for Limits {
    /// Enough for the largest sample's list, and far from what would fill the memory of a small machine.
    fn default() -> Limits {
        Limits { rows: 5_000_000, bytes: 1_000_000_000, time: Duration::from_secs(60) }
    }
}

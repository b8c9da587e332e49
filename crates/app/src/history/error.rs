//! What can be wrong with the history.

use super::RunId;
use crate::error::AppError;
use thiserror::Error;

/// A failure of the history.
#[derive(Debug, Error)]
pub enum HistoryError {
    /// Nobody can write there.
    #[error("there is no place for the history: {path}: {error}; `FETCHSCOPE_HOME` names another folder")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// Not a file that this program wrote.
    #[error("the history {path} cannot be used: {error}; move it away, and a new one is begun")]
    Unusable {
        /// The file.
        path: String,
        /// Why.
        error: rusqlite::Error,
    },
    /// Of a later version.
    #[error(
        "the history {path} was written by a newer Fetchscope (format {found}, this one knows {known}); use that one, or \
         move the file away"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its format.
        found: u32,
        /// The newest this program knows.
        known: u32,
    },
    /// A run of a later version.
    #[error("run {run} was made by a newer Fetchscope (format {found}); this one cannot read it")]
    NewerRun {
        /// Which.
        run: RunId,
        /// Its format.
        found: u32,
    },
    /// No number.
    #[error("`{0}` is not the number of a run; `fetchscope history list` shows them")]
    NotARun(String),
    /// A number that no run has.
    #[error("there is no run {0} in the history; `fetchscope history list` shows those there are")]
    NoSuchRun(RunId),
    /// A run has to be called something.
    #[error("a run needs a name")]
    NoName,
    /// What was written is not there.
    #[error("run {0} is damaged and cannot be read; it can still be deleted")]
    Damaged(RunId),
    /// Something written cannot be read.
    #[error("an entry of the history is damaged: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Something written cannot be unpacked.
    #[error("an entry of the history is damaged: {0}")]
    Unpacking(#[from] std::io::Error),
    /// The file failed.
    #[error("the history could not be read or written: {0}")]
    Database(#[from] rusqlite::Error),
}

impl From<HistoryError> for AppError {
    fn from(error: HistoryError) -> AppError {
        match error {
            HistoryError::NotARun(_)
            | HistoryError::NoSuchRun(_)
            | HistoryError::NoName
            | HistoryError::Newer { .. }
            | HistoryError::NewerRun { .. } => AppError::Input(error.to_string()),
            HistoryError::Folder { .. }
            | HistoryError::Unusable { .. }
            | HistoryError::Damaged(_)
            | HistoryError::Unreadable(_)
            | HistoryError::Unpacking(_)
            | HistoryError::Database(_) => AppError::File(error.to_string()),
        }
    }
}

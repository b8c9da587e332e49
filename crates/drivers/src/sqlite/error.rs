//! What can go wrong with a SQLite file, told apart by what the user can do about it.

use std::path::{Path, PathBuf};
use thiserror::Error;

/// A failure of a SQLite database.
#[derive(Debug, Error)]
pub enum SqliteError {
    /// There is no such file.
    #[error("there is no file {0}; check the path after `sqlite:`")]
    NotFound(PathBuf),
    /// The path is a directory.
    #[error("{0} is a directory; name the SQLite file in it")]
    IsDirectory(PathBuf),
    /// The file cannot be read.
    #[error("{path} cannot be read: {reason}")]
    NotReadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        reason: String,
    },
    /// The file is something else.
    #[error("{0} is not a SQLite database; choose a file that SQLite wrote")]
    NotADatabase(PathBuf),
    /// Another process holds a lock.
    #[error("{0} is locked by another process; close what is writing to it, or copy the file, and try again")]
    Locked(PathBuf),
    /// A crash left a write-ahead log that only a writer can recover.
    #[error(
        "{0} was left with a -wal and no -shm, as after a crash; open it once with its own program, or copy both files"
    )]
    LeftByACrash(PathBuf),
    /// A statement of a loader failed.
    #[error("{path}: {message} (in the statement `{sql}`)")]
    Statement {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        message: String,
        /// The statement, cut.
        sql: String,
        /// Whether the schema lacks what the mapping promises, rather than the database failing.
        schema: bool,
    },
    /// A mapping does not fit the tables.
    #[error("{0}")]
    Mapping(String),
    /// The run was cancelled while a statement ran.
    #[error("cancelled")]
    Cancelled,
    /// Anything else that SQLite says.
    #[error("{path}: {message}")]
    Other {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        message: String,
    },
}

impl SqliteError {
    /// Whether the input is at fault, rather than the database.
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            SqliteError::NotFound(_)
            | SqliteError::IsDirectory(_)
            | SqliteError::NotReadable { .. }
            | SqliteError::NotADatabase(_)
            | SqliteError::LeftByACrash(_)
            | SqliteError::Mapping(_) => true,
            SqliteError::Statement { schema, .. } => *schema,
            SqliteError::Locked(_) | SqliteError::Cancelled | SqliteError::Other { .. } => false,
        }
    }

    pub(crate) fn from_rusqlite(error: &rusqlite::Error, path: &Path, sql: Option<&str>) -> SqliteError {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => SqliteError::NotADatabase(path.to_owned()),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => SqliteError::Locked(path.to_owned()),
            Some(ErrorCode::OperationInterrupted) => SqliteError::Cancelled,
            code => match sql {
                Some(sql) => SqliteError::Statement {
                    path: path.to_owned(),
                    message: error.to_string(),
                    sql: sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect(),
                    schema: code == Some(ErrorCode::Unknown),
                },
                None => SqliteError::Other { path: path.to_owned(), message: error.to_string() },
            },
        }
    }
}

//! What can go wrong with a database, whichever it is.

use crate::postgres::PostgresError;
use crate::sqlite::SqliteError;
use thiserror::Error;

/// A failure of a database.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// It was cancelled.
    #[error("cancelled")]
    Cancelled,
    /// A SQLite file.
    #[error(transparent)]
    Sqlite(SqliteError),
    /// A PostgreSQL server.
    #[error(transparent)]
    Postgres(Box<PostgresError>),
}

impl DatabaseError {
    /// Whether the input is at fault, rather than the database.
    #[must_use]
    pub fn is_input(&self) -> bool {
        match self {
            DatabaseError::Cancelled => false,
            DatabaseError::Sqlite(error) => error.is_input(),
            DatabaseError::Postgres(error) => error.is_input(),
        }
    }
}

impl From<SqliteError> for DatabaseError {
    fn from(error: SqliteError) -> Self {
        if matches!(error, SqliteError::Cancelled) { DatabaseError::Cancelled } else { DatabaseError::Sqlite(error) }
    }
}

impl From<PostgresError> for DatabaseError {
    fn from(error: PostgresError) -> Self {
        if matches!(error, PostgresError::Cancelled) {
            DatabaseError::Cancelled
        } else {
            DatabaseError::Postgres(Box::new(error))
        }
    }
}

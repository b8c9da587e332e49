//! A new SQLite file from a script of SQL statements.

use super::error::SqliteError;
use rusqlite::Connection;
use std::path::Path;

/// Creates a SQLite file by running a script, as `sqlite3 FILE < SCRIPT` would.
pub fn create_from_script(path: &Path, script: &str) -> Result<(), SqliteError> {
    let failed = |error: rusqlite::Error| SqliteError::from_rusqlite(&error, path, None);
    let connection = Connection::open(path).map_err(failed)?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;").map_err(failed)?;
    connection.execute_batch(script).map_err(failed)
}

//! The format of the history, and how an older one becomes it. A step that was released is never changed.

use super::HistoryError;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;

/// One step a version; the file's `user_version` counts those it has gone through.
const STEPS: &[&str] = &[
    // Times are RFC 3339 in UTC. Tags and what the list says (`summary`) are JSON; `outcome` and the bodies of pieces are
    // deflated JSON. A run without an outcome goes on, or was interrupted: then its pieces are what there is of it.
    "CREATE TABLE run (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        tags TEXT NOT NULL DEFAULT '[]',
        started_at TEXT NOT NULL,
        summary TEXT NOT NULL,
        doc TEXT,
        outcome BLOB,
        deleted_at TEXT
    );
    CREATE TABLE piece (
        run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
        n INTEGER NOT NULL,
        elapsed_ns INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (run, n)
    ) WITHOUT ROWID;",
];

/// Takes the steps that are missing, each whole or not at all.
pub(super) fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<(), HistoryError> {
    let failed = |error| HistoryError::Unusable { path: path.display().to_string(), error };
    let known = STEPS.len() as u32;
    loop {
        // Another process may take the same step: whoever has the lock looks where it is.
        let step = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let found: u32 = step.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
        if found > known {
            return Err(HistoryError::Newer { path: path.display().to_string(), found, known });
        }
        let Some(sql) = STEPS.get(found as usize) else { return Ok(()) };
        step.execute_batch(sql).map_err(failed)?;
        step.pragma_update(None, "user_version", found + 1).map_err(failed)?;
        step.commit().map_err(failed)?;
    }
}

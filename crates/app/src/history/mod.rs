//! Every run that was made, kept in a SQLite file of Fetchscope's own: found again, named, compared, deleted.
//!
//! A run is written while it goes on, round by round ([`record`]), so that however it ends no finished round is lost.
//! Outcomes are kept whole, raw samples included; whatever is shown of one is derived again. Several processes may use
//! the file at once.

mod body;
mod entry;
mod error;
mod migrations;
mod record;

pub use error::HistoryError;
pub use record::{Kept, Recorder};

use crate::wire::{ExperimentDoc, HistoryEntry};
use fetchscope_experiment::found::{Assembly, Piece};
use fetchscope_experiment::outcome::Outcome;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long what was deleted can be brought back.
const BURIED_AFTER: &str = "-1 day";

/// Longest name and longest tag, in letters.
const LONGEST: usize = 120;

/// The number of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(i64);

impl std::fmt::Display for RunId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::str::FromStr for RunId {
    type Err = HistoryError;

    fn from_str(text: &str) -> Result<RunId, HistoryError> {
        let number = text.parse().ok().filter(|number| *number > 0);
        number.map(RunId).ok_or_else(|| HistoryError::NotARun(text.to_owned()))
    }
}

/// A run as it was kept.
#[derive(Debug, Clone)]
pub struct KeptRun {
    /// What the list says of it.
    pub entry: HistoryEntry,
    /// What was measured.
    pub outcome: Outcome,
    /// The work of the window it belongs to; `None` where it was not run there.
    pub doc: Option<ExperimentDoc>,
}

/// The runs that were made.
#[derive(Debug)]
pub struct History {
    connection: Mutex<Connection>,
}

impl History {
    /// Opens the history, or begins one.
    ///
    /// # Errors
    /// When the file cannot be used, or was written by a newer Fetchscope.
    pub fn open(path: &Path) -> Result<History, HistoryError> {
        let failed = |error| HistoryError::Unusable { path: path.display().to_string(), error };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| HistoryError::Folder { path: folder.display().to_string(), error })?;
        }
        let mut connection = Connection::open(path).map_err(failed)?;
        connection.busy_timeout(PATIENCE).map_err(failed)?;
        // A round is written while the machine measures: nothing waits for the disk, and only a power cut loses it.
        connection.pragma_update(None, "journal_mode", "wal").map_err(failed)?;
        connection.pragma_update(None, "synchronous", "normal").map_err(failed)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
        migrations::bring_up_to_date(&mut connection, path)?;
        let history = History { connection: Mutex::new(connection) };
        history.bury()?;
        Ok(history)
    }

    /// The runs in which every word of the search occurs: in name, tags, data, endpoint or variants. Newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list(&self, search: &str) -> Result<Vec<HistoryEntry>, HistoryError> {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let connection = self.lock();
        let mut found = Vec::new();
        let mut statement =
            connection.prepare(&format!("{} WHERE deleted_at IS NULL ORDER BY id DESC", entry::SELECT))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let entry = entry::read(row)?;
            if words.iter().all(|word| entry::says(&entry, word)) {
                found.push(entry);
            }
        }
        Ok(found)
    }

    /// What the list says of a run.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn entry(&self, run: RunId) -> Result<HistoryEntry, HistoryError> {
        let sql = format!("{} WHERE deleted_at IS NULL AND id = ?1", entry::SELECT);
        let connection = self.lock();
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([run.0])?;
        rows.next()?.map(entry::read).transpose()?.ok_or(HistoryError::NoSuchRun(run))
    }

    /// The newest run, where there is one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn newest(&self) -> Result<Option<RunId>, HistoryError> {
        let sql = "SELECT max(id) FROM run WHERE deleted_at IS NULL";
        Ok(self.lock().query_row(sql, [], |row| row.get::<_, Option<i64>>(0))?.map(RunId))
    }

    /// A run with everything that was measured; of one that was interrupted, the rounds that had finished.
    ///
    /// # Errors
    /// When there is no such run, or it was written by a newer Fetchscope.
    pub fn run(&self, run: RunId) -> Result<KeptRun, HistoryError> {
        let entry = self.entry(run)?;
        let (doc, outcome): (Option<String>, Option<Vec<u8>>) =
            self.lock().query_row("SELECT doc, outcome FROM run WHERE id = ?1", [run.0], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        let outcome = match outcome {
            Some(body) => body::outcome(run, &body)?,
            None => self.assembled(run)?,
        };
        let doc = doc.as_deref().map(serde_json::from_str).transpose();
        // Work of another version cannot be opened; what was measured can.
        Ok(KeptRun { entry, outcome, doc: doc.unwrap_or_default() })
    }

    /// Two runs with everything that was measured, the earlier one first.
    ///
    /// # Errors
    /// As for one.
    pub fn pair(&self, one: RunId, other: RunId) -> Result<(KeptRun, KeptRun), HistoryError> {
        let mut runs = [(self.run(one)?, one), (self.run(other)?, other)];
        // Times are told by the second, numbers by the run.
        runs.sort_by(|(left, a), (right, b)| (&left.entry.started_at, a).cmp(&(&right.entry.started_at, b)));
        let [(before, _), (after, _)] = runs;
        Ok((before, after))
    }

    /// Calls a run something else.
    ///
    /// # Errors
    /// When there is no such run, or the name is empty.
    pub fn rename(&self, run: RunId, name: &str) -> Result<(), HistoryError> {
        let name = worded(name).ok_or(HistoryError::NoName)?;
        self.change(run, "UPDATE run SET name = ?2 WHERE id = ?1 AND deleted_at IS NULL", params![run.0, name])
    }

    /// Gives a run these tags, in place of those it has.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn tag(&self, run: RunId, tags: &[String]) -> Result<(), HistoryError> {
        let mut tags: Vec<String> = tags.iter().filter_map(|tag| worded(tag)).collect();
        tags.sort();
        tags.dedup();
        let tags = serde_json::to_string(&tags)?;
        self.change(run, "UPDATE run SET tags = ?2 WHERE id = ?1 AND deleted_at IS NULL", params![run.0, tags])
    }

    /// Deletes a run. For a day it can be brought back.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn delete(&self, run: RunId) -> Result<(), HistoryError> {
        let sql = "UPDATE run SET deleted_at = datetime('now') WHERE id = ?1 AND deleted_at IS NULL";
        self.change(run, sql, params![run.0])
    }

    /// Brings a deleted run back.
    ///
    /// # Errors
    /// When it is gone.
    pub fn restore(&self, run: RunId) -> Result<(), HistoryError> {
        self.change(run, "UPDATE run SET deleted_at = NULL WHERE id = ?1", params![run.0])
    }

    /// Removes a run for good.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn remove(&self, run: RunId) -> Result<(), HistoryError> {
        self.change(run, "DELETE FROM run WHERE id = ?1", params![run.0])
    }

    fn bury(&self) -> Result<(), HistoryError> {
        self.lock().execute("DELETE FROM run WHERE deleted_at < datetime('now', ?1)", [BURIED_AFTER])?;
        Ok(())
    }

    fn change(&self, run: RunId, sql: &str, values: impl rusqlite::Params) -> Result<(), HistoryError> {
        if self.lock().execute(sql, values)? == 0 { Err(HistoryError::NoSuchRun(run)) } else { Ok(()) }
    }

    /// The outcome of a run that has no end.
    fn assembled(&self, run: RunId) -> Result<Outcome, HistoryError> {
        let (mut pieces, mut elapsed): (Vec<Piece>, u64) = (Vec::new(), 0);
        {
            let connection = self.lock();
            let mut statement = connection.prepare("SELECT body, elapsed_ns FROM piece WHERE run = ?1 ORDER BY n")?;
            let mut rows = statement.query([run.0])?;
            while let Some(row) = rows.next()? {
                pieces.push(body::unpack(&row.get::<_, Vec<u8>>(0)?)?);
                elapsed = row.get::<_, i64>(1)?.unsigned_abs();
            }
        }
        let assembly = Assembly::of(pieces).ok_or(HistoryError::Damaged(run))?;
        let mut outcome = assembly.outcome();
        outcome.elapsed.0 = elapsed;
        outcome.notes.push("The run did not come to its end; these are the rounds that had finished.".to_owned());
        Ok(outcome)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a run is still kept.
    fn has(&self, run: RunId) -> Result<bool, HistoryError> {
        let found = self.lock().query_row("SELECT 1 FROM run WHERE id = ?1", [run.0], |_| Ok(())).optional()?;
        Ok(found.is_some())
    }
}

/// Words on one line, not too long; `None` where there are none.
fn worded(text: &str) -> Option<String> {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(LONGEST).collect();
    (!short.is_empty()).then_some(short)
}

//! What the sessions of a run wait for in the server, as `pg_stat_activity` shows it.
//!
//! A sample is a look at all of them at once. Looked at often enough, the share of a wait among the looks is its share of
//! the time.

use super::error::PostgresError;
use super::open::Database;
use super::session::Session;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What a session was doing when it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wait {
    /// It was working.
    Nothing,
    /// It waited for an event.
    Event {
        /// Of which sort: `Lock`, `LWLock`, `IO`, `Client` …
        sort: String,
        /// For what.
        event: String,
    },
}

/// How often sessions were seen waiting for what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    /// Looks at all sessions.
    pub looks: u64,
    /// Sessions seen at work, by what they waited for.
    pub seen: BTreeMap<Wait, u64>,
}

/// Looks at the sessions of a run from time to time, through a connection of its own.
pub struct Watcher {
    stop: Arc<AtomicBool>,
    waits: Arc<Mutex<Waits>>,
    thread: Option<JoinHandle<()>>,
}

/// Adds what every working session with the same application name, but this one, does now. `false` where the engine does
/// not tell.
///
/// # Errors
/// When the connection is lost.
pub fn look(session: &Session, waits: &mut Waits) -> Result<bool, PostgresError> {
    let rows = session.ask(
        "SELECT wait_event_type, wait_event FROM pg_catalog.pg_stat_activity WHERE state = 'active' \
         AND application_name = current_setting('application_name') AND datname = current_database() \
         AND pid <> pg_backend_pid()",
    );
    let rows = match rows {
        Err(error) if error.is_lost() => return Err(error),
        Err(_) => return Ok(false),
        Ok(rows) => rows,
    };
    waits.looks += 1;
    for row in &rows {
        let wait = match (row.get(0), row.get(1)) {
            (Some(sort), Some(event)) => Wait::Event { sort: sort.to_owned(), event: event.to_owned() },
            (None, _) | (_, None) => Wait::Nothing,
        };
        *waits.seen.entry(wait).or_default() += 1;
    }
    Ok(true)
}

impl Watcher {
    /// Begins to look, once in `every`, until it is dropped, the connection is lost, or the engine turns out not to tell.
    ///
    /// # Errors
    /// When no connection can be had.
    pub fn begin(database: &Database, every: Duration) -> Result<Watcher, PostgresError> {
        let session = database.connect()?;
        let (stop, waits) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Waits::default())));
        let (stopped, seen) = (stop.clone(), waits.clone());
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Acquire) {
                let mut now = Waits::default();
                if !matches!(look(&session, &mut now), Ok(true)) {
                    return;
                }
                seen.lock().unwrap_or_else(PoisonError::into_inner).add(now);
                std::thread::park_timeout(every);
            }
        });
        Ok(Watcher { stop, waits, thread: Some(thread) })
    }

    /// What was seen since this was asked last.
    #[must_use]
    pub fn take(&self) -> Waits {
        std::mem::take(&mut self.waits.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Waits {
    /// What was seen at other times, too.
    pub fn add(&mut self, other: Waits) {
        self.looks += other.looks;
        for (wait, times) in other.seen {
            *self.seen.entry(wait).or_default() += times;
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It only looks, so how it ended changes nothing.
            let _ = thread.join();
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Wait::Nothing => formatter.write_str("working"),
            Wait::Event { sort, event } => write!(formatter, "{sort} {event}"),
        }
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Watcher").finish_non_exhaustive()
    }
}
